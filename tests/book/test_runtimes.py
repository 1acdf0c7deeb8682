"""What pages that run networks or the lab load: shipped weights, students' notebooks, Python."""

import base64
import gzip
import hashlib
import json

import nbformat
import numpy as np
import pytest
import torch

from gcbook.book import runtimes
from gcbook.book.course import find_labs
from gcbook.book.course_data import course_data
from gcbook.book.project import find_project
from gcbook.book.runtimes import IN_PAGE, read_index, to_html, write_labs, write_networks
from gcbook.book.solutions import BEGIN, GAP
from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.staging import compose_stage, find_silhouette
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("networks")
    write_networks(made)
    return made


def value(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("gcbookTake(")
    return json.loads(text.removeprefix("gcbookTake(").removesuffix(");\n"))


def unpacked(text):
    return gzip.decompress(base64.b64decode(text))


def test_silhouettes_come_in_the_order_of_their_names(folder):
    packed, known = value(folder / "silhouettes.js"), load_silhouettes("test", CATEGORIES)
    pixels = np.frombuffer(unpacked(packed["pixels"]), np.uint8).reshape(known.images.shape)
    assert (pixels == known.images).all()
    assert len(packed["names"]) == len(set(packed["names"])) == len(known.names)
    assert packed["names"][known.categories.index("cat") + 2] == "cat3"


def test_stored_errors_are_those_of_the_network(folder):
    stored = value(folder / "conflicts.js")
    errors = np.frombuffer(unpacked(stored["errors"]), "<f4")
    errors = errors.reshape(len(stored["ids"]), -1, len(CATEGORIES))
    name, draws = stored["ids"][-1], 4
    assert len(set(stored["ids"])) == len(stored["ids"]) > 5 * len(CATEGORIES)
    image = compose_stage(find_silhouette(name), name, stored["contrast"])[None] / np.float32(255)
    pixel, cnn = (load_classifier(model_folder(f"mini-{kind}")) for kind in ("pixel", "cnn"))
    (x,) = pixel.prepare(list(image))
    rule = DrawRule(seed=stored["seed"], timesteps="uniform")
    asked = [pixel.draw(name, i, rule, x) for i in range(draws) for _ in CATEGORIES]
    labels = torch.arange(len(CATEGORIES)).repeat(draws)
    with torch.inference_mode():
        measured = pixel.measure(x.expand(len(asked), -1, -1, -1), asked, labels, "static")
        nll = cnn.measure(cnn.prepare(list(image)), [], None, "none")["nll"]
    assert [each.t for each in asked[:: len(CATEGORIES)]] == stored["times"][-1][:draws]
    found = measured["error_l2"].numpy().reshape(draws, -1)
    assert found == pytest.approx(errors[-1, :draws], abs=1e-5)
    assert CATEGORIES[int(nll[0].argmin())] == stored["named"][-1]


def test_other_weights_than_the_graphs_are_refused(tmp_path, monkeypatch):
    index = read_index()
    name = next(iter(index["models"]))
    index["models"][name]["sha256"] = "0" * 64
    monkeypatch.setattr(runtimes, "read_index", lambda: index)
    with pytest.raises(GcbookError, match=f"graph of {name} was"):
        write_networks(tmp_path)


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    made = tmp_path_factory.mktemp("labs")
    write_labs(find_project(), made)
    return made


def test_notebooks_are_the_students_with_what_they_read(labs):
    data = course_data()
    for name in IN_PAGE:
        given = value(labs / f"{name}.js")
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


def test_python_is_what_was_fetched_without_packages(labs):
    packed = value(labs / "python.js")
    files = {name: unpacked(text) for name, text in packed.items()}
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
