"""Every page: nothing missing, nothing from outside, charts drawn, accessible, phone-wide."""

import importlib.util
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

_spec = importlib.util.spec_from_file_location("charts", Path(__file__).with_name("charts.py"))
charts = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(charts)

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}


@pytest.mark.parametrize("origin", ["file", "http"])
def test_loads_without_errors_or_outside_requests(open_book, page_path, origin):
    opened = open_book(origin)
    page = opened.goto(page_path)
    charts.draw_all(page)
    charts.settle(page)
    assert opened.problems == []


def test_every_chart_draws_marks_and_has_a_name(open_book, page_path):
    page = open_book().goto(page_path)
    for i in range(charts.draw_all(page)):
        chart = page.locator(".gc-chart").nth(i)
        assert charts.marks(chart) > 0
        named = chart.locator("[role=graphics-document]")
        assert len(named.get_attribute("aria-label")) > 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_does_not_scroll_sideways_on_a_phone(open_book, page_path, theme):
    page = open_book(theme=theme, width=390).goto(page_path)
    charts.draw_all(page)
    page.evaluate("document.querySelectorAll('article details').forEach(d => { d.open = true })")
    charts.settle(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    for i in range(page.locator(".gc-chart").count()):
        inner = page.locator(".gc-chart").nth(i).evaluate("c => [c.scrollWidth, c.clientWidth]")
        assert inner[0] <= inner[1] + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(open_book, page_path, theme):
    page = open_book(theme=theme).goto(page_path)
    charts.draw_all(page)
    page.evaluate("document.querySelectorAll('article details').forEach(d => { d.open = true })")
    charts.settle(page)
    assert page.evaluate("document.documentElement.dataset.theme") in (theme, None, "")
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()


def test_static_figures_show_without_scripts(open_book, page_path):
    page = open_book(scripts=False).goto(page_path)
    images = page.locator(".gc-chart > img.gc-static")
    for i in range(images.count()):
        image = images.nth(i)
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        assert image.is_visible()
        assert box["width"] > 150
        assert box["height"] > 50
        assert len(image.get_attribute("alt")) > 20
        assert image.evaluate("i => i.naturalWidth") > 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["fig-drawings", "fig-poses"])
def test_drawings_are_not_stretched_with_their_panels(open_book, name, width):
    page = open_book(width=width).goto("book/chapters/illusions.html")
    charts.draw_all(page)
    sides = page.locator(f"#{name} svg [class*=concat_] > g > .background").evaluate_all(
        "all => all.map(e => [e.getBBox().width, e.getBBox().height])"
    )
    assert len(sides) > 3
    assert all(wide == high > 60 for wide, high in sides), sides


def test_the_entrance_leads_to_the_start_page(open_book):
    page = open_book("http").goto("index.html")
    page.wait_for_url("**/book/index.html")
    assert page.locator("article h1").count() == 1
