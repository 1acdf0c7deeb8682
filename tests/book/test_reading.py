"""What the script that folds findings relies on: a goal and a question before any finding."""

import re

import nbformat
import pytest

from gcbook.book.chapters import find_chapters
from gcbook.book.project import find_project

WITHOUT_A_QUESTION = {"home", "observer", "tables", "worked-example"}
"""The entrance, the experiment, and pages to look things up in."""

CHAPTERS = [each for each in find_chapters(find_project()) if each.name != "home"]


def prose(chapter):
    cells = nbformat.read(chapter.template, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda each: each.name)
def test_a_goal_stands_below_the_title_with_the_minutes(chapter):
    text = prose(chapter)
    (goal,) = re.findall(r"^# .*\n\n:::\{div\} gc-goal\n(.*)\n:::$", text, re.MULTILINE)
    assert goal.startswith("**Goal:** ")
    assert goal.endswith(" {minutes} minutes.")
    assert text.count("{minutes}") == 1


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda each: each.name)
def test_a_question_stands_before_all_findings(chapter):
    text = prose(chapter)
    questions = re.findall(r":::\{div\} gc-predict\n\*\*Predict:\*\* .*\?\n:::", text)
    assert len(questions) == (chapter.name not in WITHOUT_A_QUESTION)
    if questions:
        before = text.partition(questions[0])[0]
        assert before.splitlines()[-2:] == [":::", ""], "directly below the goal"
        assert "{eval}" not in before
