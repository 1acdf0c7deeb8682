"""Metrics under resamples; what they add up to is tested in test_estimates."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.measures import DatasetMeasures
from gcbook.stats.panel import Panel, image_factors
from gcbook.stats.resampling import Resampling

N_IMAGES, N_DRAWS = 30, 4


def conflict_panel(unseen: bool) -> Panel:
    """A human and two networks on crossed shapes and textures."""
    rng = np.random.default_rng(1)
    seen = np.ones((3, N_IMAGES), dtype=bool)
    seen[1, 4:9], seen[2, 7:12] = not unseen, not unseen
    right = (rng.random(seen.shape) < 0.6) & seen
    cue = np.where(right, "shape", np.where(rng.random(seen.shape) < 0.5, "texture", "other"))
    images = pd.DataFrame(
        {
            "image_id": [f"cat{i // 6}-dog{i % 6}.png" for i in range(N_IMAGES)],
            "condition": "0",
            "category": "cat",
        }
    )
    observers = pd.DataFrame(
        {
            "source": "s",
            "observer": ["subject-01", "a", "b"],
            "observer_kind": ["human", "model", "model"],
        }
    )
    return Panel("cue-conflict", observers, images, seen, right, np.where(seen, cue, ""))


def measures_of(panel: Panel, draws: int) -> DatasetMeasures:
    settings = SummarySettings(resampling=Resampling(draws=draws))
    return DatasetMeasures(panel, image_factors({panel.dataset: panel})[panel.dataset], settings)


@pytest.mark.parametrize("unseen", [False, True])
def test_where_factors_are_crossed_the_values_without_each_image_follow(unseen: bool) -> None:
    panel = conflict_panel(unseen)
    measures = measures_of(panel, N_DRAWS)
    models = np.array([1, 2])
    pair = np.array([0, 1]), np.array([2, 2])
    accuracy, agreement = dict(measures.accuracy(models))["0"], dict(measures.pairs(*pair))["0"]
    shape = measures.shape(models)["shape_bias"][""]
    assert accuracy.shape[-1] == measures.n_draws == 1 + N_DRAWS + N_IMAGES
    for image in range(N_IMAGES):
        kept = np.arange(N_IMAGES) != image
        without = measures_of(
            replace(
                panel,
                images=panel.images[kept].reset_index(drop=True),
                seen=panel.seen[:, kept],
                right=panel.right[:, kept],
                cue=panel.cue[:, kept],
            ),
            0,
        )
        column = 1 + N_DRAWS + image
        expected = dict(without.accuracy(models))["0"][:, 0]
        assert accuracy[:, column] == pytest.approx(expected)
        assert shape[:, column] == pytest.approx(without.shape(models)["shape_bias"][""][:, 0])
        for metric in PAIR_METRICS:
            expected = dict(without.pairs(*pair))["0"][metric][:, 0]
            assert agreement[metric][:, column] == pytest.approx(expected), metric


def test_a_resample_counts_images_as_often_as_they_are_drawn() -> None:
    panel = conflict_panel(unseen=True)
    measures = measures_of(panel, N_DRAWS)
    weights = measures.settings.resampling.weights(*measures.factors["0"])
    models, pair = np.array([1, 2]), (np.array([1]), np.array([2]))
    right, seen = panel.right[models] @ weights.T, panel.seen[models] @ weights.T
    assert dict(measures.accuracy(models))["0"][:, : 1 + N_DRAWS] == pytest.approx(right / seen)
    both = panel.seen[1] & panel.seen[2]
    alike = (both & (panel.right[1] == panel.right[2])) @ weights.T / (both @ weights.T)
    found = dict(measures.pairs(*pair))["0"]["observed_consistency"]
    assert found[0, : 1 + N_DRAWS] == pytest.approx(alike)
