"""Tables on shape bias: hand-counted trials, and the paper's numbers from the shipped summaries."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import (
    CATEGORY_MEAN,
    POOLED,
    PUBLISHED,
    bias_by_category,
)
from gcbook.stats.summaries import Summaries, summarise

SHIPPED = Summaries.read()
BIAS = bias_by_category(SHIPPED)


def trials_of(answers: dict[tuple[str, str, str], list[str]]) -> pd.DataFrame:
    """Answers to cat1-dog1, cat2-car1, dog1-cat1, dog2-car2 and (no conflict) dog3-dog1."""
    images = ["cat1-dog1.png", "cat2-car1.png", "dog1-cat1.png", "dog2-car2.png", "dog3-dog1.png"]
    rows = [
        {
            "source": source,
            "observer": observer,
            "observer_kind": kind,
            "dataset": "cue-conflict",
            "condition": "0",
            "image_id": image,
            "category": image[:3],
            "response": response,
        }
        for (source, observer, kind), responses in answers.items()
        for image, response in zip(images, responses, strict=True)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def tiny() -> Summaries:
    trials = trials_of(
        {
            # cat: 2 shape; dog: 1 texture (cat), 1 shape.
            ("model-vs-human", "subject-01", "human"): ["cat", "cat", "cat", "dog", "dog"],
            # cat: 1 shape; dog: 2 shape.
            ("model-vs-human", "subject-02", "human"): ["cat", "oven", "dog", "dog", "cat"],
            # cat: 1 texture, 1 shape; dog: 1 texture, 1 neither.
            ("model-vs-human", "resnet50", "model"): ["dog", "cat", "cat", "oven", "dog"],
            # The same network from the other source is not shown again.
            ("error-consistency", "resnet50", "model"): ["cat", "cat", "dog", "dog", "dog"],
            # cat: 2 textures; dog: 2 textures.
            ("mine", "my-net", "model"): ["dog", "car", "cat", "car", "dog"],
        }
    )
    return summarise(
        trials, SummarySettings(datasets=("cue-conflict",), resampling=Resampling(draws=0))
    )


def row(table: pd.DataFrame, observer: str, category: str) -> pd.Series:
    found = table[(table["observer"] == observer) & (table["category"] == category)]
    assert len(found) == 1
    return found.iloc[0]


def test_bias_counts_answers_that_name_shape_or_texture(tiny: Summaries) -> None:
    table = bias_by_category(tiny)
    human = row(table, "Human 1", POOLED)
    assert (human["shape_answers"], human["texture_answers"]) == (3, 1)
    assert human["shape_bias"] == 0.75
    assert human["texture_share"] == 0.25
    assert row(table, "Human 1", "dog")["shape_bias"] == 0.5
    pooled = row(table, "Humans", POOLED)
    assert (pooled["shape_answers"], pooled["texture_answers"]) == (6, 1)
    assert pooled["shape_bias"] == pytest.approx(6 / 7, abs=1e-4)
    network = row(table, "ResNet-50", POOLED)
    assert network["shape_bias"] == pytest.approx(1 / 3, abs=1e-4)
    # The mean over cat (1/2) and dog (0/1) is not the pooled 1/3.
    assert row(table, "ResNet-50", CATEGORY_MEAN)["shape_bias"] == 0.25
    assert np.isnan(row(table, "ResNet-50", CATEGORY_MEAN)["shape_answers"])


def test_each_observer_is_shown_once_and_own_models_are_told_apart(tiny: Summaries) -> None:
    pooled = bias_by_category(tiny).query(f"category == '{POOLED}'").set_index("observer")
    assert pooled["kind"].to_dict() == {
        "Human 1": "Humans",
        "Human 2": "Humans",
        "Humans": "Humans",
        "ResNet-50": "Discriminative model",
        "my-net": "Own model",
    }
    assert pooled.loc["my-net", "shape_bias"] == 0


def test_observers_are_chosen_and_humans_stay(tiny: Summaries) -> None:
    table = bias_by_category(tiny, ["my-net"])
    recomputed = table[table["category"] != PUBLISHED]
    assert set(recomputed["observer"]) == {"Human 1", "Human 2", "Humans", "my-net"}
    with pytest.raises(InputError, match="alexnet"):
        bias_by_category(tiny, ["alexnet"])


def test_shape_bias_needs_its_dataset() -> None:
    none = replace(SHIPPED, estimates=SHIPPED.estimates.query("dataset == 'edge'"))
    with pytest.raises(InputError, match="cue-conflict"):
        bias_by_category(none)


def test_published_averages_carry_nothing_but_themselves() -> None:
    published = BIAS[BIAS["category"] == PUBLISHED].set_index("observer")
    assert published["shape_bias"].to_dict() == {
        "Imagen": 0.99,
        "Stable Diffusion": 0.93,
        "Parti": 0.92,
    }
    assert published[["low", "high", "shape_answers", "texture_answers"]].isna().all(axis=None)


def test_published_humans_and_networks_come_out() -> None:
    pooled = BIAS[BIAS["category"] == POOLED].set_index("observer")
    assert (pooled["kind"] == "Discriminative model").sum() == 32
    assert (pooled["kind"] == "Humans").sum() == 11
    assert pooled.loc["Humans", "shape_bias"] == pytest.approx(0.959, abs=5e-4)
    individuals = pooled[(pooled["kind"] == "Humans") & (pooled.index != "Humans")]["shape_bias"]
    assert individuals.min() == pytest.approx(0.919, abs=5e-4)
    assert individuals.max() == pytest.approx(0.987, abs=5e-4)
    assert pooled.loc["ResNet-50", "shape_bias"] == pytest.approx(0.214, abs=5e-4)
    assert pooled.loc["ResNet-50 (SIN)", "shape_bias"] == pytest.approx(0.814, abs=5e-4)
    assert (pooled["low"] <= pooled["shape_bias"]).all()
    assert (pooled["shape_bias"] <= pooled["high"]).all()
    assert len(BIAS) == 43 * 18 + 3


def test_counts_and_estimates_are_of_the_same_rows() -> None:
    each = BIAS.dropna(subset=["shape_answers", "shape_bias"])
    ratio = each["shape_answers"] / (each["shape_answers"] + each["texture_answers"])
    assert np.allclose(ratio, each["shape_bias"], atol=1e-4)
