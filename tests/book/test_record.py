"""What a chapter was made from, and whether that still holds."""

import hashlib
from dataclasses import replace

import nbformat
import nbformat.v4 as v4
import pytest

from gcbook.book import record
from gcbook.book.chapters import Chapter
from gcbook.book.project import Project
from gcbook.book.record import Executed, chapter_inputs, stale_reason, write_record
from gcbook.illusions import commons

PACKAGE = {"code": "code", "data": "data", "libraries": {"python": "3.11"}}


@pytest.fixture(autouse=True)
def package(monkeypatch):
    """The package that chapters are made from."""
    made = dict(PACKAGE)
    monkeypatch.setattr(record, "package_inputs", lambda: made)
    return made


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    parameters = v4.new_code_cell("draws = 100", metadata={"tags": ["parameters"]})
    made.templates.mkdir()
    nbformat.write(v4.new_notebook(cells=[parameters]), made.templates / "method.ipynb")
    for path in (made.executed("method"), made.page("method")):
        path.parent.mkdir(parents=True)
        path.write_text(path.name)
    return made


@pytest.fixture
def chapter(project):
    return Chapter("method", project.templates / "method.ipynb", "Method")


@pytest.fixture
def executed(project, chapter):
    inputs = chapter_inputs(chapter, {"draws": 100})
    made = Executed(inputs, 1.5, "2026-01-01", [{"name": "a"}])
    write_record(project, "method", made)
    return made


def test_a_chapter_is_stale_for_the_reason_that_is_said(project, chapter, executed, package):
    assert stale_reason(project, chapter) == ""
    assert stale_reason(project, replace(chapter, name="tables")) == "never executed"
    package.update(data="new", libraries={"python": "3.12"})
    assert stale_reason(project, chapter) == "made from another data, libraries"
    package.update(PACKAGE)
    chapter.template.write_text(chapter.template.read_text() + " ")
    assert stale_reason(project, chapter) == "made from another template"
    chapter.template.write_text(chapter.template.read_text()[:-1])
    project.executed("method").unlink()
    assert stale_reason(project, chapter) == "its notebook or its page is gone"


def test_pictures_that_were_fetched_since_count(chapter, monkeypatch, tmp_path):
    picture = tmp_path / "rabbit-duck.png"
    picture.write_bytes(b"one")
    found = {}
    monkeypatch.setattr(commons, "find_illusions", lambda: found)
    shows = replace(chapter, name="illusions")

    def files(of):
        return chapter_inputs(of, {})["files"]

    assert files(shows) == {}
    found["rabbit-duck"] = picture
    assert files(shows) == {"rabbit-duck": hashlib.sha256(b"one").hexdigest()}
    assert files(chapter) == {}


def test_trials_that_a_parameter_names_are_hashed(chapter, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "one.csv").write_bytes(b"one")
    (tmp_path / "mine" / "two.csv").write_bytes(b"two")
    one, two, none = tmp_path / "one.csv", tmp_path / "mine", tmp_path / "none"
    found = chapter_inputs(chapter, {"trials": f"{one}, {two},{none}"})["files"]
    line = f"{hashlib.sha256(b'two').hexdigest()}  two.csv\n"
    assert found == {
        f"trials {one}": hashlib.sha256(b"one").hexdigest(),
        f"trials {two}": hashlib.sha256(line.encode()).hexdigest(),
        f"trials {none}": "",
    }
