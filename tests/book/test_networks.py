"""What a page that runs networks loads: scripts that hold the shipped weights, and no others."""

import base64
import gzip
import json

import numpy as np
import pytest
import torch

from gcbook.book import networks
from gcbook.book.networks import read_index, write_networks
from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import GcbookError
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
    monkeypatch.setattr(networks, "read_index", lambda: index)
    with pytest.raises(GcbookError, match=f"graph of {name} was"):
        write_networks(tmp_path)
