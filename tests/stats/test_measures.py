"""Metrics under resamples; what they add up to is tested in test_estimates."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.agreement import PAIR_METRICS, kappa_bias
from gcbook.stats.conventions import SummarySettings, ZeroDivision
from gcbook.stats.measures import DatasetMeasures
from gcbook.stats.resampling import Resampling
from gcbook.stats.responses import Responses, image_factors

N_IMAGES, N_DRAWS = 30, 4


def conflict_responses(unseen: bool) -> Responses:
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
    return Responses("cue-conflict", observers, images, seen, right, np.where(seen, cue, ""))


def measures_of(responses: Responses, draws: int) -> DatasetMeasures:
    settings = SummarySettings(resampling=Resampling(draws=draws))
    return DatasetMeasures(
        responses, image_factors({responses.dataset: responses})[responses.dataset], settings
    )


@pytest.mark.parametrize("unseen", [False, True])
def test_where_factors_are_crossed_the_values_without_each_image_follow(unseen: bool) -> None:
    responses = conflict_responses(unseen)
    measures = measures_of(responses, N_DRAWS)
    models = np.array([1, 2])
    pair = np.array([0, 1]), np.array([2, 2])
    accuracy, agreement = dict(measures.accuracy(models))["0"], dict(measures.pairs(*pair))["0"]
    shape = measures.shape(models)["shape_bias"][""]
    assert accuracy.shape[-1] == measures.n_replicates == 1 + N_DRAWS + N_IMAGES
    for image in range(N_IMAGES):
        kept = np.arange(N_IMAGES) != image
        without = measures_of(
            replace(
                responses,
                images=responses.images[kept].reset_index(drop=True),
                seen=responses.seen[:, kept],
                right=responses.right[:, kept],
                cue=responses.cue[:, kept],
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
    responses = conflict_responses(unseen=True)
    measures = measures_of(responses, N_DRAWS)
    weights = measures.settings.resampling.weights(*measures.factors["0"])
    models, pair = np.array([1, 2]), (np.array([1]), np.array([2]))
    right, seen = responses.right[models] @ weights.T, responses.seen[models] @ weights.T
    assert dict(measures.accuracy(models))["0"][:, : 1 + N_DRAWS] == pytest.approx(right / seen)
    both = responses.seen[1] & responses.seen[2]
    alike = (both & (responses.right[1] == responses.right[2])) @ weights.T / (both @ weights.T)
    found = dict(measures.pairs(*pair))["0"]["observed_consistency"]
    assert found[0, : 1 + N_DRAWS] == pytest.approx(alike)


@pytest.mark.parametrize("zero_division", ["nan", "toolbox"])
def test_the_bias_of_kappa_is_averaged_as_kappa_is(zero_division: ZeroDivision) -> None:
    rng = np.random.default_rng(2)
    right, seen = rng.random((4, 90)) < 0.7, rng.random((4, 90)) < 0.9
    # In one condition a human and a network are always right: of them nothing is known there.
    right[[0, 3], 60:] = seen[[0, 3], 60:] = True
    right &= seen
    responses = Responses(
        "rotation",
        pd.DataFrame(
            {
                "source": "s",
                "observer": ["subject-01", "subject-02", "subject-03", "a"],
                "observer_kind": ["human"] * 3 + ["model"],
            }
        ),
        pd.DataFrame(
            {
                "image_id": [f"{i}.png" for i in range(90)],
                "condition": np.repeat(["0", "90", "180"], 30),
                "category": "cat",
            }
        ),
        seen,
        right,
        np.full(right.shape, ""),
    )
    settings = SummarySettings(zero_division=zero_division, resampling=Resampling(draws=3))
    factors = image_factors({"rotation": responses})["rotation"]
    measures = DatasetMeasures(responses, factors, settings)

    def bias(a: int, b: int) -> float:
        found = []
        for images in (slice(30, 60), slice(60, 90)):
            both = seen[a, images] & seen[b, images]
            of_a, of_b = right[a, images][both], right[b, images][both]
            found.append(float(kappa_bias((of_a & of_b).sum(), of_a.sum(), of_b.sum(), both.sum())))
        return float(np.nanmean(found) if zero_division == "nan" else np.mean(np.nan_to_num(found)))

    expected = np.mean([bias(3, human) for human in range(3)])
    assert measures.kappa_bias(np.array([3])) == pytest.approx([expected])
    pairs = {(a, b): bias(a, b) for a, b in [(0, 1), (0, 2), (1, 2)]}
    each = [np.mean([value for pair, value in pairs.items() if who in pair]) for who in range(3)]
    expected_humans = [*each, np.mean(list(pairs.values()))]
    assert measures.kappa_bias(measures.humans) == pytest.approx(expected_humans)
