"""Components of variance: influences are derivatives, known components are found again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.agreement import kappa
from gcbook.stats.components import (
    FILE,
    Components,
    bias_influence,
    estimate_components,
    kappa_influence,
)

OTHER = dict(zip(CATEGORIES, (*CATEGORIES[1:], CATEGORIES[0]), strict=True))


def trials_of(answers: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Trials from ``observer, image_id, category, right``; who is a subject is human."""
    human = answers["observer"].str.startswith("subject")
    return answers.assign(
        source="s",
        observer_kind=np.where(human, "human", "model"),
        dataset=dataset,
        condition="0",
        response=answers["category"].where(answers["right"], answers["category"].map(OTHER)),
    ).drop(columns="right")


def edges(right: dict[str, list[int]]) -> pd.DataFrame:
    """Two images each of two categories."""
    return trials_of(
        pd.DataFrame(
            [
                (observer, f"{category}{i}.png", category, bool(answers[2 * k + i]))
                for observer, answers in right.items()
                for k, category in enumerate(("cat", "dog"))
                for i in range(2)
            ],
            columns=["observer", "image_id", "category", "right"],
        ),
        "edge",
    )


EDGES = edges(
    {
        "a": [1, 0, 1, 1],
        "b": [1, 0, 0, 1],
        "subject-01": [1, 0, 0, 1],
        "subject-02": [0, 1, 0, 1],
    }
)


def test_accuracy_by_hand() -> None:
    found = estimate_components(EDGES)
    networks, parts = found.parts("accuracy", ["edge"])
    assert networks == ("s/a", "s/b")
    image = parts["edge", "image"]
    assert (image.n, image.freedom) == (4, 2)
    # Within categories: ±1/2 on cats, and on dogs 0 (a) or ±1/2 (b); two of four are free.
    assert image.covariance.tolist() == pytest.approx(np.array([[0.25, 0.25], [0.25, 0.5]]))


def test_kappa_is_a_mean_over_people() -> None:
    (row,) = np.array([[1, 0, 1, 1]])
    people = np.array([[1, 0, 0, 1], [0, 1, 0, 1]])
    _, each = kappa_influence(np.vstack([row, people]) > 0, np.array([0]), np.array([1, 2]))
    mean = each[0].mean(axis=0).reshape(2, 2)
    within = mean - mean.mean(axis=1, keepdims=True)
    _, parts = estimate_components(EDGES).parts("kappa", ["edge"])
    # Four images of two categories, on the scale of one image.
    assert parts["edge", "image"].covariance[0, 0] == pytest.approx(4 * 4 / 2 * (within**2).sum())


def test_influences_are_derivatives() -> None:
    rng = np.random.default_rng(0)
    right = rng.random((3, 40)) < np.array([[0.8], [0.6], [0.5]])
    values, influences = kappa_influence(right, np.array([0]), np.array([1, 2]))
    step = 1e-6
    for i in (0, 7, 31):
        weights = np.ones(40)
        weights[i] += step
        for k, other in enumerate(right[1:]):
            a, b = right[0], other
            counts = [(cell * weights).sum() for cell in (a & b, a & ~b, ~a & b, ~a & ~b)]
            assert values[0, k] == pytest.approx(
                float(kappa(*((c * 1.0).sum() for c in (a & b, a & ~b, ~a & b, ~a & ~b))))
            )
            moved = (float(kappa(*counts)) - values[0, k]) / step
            assert moved == pytest.approx(influences[0, k, i], abs=1e-5)
    shape, texture = right[:2].astype(float) * [[1], [0]], (~right[:2]) * 1.0
    bias, of_images = bias_influence(shape[:1], texture[:1])
    assert bias == pytest.approx(right[0].mean())
    assert of_images.sum() == pytest.approx(0)
    assert of_images[0] == pytest.approx((right[0] - bias) / 40)


def crossed(n_networks: int, of_shape: float, of_texture: float) -> pd.DataFrame:
    """Cue conflicts whose exemplars move a network's chance of being right up or down."""
    rng = np.random.default_rng(3)
    shapes = [f"{category}{i}" for category in CATEGORIES for i in range(4)]
    textures = [f"{category}{i}" for category in CATEGORIES for i in range(3)]
    names = [
        (shape, texture)
        for k, shape in enumerate(shapes)
        for j, texture in enumerate(textures)
        if shape[:-1] != texture[:-1] and (k + j) % 4 == 0
    ]
    first, second = np.array(names).T
    category = np.array([each[:-1] for each in first])
    tables = []
    for i in range(n_networks + 2):
        sign = [
            dict(zip(each, rng.choice([-1, 1], len(each)), strict=True))
            for each in (shapes, textures)
        ]
        chance = 0.5 + of_shape * np.array([sign[0][a] for a in first])
        chance += of_texture * np.array([sign[1][b] for b in second])
        name = f"network-{i}" if i < n_networks else f"subject-{i}"
        tables.append(
            pd.DataFrame(
                {
                    "observer": name,
                    "image_id": [f"{a}-{b}.png" for a, b in names],
                    "category": category,
                    "right": rng.random(len(names)) < chance,
                }
            )
        )
    return trials_of(pd.concat(tables, ignore_index=True), "cue-conflict")


def test_known_components_are_found_again() -> None:
    found = estimate_components(crossed(80, 0.1, 0.15))
    _, parts = found.parts("accuracy", ["cue-conflict"])
    mean = {unit: np.diagonal(part.covariance).mean() for (_, unit), part in parts.items()}
    counts = {unit: (part.n, part.freedom) for (_, unit), part in parts.items()}
    assert counts["shape"] == (64, 48)
    assert counts["texture"] == (48, 32)
    assert mean["shape"] == pytest.approx(0.1**2, rel=0.15)
    assert mean["texture"] == pytest.approx(0.15**2, rel=0.15)
    assert mean["image"] == pytest.approx(0.25 - 0.1**2 - 0.15**2, rel=0.05)
    # Networks have nothing in common here.
    apart = [part.covariance[np.triu_indices(80, 1)].mean() for part in parts.values()]
    assert np.abs(apart).max() < 0.002


def test_who_did_not_see_all_takes_no_part() -> None:
    some = EDGES[(EDGES["observer"] != "b") | (EDGES["image_id"] != "cat0.png")]
    assert estimate_components(some).parts("kappa", ["edge"])[0] == ("s/a",)
    with pytest.raises(InputError, match="of a network and of two people"):
        estimate_components(EDGES[EDGES["observer"] != "subject-02"])


def test_what_ships_is_what_the_trials_give(published_trials: pd.DataFrame) -> None:
    shipped = Components.read().table
    again = estimate_components(published_trials).table
    keys = ["measure", "dataset", "unit", "n", "freedom", "a", "b"]
    pd.testing.assert_frame_equal(shipped[keys].astype(str), again[keys].astype(str))
    np.testing.assert_allclose(shipped["covariance"], again["covariance"], rtol=1e-5, atol=1e-8)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = estimate_components(EDGES)
    assert found.save(tmp_path / FILE) == (tmp_path / FILE).stat().st_size
    again = pd.read_parquet(tmp_path / FILE)
    np.testing.assert_allclose(
        again["covariance"], found.table["covariance"].astype(float), rtol=1e-6
    )
    assert set(again["a"]) == {"s/a", "s/b"}
