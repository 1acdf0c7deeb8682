"""Figures of pictures from the miniature world."""

import base64
import re

import numpy as np
import pandas as pd
import pytest
from tiny.charts import names, rendered

from gcbook.chapters.miniature_world.charts import (
    fig_claims,
    fig_manipulations,
    fig_quiz,
    fig_samples,
    fig_textures,
)
from gcbook.chapters.miniature_world.pictures import png
from gcbook.charts.chart import chart_spec
from gcbook.miniworld.results.findings import AGREES, CONTRADICTS
from gcbook.paper.categories import CATEGORIES


def data(seed):
    return png(np.random.default_rng(seed).integers(0, 255, (4, 4), dtype=np.uint8))


def picture(seed):
    return "data:image/png;base64," + base64.b64encode(data(seed)).decode()


SAMPLES = pd.DataFrame(
    [
        (
            name,
            category,
            "dog" if name == "Plain" else "",
            place,
            f"{category}{place}",
            100 * i + place,
        )
        for name in ("Plain", "Edges")
        for i, category in enumerate(CATEGORIES)
        for place in range(3)
    ],
    columns=["set", "category", "texture", "place", "image_id", "picture"],
)
SAMPLES["picture"] = [picture(i) for i in range(len(SAMPLES))]
MANIPULATED = pd.DataFrame(
    [
        (
            name,
            strength,
            step,
            label,
            category,
            "dog",
            picture(10 * step + len(name) + len(strength)),
        )
        for name, strength, labels in (("Contrast", "in %", "100 30 3"), ("Noise", "width", "0 9"))
        for step, label in enumerate(labels.split())
        for category in ("cat", "car")
    ],
    columns=["set", "strength", "step", "condition", "category", "texture", "picture"],
)
TEXTURES = pd.DataFrame(
    {
        "category": CATEGORIES,
        "texture": [f"pattern{i}" for i in range(16)],
        "picture": [data(i) for i in range(16)],
    }
)
QUIZ = pd.DataFrame(
    {
        "number": range(1, 7),
        "shape": CATEGORIES[:6],
        "texture": CATEGORIES[6:12],
        "image_id": [
            f"{a}1-{b}1.png" for a, b in zip(CATEGORIES[:6], CATEGORIES[6:12], strict=True)
        ],
        "picture": [data(i) for i in range(6)],
    }
)


@pytest.fixture(scope="module")
def samples():
    return chart_spec(fig_samples(SAMPLES))


def test_one_set_at_a_time_with_every_category(samples):
    (choice,) = samples["params"]
    assert choice["bind"]["options"] == ["Plain", "Edges"] and choice["value"] == "Plain"
    for name in ("Plain", "Edges"):
        svg = rendered(samples, sample_set=name)
        assert svg.count("<image") == 48
        assert all(f">{category}<" in svg for category in CATEGORIES)
        for uri in SAMPLES.loc[SAMPLES["set"] == name, "picture"]:
            assert uri in svg
    assert "texture" in samples["description"]


def test_no_two_pictures_share_a_place(samples):
    (rows,) = samples["datasets"].values()
    table = pd.DataFrame(rows)
    assert not table.duplicated(["set", "row", "column"]).any()
    assert table["row"].max() == 7 and table["column"].max() == 5
    # A category stands in one line, its pictures side by side.
    line = table.groupby(["set", "category"])["row"].nunique()
    assert (line == 1).all()


def test_pixels_are_not_smoothed_and_fit_a_phone(samples):
    image = samples["layer"][0]["mark"]
    assert image["type"] == "image" and image["smooth"] is False
    assert "width / 6" in image["width"]["expr"]
    assert samples["width"] == "container"


def test_manipulations_have_their_own_labels():
    spec = chart_spec(fig_manipulations(MANIPULATED))
    assert spec["params"][0]["bind"]["options"] == ["Contrast", "Noise"]
    contrast, noise = (rendered(spec, manipulation=name) for name in ("Contrast", "Noise"))
    assert contrast.count("<image") == 6 and noise.count("<image") == 4
    assert "Down: in %" in contrast and "Down: width" in noise
    assert ">30<" in contrast and ">30<" not in noise and ">9<" in noise
    assert ">cat<" in contrast and ">car<" in noise


def test_textures_are_named():
    body = fig_textures(TEXTURES).body
    assert body.count("<img") == 16
    assert 'alt="truck: pattern15"' in body and "<span>truck</span>" in body


def test_the_self_test_does_not_give_its_answers_away():
    body = fig_quiz(QUIZ).body
    assert body.count("<img") == 6
    assert all(f"<span>{number}</span>" in body for number in range(1, 7))
    # Nor do names of images: "cat1-dog1.png" would tell.
    said = re.sub(r'src="[^"]*"', "", body)
    assert not re.findall(rf"\b(?:{'|'.join(CATEGORIES)})\d*\b", said)


def test_claims_that_hold_stand_out():
    rows = pd.DataFrame(
        [
            ("Shape bias: pixel − cnn", -0.3, -0.4, -0.2, CONTRADICTS, 0.6, 0.9),
            ("High-pass: latent − pixel", 0.2, 0.1, 0.3, AGREES, 0.3, 0.1),
        ],
        columns=["compared", "difference", "low", "high", "verdict", "a", "b"],
    )
    spec = chart_spec(fig_claims(rows))
    point = spec["layer"][-1]["encoding"]
    assert names(spec, point["y"]["sort"]) == rows["compared"].tolist()
    marked = point["color"]["condition"]["test"]["oneOf"]
    assert names(spec, marked) == ["High-pass: latent − pixel"]
    assert "Shape bias: pixel − cnn: -0.30." in spec["description"]
