"""Walk the routes of the page "Teach with it" with a clock, and print what each step takes.

    python tools/walk_routes.py [--output FOLDER] [--route 1]

The tables of the built page (in FOLDER/html; by default in _build) say what a step opens. Chromium
opens it from disk and does in real time what a student does: takes part in the experiment, by touch
on a phone and by keys on a laptop; types predictions; moves sliders; draws, and runs networks;
turns slides; drops the files of a class; prints the worksheet. A notebook of the lab is checked
blank and solved. To these seconds comes reading: the words that the step shows, at the book's speed
and at a slow one. Thinking and talking have to fit into what is left over. What was noticed stands
below the step.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import numpy as np
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright
from simulate_class import FLAGS, take_part

from gcbook.book.course import write_course
from gcbook.book.dress import WORDS_A_MINUTE
from gcbook.book.project import Project, find_project

SLOW_WORDS_A_MINUTE = 130
"""Of somebody who reads a second language."""
THINK = (0.6, 1.2)
"""Seconds from an image to its answer."""
KEY_MS, LOOK_MS = 200, 1000
"""For a character that is typed; for a place of a slider, or a slide, that is looked at."""
SENTENCE = "I expect that most people name one of the two, and networks the other."
OUTLINE = [(30, 60), (200, 60), (220, 120), (200, 190), (120, 210), (60, 200)]
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
SLIDE = """(slider, share) => {
  slider.value = Number(slider.min) + share * (slider.max - slider.min);
  for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name, {bubbles: true}));
}"""


class Walk:
    """A student with a browser and open tabs; words and notes are of the step that is done."""

    def __init__(self, browser: Browser, project: Project, folder: str) -> None:
        self.browser, self.project, self.folder = browser, project, Path(folder)
        self.context = browser.new_context(viewport={"width": 1280, "height": 800})
        self.tabs: dict[Path, Page] = {}
        self.words, self.notes, self.began = 0, list[str](), 0.0

    def step(self, cells: list[str], links: list[str]) -> float:
        """Do what a row of the table opens, a page once; return the seconds."""
        self.words, self.notes, self.began = 0, [], time.monotonic()
        pages: dict[str, list[str]] = {}
        for link in links:
            pages.setdefault(link.partition("#")[0], []).append(urlsplit(link).fragment)
        for address, fragments in pages.items():
            path = Path(unquote(urlsplit(address).path))
            try:
                if path.suffix == ".ipynb":
                    self.lab(path.name)
                elif path == self.project.participant:
                    self.experiment(address)
                else:
                    if path not in self.tabs:
                        self.tabs[path] = self.context.new_page()
                        self.tabs[path].goto(address)
                    self.visit(self.tabs[path], fragments, cells)
            except Error as error:
                self.notes.append(f"{path.name}: {str(error).splitlines()[0]}")
        return time.monotonic() - self.began

    def read(self, *places: Locator) -> None:
        """Count the words that can be seen."""
        self.words += sum(each.evaluate(WORDS) for place in places for each in place.all())

    def note(self, what: str, began: float) -> None:
        self.notes.append(f"{what}: {time.monotonic() - began:.0f} s")

    def experiment(self, address: str) -> None:
        """On a phone, then on a laptop, whose time counts."""
        for person, (width, height) in enumerate([(390, 844), (1280, 800)], 1):
            self.words, self.began = 0, time.monotonic()
            size = {"width": width, "height": height}
            page = self.browser.new_page(viewport=size, has_touch=width < 500)  # type: ignore[arg-type]
            page.goto(address)
            main = page.locator("main")
            page.locator("input[name=person]").fill(str(person))
            rng = np.random.default_rng(person)
            take_part(page, self.folder, rng, THINK, lambda main=main: self.read(main))  # type: ignore[misc]
            self.note(f"{width} pixels wide, to the file", self.began)
            page.close()

    def lab(self, name: str) -> None:
        """Read a notebook and type its answers; check it blank and solved."""
        source, course = self.project.lab / name, self.folder / "course"
        cells = nbformat.read(source, as_version=4).cells
        prose = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
        answers = " ".join(each.source for each in cells if "answer" in str(each.metadata))
        self.words += len(prose.split())
        self.began -= len(" ".join(answers.split())) * KEY_MS / 1000
        self.notes += re.findall(r"Time:\*\* [^.\n]+", prose)
        write_course(self.project, course)
        for state in ("blank", "solved"):
            began = time.monotonic()
            command = [sys.executable, "-m", "gcbook", "check", str(course / name)]
            said = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
            self.note(f"gcbook check, {state}: {' '.join(said.split())[-60:]}", began)
            shutil.copy(source, course / name)

    def visit(self, page: Page, fragments: list[str], cells: list[str]) -> None:
        """Predict; read the places that are linked, or else all of the page; use what is there."""
        article, asked = page.locator(".bd-article"), " ".join(cells)
        prediction = page.get_by_label("Your prediction")
        if "Predict first" in asked and "" in fragments:
            if not prediction.is_visible():
                self.notes.append("the finding is seen before Predict first is pressed")
                page.get_by_role("button", name="Predict first").click()
            if not article.locator("h1 .gc-second-half").count():
                self.notes.append(f"the title keeps nothing back: {page.title()}")
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
        if page.get_by_role("button", name="Load the networks").count():
            self.networks(page)
        if "Slides" in asked:
            page.get_by_role("button", name="Slides", exact=True).click()
            for slide in page.locator(".gc-slide:visible").all():
                self.read(slide)
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(LOOK_MS)
        if "Worksheet" in cells[-1]:
            page.evaluate("window.print = () => {}")
            page.get_by_role("button", name="Print a worksheet").click()
            self.notes.append(f"worksheet: {len(page.pdf()) / 1e6:.1f} MB")

    def look(self, page: Page, fragment: str) -> None:
        """A figure and its sliders, an exercise and the figures that it names, or a section."""
        place = page.locator(f"[id='{fragment}']")
        if not place.count():
            return self.notes.append(f"#{fragment} is not there")
        if place.evaluate("e => e.tagName") == "SPAN":
            place = page.locator("section").filter(has=place).last
        guess = place.get_by_label("What does it show?")
        if guess.count() == 1 and guess.is_visible():
            guess.press_sequentially(SENTENCE, delay=KEY_MS)
            place.get_by_role("button", name="Show the finding").click()
        self.read(place)
        for slider in place.locator("input[type=range]").all():
            for share in np.linspace(0, 1, 10):
                self.slide(page, slider, share)
        if place.evaluate("e => e.matches('.exercise')"):
            page.wait_for_timeout(len(SENTENCE) * KEY_MS)
            named = place.locator("a[href^='#fig']").evaluate_all("all => all.map(a => a.hash)")
            for figure in dict.fromkeys(named):
                self.look(page, figure[1:])

    def slide(self, page: Page, slider: Locator, share: float) -> None:
        slider.evaluate(SLIDE, float(share))
        page.wait_for_timeout(LOOK_MS)

    def networks(self, page: Page) -> None:
        """Draw an outline, run it at some contrasts, and move k after each run."""
        began = time.monotonic()
        page.get_by_role("button", name="Load the networks").click()
        run = page.get_by_role("button", name="Run", exact=True)
        run.wait_for()
        self.note("networks loaded", began)
        page.get_by_label("Shape", exact=True).select_option("drawing1")
        field = page.locator("canvas.gc-field")
        field.scroll_into_view_if_needed()
        box = field.bounding_box() or {}
        for corner, (x, y) in enumerate(OUTLINE):
            page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
            if corner == 0:
                page.mouse.down()
            page.wait_for_timeout(LOOK_MS)
        page.mouse.up()
        answers = set()
        for contrast in np.linspace(0, 1, 5):
            self.slide(page, page.get_by_label("Texture’s contrast", exact=True), contrast)
            began = time.monotonic()
            run.click()
            page.wait_for_function("!gcClassify.page.state.busy", timeout=120_000)
            self.note("run", began)
            for k in np.linspace(0, 1, 5):
                self.slide(page, page.get_by_label("k of exp(−kt)"), k)
                answers.add(page.locator(".gc-verdict").inner_text().split(". ")[0])
        self.notes.append(f"different answers: {len(answers)}")


def main() -> None:
    """Walk, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, help="where the book was built [_build]")
    parser.add_argument("--route", type=int, help="one route alone, from 1")
    given = parser.parse_args()
    project = find_project(given.output)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.goto(project.html.joinpath("book/teach.html").as_uri())
        for number, route in enumerate(page.evaluate(ROUTES), 1):
            if given.route not in (None, number):
                continue
            print(f"\n{route['title']}\nminutes   given doing s  words   fast   slow   left  opens")
            walk = Walk(browser, project, tempfile.mkdtemp(dir=folder))
            for step in route["steps"]:
                seconds, (minutes, opens, *_) = walk.step(**step), step["cells"]
                first, last = map(int, re.findall(r"\d+", minutes))
                fast, slow = (
                    seconds / 60 + walk.words / speed
                    for speed in (WORDS_A_MINUTE, SLOW_WORDS_A_MINUTE)
                )
                times = f"{fast:6.1f} {slow:6.1f} {last - first - slow:6.1f}"
                print(f"{minutes:9}{last - first:6}{seconds:8.0f}{walk.words:7} {times}  {opens}")
                print(*(f"          - {note}\n" for note in walk.notes), sep="", end="", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
