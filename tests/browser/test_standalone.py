"""The page that `gcbook run` writes: one file, alone in its folder, with live figures."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tiny import browsing as charts

from gcbook.book.chapters import pick_chapter
from gcbook.book.project import find_project
from gcbook.book.run import write_page
from gcbook.chapters.parameters import defaults


@pytest.fixture(scope="module")
def alone(html, tmp_path_factory):
    """Set from the notebook that the build has executed, as if with other parameters."""
    page, project = tmp_path_factory.mktemp("alone") / "shape-bias.html", find_project()
    chapter, chosen = pick_chapter(project, "shape-bias"), {"observers": "resnet50"}
    executed = project.executed(chapter.name)
    write_page(project, chapter, executed, defaults(chapter.name) | chosen, page)
    return page


@pytest.mark.parametrize(
    ("theme", "width"),
    [pytest.param("light", 1280, marks=pytest.mark.nightly), ("dark", 390)],
)
def test_a_rerun_page_needs_no_other_file(open_book, alone, theme, width):
    opened = open_book(theme=theme, width=width)
    # Only the page itself may be asked for.
    opened.base = alone.as_uri()
    opened.page.goto(opened.base)
    page = opened.page
    assert charts.draw_all(page) > 0
    charts.settle(page)
    assert opened.problems == []
    assert charts.marks(page.locator(".gc-chart").first) > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "-p observers resnet50" in page.locator("article, main").first.text_content()
    wcag = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "preload": False}
    results = Axe().run(page, options=wcag)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_figures_are_counted_and_what_refers_to_other_pages_is_words(open_book, alone):
    page = open_book().page
    page.goto(alone.as_uri())
    numbers = page.locator(".caption-number").all_inner_texts()
    assert numbers[0].startswith("Fig. 1")
    text = page.locator("main").text_content()
    assert "Rerun it" in text
    assert "/book/rerun" not in text
