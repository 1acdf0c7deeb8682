"""Every page: nothing missing, nothing from outside, charts drawn, accessible, phone-wide."""

import json
import re
from pathlib import Path

import pytest
from tiny import browsing as charts

COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that a theme changes."""

HEAVIEST = 550_000
"""Bytes of a page's HTML, which holds the code of its chapter."""

# Of each visit: theme, origin, what axe looks for, the width that the page is loaded at, and the
# one that it then gets, if any. `test_controls` narrows the pages whose charts have long names.
VISITS = {
    "light, from a file": ("light", "file", charts.WCAG, 390, 1280),
    "dark, served": ("dark", "http", COLOURS, 1280),
}


@pytest.mark.parametrize(
    "visit", ["light, from a file", pytest.param("dark, served", marks=pytest.mark.nightly)]
)
def test_it_is_whole_accessible_and_phone_wide_and_its_controls_act(open_book, page_path, visit):
    theme, origin, rules, *widths = VISITS[visit]
    opened = open_book(origin, theme, widths[0])
    page = opened.goto(page_path)
    charts.draw_all(page)
    page.evaluate("document.querySelectorAll('article details').forEach(d => { d.open = true })")
    found = undrawn(page)
    for width in widths:
        if width != widths[0]:
            charts.resize(page, width)
        charts.settle(page)
        if width == 390:
            found += charts.too_wide(page)
        else:
            found += [*misdrawn(page), *charts.violations(page, rules)]
    if origin == "file":
        found += [f"{control} changes nothing" for control in charts.unmoved(page)]
    assert page.evaluate("document.documentElement.dataset.theme") in (theme, None, "")
    assert opened.problems + found == [], f"{page_path}, {visit}"


def undrawn(page):
    """Icons without an image."""
    icons = page.locator("i[class*='fa-']").evaluate_all(
        "all => all.map(i => [i.className, getComputedStyle(i).maskImage])"
    )
    return [f"no icon for {name}" for name, image in icons if not image.startswith("url(")]


def misdrawn(page):
    """Charts that show nothing, what is no number, or no description; and tables without rows."""
    found = []
    for number, chart in enumerate(page.locator(".gc-chart").all()):
        if not charts.marks(chart):
            found.append(f"chart {number} shows no marks")
        if re.search(r"\b(NaN|undefined|Infinity)\b", charts.picture(chart)):
            found.append(f"chart {number} draws what is no number")
        label = chart.locator("[role=graphics-document]").get_attribute("aria-label")
        if len(label or "") <= 20:
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


def test_static_figures_show_without_scripts(open_book, html, page_path):
    if "gc-static" not in (html / page_path).read_text("utf-8"):
        return
    page = open_book(scripts=False).goto(page_path)
    images = page.locator(".gc-chart > img.gc-static")
    for i in range(images.count()):
        image = images.nth(i)
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        where = f"{page_path}, figure {i}"
        assert image.is_visible(), where
        assert box["width"] > 150 and box["height"] > 50, f"{where}: {box}"
        assert len(image.get_attribute("alt")) > 20, where
        assert image.evaluate("i => i.naturalWidth") > 0, where


def test_pages_are_light(html, page_path):
    text = (html / page_path).read_text()
    assert len(text.encode()) < HEAVIEST, page_path
    assert "fontawesome.js" not in text
    assert ("tex-svg.js" in text) == ('class="math' in text)


@pytest.mark.parametrize("origin", ["file", "http"])
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


def test_a_grid_of_pictures_leaves_no_blank_below_on_a_phone(open_book):
    page = open_book(width=390).goto("book/chapters/illusions.html")
    charts.draw_all(page)
    drawn = page.locator("#fig-gallery svg").first
    below = drawn.evaluate(
        "svg => svg.getBoundingClientRect().bottom"
        " - Math.max(...[...svg.querySelectorAll('image, text')]"
        ".map(e => e.getBoundingClientRect().bottom))"
    )
    assert 0 <= below < 60


def test_the_entrance_leads_to_the_start_page(open_book):
    page = open_book("http").goto("index.html")
    page.wait_for_url("**/book/chapters/home.html")
    assert page.locator("article h1").count() == 1


@pytest.mark.parametrize("origin", ["file", "http"])
def test_addresses_that_are_no_more_lead_to_pages(open_book, forwards, origin):
    opened = open_book(origin, scripts=False)
    for forward in forwards:
        page = opened.goto(forward)
        page.wait_for_url(lambda url, forward=forward: forward not in url)
        assert page.locator("article h1").count() == 1, forward
        label = page.evaluate("location.hash")
        assert not label or page.locator(label).count() == 1, forward
    # Scripts, which the pages' own visits run, are blocked here.
    assert [each for each in opened.problems if ".js" not in each] == []


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
