"""Two editions: what a solution is, what stays when it goes, and that none is left anywhere."""

import re

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gcbook.book import build
from gcbook.book.build import build_book
from gcbook.book.project import Project, find_project
from gcbook.book.solutions import (
    BEGIN,
    END,
    GAP,
    student_notebook,
    with_gaps,
    without_solutions,
)
from gcbook.files.errors import GcbookError

SECRET = "because the walrus has counted all of its teeth"


@pytest.mark.parametrize("fence", ["```", "````", "``````", ":::", "  ```"])
def test_a_solution_goes_whatever_its_fence(fence):
    inner = "```\nx\n```\n" if fence.startswith("````") else ""
    text = f"Why?\n\n{fence}{{solution}} why\n:class: dropdown\n{SECRET}\n{inner}\n{fence}\n\nOn.\n"
    assert without_solutions(text, "here") == "Why?\n\nOn.\n"


def test_all_that_is_no_solution_stays():
    for text in ("", "a\n\n\nb", "```{exercise} X\n:label: x\nWhy?\n```\n", "````\n```\n````\n"):
        assert without_solutions(text, "here") == text
    two = "a\n```{solution} x\n1\n```\nb\n````{solution} y\n```\n2\n```\n````\nc"
    assert without_solutions(two, "here") == "a\nb\nc"


@pytest.mark.parametrize(
    "text",
    ["```{solution} x\nnever ends", "```{solution-start} x\n```\n1", "> ```{solution} x\n> ```"],
)
def test_a_solution_that_would_stay_is_refused(text):
    with pytest.raises(GcbookError, match=r"a/page\.md: expected each solution"):
        without_solutions(text, "a/page.md")


def test_a_gap_stands_where_code_stood_and_raises():
    code = f"def f(x):\n    y = x\n    {BEGIN}\n    y += 1\n    return y\n    {END}\nz = 1"
    made = with_gaps(code, "here")
    assert made == f"def f(x):\n    y = x\n    {GAP}\nz = 1"
    names: dict[str, object] = {}
    exec(made, names)
    with pytest.raises(NotImplementedError, match="your answer"):
        names["f"](1)
    assert with_gaps("a = 1\n\n# b", "here") == "a = 1\n\n# b"


@pytest.mark.parametrize("code", [BEGIN, END, f"{BEGIN}\n{BEGIN}\n{END}", f"{BEGIN}\n{END}\n{END}"])
def test_a_mark_without_its_other_half_is_refused(code):
    with pytest.raises(GcbookError, match=r"a cell: expected ### (END|BEGIN) SOLUTION"):
        with_gaps(code, "a cell")


def test_a_notebook_loses_values_and_outputs_of_its_solutions_only():
    shown = new_output("stream", text="1")
    cells = [
        new_markdown_cell("A.", metadata={"user_expressions": ["a"]}),
        new_markdown_cell(f"```{{solution}} x\n{SECRET}\n```"),
        new_markdown_cell(
            f"B.\n\n```{{solution}} y\n{SECRET}\n```", metadata={"user_expressions": ["b"]}
        ),
        new_code_cell("x = 1", outputs=[shown], execution_count=1),
        new_code_cell(f"{BEGIN}\nx = 2\n{END}", outputs=[shown], execution_count=2),
    ]
    first, second, plain, gap = student_notebook(new_notebook(cells=cells), "here").cells
    assert (first.source, first.metadata) == ("A.", {"user_expressions": ["a"]})
    assert (second.source.strip(), second.metadata) == ("B.", {})
    assert (plain.outputs, plain.execution_count) == ([shown], 1)
    assert (gap.source, gap.outputs, gap.execution_count) == (GAP, [], None)


def test_every_solution_of_the_book_is_one_that_can_be_taken_out():
    project, with_some = find_project(), 0
    for path in project.book.glob("*.md"):
        with_some += without_solutions(path.read_text("utf-8"), path) != path.read_text("utf-8")
    for path in project.templates.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        student = student_notebook(nbformat.read(path, as_version=4), path)
        nbformat.validate(student)
        assert not re.search(
            r"\{solution|### (BEGIN|END)", "\n".join(c.source for c in student.cells)
        )
        with_some += student != notebook
    assert with_some >= len(list(project.lab.glob("*.ipynb"))) + 12


PAGE = f"""# A page

```{{exercise}} Walrus
:label: exercise-walrus
Why does the walrus smile?
```

```{{solution}} exercise-walrus
:class: dropdown
It smiles {SECRET}.
```

{{download}}`A notebook <../notebooks/lab/walrus.ipynb>`
"""

CONFIG = {
    "title": "Walrus",
    "only_build_toc_files": True,
    "execute": {"execute_notebooks": "off"},
    "sphinx": {"extra_extensions": ["sphinx_exercise", "gcbook.book.site"]},
}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A small book: a page with a solution, and a notebook to download with another."""
    project = Project(tmp_path)
    for folder in (project.chapters, project.lab):
        folder.mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(CONFIG))
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    (project.book / "page.md").write_text(PAGE)
    code = f'{BEGIN}\nsmile = "{SECRET}"\n{END}'
    made = new_notebook(cells=[new_markdown_cell("# W"), new_code_cell(code)])
    nbformat.write(made, project.lab / "walrus.ipynb")
    for name in ("find_chapters", "execute_chapters"):
        monkeypatch.setattr(build, name, lambda *a: [])
    return project


def holders(folder):
    """Files below a folder that hold the secret."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix() for path in files if b"walrus has" in path.read_bytes()
    }


def test_the_edition_for_students_has_no_solution_in_any_file(small):
    build_book(small, solutions=False)
    assert holders(small.html) == set()
    index = (small.html / "searchindex.js").read_text()
    assert "smile" in index
    page = (small.html / "book/page.html").read_text()
    words = BeautifulSoup(page, "html.parser").get_text()
    assert "Why does the walrus smile?" in words
    assert "A notebook" in words
    assert "walrus.ipynb" not in page
    assert list(small.html.rglob("*.ipynb")) == []
