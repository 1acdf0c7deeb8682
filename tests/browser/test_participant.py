"""The participant's page: one file, nothing given away before its end, and a class taken by it."""

import re
import warnings

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from gcbook.book.project import find_project
from gcbook.paper.categories import CATEGORIES
from gcbook.trials.table import read_trials

FILE = find_project().participant
KEYS = dict(zip(CATEGORIES, "1234qwerasdfzxcv", strict=True))
TOLD = re.compile(r"shape|texture|conflict", re.IGNORECASE)
AXE = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
# All that is seen or read out, with the names that are not in the text.
SEEN = """() => [document.title, document.body.innerText, ...Array.from(
  document.querySelectorAll("[aria-label], [alt], [title]"),
  each => ["aria-label", "alt", "title"].map(name => each.getAttribute(name)).join(" "),
)].join(" ")"""
# Presentations and practice short enough for a test, and the plan to answer by.
SHORTEN = """() => {
  let open;
  Object.defineProperty(window, "gcbookTake", {
    get: () => pack => {
      Object.assign(pack.timing, {fixation: 17, image: 34, mask: 34, tolerance: 20});
      pack.practice.splice(2);
      const {design} = gcObserver;
      for (const name of ["design", "practice"]) {
        const made = design[name];
        design[name] = (...given) => (window.plan = made(...given));
      }
      open(pack);
    },
    set: given => { open = given; },
  });
}"""


@pytest.fixture
def visit(browser):
    """Opens the page with settings; problems and requests are noted."""
    contexts = []

    def open_page(query="", file=FILE, **more):
        context = browser.new_context(**more)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                asked.url.startswith(("data:", "blob:", file.as_uri()))
                or page.problems.append(asked.url[:100])
            ),
        )
        page.add_init_script(f"({SHORTEN})()")
        page.goto(f"{file.as_uri()}{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()


def answer(page, number, response, label="Image"):
    page.wait_for_function(
        "text => document.querySelector('.gc-progress')?.textContent.startsWith(text) &&"
        " getComputedStyle(document.querySelector('.gc-answers')).visibility === 'visible'",
        arg=f"{label} {number} of",
    )
    page.keyboard.press(KEYS[response])


def practise(page):
    page.get_by_role("button", name="Begin").click()
    for number in (1, 2):
        answer(page, number, "cat", "Practice")
    page.get_by_role("button", name="Start").wait_for()


def take_part(page, respond):
    page.get_by_role("button", name="Start").click()
    plan = page.evaluate("plan.map(({image: {id, shape, texture}}) => ({id, shape, texture}))")
    said = [respond(image) for image in plan]
    for number, response in enumerate(said, 1):
        answer(page, number, response)
    page.locator(".gc-save").first.wait_for()
    return [each["id"] for each in plan], said


def save(page, folder):
    files = []
    for button in page.locator(".gc-save").all():
        with page.expect_download() as saved:
            button.click()
        files.append(folder / saved.value.suggested_filename)
        saved.value.save_as(files[-1])
    return files


def test_it_is_one_file_for_a_phone():
    text = FILE.read_text("utf-8")
    assert 1.5e6 < len(text.encode()) < 2.2e6
    assert not re.search(r'(?:src|href)="(?!data:|https://(?:github|creativecommons)|\$)', text)
    assert "default-src 'none'" in text and "'unsafe-eval'" not in text


def test_nothing_is_told_before_the_end_and_nothing_is_lost(visit, tmp_path, on_time):
    page = visit(
        "?seed=7&n=12&set=cue&limit=off", viewport={"width": 390, "height": 844}, has_touch=True
    )
    page.wait_for_selector(".gc-start")
    told = []

    def look(state):
        told.extend((state, found) for found in TOLD.findall(page.evaluate(SEEN)))
        found = Axe().run(page, options=AXE)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == 390, state

    look("welcome")
    page.locator("input[name=keep]").check()
    assert page.locator("input[name=person]").input_value() == "12"
    practise(page)
    look("between")
    assert page.evaluate("document.fullscreenElement === document.documentElement")
    ids, said = take_part(page, lambda image: image["shape"])
    assert page.evaluate("document.fullscreenElement") is None
    look("thanks")
    leave = "dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert not page.evaluate(leave)
    # The browser ends; what was agreed to be kept is there.
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Show and save them").click()
    (file,) = save(page, tmp_path)
    assert page.evaluate(leave) and page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="What was it about?").click()
    look("debriefing")
    assert {state for state, _ in told} == {"debriefing"}
    assert "Your shape bias is 1.00" in page.locator(".gc-said").inner_text()
    assert page.problems == []
    trials = quietly_read(on_time(file))
    assert list(trials["image_id"]) == ids and list(trials["response"]) == said
    assert set(pd.read_csv(file)["seed"]) == {7} and file.name.startswith("cue-conflict_subject-12")


def quietly_read(path):
    with warnings.catch_warnings():
        # Not all images, and not all datasets.
        warnings.simplefilter("ignore")
        return read_trials(path)


def test_a_phone_that_is_turned_keeps_the_image(visit):
    page = visit("?set=photographs&way=untimed&n=3", viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Begin").click()
    page.wait_for_function("document.querySelector('.gc-progress')?.textContent.startsWith('Pr')")
    look = "() => document.querySelector('canvas').toDataURL()"
    image = page.evaluate(look)
    page.set_viewport_size({"width": 844, "height": 390})
    for place in ("canvas", ".gc-answers"):
        box = page.locator(place).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 390, place
    assert page.evaluate(look) == image
    answer(page, 1, "dog", "Practice")
    answer(page, 2, "dog", "Practice")


def test_a_page_is_prepared_in_its_file(visit, tmp_path):
    page = visit("?prepare&set=drawings&seed=9")
    page.locator("input[name=way][value=untimed]").check()
    address = page.locator(".gc-address").inner_text()
    assert address.endswith("?seed=9&set=drawings&images=few&way=untimed")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the page").click()
    file = tmp_path / "of a class.html"
    saved.value.save_as(file)
    own = visit("?n=4", file=file)
    practise(own)
    _, said = take_part(own, lambda image: image["shape"])
    assert len(said) == 16
    assert [f.name for f in save(own, tmp_path)] == [
        "silhouette_subject-04_session_1.csv",
        "edge_subject-04_session_1.csv",
    ]
    assert own.problems == []
    # An address goes before the file, and a wrong one shows nothing else.
    other = visit("?seed=ten", file=file)
    assert "“seed=ten”: expected a whole number" in other.locator("main").inner_text()
    assert other.locator(".gc-start").count() == 0
