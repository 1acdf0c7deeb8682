"""A chapter that did not exist: its notebook, its package and a line in _toc.yml are all it takes.

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

FACTS = """
from types import SimpleNamespace

from gcbook.claims import Number


def facts_of(number):
    return SimpleNamespace(number=number, square=Number(number**2, ".1f"))
"""

PARAMETERS = """
from pydantic import Field

from gcbook.chapters import parameters


class Parameters(parameters.Parameters):
    number: int = Field(4, ge=0, le=9, description="to square")
"""

CLAIMS = """
more_than_ten:
  sentence: The square is more than ten.
  holds: square > 10
  evidence: computed
"""

LOAD = """
from gcbook.book import check_claims, chosen_parameters
from gcbook.chapters.squares.facts import facts_of

p = chosen_parameters("squares", globals())
facts = facts_of(p.number)
claims = check_claims(p, facts)
claims
"""

TEXT = """
The square of {eval}`facts.number` is {eval}`facts.square`, which is more than ten.
{eval}`claims.more_than_ten`
"""

EXECUTE = """
from gcbook.book.chapters import pick_chapter
from gcbook.book.execute import execute_chapters
from gcbook.book.project import find_project

project = find_project()
execute_chapters(project, [pick_chapter(project, "squares")])
"""

RERUN = """
from pathlib import Path

import nbformat

from gcbook.book.page import page_of
from gcbook.book.execute import run_notebook
from gcbook.book.project import find_project

root = find_project().root
run_notebook(root / "notebooks" / "squares.ipynb", root / "out.ipynb", {"number": 3})
page = page_of(nbformat.read(root / "out.ipynb", as_version=4), "squares", {"number": 3})
nbformat.write(page, root / "page.ipynb")
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
    link_all(code / "chapters", tmp_path / "gcbook" / "chapters")
    link_all(project.templates, tmp_path / "notebooks")
    (tmp_path / "_config.yml").symlink_to(project.root / "_config.yml")
    package = tmp_path / "gcbook" / "chapters" / "squares"
    package.mkdir()
    for name, text in (
        ("__init__.py", PARAMETERS),
        ("facts.py", FACTS),
        ("claims.yml", CLAIMS),
    ):
        (package / name).write_text(text)
    contents = yaml.safe_load((project.root / "_toc.yml").read_text())
    contents["parts"][0]["chapters"].append({"file": "book/chapters/squares"})
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(contents))
    cells = [
        v4.new_markdown_cell("# Squares"),
        v4.new_code_cell("number = 4", metadata={"tags": ["parameters"]}),
        v4.new_code_cell(LOAD.strip()),
        v4.new_markdown_cell(TEXT.strip()),
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


def test_a_chapter_is_its_notebook_its_package_and_a_line(root):
    listed = run(root, "from gcbook.cli import main; main(['chapters', 'squares'])")
    assert listed.stdout.splitlines() == [
        "squares: Squares",
        "  number = 4: to square",
        "      a whole number from 0 to 9",
    ]
    done = run(root, EXECUTE)
    assert done.returncode == 0, done.stderr
    chapters = root / "book" / "chapters"
    text = "The square of 4 is 16.0, which is more than ten."
    assert text_of(chapters / "squares.ipynb") == text
    page = (chapters / "squares.ipynb").read_text()
    assert "--engine gcbook" in page
    assert "vnd.gcbook" not in page
    (claim,) = json.loads((chapters / ".squares.json").read_text())["claims"]
    assert (claim["name"], claim["state"], claim["facts"]) == (
        "more_than_ten",
        "holds",
        {"square": 16.0},
    )


@pytest.mark.nightly
def test_a_changed_fact_fails_the_build_with_sentence_and_numbers(root):
    facts = root / "gcbook" / "chapters" / "squares" / "facts.py"
    facts.write_text(FACTS.replace("number**2", "number * 2"))
    done = run(root, EXECUTE)
    assert done.returncode
    said = done.stderr[done.stderr.index("chapter squares: a claim does not hold") :]
    assert "more_than_ten: The square is more than ten." in said
    assert "expected: square > 10" in said
    assert "found: square = 8" in said
    assert not list((root / "book" / "chapters").glob("squares*"))


@pytest.mark.nightly
def test_a_rerun_marks_a_claim_that_does_not_hold(root):
    done = run(root, RERUN)
    assert done.returncode == 0, done.stderr
    assert text_of(root / "page.ipynb") == (
        "The square of 3 is 9.0, which is more than ten.\n"
        "[does not hold with these parameters]{.gc-claim .gc-claim-fails}"
    )


@pytest.mark.nightly
def test_a_claim_without_a_place_in_the_text_is_refused(root):
    path = root / "notebooks" / "squares.ipynb"
    path.write_text(
        path.read_text()
        .replace("\\n{eval}`claims.more_than_ten`", "")
        .replace("{eval}`claims.more_than_ten`", "")
    )
    done = run(root, EXECUTE)
    assert "the claim more_than_ten (The square is more than ten.) has no place" in done.stderr
