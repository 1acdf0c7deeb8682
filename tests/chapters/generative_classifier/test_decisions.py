"""Maps of the toy's decisions, and the chapter's own decisions, recomputed point by point."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import logsumexp
from tiny.notebooks import names_of_cell

from gcbook.chapters.generative_classifier.tables import (
    COSINE,
    TIMES,
    expected_errors,
    grid_points,
    region_boxes,
    weights_of,
)
from gcbook.classifiers.toy import HALF_WIDTH, make_toy, toy_classifier

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
SIDE = 12


def test_the_chapter_decides_by_its_likelihood_and_by_weighted_errors():
    given = {
        "np": np,
        "logsumexp": logsumexp,
        "COSINE": COSINE,
        "weights_of": weights_of,
        "expected_errors": expected_errors,
        "make_toy": make_toy,
        "toy_classifier": toy_classifier,
        "p": SimpleNamespace(coarse_sd=1.1, fine_sd=0.25, samples=150, seed=4),
    }
    found = names_of_cell("generative-classifier", "likelihood", given)
    exact = TOY.log_density(torch.tensor(found["images"])).numpy()
    assert np.allclose(found["log_likelihood"](found["images"]), exact)
    assert (found["best"] == exact.argmax(1)).all()
    by_hand = [
        int(sum(np.exp(-9 * t) * errors for t, errors in zip(TIMES, row, strict=True)).argmin())
        for row in found["errors"]
    ]
    assert found["decide"](found["errors"], "exp:9").tolist() == by_hand
    bound = found["decide"](found["errors"], "elbo")
    assert (bound == found["best"]).mean() > 0.98


@pytest.fixture(scope="module")
def grid() -> tuple[np.ndarray, pd.DataFrame]:
    return expected_errors(CLASSIFIER, grid_points(SIDE)), region_boxes(TOY, SIDE)


def paint(boxes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each cell [y, x] is covered, its class and whether it differs from the best."""
    covered = np.zeros((SIDE, SIDE), dtype=int)
    label, differs = np.full((SIDE, SIDE), -1), np.full((SIDE, SIDE), -1)
    for row in boxes.itertuples():
        for y in range(row.low, row.high):
            for x in range(row.left, row.right):
                covered[y, x] += 1
                label[y, x], differs[y, x] = "ABCD".index(row.label), row.differs
    return covered, label, differs


def test_boxes_cover_every_map_once(grid):
    _, boxes = grid
    maps = boxes.groupby(["rule", "value"])
    assert len(maps) == 25 + 21 + 1
    for _, group in maps:
        assert (paint(group)[0] == 1).all()
        assert len(group) < SIDE**2


def test_boxes_say_what_is_decided_at_each_point(grid):
    errors, boxes = grid
    cell = 2 * HALF_WIDTH / SIDE
    best = np.zeros((SIDE, SIDE), dtype=int)
    for y in range(SIDE):
        for x in range(SIDE):
            point = [[-HALF_WIDTH + (x + 0.5) * cell, -HALF_WIDTH + (y + 0.5) * cell]]
            best[y, x] = TOY.log_density(torch.tensor(point, dtype=torch.float64)).argmax()
    maps = {key: paint(group) for key, group in boxes.groupby(["rule", "value"])}
    assert (maps["best possible", 0][1] == best).all()
    # The lower right cell is D's, the upper left one A's.
    assert (best[1, -2], best[-2, 1]) == (3, 0)
    for (rule, value), (_, label, differs) in maps.items():
        if rule == "one t":
            decided = errors[:, round(value * 25) - 1].argmin(1).reshape(SIDE, SIDE)
        elif rule == "exp(−kt)":
            weights = np.exp(-value * TIMES)
            decided = np.einsum("ntc,t->nc", errors, weights).argmin(1).reshape(SIDE, SIDE)
        else:
            decided = best
        assert (label == decided).all()
        assert (differs == (decided != best)).all()
