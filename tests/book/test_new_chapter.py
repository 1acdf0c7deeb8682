"""A chapter that did not exist takes a notebook, its parameters and a line in _toc.yml, no more.

Each test works on a copy of the project, in a process of its own, for the copy's package is another
one than this process has imported.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest
import yaml

import gcbook
from gcbook.book.project import find_project

PARAMETERS = """

class Squares(Parameters):
    number: int = Field(4, ge=0, le=9, description="to square")


CHAPTERS["squares"] = Squares
"""

LOAD = """
from gcbook.book import chosen_parameters
from gcbook.claims.notebook import Claims

p = chosen_parameters("squares", globals())
claim = Claims(p)
square = p.number**2
claim("more_than_ten", "The square is more than ten.", square > 10, evidence="computed")
"""

TEXT = """
The square of {eval}`p.number` is {eval}`square`, which is more than ten.
{eval}`claim.more_than_ten`
"""

EXECUTE = """
from gcbook.book.chapters import pick_chapter
from gcbook.book.execute import execute_chapters
from gcbook.book.project import find_project

project = find_project()
execute_chapters(project, [pick_chapter(project, "squares")])
"""


def link_all(source: Path, target: Path, but: str = "") -> None:
    target.mkdir()
    for each in source.iterdir():
        if each.name not in (but, "__pycache__"):
            (target / each.name).symlink_to(each)


@pytest.fixture
def root(tmp_path):
    project, code = find_project(), Path(gcbook.__file__).parent
    link_all(code, tmp_path / "gcbook", but="chapters")
    link_all(code / "chapters", tmp_path / "gcbook" / "chapters", but="parameters.py")
    declared = (code / "chapters" / "parameters.py").read_text() + PARAMETERS
    (tmp_path / "gcbook" / "chapters" / "parameters.py").write_text(declared)
    link_all(project.templates, tmp_path / "notebooks")
    (tmp_path / "_config.yml").symlink_to(project.root / "_config.yml")
    contents = yaml.safe_load((project.root / "_toc.yml").read_text())
    contents["parts"][0]["chapters"].append({"file": "book/chapters/squares"})
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(contents))
    cells = [
        v4.new_markdown_cell("# Squares"),
        v4.new_code_cell("number = 4", metadata={"tags": ["parameters"]}),
        v4.new_code_cell(LOAD.strip()),
        v4.new_markdown_cell(TEXT.strip()),
        v4.new_code_cell("claim"),
    ]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "notebooks" / "squares.ipynb")
    return tmp_path


def run(root, code):
    environment = os.environ | {"PYTHONPATH": str(root), "GCBOOK_PROJECT": str(root)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def text_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell.source for cell in cells if cell.source.startswith("The square"))


@pytest.mark.nightly
def test_a_chapter_is_its_notebook_its_parameters_and_a_line(root):
    listed = run(root, "from gcbook.cli import main; main(['chapters', 'squares'])")
    assert listed.stdout.splitlines() == ["squares: Squares", "  number = 4: to square"]
    done = run(root, EXECUTE)
    assert done.returncode == 0, done.stderr
    chapters = root / "book" / "chapters"
    assert text_of(chapters / "squares.ipynb") == "The square of 4 is 16, which is more than ten."
    page = (chapters / "squares.ipynb").read_text()
    assert "--engine gcbook" in page
    assert "vnd.gcbook" not in page
    (claim,) = json.loads((chapters / ".squares.json").read_text())["claims"]
    assert (claim["name"], claim["state"]) == ("more_than_ten", "holds")
