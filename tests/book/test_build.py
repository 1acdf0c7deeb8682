"""Building, without Jupyter Book: what decides whether pages are written, and what stays."""

import nbformat
import pytest
import yaml

from gcbook.book import build
from gcbook.book.build import build_book
from gcbook.book.claims import read_collected
from gcbook.book.project import Project
from gcbook.book.record import Executed, write_record
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.sums import changed_files, listing


@pytest.fixture
def project(tmp_path, monkeypatch):
    made = Project(tmp_path)
    (tmp_path / "_config.yml").write_text("title: test\n")
    contents = {"root": "x", "chapters": [{"file": "book/chapters/method"}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", **contents}))
    made.templates.mkdir()
    made.chapters.mkdir(parents=True)
    for folder in (made.templates, made.chapters):
        nbformat.write(nbformat.v4.new_notebook(), folder / "method.ipynb")
    monkeypatch.setattr(build, "execute_chapters", lambda *a: [])
    monkeypatch.setattr(build, "write_course_data", lambda folder: None)
    return made


class JupyterBook:
    """Stands in for the program: writes a page, or complains."""

    def __init__(self, project, fails=False):
        self.project, self.fails, self.calls = project, fails, 0

    def __call__(self, call, root, options, *, said):
        self.calls += 1
        self.root = root
        assert root in (self.project.pages, self.project.build / "student")
        assert {"-W", "-n", "--keep-going", "--all"} <= set(options)
        built = self.project.build / "staging" / "_build" / "html"
        built.mkdir(parents=True)
        (built / "index.html").write_text(f"redirect {self.calls}")
        (built / "page.html").write_text(f"page {self.calls}")
        said.write_text("x.md:3: WARNING: undefined label: 'y'\nnoise\n" if self.fails else "")
        return int(self.fails)


@pytest.fixture
def jupyter_book(project, monkeypatch):
    program = JupyterBook(project)
    monkeypatch.setattr(build, "run_process", program)
    return program


def test_pages_are_written_only_when_something_changed(project, jupyter_book):
    assert build_book(project).pages
    assert not build_book(project).pages
    assert jupyter_book.calls == 1
    (project.book / "page.md").write_text("# New\n")
    assert build_book(project).pages
    assert (project.html / "page.html").read_text() == "page 2"
    (project.html / "index.html").unlink()
    assert build_book(project).pages


def test_a_book_elsewhere_is_made_of_a_copy_of_the_sources(project, jupyter_book, tmp_path):
    (project.book / "page.md").write_text("# Old\n")
    (project.book / "gone.md").write_text("# Gone\n")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    other = jupyter_book.project = Project(tmp_path, tmp_path / "mine")
    other.chapters.mkdir(parents=True)
    (other.chapters / "method.ipynb").write_text("executed")
    for name in ("_config.yml", "_toc.yml"):
        (other.pages / name).write_text("of an earlier build")
    assert build_book(other).pages
    assert other.html == tmp_path / "mine" / "html"
    assert (other.html / "page.html").read_text() == "page 1"
    assert (other.pages / "_config.yml").read_text() == "title: test\n"
    assert (other.pages / "book" / "page.md").read_text() == "# Old\n"
    assert (other.chapters / "method.ipynb").read_text() == "executed"
    assert (other.pages / "notebooks" / "method.ipynb").is_file()
    assert not build_book(other).pages
    assert {path: path.stat().st_mtime_ns for path in before if path != tmp_path} == {
        path: time for path, time in before.items() if path != tmp_path
    }
    (project.book / "page.md").write_text("# New\n")
    (project.book / "gone.md").unlink()
    assert build_book(other).pages
    assert (other.pages / "book" / "page.md").read_text() == "# New\n"
    assert not (other.pages / "book" / "gone.md").exists()
    assert not project.html.exists()


def test_a_folder_with_something_else_in_it_is_left_alone(project, jupyter_book, tmp_path):
    mine = tmp_path / "mine" / "sources" / "book" / "thesis.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    with pytest.raises(InputError, match=r"an earlier build of the book, found another \(sources"):
        build_book(Project(tmp_path, tmp_path / "mine"))
    assert mine.read_text() == "years of work"
    assert jupyter_book.calls == 0


def test_pages_that_were_edited_are_written_again(project, jupyter_book):
    build_book(project)
    page = project.html / "page.html"
    assert project.sums.read_text() == listing(project.html)
    page.write_text("edited")
    assert changed_files(project.html, project.sums) == ["page.html"]
    assert build_book(project).pages
    assert page.read_text() == "page 2"
    (project.html / "stray.html").write_text("not of the book")
    assert build_book(project).pages
    assert not (project.html / "stray.html").exists()


def test_a_book_without_solutions_is_another_book(project, jupyter_book):
    assert build_book(project).pages
    assert build_book(project, solutions=False).pages
    assert not build_book(project, solutions=False).pages
    assert build_book(project).pages, "and has them again when they are asked for"


def test_warnings_fail_the_build_and_the_last_book_stays(project, jupyter_book):
    build_book(project)
    jupyter_book.fails = True
    (project.book / "page.md").write_text("# New\n")
    with pytest.raises(GcbookError, match="undefined label: 'y'") as error:
        build_book(project)
    assert "noise" not in str(error.value)
    assert (project.html / "page.html").read_text() == "page 1"
    jupyter_book.fails = False
    assert build_book(project).pages, "a failed build does not count as done"


def test_the_claims_of_all_chapters_are_collected(project, jupyter_book):
    build_book(project)
    assert read_collected(project) == []
    claim = {
        "name": "a",
        "state": "holds",
        "answers": ["human-observers"],
        "verdict": "agrees",
        "evidence": "recomputed from public trials",
    }
    write_record(project, "method", Executed({"parameters": {}}, 1.0, "", [claim]))
    build_book(project)
    assert read_collected(project) == [{"chapter": "method", **claim}]
    scorecard = (project.chapters / "scorecard.md").read_text()
    assert "[recomputed: agrees](method.ipynb)" in scorecard
