"""What the browser tests do to charts."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

WCAG = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
}

# Rows of a figure's data are made by one line of a template, and marks by one of Vega's: of each
# group axe sees five. All texts in charts stay, which have colours of their own.
TAKE_REPEATED = """() => {
  window.gcTaken = ["tbody > tr", ".role-mark > :not(text)"].flatMap(each =>
    [...document.querySelectorAll(`:is(.gc-data, .gc-chart) ${each}:nth-child(n+6)`)]
      .map(one => [one.parentNode, one]));
  gcTaken.forEach(([_, one]) => one.remove());
}"""
PUT_BACK = "() => gcTaken.forEach(([parent, one]) => parent.append(one))"


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


def too_wide(page: Page) -> list[str]:
    """What sticks out of a phone's screen."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [f"the page is {wide} pixels wide"] if wide > 390 else []
    sizes = page.locator(".gc-chart").evaluate_all(
        "charts => charts.map(c => [c.scrollWidth, c.clientWidth])"
    )
    return found + [
        f"chart {number} is {inner} pixels wide in {outer}"
        for number, (inner, outer) in enumerate(sizes)
        if inner > outer + 1
    ]


COVERED = """() => [...document.querySelectorAll(".gc-live")].flatMap((live, number) => {
  const chart = live.querySelector("svg");
  const panels = live.querySelectorAll(".vega-bindings:has(.vega-bind)");
  const worst = Math.max(...[0, 0.5, 0.9].flatMap(part => {
    const before = chart.getBoundingClientRect();
    scrollTo(0, scrollY + before.top + part * before.height);
    const box = chart.getBoundingClientRect();
    return [...panels].map(each => {
      const panel = each.getBoundingClientRect();
      return Math.min(panel.bottom, box.bottom) - Math.max(panel.top, box.top);
    });
  }));
  return worst > 1 ? [`the controls of chart ${number} cover ${Math.round(worst)} pixels`] : [];
})"""


def covered(page: Page) -> list[str]:
    """Charts that their controls cover, wherever in the chart the page is scrolled to."""
    found: list[str] = page.evaluate(COVERED)
    page.evaluate("window.scrollTo(0, 0)")
    return found


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


def changes(page: Page, chart: Locator, before: str, tries: int = 15) -> bool:
    """Whether the chart comes to look otherwise, within about three seconds."""
    for _ in range(tries):
        settle(page)
        if picture(chart) != before:
            return True
        page.wait_for_timeout(100)
    return False


def values_of(select: Locator) -> list[str]:
    return select.locator("option").evaluate_all("options => options.map(o => o.value)")


def select_changes(page: Page, chart: Locator, select: Locator) -> bool:
    """Whether another option of a drop-down changes the chart."""
    before, start = picture(chart), select.input_value()
    for value in [v for v in values_of(select) if v != start][:6]:
        select.select_option(value)
        changed = changes(page, chart, before, 4)
        select.select_option(start)
        if changed:
            settle(page)
            return True
    return False


def unmoved(page: Page) -> list[str]:
    """Controls that change nothing about their chart."""
    kinds = ("range", "radio", "checkbox")
    return [
        *drop_downs_without_effect(page),
        *(what for kind in kinds for what in unmoved_by(page, kind)),
    ]


def drop_downs_without_effect(page: Page) -> list[str]:
    found = []
    for chart in page.locator(".gc-chart:has(.vega-bind select)").all():
        selects = chart.locator(".vega-bind select").all()
        for select in selects:
            if len(values_of(select)) < 2:  # it says what is shown, and there is no other
                continue
            moved = select_changes(page, chart, select)
            # Two orders may be one for the dataset that is shown first, for instance.
            for other in [s for s in selects if not moved and s != select]:
                start = other.input_value()
                for value in values_of(other):
                    other.select_option(value)
                    settle(page)
                    moved = select_changes(page, chart, select)
                    if moved:
                        break
                other.select_option(start)
            if not moved:
                found.append(f"drop-down {select.get_attribute('aria-label')}")
    return found


def unmoved_by(page: Page, kind: str) -> list[str]:
    """Controls of a kind that change nothing."""
    found = []
    for chart in page.locator(f".gc-chart:has(input[type={kind}])").all():
        for bind in chart.locator(f".vega-bind:has(input[type={kind}])").all():
            before = picture(chart)
            control = bind.locator("input").first
            if kind == "range":
                control.focus()
                upward = control.input_value() != control.get_attribute("max")
                for _ in range(8):
                    control.press("ArrowRight" if upward else "ArrowLeft")
            elif kind == "radio":
                bind.locator("input:not(:checked)").first.check()
            else:
                control.click()
            if not changes(page, chart, before):
                found.append(f"{kind} {bind.inner_text()}")
    return found


def violations(page: Page, rules: Any = WCAG) -> list[str]:
    """What axe, which tests accessibility, finds."""
    page.evaluate(TAKE_REPEATED)
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    results = Axe().run(page, options=options)
    page.evaluate(PUT_BACK)
    return [results.generate_report()] if results.violations_count else []
