"""What the browser tests do to charts."""

from playwright.sync_api import Locator, Page


def draw_all(page: Page) -> int:
    """Scroll past every chart until it is drawn; say how many there are."""
    charts = page.locator(".gc-chart")
    for i in range(charts.count()):
        charts.nth(i).scroll_into_view_if_needed()
        page.wait_for_function(
            "i => document.querySelectorAll('.gc-chart')[i].classList.contains('gc-drawn')", arg=i
        )
    page.evaluate("window.scrollTo(0, 0)")
    return charts.count()


def resize(page: Page, width: int) -> None:
    """Give the page another width, and wait until every chart has been drawn anew."""
    page.evaluate(
        "() => { window.gcWaiting = new Set(document.querySelectorAll('.gc-chart'));"
        " document.addEventListener('gc-drawn', e => window.gcWaiting.delete(e.target)) }"
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(
        "() => !window.gcWaiting.size && !document.querySelector('.gc-measuring')",
        timeout=60_000,
    )


def marks(chart: Locator) -> int:
    """How many marks of data a chart shows."""
    return int(
        chart.evaluate(
            "c => c.querySelectorAll('svg .role-mark path, svg .role-mark text,"
            " svg .role-mark line, svg .role-mark rect, svg .role-mark image').length"
        )
    )


def picture(chart: Locator) -> str:
    """What a chart looks like, as markup, without what a pointer leaves behind."""
    return str(chart.evaluate("c => c.querySelector('svg').innerHTML"))


def settle(page: Page) -> None:
    """Wait for the next frames, in which Vega draws."""
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => setTimeout(r, 80)))")
