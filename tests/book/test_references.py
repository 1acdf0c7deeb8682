"""What the page for teachers refers to."""

import re

import nbformat

from gcbook.book.chapters import find_chapters
from gcbook.book.project import find_project


def test_the_page_for_teachers_lists_every_exercise_once():
    project = find_project()
    pages = {
        chapter.name: "\n".join(
            cell.source for cell in nbformat.read(chapter.template, as_version=4).cells
        )
        for chapter in find_chapters(project)
    }
    pages |= {path.name: path.read_text("utf-8") for path in project.book.glob("*.md")}
    exercises = set()
    for name, text in pages.items():
        asked = re.findall(r"\{exercise\} (.*)\n:label: ([\w-]+)", text)
        solved = re.findall(r"\{solution\}+ ([\w-]+)", text)
        assert sorted(label for _, label in asked) == sorted(solved), name
        exercises |= set(asked)
    page = (project.book / "teach.md").read_text()
    _, _, section = page.partition("## The exercises")
    listed = re.findall(r"\{ref\}`([^`<]+) <(exercise-[\w-]+)>`", section)
    assert len(listed) == len(set(listed))
    assert set(listed) == exercises
