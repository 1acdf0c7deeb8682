"""Every page: nothing missing, nothing from outside, charts drawn, accessible, phone-wide."""

import json
from pathlib import Path

import pytest
from tiny import browsing as charts

from gcbook.book.claims import claims_file
from gcbook.book.project import find_project

COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a theme changes."""

HEAVIEST = 550_000
"""Bytes of a page's HTML, which holds the code of its chapter."""

KEPT = ("chapter", "name", "sentence", "evidence", "answers", "verdict", "state")


def test_it_is_whole_on_a_phone(phone, html, page_path):
    """Every page, one after another in one window: the cheap half of what the night asks."""
    phone.problems.clear()
    page = phone.goto(page_path)
    charts.draw_all(page)
    found = [*undrawn(page), *misdrawn(page), *charts.too_wide(page), *charts.covered(page)]
    text = (html / page_path).read_text("utf-8")
    if len(text.encode()) >= HEAVIEST:
        found.append(f"{len(text.encode()):,} bytes of HTML")
    if "fontawesome.js" in text or ("tex-svg.js" in text) != ('class="math' in text):
        found.append("scripts that it does not need, or not those that it does")
    assert phone.problems + found == [], page_path


@pytest.mark.parametrize(
    ("theme", "origin", "rules"),
    [
        ("light", "file", charts.WCAG),
        pytest.param("dark", "http", COLOURS, marks=pytest.mark.nightly),
    ],
)
def test_it_is_accessible_and_its_controls_act(open_book, whole_path, theme, origin, rules):
    opened = open_book(origin, theme)
    page = opened.goto(whole_path)
    charts.draw_all(page)
    page.evaluate("document.querySelectorAll('article details').forEach(d => { d.open = true })")
    charts.settle(page)
    found = charts.violations(page, rules)
    if origin == "file":
        found += [f"{control} changes nothing" for control in charts.unmoved(page)]
    assert page.evaluate("document.documentElement.dataset.theme") in (theme, None, "")
    assert opened.problems + found == [], whole_path


def undrawn(page):
    """Icons without an image."""
    icons = page.locator("i[class*='fa-']").evaluate_all(
        "all => all.map(i => [i.className, getComputedStyle(i).maskImage])"
    )
    return [f"no icon for {name}" for name, image in icons if not image.startswith("url(")]


DRAWN = """charts => charts.map(chart => [
  chart.querySelectorAll("svg .role-mark :is(path, text, line, rect, image)").length,
  /\\b(NaN|undefined|Infinity)\\b/.test(chart.querySelector("svg").innerHTML),
  chart.querySelector("[role=graphics-document]").getAttribute("aria-label") ?? "",
])"""


def misdrawn(page):
    """Charts that show nothing, what is no number, or no description; and tables without rows."""
    found = []
    for number, (marks, strange, label) in enumerate(page.locator(".gc-chart").evaluate_all(DRAWN)):
        if not marks:
            found.append(f"chart {number} shows no marks")
        if strange:
            found.append(f"chart {number} draws what is no number")
        if len(label) <= 20:
            found.append(f"chart {number} is called {label!r}")
    tables = page.locator(".gc-data").evaluate_all(
        "all => all.map(d => [d.querySelectorAll('thead th').length,"
        " d.querySelector('tbody tr')?.children.length])"
    )
    return found + [
        f"data table {number} has {headings} headings and rows of {cells} cells"
        for number, (headings, cells) in enumerate(tables)
        if not headings or headings != cells
    ]


def test_static_figures_show_without_scripts(open_book, whole_path):
    page = open_book(scripts=False).goto(whole_path)
    for number, image in enumerate(page.locator(".gc-chart > img.gc-static").all()):
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        where = f"{whole_path}, figure {number}"
        assert image.is_visible(), where
        assert box["width"] > 150 and box["height"] > 50, f"{where}: {box}"
        assert len(image.get_attribute("alt")) > 20, where
        assert image.evaluate("i => i.naturalWidth") > 0, where


@pytest.mark.parametrize("origin", ["file", pytest.param("http", marks=pytest.mark.nightly)])
def test_tables_and_notebooks_are_saved(open_book, html, origin):
    page = open_book(origin).goto("book/chapters/shape-bias.html")
    page.locator(".gc-data > summary").first.click()
    page.locator("article details:has(a.download) > summary").click()
    for link, beside in (
        (page.locator("a.gc-download").first, "book/chapters/shape-bias.files"),
        (page.locator("article a.download").first, "_downloads"),
    ):
        with page.expect_download() as saved:
            link.click()
        (offered,) = (html / beside).rglob(saved.value.suggested_filename)
        assert Path(saved.value.path()).read_bytes() == offered.read_bytes()


def test_the_entrance_leads_to_the_start_page(open_book):
    page = open_book("http").goto("index.html")
    page.wait_for_url("**/book/chapters/home.html")
    assert page.locator("article h1").count() == 1


def test_an_address_that_is_no_more_leads_to_a_page(open_book, forwards):
    """One of them, from a disk and without scripts; `tests/book/test_sources.py` reads all."""
    page = open_book(scripts=False).goto(forwards[-1])
    page.wait_for_url(lambda url: forwards[-1] not in url)
    assert page.locator("article h1").count() == 1


def test_search_knows_pages_alone(html, forwards):
    index = (html / "searchindex.js").read_text("utf-8")
    known = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["docnames"]
    assert known
    assert not {path.removesuffix(".html") for path in forwards} & set(known)


def test_paper_is_light_and_shows_the_images(open_book):
    page = open_book(theme="dark").goto("book/chapters/shape-bias.html")
    charts.draw_all(page)
    look = """() => {
      const style = each => getComputedStyle(document.querySelector(each));
      return [style("article p").color, style(".gc-live").display, style(".gc-static").display];
    }"""
    screen = page.evaluate(look)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    ink, *shown = page.evaluate(look)
    assert max(map(int, ink.removeprefix("rgb(").removesuffix(")").split(","))) < 128
    assert shown == ["none", "block"]
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    charts.settle(page)
    assert page.evaluate(look) == screen


def test_claims_that_ship_are_those_of_the_build():
    """If they are not: ``cp _build/claims.json book/claims.json``."""
    project = find_project()
    shipped, built = (
        [{name: claim[name] for name in KEPT} for claim in json.loads(path.read_text("utf-8"))]
        for path in (project.book / "claims.json", claims_file(project))
    )
    assert shipped == built
