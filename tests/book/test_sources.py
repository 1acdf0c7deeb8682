"""What pages and chapters must have: old addresses, exercises, a goal, a question."""

import posixpath
import re

import nbformat
import pytest
import yaml

from gcbook.book.chapters import find_chapters, read_contents
from gcbook.book.project import find_project

PROJECT = find_project()
CONFIG = yaml.safe_load((PROJECT.root / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
FORWARDS = CONFIG["redirects"]
CONTENTS = read_contents(PROJECT)
CHAPTERS = [each for each in find_chapters(PROJECT) if each.name != "home"]
WITHOUT_A_QUESTION = {"home", "observer", "tables", "worked-example"}
"""The entrance, the experiment, and pages to look things up in."""


@pytest.mark.parametrize("old", FORWARDS)
def test_an_old_address_leads_to_a_page_and_to_a_label_on_it(old):
    page, _, label = FORWARDS[old].partition("#")
    new = posixpath.normpath(posixpath.join(posixpath.dirname(old), page))
    assert new.removesuffix(".html") in CONTENTS
    if label:
        name = posixpath.basename(page).removesuffix(".html")
        sources = [PROJECT.book / f"{name}.md", PROJECT.templates / f"{name}.ipynb"]
        text = next(each.read_text("utf-8") for each in sources if each.is_file())
        assert f"({label})=" in text


def test_the_page_for_teachers_lists_every_exercise_once():
    pages = {
        chapter.name: "\n".join(
            cell.source for cell in nbformat.read(chapter.template, as_version=4).cells
        )
        for chapter in find_chapters(PROJECT)
    }
    pages |= {path.name: path.read_text("utf-8") for path in PROJECT.book.glob("*.md")}
    exercises = set()
    for name, text in pages.items():
        asked = re.findall(r"\{exercise\} (.*)\n:label: ([\w-]+)", text)
        solved = re.findall(r"\{solution\}+ ([\w-]+)", text)
        assert sorted(label for _, label in asked) == sorted(solved), name
        exercises |= set(asked)
    page = (PROJECT.book / "teach.md").read_text()
    _, _, section = page.partition("## The exercises")
    listed = re.findall(r"\{ref\}`([^`<]+) <(exercise-[\w-]+)>`", section)
    assert len(listed) == len(set(listed))
    assert set(listed) == exercises


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
