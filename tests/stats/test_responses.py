"""Trials as matrices."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.resampling import Resampling
from gcbook.stats.responses import Responses, human_factor, image_factors, make_responses


def test_rows_columns_and_what_was_not_seen() -> None:
    trials = pd.DataFrame(
        [
            ("net", "model", "c50", "a.png", "cat", "cat"),
            ("net", "model", "c100", "b.png", "dog", "cat"),
            ("subject-01", "human", "c100", "b.png", "dog", "dog"),
        ],
        columns=["observer", "observer_kind", "condition", "image_id", "category", "response"],
    ).assign(source="s", dataset="contrast")
    (responses,) = make_responses(trials).values()
    assert responses.observers["observer"].tolist() == ["subject-01", "net"]  # humans first
    assert responses.images["image_id"].tolist() == ["b.png", "a.png"]  # easiest condition first
    np.testing.assert_array_equal(responses.seen, [[True, False], [True, True]])
    np.testing.assert_array_equal(responses.right, [[True, False], [False, True]])
    assert responses.conditions == {"c100": slice(0, 1), "c50": slice(1, 2)}


def test_an_image_shown_differently_is_another_image() -> None:
    trials = pd.DataFrame(
        {
            "source": "s",
            "observer": ["a", "b"],
            "observer_kind": "model",
            "dataset": "contrast",
            "condition": ["c50", "c30"],
            "image_id": "x.png",
            "category": "cat",
            "response": "cat",
        }
    )
    responses = make_responses(trials)["contrast"]
    assert len(responses.images) == 2
    assert not responses.seen.all(axis=0).any()


def responses(dataset: str, image_ids: list[str], conditions: list[str]) -> Responses:
    n = len(image_ids)
    observers = pd.DataFrame(
        {
            "source": "s",
            "observer": ["subject-01", "subject-02", "net"],
            "observer_kind": ["human", "human", "model"],
        }
    )
    images = pd.DataFrame({"image_id": image_ids, "condition": conditions, "category": "cat"})
    return Responses(
        dataset,
        observers,
        images,
        np.ones((3, n), bool),
        np.ones((3, n), bool),
        np.full((3, n), ""),
    )


RESAMPLING = Resampling(draws=50, seed=3)
SHAPES = [f"cat{i}" for i in range(1, 7)]
TEXTURES = [f"dog{i}" for i in range(1, 5)]
CONFLICT = [f"{shape}-{texture}.png" for shape in SHAPES for texture in TEXTURES]
RESPONSES = {
    "rotation": responses("rotation", [f"{i}.png" for i in range(30)], ["0"] * 10 + ["90"] * 20),
    "edge": responses("edge", [f"{shape}.png" for shape in SHAPES], ["0"] * 6),
    "silhouette": responses("silhouette", [f"{shape}.png" for shape in SHAPES[::-1]], ["0"] * 6),
    "cue-conflict": responses("cue-conflict", CONFLICT, ["0"] * 24),
}


def image_weights(
    by_dataset: dict[str, Responses], resampling: Resampling
) -> dict[str, np.ndarray]:
    return {
        name: np.concatenate([resampling.weights(*of) for of in conditions.values()], axis=1)
        for name, conditions in image_factors(by_dataset).items()
    }


def test_first_row_is_the_data_and_conditions_keep_their_size() -> None:
    weights = image_weights(RESPONSES, RESAMPLING)
    for name, found in weights.items():
        assert found.shape == (51, len(RESPONSES[name].images))
        assert (found[0] == 1).all()
        assert (found >= 0).all()
    assert weights["rotation"][:, :10].sum(axis=1) == pytest.approx(10)
    assert weights["rotation"][:, 10:].sum(axis=1) == pytest.approx(20)


def test_exemplars_are_drawn_once_for_all_datasets_made_of_them() -> None:
    weights = image_weights(RESPONSES, RESAMPLING)
    np.testing.assert_array_equal(weights["edge"], weights["silhouette"][:, ::-1])
    by_shape_and_texture = weights["cue-conflict"].reshape(51, 6, 4)
    texture = image_weights({"cue-conflict": RESPONSES["cue-conflict"]}, RESAMPLING)["cue-conflict"]
    np.testing.assert_array_equal(texture, weights["cue-conflict"])
    # Each image counts as often as its shape times its texture: a matrix of rank one.
    shape = weights["edge"]
    for draw in range(51):
        matrix = by_shape_and_texture[draw]
        assert np.linalg.matrix_rank(matrix) <= 1
        assert (matrix[shape[draw] == 0] == 0).all()
        assert matrix.sum() == pytest.approx(
            shape[draw].sum() * matrix[shape[draw] > 0][0].sum() / (shape[draw][shape[draw] > 0][0])
        )


def test_observers_are_resampled_among_the_humans() -> None:
    weights = Resampling(200).weights(human_factor(RESPONSES["edge"]))
    assert weights.shape == (201, 2)
    assert (weights.sum(axis=1) == 2).all()
    assert {0.0, 2.0} == set(weights[1:].ravel())  # of two one is drawn, and counts twice
