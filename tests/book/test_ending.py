"""Builds and runs that are told to end, or killed, while a chapter is executed."""

import os
import shutil
import signal
import sys

import nbformat
import nbformat.v4 as v4
import pytest
from tiny.processes import Command

from gcbook.book.project import Project, find_project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

SLEEPS = """
import pathlib, time
pathlib.Path({note!r}).write_text("there")
time.sleep(600)
"""


@pytest.fixture
def note(tmp_path):
    return tmp_path / "note"


@pytest.fixture
def project(tmp_path, note):
    made = Project(tmp_path / "project")
    made.chapters.mkdir(parents=True)
    made.templates.mkdir()
    (made.root / "_config.yml").write_text("title: test\n")
    shutil.copy(find_project().root / "_toc.yml", made.root)
    cells = [
        v4.new_markdown_cell("# The method"),
        v4.new_code_cell("draws = 1", metadata={"tags": ["parameters"]}),
        v4.new_code_cell(SLEEPS.format(note=str(note))),
    ]
    nbformat.write(v4.new_notebook(cells=cells), made.templates / "method.ipynb")
    (made.chapters / "method.ipynb").write_text("the last good page")
    made.html.mkdir(parents=True)
    (made.html / "index.html").write_text("the last good book")
    return made


@pytest.fixture
def gcbook(tmp_path, project, note):
    """Starts a command, which executes a chapter when it is given back."""
    running = []

    def start(*arguments):
        note.unlink(missing_ok=True)
        command = [sys.executable, "-m", "gcbook", *arguments]
        place = str(project.root)
        running.append(Command(command, tmp_path / "said", GCBOOK_PROJECT=place))
        running[-1].until(lambda: note.is_file() and note.read_text())
        return running[-1]

    yield start
    for each in running:
        each.__exit__()


def test_a_build_ends_with_its_kernels(gcbook, project):
    build = gcbook("build")
    assert len(build.alive()) >= 3, "command, worker, kernel"
    os.kill(build.process.pid, signal.SIGKILL)
    assert build.ended() == 137
    assert (project.chapters / "method.ipynb").read_text() == "the last good page"
    assert (project.html / "index.html").read_text() == "the last good book"


def test_a_run_ends_with_its_kernel(gcbook, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "method.html").write_text("an earlier page")
    run = gcbook("run", "method", "-o", folder, "--overwrite")
    assert len(run.alive()) >= 2, "command, kernel"
    os.kill(run.process.pid, signal.SIGTERM)
    assert run.ended() == 143
    assert "Traceback" not in run.said.read_text()
    assert (folder / "method.html").read_text() == "an earlier page"
    assert not (folder / "method.ipynb").exists()
