"""Executing chapters: what is run again, what a failure leaves behind, which words it finds."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import nbformat
import nbformat.v4 as v4
import pytest

from gcbook.book import execute
from gcbook.book.chapters import Chapter, find_chapters, pick_chapter
from gcbook.book.execute import ChapterFailed, execute_chapters, run_notebook
from gcbook.book.project import Project, find_project
from gcbook.book.record import read_record
from gcbook.files.errors import GcbookError, InputError


def write_template(project, name, *sources):
    cells = [
        v4.new_markdown_cell(f"# The {name}"),
        v4.new_code_cell("draws = 1", metadata={"tags": ["parameters"]}),
        *map(v4.new_code_cell, sources),
    ]
    project.templates.mkdir(exist_ok=True)
    path = project.templates / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


@pytest.fixture
def project(tmp_path):
    (tmp_path / "_config.yml").write_text("title: test\n")
    shutil.copy(find_project().root / "_toc.yml", tmp_path)
    made = Project(tmp_path)
    write_template(made, "method", "print('draws', draws)")
    return made


@pytest.fixture
def in_one_process(monkeypatch):
    """Chapters are executed from a thread where the processes that do it are not what is tested.

    A process imports papermill for two seconds. There is one thread however many workers are asked
    for: papermill changes the folder of the whole process for a while, and two that do it at once
    leave the process in the wrong one. What was asked for is kept.
    """
    asked = []

    @contextmanager
    def threads(number, prepare, *arguments):
        asked.append((number, *arguments))
        with ThreadPoolExecutor(1, initializer=prepare, initargs=arguments) as pool:
            yield pool

    monkeypatch.setattr(execute, "workers", threads)
    # What is prepared stays in this process, and goes with the test.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("OMP_NUM_THREADS")
    return asked


def states(project):
    said = []
    return execute_chapters(project, find_chapters(project), 1, said.append), said


def test_a_chapter_runs_only_when_something_changed(project, in_one_process, monkeypatch):
    monkeypatch.setattr(execute.os, "cpu_count", lambda: 6)
    write_template(project, "method", "import os; print(draws, os.environ['OMP_NUM_THREADS'])")
    page = project.page("method")
    said = ["executing method", "method: executed (1 of 1)"]
    assert states(project) == (["method"], said)
    first = page.read_bytes()
    assert b"1 6" in first, "the draws, and the cores that a chapter alone has"
    assert in_one_process == [(1, 6)]
    record = read_record(project, "method")
    assert record.inputs["parameters"] == {"draws": 1}
    assert record.seconds > 0
    assert states(project) == ([], [])
    page.unlink()
    assert states(project)[0] == ["method"]
    assert page.read_bytes() == first
    write_template(project, "method", "print('other')")
    assert states(project)[0] == ["method"]
    assert page.read_bytes() != first


def test_nothing_of_the_run_stays_in_the_executed_notebook(tmp_path):
    source = "import warnings\nprint('draws', draws)\nwarnings.warn('odd')"
    template = write_template(Project(tmp_path), "method", source)
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        output = tmp_path / name / "out.ipynb"
        run_notebook(template, output, {"draws": 3}, output.parent, inputs={"a": "b"})
        made.append(output.read_text())
    assert made[0] == made[1]
    assert "draws 3" in made[0]
    assert str(tmp_path) not in made[0]
    assert "<cell>:3: UserWarning: odd" in made[0]
    metadata = nbformat.reads(made[0], as_version=4).metadata
    assert metadata.papermill == {"parameters": {"draws": 3}}
    assert metadata.gcbook == {"inputs": {"a": "b"}}


def test_an_error_that_explains_itself_is_said_alone(project, in_one_process):
    source = "from gcbook.files.errors import InputError\nraise InputError('draws: found 1.')"
    write_template(project, "method", "x = 1", source)
    with pytest.raises(ChapterFailed, match=r"\Achapter method: draws: found 1\.\Z"):
        states(project)


def test_a_failure_names_chapter_cell_and_error_and_keeps_the_last_page(project):
    page = project.chapters / "method.ipynb"
    page.parent.mkdir(parents=True)
    page.write_text("good")
    write_template(project, "method", "x = 1", "y = x\nz = y / 0")
    with pytest.raises(ChapterFailed) as error:
        states(project)
    said = str(error.value)
    assert "chapter method failed in code cell 3" in said
    assert "z = y / 0" in said
    assert "ZeroDivisionError: division by zero" in said
    assert [each.name for each in page.parent.iterdir()] == [page.name]
    assert page.read_text() == "good"


def test_chapters_come_in_the_order_of_the_book(project):
    write_template(project, "introduction")
    assert find_chapters(project) == [
        Chapter("introduction", project.templates / "introduction.ipynb", "The introduction"),
        Chapter("method", project.templates / "method.ipynb", "The method"),
    ]
    with pytest.raises(InputError, match="chapters: introduction, method"):
        pick_chapter(project, "tables")
    write_template(project, "stray")
    with pytest.raises(GcbookError, match=r"stray has no parameters\. Add a line"):
        find_chapters(project)
    (project.templates / "stray.ipynb").unlink()
    (project.root / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    with pytest.raises(GcbookError, match=r"introduction has no place(.|\n)*book/chapters/introd"):
        find_chapters(project)
    (project.root / "_toc.yml").write_text("chapters: []\n")
    with pytest.raises(GcbookError, match=r"_toc\.yml: expected a table of contents"):
        find_chapters(project)


def test_the_project_is_found_from_anywhere(project, tmp_path, monkeypatch):
    inside = tmp_path / "notebooks" / "deep"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert find_project().root == tmp_path
    monkeypatch.chdir("/")
    assert (find_project().root / "gcbook").is_dir()
    mine = tmp_path / "mine"
    assert find_project(mine).html == mine / "html"
    assert find_project(mine).templates == find_project().templates
    monkeypatch.setenv("GCBOOK_PROJECT", str(inside))
    with pytest.raises(GcbookError, match="GCBOOK_PROJECT"):
        find_project()
