"""The numbers of the chapter's text, from tables written down."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.cost.facts import cost_facts
from gcbook.chapters.cost.tables import MEASURES

COSTS = pd.DataFrame(
    {
        "model": ["mini-pixel", "mini-latent", "mini-ar", "mini-masked", "mini-cnn"],
        "evaluations": [512, 512, 16, 512, 1],
        "seconds": [17.7, 25.0, 0.8, 17.4, 0.0175],
        "parameters": [1e6, 2e6, 2e6, 2e6, 1e6],
    }
)
NOISY = ("mini-pixel", "mini-latent", "mini-masked")
WORTH = pd.DataFrame(
    [
        (model, draws, title, value)
        for model in NOISY
        for measure, title in MEASURES.items()
        for draws, value in zip(
            (1, 2, 4, 8),
            (0.5, 0.79, 0.7, 0.8) if measure == "accuracy" else (0.59, 0.61, 0.6, 0.6),
            strict=True,
        )
    ],
    columns=["recipe", "draws", "measure", "value"],
)
RACES = pd.DataFrame(
    [
        (model, test_set, first, 32, saved, same)
        for model in NOISY
        for test_set, same in (("in-distribution", 1.0), ("cue-conflict", 0.995))
        for first, saved in ((4, 0.5), (20, 0.3))
    ],
    columns=["model", "test_set", "first_test", "draws", "saved", "same"],
)
REAL = pd.DataFrame(
    {
        "stands_for": ["Imagen", "Stable Diffusion", "Parti", "ResNet-50"],
        "parameters": pd.array([400_000_000, 860_000_000, None, 25_000_000], "Int64"),
        "conflict_hours": [9.1, 9.1, 0.3, 0.02],
        "benchmark_days": [5.4, 5.4, 0.2, 0.01],
    }
)
CHECKED = pd.DataFrame({"scores": [100, 200], "largest_difference": [0.0, 2e-6]})


@pytest.fixture
def facts():
    return cost_facts(COSTS, WORTH, RACES, REAL, CHECKED)


def test_evaluations_and_times(facts):
    assert (facts.diffusion, facts.masked, facts.autoregressive, facts.cnn) == (512, 512, 16, 1)
    # 1,011 times, of which two digits are known.
    assert facts.times == 1000


def test_values_are_settled_from_where_all_later_ones_stay_near(facts):
    # Two draws are near 0.8, and four are not.
    assert facts.pixel_accuracy_draws == 8
    assert facts.masked_shape_bias_draws == 1
    assert (facts.latent_accuracy_first, facts.latent_accuracy_last) == (0.5, 0.8)


def test_races_save_on_plain_images_and_keep_answers_on_either_set(facts):
    assert (facts.pixel_saved, facts.pixel_saved_late) == (0.5, 0.3)
    assert facts.pixel_could_save == 0.375
    assert facts.pixel_same == 0.995


def test_open_models_are_larger_than_the_miniature_of_their_kind(facts):
    # 860 to 2 million, 400 to 1 million; a ResNet is no generator.
    assert tuple(facts.larger) == (400, 430)
    assert facts.hours == 9.1


def test_what_was_not_measured_is_not_there(facts):
    assert (facts.checked, facts.worst) == (300, 2e-6)
    bare = cost_facts(COSTS.assign(seconds=np.nan), WORTH, RACES, REAL, CHECKED.iloc[:0])
    assert bare.checked is None
    assert np.isnan(bare.times) and np.isnan(bare.worst)
