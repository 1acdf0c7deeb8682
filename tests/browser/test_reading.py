"""Predict first, slides and the worksheet, in the built book."""

import pytest

PAGE = "book/chapters/ood-accuracy.html"
SECOND_HALF = "two of three"


@pytest.fixture
def opened(browser, origins, request):
    """A page that nobody has typed on, from its file."""
    width, scheme, scripts = getattr(request, "param", (1280, "light", True))
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(f"{origins['file']}/{PAGE}", wait_until="load")
    yield page
    context.close()


def seen(page):
    return page.locator(".bd-article").inner_text()


def predict(page, text):
    page.get_by_label("Your prediction").fill(text)
    page.get_by_label("Your prediction").press("Tab")
    page.keyboard.press("Enter")


def test_nothing_is_folded_at_first_and_each_chapter_says_what_it_takes(opened):
    assert SECOND_HALF in opened.locator("h1:visible").inner_text()
    assert opened.locator(".gc-short").is_visible()
    assert not opened.locator(".gc-guess").first.is_visible()
    assert 1 <= int(opened.locator(".gc-goal").inner_text().split()[-2]) <= 30


@pytest.mark.parametrize("opened", [(1280, "light", False)], indirect=True)
def test_without_scripts_nothing_is_folded(opened):
    assert SECOND_HALF in opened.locator("h1:visible").inner_text()
    assert opened.locator(".gc-short").is_visible()
    assert opened.locator("figcaption strong").first.is_visible()
    assert opened.locator(".gc-reading").count() == 0


@pytest.mark.parametrize("opened", [(390, "dark", True)], indirect=True)
def test_findings_are_folded_until_a_prediction_is_typed(opened):
    page = opened
    page.get_by_role("button", name="Predict first").press("Enter")
    assert SECOND_HALF not in page.locator("body").inner_text()
    assert "In short" not in seen(page)
    assert SECOND_HALF not in page.title()
    assert "Predict:" in seen(page)
    show = page.get_by_role("button", name="Show the finding").first
    assert show.get_attribute("aria-expanded") == "false"
    show.press("Enter")
    assert page.get_by_role("status").first.inner_text() != ""
    assert "In short" not in seen(page)

    predict(page, "Noise harms <b>networks</b>.")
    assert SECOND_HALF in page.locator("h1:visible").inner_text()
    short, guess = page.locator(".gc-short"), page.locator(".gc-compare .gc-guessed")
    assert "Noise harms <b>networks</b>." in guess.inner_text()
    assert short.is_visible()
    folded = page.locator("figure").first
    finding = folded.locator("figcaption .caption-text strong").first
    assert not finding.is_visible()
    folded.get_by_label("What does it show?").fill("People lead.")
    folded.get_by_role("button", name="Show the finding").click()
    assert finding.is_visible()
    assert "People lead." in folded.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.reload(wait_until="load")
    assert page.get_by_role("button", name="Predict first").get_attribute("aria-pressed") == "true"
    assert page.get_by_label("Your prediction").input_value() == "Noise harms <b>networks</b>."
    assert page.locator(".gc-short").is_visible()
    page.get_by_role("button", name="Forget my predictions").click()
    assert page.get_by_label("Your prediction").input_value() == ""
    assert "In short" not in seen(page)
    page.get_by_role("button", name="Predict first").click()
    assert "In short" in seen(page)


def test_an_address_opens_a_page_folded_and_slides_keep_it_so(opened):
    page = opened
    assert page.get_by_role("button", name="Slides").count() == 0
    page.goto(f"{page.url}?predict&teach", wait_until="load")
    assert SECOND_HALF not in page.locator("body").inner_text()
    page.get_by_role("button", name="Slides").click()
    assert not page.locator(".gc-short").is_visible()
    assert not page.locator("figure").first.is_visible()
    predict(page, "Networks fail.")
    assert page.locator(".gc-short").is_visible()
    assert page.locator("figure").first.is_visible()


def test_a_worksheet_asks_and_does_not_answer(opened):
    page = opened
    page.goto(f"{page.url}?predict&teach", wait_until="load")
    predict(page, "Networks fail.")
    page.evaluate("window.print = () => {}")
    page.emulate_media(media="print")
    page.get_by_role("button", name="Print a worksheet", include_hidden=True).evaluate(
        "button => button.click()"
    )
    text = seen(page)
    assert "Predict:" in text
    assert "What does it show?" in text
    assert "Exercise" in text
    assert page.locator(".exercise p").last.is_visible()
    assert page.locator("figure").first.is_visible()
    assert page.get_by_label("Your prediction").is_visible(), "what was typed"
    assert not page.get_by_label("What does it show?").first.is_visible(), "lines to write on"
    for answer in (".gc-short", "figcaption .caption-text strong", ".solution", ".bd-article h2"):
        assert not page.locator(answer).first.is_visible(), answer
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".gc-short").is_visible()
