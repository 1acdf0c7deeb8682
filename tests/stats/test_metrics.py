"""Accuracy, shape bias and confusions, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.metrics import (
    accuracy,
    count_trials,
    cues,
    shape_bias,
)

# shape-texture → answer: shape, texture, other, no conflict, no answer
ANSWERS = {
    "cat1-dog1.png": "cat",
    "cat2-dog2.png": "dog",
    "cat3-car1.png": "cat",
    "dog1-car2.png": "car",
    "dog2-cat1.png": "oven",
    "dog3-dog1.png": "dog",
    "dog4-cat2.png": "na",
}


@pytest.fixture
def conflict() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": "s",
            "observer": "a",
            "observer_kind": "model",
            "dataset": "cue-conflict",
            "condition": "0",
            "image_id": list(ANSWERS),
            "category": [name[:3] for name in ANSWERS],
            "response": list(ANSWERS.values()),
        }
    )


def test_cues_by_hand(conflict: pd.DataFrame) -> None:
    expected = ["shape", "texture", "shape", "texture", "other", "agree", "other"]
    assert cues(conflict).tolist() == expected
    assert set(cues(conflict.assign(dataset="sketch"))) == {""}


def test_shape_bias_by_hand(conflict: pd.DataFrame) -> None:
    (row,) = shape_bias(conflict).to_dict("records")
    assert row["n"] == 6  # the image whose shape and texture agree is left out
    assert row["shape_accuracy"] == pytest.approx(2 / 6)
    assert row["texture_accuracy"] == pytest.approx(2 / 6)
    assert row["shape_bias"] == pytest.approx(0.5)


def test_shape_bias_per_category(conflict: pd.DataFrame) -> None:
    each = shape_bias(conflict, ["observer", "category"]).set_index("category")
    assert each.loc["cat", "shape_bias"] == pytest.approx(2 / 3)
    assert each.loc["dog", "shape_bias"] == 0.0


def test_shape_bias_without_shape_or_texture_answers_is_nan(conflict: pd.DataFrame) -> None:
    (row,) = shape_bias(conflict.assign(response="oven")).to_dict("records")
    assert np.isnan(row["shape_bias"])
    assert row["shape_accuracy"] == 0.0


@pytest.mark.parametrize("metric", [accuracy, shape_bias])
def test_counts_give_the_same_as_trials_in_any_order(conflict: pd.DataFrame, metric) -> None:  # type: ignore[no-untyped-def]
    twice = pd.concat([conflict, conflict.assign(observer="b", response="cat")])
    shuffled = twice.sample(frac=1, random_state=1)
    counts = count_trials(twice)
    assert counts["n"].sum() == len(twice)
    pd.testing.assert_frame_equal(metric(twice), metric(shuffled))
    pd.testing.assert_frame_equal(metric(twice), metric(counts))


def test_published_shape_biases(published_trials: pd.DataFrame) -> None:
    pooled = shape_bias(published_trials, ["observer_kind"]).set_index("observer_kind")
    assert round(pooled.loc["human", "shape_bias"], 3) == 0.959
    each = shape_bias(published_trials, ["source", "observer", "observer_kind"])
    people = each[each["observer_kind"] == "human"]["shape_bias"]
    assert len(people) == 10
    assert (round(people.min(), 3), round(people.max(), 3)) == (0.919, 0.987)
    models = each.set_index(["source", "observer"])["shape_bias"].round(3)
    assert models["model-vs-human", "resnet50"] == 0.214
    assert models["error-consistency", "resnet50-trained-on-SIN"] == 0.814
