"""Walk the routes of the page "Teach with it" with a clock, and print what each step takes.

    python tools/walk_routes.py [--route 1]

The tables of the built page say what a step opens. Chromium does with it in real time what a
student does: takes part in the experiment, by touch on a phone and by keys on a laptop; types
predictions; moves sliders; runs networks; turns slides; drops a class's files. Answers in a
notebook of the lab are typed, and checked. To these seconds comes reading: the words that the step
shows, at the book's speed and at a slow one. Thinking and talking have to fit into what is left.
What was noticed stands below a step.
"""

import argparse
import re
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import numpy as np
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright
from simulate_class import FLAGS, take_part

from gcbook.book.dress import WORDS_A_MINUTE
from gcbook.book.project import find_project

PROJECT = find_project()
SLOW_WORDS_A_MINUTE = 130
"""Of somebody who reads a second language."""
THINK = (0.6, 1.2)
"""Seconds from an image to its answer."""
KEY_MS, LOOK_MS = 200, 1000
"""For a character that is typed; for a place of a slider, or a slide, that is looked at."""
SENTENCE = "I expect that most people name one of the two, and networks the other."
ROUTES = """() => Array.from(document.querySelectorAll("#three-routes > section"), (route) => ({
  title: route.querySelector("h3").innerText.replace(/^[\\d.]+\\. |#$/g, "").trim(),
  steps: Array.from(route.querySelectorAll("tbody tr"), (row) => ({
    cells: Array.from(row.cells, (cell) => cell.innerText.trim()),
    links: Array.from(row.querySelectorAll("a"), (a) => a.href),
  })),
})).filter((route) => route.steps.length)"""
WORDS = """(host) => {
  const left = "svg, select, pre, summary, button, mjx-container, .headerlink, textarea";
  const texts = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
  let words = host.querySelectorAll("mjx-container").length;
  while (texts.nextNode()) {
    const { parentElement: at, data } = texts.currentNode;
    if (at.closest(left) || !at.checkVisibility({visibilityProperty: true})) continue;
    words += data.split(/\\s+/).filter(Boolean).length;
  }
  return words;
}"""


