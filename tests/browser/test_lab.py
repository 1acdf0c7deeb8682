"""The lab in the page: Python answers, checks judge as `gcbook check` does, nothing is lost."""

import nbformat
import pytest

from gcbook.book.course import find_labs
from gcbook.book.inpage import IN_PAGE
from gcbook.book.project import find_project
from gcbook.book.solutions import GAP

START_MS = 120_000


@pytest.fixture
def open_lab(open_book):
    """Open a notebook; no page asks anybody for anything, Python's worker included."""
    made = []

    def opened(name, **how):
        book = open_book(**how)
        made.append(book)
        page = book.goto(f"book/lab.html#{name}")
        page.get_by_label("Answer 1", exact=True).wait_for()
        return page

    yield opened
    assert [problem for book in made for problem in book.problems] == []


def solutions(name):
    source = nbformat.read(find_labs(find_project())[name], as_version=4)
    return {cell.id: cell.source for cell in source.cells if cell.id.startswith("answer-")}


def fill(page, answers):
    for identifier, code in answers.items():
        page.get_by_label(f"Answer {identifier[-1]}", exact=True).fill(code)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_text("Python is ready.", exact=True).wait_for(timeout=START_MS)


def verdicts(page):
    return page.locator(".gc-verdict:not(:empty)").all_inner_texts()


@pytest.mark.parametrize("name", IN_PAGE)
def test_solutions_pass(open_lab, name):
    page = open_lab(name)
    fill(page, solutions(name))
    # The last check needs all answers, which are run before it.
    for number in (4, 1, 2, 3):
        press(page, f"Check answer {number}")
    assert verdicts(page) == ["Passed."] * 4


def test_gaps_mistakes_and_a_loop_and_what_is_kept(open_lab):
    page = open_lab("1-shape-bias")
    right = solutions("1-shape-bias")
    press(page, "Check answer 2")
    assert verdicts(page)[-1].startswith("Open")
    fill(page, {"answer-2": right["answer-2"].replace("response == texture", "response != shape")})
    press(page, "Check answer 2")
    assert verdicts(page)[-1].startswith("Not yet")
    fill(page, {"answer-2": "def cue_counts(answers):\n    return answers / 0"})
    press(page, "Check answer 2")
    assert "TypeError: unsupported operand" in verdicts(page)[-1]
    printed = page.locator(".gc-printed:visible").last.inner_text()
    assert 'File "<cell answer-2>", line 2' in printed
    assert "pyodide" not in printed, "the error is told from the reader's own line on"

    # An answer that never ends can be stopped, and costs nothing but a new start.
    fill(page, {"answer-2": "while True:\n    pass"})
    page.get_by_role("button", name="Run answer 2", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped.").wait_for()
    fill(page, {"answer-2": right["answer-2"]})
    page.get_by_label("Code of your own").fill("1 / 4")
    press(page, "Check answer 2")
    assert verdicts(page)[-1].endswith("Passed.")
    press(page, "Run your code")
    assert page.locator(".gc-printed:visible").last.inner_text() == "0.25\n"
    page.reload()
    area = page.get_by_label("Answer 2", exact=True)
    assert area.input_value() == right["answer-2"]

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as notebook").click()
    assert saved.value.suggested_filename == "1-shape-bias.ipynb"
    notebook = nbformat.read(saved.value.path(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["gcbook_lab"] == "1-shape-bias"
    code = {cell.id: cell.source for cell in notebook.cells}
    assert code["answer-2"] == right["answer-2"]
    assert GAP in code["answer-3"]
    assert code["own"] == "1 / 4"

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    page.wait_for_function(
        f"document.querySelector('[aria-label=\"Answer 2\"]').value.includes({GAP!r})"
    )


def test_a_new_line_begins_where_the_one_above_did(open_lab):
    page = open_lab("2-kappa")
    area = page.get_by_label("Answer 1", exact=True)
    area.fill("")
    area.press_sequentially("def f():")
    area.press("Enter")
    area.press_sequentially("a = 1")
    area.press("Enter")
    area.press_sequentially("return a")
    assert area.input_value() == "def f():\n    a = 1\n    return a"
    assert page.locator("mjx-container").count() > 3
