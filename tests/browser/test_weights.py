"""The page on which a reader sets weights: decide.js answers as the package does."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from gcbook.book.project import find_project
from gcbook.chapters.weighting.page import LiveFigure, live_figure
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.miniworld.results.weighting import SETS
from gcbook.scoring.decisions import Rule, decide_rows

DRAWS = 16
ANSWERS = """([model, set, rule]) => {
  const data = JSON.parse(document.querySelector("script.gc-pack").textContent);
  const images = gcClassify.weights.unpacked(data.models[model].sets[set], data.labels.length);
  return gcClassify.weights.answers(images, rule);
}"""
RULES = [
    {"k": 7, "from": 0, "to": 1, "draws": DRAWS},
    {"k": 0, "from": 0, "to": 1, "draws": DRAWS},
    {"k": 3, "from": 0, "to": 1, "draws": 5},
    {"k": 12.5, "from": 0.35, "to": 0.6, "draws": DRAWS},
    {"k": 7, "from": 0.95, "to": 1, "draws": 4},
]


@pytest.fixture(scope="module")
def figure() -> LiveFigure:
    return live_figure(DRAWS, 7.0, 0)


@pytest.fixture(scope="module")
def opened(
    browser: Browser, figure: LiveFigure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The figure alone on a page, with its scripts."""
    page = browser.new_page(viewport={"width": 900, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    static = (find_project().root / "book/_static").as_uri()
    file = tmp_path_factory.mktemp("weights") / "page.html"
    body = figure.body.replace("../../_static", static)
    file.write_text(f'<html lang="en"><meta charset="utf-8"><main>{body}</main></html>')
    page.goto(file.as_uri())
    page.get_by_role("status").wait_for()
    yield page
    page.close()
    assert problems == []


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_answers_are_those_of_the_package(opened: Page, figure: LiveFigure, rule: dict) -> None:
    for number, model in enumerate(figure.models):
        for name in SETS:
            store, images = shipped_store(model.name, name), model.images[name]
            rows = store.scores()
            used = (
                (rows["draw"] < rule["draws"])
                & (rows["t"] > rule["from"])
                & (rows["t"] <= rule["to"])
            )
            weights = store.weights(f"exp:{rule['k']:g}", "l2")
            decided = decide_rows(store, rows[used], Rule(weights)).set_index("image_id")
            wanted = decided["response"].reindex(images["image_id"]).tolist()
            found = opened.evaluate(ANSWERS, [number, name, rule])
            said = [figure.labels[at] if at >= 0 else np.nan for at in found]
            differ = sum(
                one != other
                for one, other in zip(said, wanted, strict=True)
                if not (one != one and other != other)
            )
            # Where few draws decide, two classes may lie within the rounding of each other.
            assert differ <= (0 if rule["draws"] == DRAWS else 1)


def test_what_comes_out_is_what_the_table_says(opened: Page, figure: LiveFigure) -> None:
    """By keyboard, for each of the models and two of its k."""
    table = figure.table.set_index(["model", "k"]).to_dict("index")
    for model in figure.models:
        opened.get_by_label("Model").select_option(label=model.name)
        slider = opened.get_by_label("k of exp(−kt)")
        slider.focus()
        for key, k in (("Home", 0), ("End", 20)):
            opened.keyboard.press(key)
            row = table[model.name, k]
            said = opened.get_by_role("status").inner_text()
            wanted = f"Shape bias {row['shape_bias']:.2f}, accuracy {row['accuracy']:.2f}."
            assert said.startswith(wanted)
            paper = table[model.name, 7]
            assert f"shape bias {paper['shape_bias']:.2f}" in said
            items = opened.get_by_role("listitem").all_inner_texts()
            assert len(items) == 4 and "Texture named" in items[2]


def test_where_no_draw_counts_nothing_is_decided(opened: Page) -> None:
    for label, key in (("t from", "End"), ("t up to", "Home")):
        opened.get_by_label(label).focus()
        opened.keyboard.press(key)
    assert "nothing is decided" in opened.get_by_role("status").inner_text()
    assert opened.locator(".gc-samples figcaption").first.inner_text().startswith("no draw counts")
    assert "NaN" not in opened.locator("main").inner_text()
