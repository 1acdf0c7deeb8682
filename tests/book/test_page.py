"""Pages of single chapters: what they refer to is there, executed or not."""

import re

import nbformat

from gcbook.book.chapters import find_chapters
from gcbook.book.page import with_places
from gcbook.book.project import find_project


def test_every_figure_that_a_chapter_refers_to_has_a_place_in_some_chapter():
    places, referred = set(), set()
    for chapter in find_chapters(find_project()):
        notebook = with_places(nbformat.read(chapter.template, as_version=4))
        for cell in notebook.cells:
            referred |= set(re.findall(r"\{numref\}+`([\w-]+)`", cell.source))
            if "mystnb" in cell.metadata:
                assert cell.outputs[0]["data"]["text/html"]
                places.add(cell.metadata["mystnb"]["figure"]["name"])
    assert {"fig-overview", "tab-paper-1"} <= places
    assert referred - places == set()


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


def test_cells_without_a_figure_stay_as_they_are():
    cells = [
        nbformat.v4.new_markdown_cell('name="fig-a"'),
        nbformat.v4.new_code_cell('choose(name="Anna")'),
        nbformat.v4.new_code_cell('figure(made, name="fig-a")'),
    ]
    plain, other, shown = with_places(nbformat.v4.new_notebook(cells=cells)).cells
    assert "mystnb" not in plain.metadata
    assert (other.outputs, dict(other.metadata)) == ([], {})
    assert shown.metadata["mystnb"]["figure"]["name"] == "fig-a"


def test_tables_are_counted_apart_from_figures_before_they_are_made():
    cells = [nbformat.v4.new_code_cell(f'show(made, name="{name}-a")') for name in ("fig", "tab")]
    chart, table = with_places(nbformat.v4.new_notebook(cells=cells)).cells
    assert "gc-chart-figure" in chart.metadata["mystnb"]["figure"]["classes"]
    assert "gc-table-figure" in table.metadata["mystnb"]["figure"]["classes"]


def test_an_optional_figure_takes_no_number_before_it_is_made():
    cells = [
        nbformat.v4.new_code_cell(f'figure(made, name="{name}")', metadata={"tags": tags})
        for name, tags in (("fig-a", ["optional"]), ("fig-b", []))
    ]
    optional, shown = with_places(nbformat.v4.new_notebook(cells=cells)).cells
    assert (optional.outputs, "mystnb" in optional.metadata) == ([], False)
    assert shown.metadata["mystnb"]["figure"]["name"] == "fig-b"
