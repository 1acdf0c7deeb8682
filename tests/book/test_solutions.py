"""Two editions: what a solution is, what stays when it goes, and that none is left anywhere."""

import re
import shutil

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gcbook.book import build
from gcbook.book.build import build_book
from gcbook.book.chapters import find_chapters
from gcbook.book.project import Project, find_project
from gcbook.book.solutions import (
    BEGIN,
    END,
    GAP,
    copy_sources,
    files_with,
    remove_solutions,
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


def _sources_of(notebook):
    return "\n".join(cell.source for cell in nbformat.reads(notebook, as_version=4).cells)


def test_no_solution_of_the_book_is_left_in_a_copy_of_its_sources(tmp_path):
    project = find_project()
    copy_sources(project, project.book, tmp_path, "chapters")
    marked = r"\{solution\}|### BEGIN SOLUTION"
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.suffix == ".md"}
    before |= {path: path.read_text() for path in tmp_path.rglob("*.ipynb")}
    with_some = {path for path, text in before.items() if re.search(marked, text)}
    assert len(with_some) >= len(list(project.lab.glob("*.ipynb"))) + 12
    phrases = remove_solutions(tmp_path)
    assert files_with(tmp_path, phrases) == {}
    there = {*files_with(project.templates, phrases), *files_with(project.book, phrases)}
    assert {path.name for path in with_some} <= {name.rpartition("/")[2] for name in there}
    for path, text in before.items():
        after = path.read_text()
        assert not re.search(marked, after)
        assert after.count("{exercise}") == text.count("{exercise}")
        source = text if path.suffix == ".md" else _sources_of(text)
        solutions = re.findall(r"^(`{3,})\{solution\}(.*?)^\1$", source, re.MULTILINE | re.DOTALL)
        for _, solution in solutions:
            assert any(phrase in solution for phrase in phrases), solution
        if path not in with_some and path.suffix == ".md":
            assert after == text
    for chapter in find_chapters(project):
        nbformat.validate(nbformat.read(tmp_path / "notebooks" / chapter.template.name, 4))


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
    "sphinx": {"extra_extensions": ["sphinx_exercise"]},
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


def test_editions_differ_in_pages_downloads_sources_search_and_scripts(small):
    build_book(small)
    instructor = files_with(small.html, [SECRET])
    ends = {name.partition("/")[0] + "…" + name.rpartition(".")[2] for name in instructor}
    assert {"book…html", "_downloads…ipynb", "_downloads…js", "_sources…md"} <= ends
    assert "teeth" in (small.html / "searchindex.js").read_text()
    shutil.rmtree(small.html)
    build_book(small, solutions=False)
    assert files_with(small.html, [SECRET]) == {}
    index = (small.html / "searchindex.js").read_text()
    assert "smile" in index
    assert "teeth" not in index
    page = (small.html / "book/page.html").read_text()
    assert "Why does the walrus smile?" in page
    (notebook,) = small.html.rglob("walrus.ipynb")
    assert nbformat.read(notebook, as_version=4).cells[1].source == GAP
    assert SECRET in (small.book / "page.md").read_text(), "the source stays as it is"


def test_a_solution_that_stands_elsewhere_too_fails_the_student_edition(small, monkeypatch):
    def copied(call, root, options, *, said):
        built = small.build / "staging" / "_build" / "html"
        (built / "_static").mkdir(parents=True)
        (built / "index.html").write_text("")
        (built / "_static/hint.js").write_text(f"// It smiles {SECRET}.")
        said.write_text("")
        return 0

    monkeypatch.setattr(build, "run_process", copied)
    with pytest.raises(GcbookError, match=r"1 files: in _static/hint\.js, '.*walrus has counted"):
        build_book(small, solutions=False)
    assert build_book(small).pages
