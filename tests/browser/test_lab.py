"""The lab in the page: Python answers, checks judge as `gcbook check` does, nothing is lost."""

import nbformat
import pytest

from gcbook.book.course import find_labs
from gcbook.book.project import find_project
from gcbook.book.runtimes import IN_PAGE
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


@pytest.mark.parametrize(
    "name",
    [IN_PAGE[0], *(pytest.param(name, marks=pytest.mark.nightly) for name in IN_PAGE[1:])],
)
def test_solutions_pass(open_lab, name):
    page = open_lab(name)
    fill(page, solutions(name))
    # The last check needs all answers, which are run before it.
    for number in (4, 1, 2, 3):
        press(page, f"Check answer {number}")
    assert verdicts(page) == ["Passed."] * 4
    assert page.get_by_text("4 of 4 passed", exact=True).is_visible()


def test_gaps_mistakes_and_a_loop_and_what_is_kept(open_lab):
    page = open_lab("1-shape-bias")
    right = solutions("1-shape-bias")
    press(page, "Check answer 2")
    assert verdicts(page)[-1].startswith("Not answered yet")
    for mistake, said in (
        (right["answer-2"].replace("response == texture", "response != shape"), "expected (2, 1)"),
        (
            right["answer-2"].replace("return ", "print(1); "),
            "returned nothing: end it with return",
        ),
        ("def cue_counts(answers):\n    return answers / 0", "TypeError: unsupported operand"),
        (right["answer-2"] + "\nprint(1 / 0)", "ZeroDivisionError: division by zero"),
        ("def cue_counts(answers)", "SyntaxError"),
        ("import numpy", "No module named 'numpy'"),
        ("input()", "input() does not work here"),
    ):
        fill(page, {"answer-2": right["answer-2"]})
        press(page, "Check answer 2")
        assert verdicts(page)[-1] == "Passed."
        fill(page, {"answer-2": mistake})
        # What was said of another text goes as soon as that is changed.
        assert "Passed." not in verdicts(page)
        press(page, "Check answer 2")
        assert verdicts(page)[-1].startswith("Not yet: ")
        assert said in verdicts(page)[-1]
    # An answer that is gone is not judged by what Python still has of it.
    fill(page, {"answer-2": ""})
    press(page, "Check answer 2")
    assert "name 'cue_counts' is not defined" in verdicts(page)[-1]
    printed = page.locator(".gc-printed:visible").last.inner_text()
    assert 'File "check 2", line 2' in printed
    assert "found = cue_counts(" in printed
    assert "pyodide" not in printed, "the error is told from the reader's own lines on"

    # An answer that never ends can be stopped, and costs nothing but a new start.
    fill(page, {"answer-2": "while True:\n    pass"})
    run = page.get_by_role("button", name="Run answer 2", exact=True)
    run.click()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped.").wait_for()
    fill(page, {"answer-2": right["answer-2"]})
    page.get_by_label("What you think").fill("As *I* said.")
    page.get_by_label("Your code").fill("1 / 4")
    press(page, "Check answer 2")
    assert verdicts(page)[-1] == "Passed."
    press(page, "Run your code")
    assert page.locator(".gc-printed:visible").last.inner_text() == "0.25\n"
    page.reload()
    area = page.get_by_label("Answer 2", exact=True)
    assert area.input_value() == right["answer-2"]

    page.get_by_label("Your name or number").fill("Ana / 7")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as notebook").click()
    assert saved.value.suggested_filename == "1-shape-bias-Ana-7.ipynb"
    notebook = nbformat.read(saved.value.path(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["gcbook_lab"] == "1-shape-bias"
    cells = {cell.id: (cell.cell_type, cell.source) for cell in notebook.cells}
    assert cells["answer-2"] == ("code", right["answer-2"])
    assert GAP in cells["answer-3"][1]
    assert cells["own"] == ("code", "1 / 4")
    assert cells["notes"] == ("markdown", "As *I* said.")

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start over").click()
    gone = "document.querySelector('[aria-label=\"Answer 2\"]').value.includes('raise')"
    page.wait_for_function(gone)
    assert GAP in area.input_value()


@pytest.mark.nightly
def test_the_keyboard_is_enough(open_lab):
    page = open_lab("2-kappa")
    area = page.get_by_label("Answer 1", exact=True)
    area.fill("most_agreement = 0.6")
    area.press("Control+Enter")
    page.get_by_text("Python is ready.", exact=True).wait_for(timeout=START_MS)
    assert area.evaluate("area => document.activeElement === area")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 4 passed", exact=True).wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Check answer 1"