class Walk:
    """A student with a browser and open tabs; words and notes are of the step that is done."""

    def __init__(self, browser: Browser, folder: str) -> None:
        self.browser, self.folder = browser, Path(folder)
        self.context = browser.new_context(viewport={"width": 1280, "height": 800})
        self.tabs: dict[Path, Page] = {}

    def step(self, cells: list[str], links: list[str]) -> float:
        """Do what a row of the table opens, a page once; return the seconds."""
        self.words, self.notes, self.began = 0, list[str](), time.monotonic()
        pages: dict[str, list[str]] = {}
        for link in links:
            pages.setdefault(link.partition("#")[0], []).append(urlsplit(link).fragment)
        for address, fragments in pages.items():
            path = Path(unquote(urlsplit(address).path))
            try:
                if path == PROJECT.participant:
                    self.experiment(address)
                else:
                    if path not in self.tabs:
                        self.tabs[path] = self.context.new_page()
                        self.tabs[path].goto(f"{address}#{fragments[0]}")
                    if path.name == "lab.html":
                        self.lab(self.tabs[path], fragments[0])
                    else:
                        self.visit(self.tabs[path], fragments, " ".join(cells))
            except Error as error:
                self.notes.append(f"{path.name}: {str(error).splitlines()[0]}")
        return time.monotonic() - self.began

    def read(self, place: Locator) -> None:
        """Count the words that can be seen."""
        self.words += sum(each.evaluate(WORDS) for each in place.all())

    def note(self, what: str, began: float) -> None:
        self.notes.append(f"{what}: {time.monotonic() - began:.0f} s")

    def experiment(self, address: str) -> None:
        """On a phone, then on a laptop, whose time counts."""
        for person, (width, height) in enumerate([(390, 844), (1280, 800)], 1):
            self.words, self.began = 0, time.monotonic()
            size = {"width": width, "height": height}
            page = self.browser.new_page(viewport=size, has_touch=width < 500)  # type: ignore[arg-type]
            page.goto(address)
            page.locator("input[name=person]").fill(str(person))
            rng, main = np.random.default_rng(person), page.locator("main")
            take_part(page, self.folder, rng, THINK, lambda main=main: self.read(main))  # type: ignore[misc]
            self.note(f"{width} pixels wide, to the file", self.began)
            page.close()

    def lab(self, page: Page, name: str) -> None:
        """Read a notebook in the page, type its answers, and have Python check them."""
        cells = nbformat.read(PROJECT.lab / f"{name}.ipynb", as_version=4).cells
        answers = {each.id: each.source for each in cells if each.id.startswith("answer-")}
        page.get_by_label("Answer 1", exact=True).wait_for()
        self.read(page.locator("[data-python]"))
        self.notes += re.findall(r"Time: ([^.\n]+)", page.locator("[data-python]").inner_text())
        self.began -= sum(len(" ".join(code.split())) for code in answers.values()) * KEY_MS / 1000
        for identifier, code in answers.items():
            page.get_by_label(f"Answer {identifier[-1]}", exact=True).fill(code)
            began = time.monotonic()
            page.get_by_role("button", name=f"Check answer {identifier[-1]}", exact=True).click()
            page.get_by_text("Python is ready.", exact=True).wait_for(timeout=120_000)
            self.note(f"check {identifier[-1]}", began)

    def visit(self, page: Page, fragments: list[str], asked: str) -> None:
        """Predict; read the places that are linked, or else all of the page; use what is there."""
        article, prediction = page.locator(".bd-article"), page.get_by_label("Your prediction")
        if "Predict first" in asked and "" in fragments:
            self.read(article)
            prediction.press_sequentially(SENTENCE, delay=KEY_MS)
        elif "" in fragments and "Slides" not in asked:
            self.read(article)
        show = page.locator(".gc-predict button", has_text="Show the finding")
        if show.is_visible() and "folded" not in asked:
            show.click()
            self.read(article.locator(".gc-short"))
        for fragment in filter(None, fragments):
            self.look(page, fragment)
        if "drop" in asked:
            page.locator(".gc-observer-open").click()
            files = sorted(map(str, self.folder.glob("*.csv")))
            page.locator("input[type=file]").set_input_files(files)
            page.locator(".gc-class-results .gc-part").wait_for()
            self.read(page.locator(".gc-class-results p"))
        if page.get_by_role("button", name="Load the networks").is_visible():
            self.networks(page)
        if "Slides" in asked and "" in fragments:
            page.get_by_role("button", name="Slides", exact=True).click()
            for slide in page.locator(".gc-slide:visible").all():
                self.read(slide.locator("figcaption"))
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(LOOK_MS)

    def look(self, page: Page, fragment: str) -> None:
        """A figure and its sliders, an exercise and the figures that it names, or a section."""
        place = page.locator(f"[id='{fragment}']")
        if not place.count() or not place.is_visible():
            self.notes.append(f"#{fragment} is not to be seen")
            return
        guess = place.get_by_label("What does it show?")
        if guess.count() == 1 and guess.is_visible():
            guess.press_sequentially(SENTENCE, delay=KEY_MS)
            place.get_by_role("button", name="Show the finding").click()
        self.read(place)
        for slider in place.locator("input[type=range]").all():
            self.slide(slider)
        if place.evaluate("e => e.matches('.exercise')"):
            page.wait_for_timeout(len(SENTENCE) * KEY_MS)
            named = place.locator("a[href^='#fig']").evaluate_all("all => all.map(a => a.hash)")
            for figure in dict.fromkeys(named):
                self.look(page, figure[1:])

    def slide(self, slider: Locator) -> None:
        for key in ["Home", *["PageUp"] * 10]:
            slider.press(key)
            slider.page.wait_for_timeout(LOOK_MS)

    def networks(self, page: Page) -> None:
        """Run the picture that the page opens with in steps of its contrast, and move k."""
        began = time.monotonic()
        page.get_by_role("button", name="Load the networks").click()
        run = page.get_by_role("button", name="Run", exact=True)
        run.wait_for()
        self.note("the networks to load", began)
        for key in ["Home", *["PageUp"] * 4]:
            page.get_by_label("Texture’s contrast", exact=True).press(key)
            run.click()
            page.wait_for_function("!gcClassify.page.state.busy", timeout=120_000)
            self.slide(page.get_by_label("k of exp(−kt)"))


def main() -> None:
    """Walk, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--route", type=int, help="one route alone, from 1")
    only = parser.parse_args().route
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.goto(PROJECT.html.joinpath("book/teach.html").as_uri())
        for number, route in enumerate(page.evaluate(ROUTES), 1):
            if only not in (None, number):
                continue
            print(f"\n{route['title']}\nminutes   given doing s  words   fast   slow   left  opens")
            walk = Walk(browser, tempfile.mkdtemp(dir=folder))
            for step in route["steps"]:
                seconds, (minutes, opens, *_) = walk.step(**step), step["cells"]
                first, last = map(int, re.findall(r"\d+", minutes))
                speeds = (WORDS_A_MINUTE, SLOW_WORDS_A_MINUTE)
                fast, slow = (seconds / 60 + walk.words / speed for speed in speeds)
                times = f"{fast:6.1f} {slow:6.1f} {last - first - slow:6.1f}"
                print(f"{minutes:9}{last - first:6}{seconds:8.0f}{walk.words:7} {times}  {opens}")
                print(*(f"          - {note}\n" for note in walk.notes), sep="", end="", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
