"""What the page with the lab loads: students' notebooks, their data, and Python as fetched."""

import base64
import gzip
import hashlib
import json

import nbformat
import pytest

from gcbook.book.course import find_labs
from gcbook.book.course_data import course_data
from gcbook.book.inpage import IN_PAGE, to_html, write_labs
from gcbook.book.project import find_project
from gcbook.book.solutions import BEGIN, GAP
from gcbook.files.manifest import DATA


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("labs")
    write_labs(find_project(), made)
    return made


def value(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text.removeprefix("gcbookTake(").removesuffix(");\n"))


def test_notebooks_are_the_students_with_what_they_read(folder):
    data = course_data()
    for name in IN_PAGE:
        given = value(folder / f"{name}.js")
        notebook = nbformat.from_dict(given["notebook"])
        nbformat.validate(notebook)
        source = nbformat.read(find_labs(find_project())[name], as_version=4)
        assert [cell.id for cell in notebook.cells] == [cell.id for cell in source.cells]
        gaps = {cell.id for cell in source.cells if BEGIN in cell.source}
        for cell, before in zip(notebook.cells, source.cells, strict=True):
            assert (cell.source == before.source) == (cell.id not in gaps)
            assert (GAP in cell.source) == (cell.id in gaps)
        assert len(gaps) == 4
        # Answers are kept, and run, by the name of their cell.
        assert gaps == {f"answer-{number}" for number in range(1, 5)}
        prose = {cell.id for cell in source.cells if cell.cell_type == "markdown"}
        assert set(given["prose"]) == prose
        read = "errors.json" if name == "5-race" else "trials.csv"
        assert given["files"] == {read: data[read]}


def test_python_is_what_was_fetched_without_packages(folder):
    packed = value(folder / "python.js")
    files = {name: gzip.decompress(base64.b64decode(text)) for name, text in packed.items()}
    fetched = json.loads(DATA.path("pyodide/source.json").read_text("utf-8"))["files"]
    lock = json.loads(files.pop("pyodide-lock.json"))
    assert lock["packages"] == {}
    assert lock["info"]["python"].startswith("3.")
    assert len(files) == 4
    for name, content in files.items():
        assert hashlib.sha256(content).hexdigest() == fetched[name]["sha256"]


def test_prose_is_below_the_pages_title_and_keeps_its_formulas():
    found = to_html(
        "## 2 Kappa\n\nA *share* $c_{a_1}$ of `x < 1`:\n\n$$\\frac{a}{b_1 * b_2 * c}$$\n"
    )
    assert "<h3>2 Kappa</h3>" in found
    assert "<em>share</em> $c_{a_1}$ of <code>x &lt; 1</code>" in found
    assert "$$\\frac{a}{b_1 * b_2 * c}$$" in found
    assert "<script>" not in to_html("<script>")
