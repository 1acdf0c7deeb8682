"""Accuracy beside shape bias in the miniature world, from scores written by hand."""

import numpy as np
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    LOW_PASS,
    correlation_rows,
    miniature_accuracy_and_bias,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling

BLURS = [f"{shape}{n}-{shape}{n}-3.png" for n in (1, 2) for shape in ("cat", "dog")]


def shape(rows):
    return least(rows, rows["category"])


def texture(rows):
    return least(rows, rows["texture"])


def never(rows):
    return least(rows, "oven")


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    for model, conflict, blurred in (
        ("mini-cnn", shape, shape),
        ("mini-cnn-seed1", shape, never),
        ("mini-pixel", texture, never),
    ):
        ship_model(folder, model)
        kind = "diffusion" if "pixel" in model else "discriminative"
        for name in TEST_SETS:
            errors = conflict if name == "cue-conflict" else blurred
            names = BLURS if name == LOW_PASS else CONFLICTS
            condition = "3" if name == LOW_PASS else "0"
            ship_scores(folder, model, name, names, errors, kind=kind, condition=condition)
    return folder


def test_a_row_a_network_and_test_set(data):
    rows = miniature_accuracy_and_bias(resampling=Resampling(draws=0))
    blurred = rows[rows["measured_on"] == BLURRED].set_index("observer")
    assert blurred["shape_bias"].to_dict() == {
        "mini-cnn": 1,
        "mini-cnn-seed1": 1,
        "mini-pixel": 0,
    }
    assert blurred["accuracy"].to_dict() == {"mini-cnn": 1, "mini-cnn-seed1": 0, "mini-pixel": 0}
    assert blurred["family"].to_dict() == {
        "mini-cnn": "mini-cnn",
        "mini-cnn-seed1": "mini-cnn",
        "mini-pixel": "mini-pixel",
    }
    assert "Texture" not in set(rows["measured_on"])
    assert "Cue conflict" not in set(rows["measured_on"])
    assert {"In-distribution", "High-pass"} <= set(rows["measured_on"])
    assert np.isnan(blurred["accuracy_low"]).all()


def test_correlations_leave_out_a_miniature_with_its_seeds(data):
    rows = miniature_accuracy_and_bias(resampling=Resampling(draws=0))
    found = correlation_rows(rows[rows["measured_on"] == BLURRED])
    pearson = found[found["coefficient"] == "Pearson"].set_index("left_out")
    assert pearson.loc["nobody", "n"] == 3
    assert pearson.loc["mini-cnn", "n"] == 1
    assert pearson.loc["nobody", "r"] == pytest.approx(0.5)
