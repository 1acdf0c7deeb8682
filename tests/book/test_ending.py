"""Builds and runs that are told to end, or killed, while a chapter is executed."""

import os
import shutil
import signal
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest
from tiny.processes import Command

from gcbook.book.project import Project, find_project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

SLEEPS = """
import pathlib, subprocess, tempfile
with subprocess.Popen(["sleep", "600"]):
    pathlib.Path({note!r}).write_text(tempfile.gettempdir())
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
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def start(*arguments):
        note.unlink(missing_ok=True)
        command = [sys.executable, "-m", "gcbook", *arguments]
        places = {"GCBOOK_PROJECT": str(project.root), "TMPDIR": str(temporary)}
        running.append(Command(command, tmp_path / "said", **places))
        running[-1].until(lambda: note.is_file() and note.read_text())
        return running[-1]

    yield start
    for each in running:
        each.__exit__()


def test_a_build_ends_with_its_kernels_and_the_next_one_clears_up(gcbook, project, note):
    build = gcbook("build")
    # Command, worker, kernel, and what the chapter has started.
    assert len(build.alive()) >= 4
    os.kill(build.process.pid, signal.SIGKILL)
    assert build.ended() == 137
    left = Path(note.read_text())
    assert left.is_dir()

    build = gcbook("build")
    assert not left.exists()
    os.killpg(build.process.pid, signal.SIGINT)
    assert build.ended() == 130
    said = build.said.read_text()
    assert said == "stopped; the same command goes on with the chapters that are not finished\n"
    assert not Path(note.read_text()).exists()
    assert (project.chapters / "method.ipynb").read_text() == "the last good page"
    assert (project.html / "index.html").read_text() == "the last good book"


def test_a_run_ends_with_its_kernel(gcbook, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "method.html").write_text("an earlier page")
    run = gcbook("run", "method", "-o", folder, "--overwrite")
    assert len(run.alive()) >= 4
    os.kill(run.process.pid, signal.SIGTERM)
    assert run.ended() == 143
    said = run.said.read_text().splitlines()
    assert said[-1] == "stopped; what an earlier run left is there"
    # Where output is piped, lines say how far it is.
    assert all(line.startswith("Running method: executing cells, ") for line in said[:-1])
    assert (folder / "method.html").read_text() == "an earlier page"
    assert not (folder / "method.ipynb").exists()
