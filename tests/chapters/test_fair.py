"""The comparison of the book: levels, differences and the sentence that follows from them."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters import fair
from gcbook.chapters.fair import (
    AGAINST,
    GENERATORS,
    KINDS,
    MEASURES,
    difference,
    fair_chart,
    fair_table,
    finding,
    hits,
)
from gcbook.miniworld.photographs import PHOTOGRAPHED
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def table():
    return fair_table(Resampling(draws=500))


def test_the_smallest_weighted_error_is_the_answer(monkeypatch):
    cat, dog, car = (PHOTOGRAPHED.index(each) for each in ("cat", "dog", "car"))
    images = pd.DataFrame({"category": ["cat"] * 3, "texture": ["dog"] * 3})
    errors = np.full((3, 2, 2, len(PHOTOGRAPHED)), 9.0)  # images, halves, bands, classes
    errors[0, :, :, cat] = errors[1, :, :, dog] = errors[2, :, :, car] = 1
    errors[2, :, 0, cat], errors[2, :, 1, dog] = 2, 3
    monkeypatch.setattr(fair, "_errors", lambda *_: (images, np.array([0.1, 0.9]), errors))
    first = hits("", lambda t: (t < 0.5) * 1.0)
    assert first["shape"].tolist() == [1, 0, 0] and first["texture"].tolist() == [0, 1, 0]
    # Where neither is named the nearer of the two still tells.
    assert first["two_alternative"].tolist() == [1, 0, 1]
    assert hits("", lambda t: (t > 0.5) * 1.0)["two_alternative"].tolist() == [1, 0, 0]


def test_a_difference_is_that_of_its_levels(table):
    values = table.set_index(["network", "against", "measure"])["value"]
    for kind in GENERATORS:
        for measure in MEASURES:
            level, against = (values[KINDS[each], "", measure] for each in (kind, AGAINST))
            assert values[KINDS[kind], KINDS[AGAINST], measure] == pytest.approx(level - against)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
    assert set(table["match"]) == {"", "augmentation", "none"}


def test_shape_bias_is_shape_among_named(table):
    # Of one training: the mean over several is not the ratio of means.
    level = table[table["against"] == ""].set_index(["network", "measure"])["value"]
    shape, texture, bias = (level[KINDS[AGAINST], m] for m in ("shape", "texture", "shape_bias"))
    if len(fair.networks_of(AGAINST)) == 1:
        assert bias == pytest.approx(shape / (shape + texture))


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (-0.3, -0.01, " less often than "),
        (0.01, 0.2, " more often than "),
        (-0.2, 0.04, " no more often than "),
        (-0.2, 0.06, " not demonstrably more or less often than "),
    ],
)
def test_the_verb_follows_from_both_intervals(table, low, high, says):
    told = table.copy()
    chosen = (told["match"] == "augmentation") & (told["measure"] == "shape_bias")
    told.loc[chosen, ["low", "high"]] = low, high
    assert says in finding(told) and len(finding(told).split()) <= 25
    told.loc[chosen & (told["network"] == "Pixel diffusion"), ["low", "high"]] = -1, 1
    assert "not demonstrably" in finding(told)


def test_the_figure_joins_each_generator_to_its_classifier(table):
    spec = fair_chart(table, {"People": 0.95, "ResNet-50": 0.18, "Imagen, as printed": 0.99})
    spec = spec.to_dict()
    joined = pd.DataFrame(spec["datasets"][spec["layer"][0]["data"]["name"]])
    for kind in GENERATORS:
        pair = joined[joined["pair"] == KINDS[kind]].set_index("name")["value"]
        assert difference(table, kind)["value"] == pytest.approx(
            pair[KINDS[kind]] - pair[KINDS[AGAINST]]
        )
    assert "Latent diffusion" in spec["description"]
