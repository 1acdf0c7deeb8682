"""Let thirty simulated observers take part through the participant's page, and print their table.

    python tools/simulate_class.py FOLDER [--observers 30] [--untimed 10] [--images few]

The built book's page is driven in Chromium at the laboratory's times, an observer after another.
Each has a shape bias of its own, from a beta distribution, sometimes names neither cue, and takes
some time. Their files are saved in FOLDER and dropped on the page of the class, whose
sentences and table are printed beside the same numbers from `gcbook.stats`.
"""

import argparse
import shutil
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gcbook.book.project import find_project
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.metrics import shape_bias
from gcbook.trials.table import read_trials

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
KEYS = dict(zip(CATEGORIES, "1234qwerasdfzxcv", strict=True))
ASKED = """text => document.querySelector(".gc-progress")?.textContent.startsWith(text) &&
  getComputedStyle(document.querySelector(".gc-answers")).visibility === "visible" """
KEEP = """() => {
  const { design } = window.gcObserver.design;
  window.gcObserver.design.design = (...given) => (window.plan = design(...given));
}"""


def main() -> None:
    """Simulate, save, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--observers", type=int, default=30)
    parser.add_argument("--untimed", type=int, default=10)
    parser.add_argument("--images", choices=["few", "all"], default="few")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    generator = np.random.default_rng(given.seed)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        files = []
        for person in range(1, given.observers + 1):
            way = "untimed" if person <= given.untimed else "timed"
            page = browser.new_page()
            query = f"?seed={given.seed}&n={person}&set=cue&images={given.images}&way={way}"
            began = time.monotonic()
            page.goto(find_project().participant.as_uri() + query)
            files.append(take_part(page, given.folder, generator))
            page.close()
            print(f"{files[-1].name} {way}: {time.monotonic() - began:.0f} s", flush=True)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(find_project().html.joinpath("book/chapters/observer.html").as_uri())
        page.locator(".gc-observer-open").click()
        page.locator("input[type=file]").set_input_files([str(file) for file in files])
        page.wait_for_selector(".gc-class-results .gc-part")
        said = page.locator(".gc-class-results > p, .gc-problems li, .gc-said")
        print("\n".join(said.all_inner_texts()))
        rows = page.locator("[aria-label='The class, observer by observer'] tr")
        for row in rows.all():
            print(" | ".join(row.locator("th, td").all_inner_texts()))
        page.locator(".gc-class-results").screenshot(path=given.folder / "class.png")
        browser.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trials = read_trials(given.folder)
    ours = shape_bias(trials, ["observer"]).set_index("observer")["shape_bias"]
    print(ours.round(2).to_dict())


def take_part(
    page: Page,
    folder: Path,
    generator: np.random.Generator,
    think: tuple[float, float] = (0.1, 0.4),
    look: Callable[[], None] = lambda: None,
) -> Path:
    """One observer from the welcome to the file, which is returned.

    Args:
        page: shows the welcome; one that has touch is answered by touch, another by keys.
        folder: the file is saved there.
        generator: of the answers and their times.
        think: seconds before an answer, from and to.
        look: called when a screen has been shown that is read: before, between, and after.
    """
    touch = page.evaluate("navigator.maxTouchPoints > 0")

    def answer(text: str, response: str) -> None:
        page.wait_for_function(ASKED, arg=text)
        time.sleep(generator.uniform(*think))
        if touch:
            # Too late, it falls on nothing, as a finger's would.
            page.get_by_role("button", name=response, include_hidden=True).tap(force=True)
        else:
            page.keyboard.press(KEYS[response])

    page.evaluate(KEEP)
    bias = generator.beta(18, 2)
    look()
    page.get_by_role("button", name="Begin").click()
    for number in range(1, 7):
        answer(f"Practice {number} of", str(generator.choice(CATEGORIES)))
    page.get_by_role("button", name="Start").wait_for()
    look()
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("() => window.plan && document.querySelector('.gc-session')")
    plan = page.evaluate("plan.map(({image: {shape, texture}}) => [shape, texture])")
    for number, (shape, texture) in enumerate(plan, 1):
        cue = shape if generator.random() < bias else texture
        neither = generator.random() < 0.15
        answer(f"Image {number} of", str(generator.choice(CATEGORIES)) if neither else cue)
    page.locator(".gc-save").wait_for()
    look()
    with page.expect_download() as saved:
        page.locator(".gc-save").click()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return file


if __name__ == "__main__":
    main()
