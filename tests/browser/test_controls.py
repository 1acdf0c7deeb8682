"""Controls keep their value on a redraw, tables sort, names fit, and search finds.

That every control changes its chart is seen when the page is visited, in `test_pages`.
"""

import pytest
from tiny import browsing as charts


def source(html, path):
    """A page's HTML and the specifications of its charts, which are files beside it."""
    page = html / path
    files = [page, *sorted(page.with_suffix(".files").glob("chart-*.js"))]
    return "".join(file.read_text(encoding="utf-8") for file in files)


def chart_pages(html, needle):
    pages = sorted(str(path.relative_to(html)) for path in html.rglob("*.html"))
    return [path for path in pages if needle in source(html, path)]


def test_choices_survive_theme_and_width(open_book, html):
    path = next(each for each in chart_pages(html, '"input":"select"') if "/chapters/" in each)
    page = open_book().goto(path)
    charts.draw_all(page)
    control = page.locator(".gc-chart .vega-bind select").first
    chosen = control.locator("option").nth(1).get_attribute("value")
    control.select_option(chosen)
    charts.settle(page)
    chart = page.locator(".gc-chart:has(.vega-bind select)").first
    light = charts.picture(chart)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(700)
    assert charts.picture(chart) != light
    assert control.input_value() == chosen
    charts.resize(page, 500)
    assert chart.evaluate("c => c.querySelector('svg').getBoundingClientRect().width") <= 500
    assert control.input_value() == chosen


def axis_labels(page):
    """For every chart, its axes' labels; a title has what a label says in full."""
    return page.locator(".gc-chart").evaluate_all(
        "charts => charts.map(c => "
        "[...c.querySelectorAll('.role-axis-label text')].map(t => t.textContent))"
    )


def test_long_names_lose_their_middle_on_a_phone(open_book, html):
    cut = 0
    # One script shortens all of them.
    for path in chart_pages(html, "RegNet")[:1]:
        page = open_book(width=1280).goto(path)
        charts.draw_all(page)
        wide = axis_labels(page)
        charts.resize(page, 390)
        assert charts.too_wide(page) == [], path
        narrow = axis_labels(page)
        for full, short in zip(wide, narrow, strict=True):
            names = {label for label in full if label not in short}
            for label in {label for label in short if "…" in label}:
                start, end = label.split("…")
                assert start and end, f"{path}: {label}"
                meant = [name for name in names if name.startswith(start) and name.endswith(end)]
                assert len(meant) == 1, f"{path}: {label} may mean {meant}"
                cut += 1
    assert cut


def test_tables_sort_and_filter(open_book, html):
    (path,) = (path for path in chart_pages(html, "gc-sortable") if path.endswith("/tables.html"))
    page = open_book().goto(path)
    table = page.locator("table.gc-sortable:has(th.gc-number)").first
    numbers = "t => [...t.tBodies[0].rows].map(r => r.cells[{}].dataset.value ?? null)"
    column = table.locator("thead th").evaluate_all(
        "hs => hs.findIndex(h => h.classList.contains('gc-number'))"
    )
    button = table.locator("thead th").nth(column).locator("button")
    button.focus()
    button.press("Enter")
    head = table.locator("thead th").nth(column)
    assert head.get_attribute("aria-sort") == "ascending"
    values = table.evaluate(numbers.format(column))
    known = [float(v) for v in values if v is not None]
    assert known == sorted(known)
    assert values[: len(known)].count(None) == 0, "missing values come last"
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    known = [float(v) for v in table.evaluate(numbers.format(column)) if v is not None]
    assert known == sorted(known, reverse=True)
    box = page.get_by_label("Filter rows").first
    first = table.locator("tbody tr").first.locator("td").first.inner_text()
    box.fill(first)
    shown = table.locator("tbody tr:visible")
    assert 0 < shown.count() < table.locator("tbody tr").count()
    assert first.lower() in shown.first.inner_text().lower()
    box.fill("no such row")
    assert shown.count() == 0


@pytest.mark.parametrize("origin", ["file", pytest.param("http", marks=pytest.mark.nightly)])
def test_search_finds_the_chapter_on_it_first(open_book, origin):
    opened = open_book(origin)
    page = opened.goto("search.html?q=shape+bias")
    page.wait_for_selector("#search-results li a")
    first = page.locator("#search-results li a").first
    assert first.get_attribute("href").startswith("book/chapters/shape-bias.html")
    assert opened.problems == []
