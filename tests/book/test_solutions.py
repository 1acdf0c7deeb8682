"""Two editions: what a solution is, what stays when it goes, and that none is left anywhere."""

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gcbook.book import build
from gcbook.book.build import build_book
from gcbook.book.project import Project, find_project
from gcbook.book.solutions import (
    BEGIN,
    END,
    GAP,
    with_gaps,
)
from gcbook.files.errors import GcbookError

SECRET = "because the walrus has counted all of its teeth"


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


def test_the_lab_has_its_solutions_in_code_alone():
    for path in find_project().lab.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert "{solution" not in "".join(c.source for c in cells if c.cell_type == "markdown")
        assert any(BEGIN in c.source for c in cells)


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
