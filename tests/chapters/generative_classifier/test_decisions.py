"""Accuracies, maps and evidence of the toy, each recomputed point by point."""

import numpy as np
import pandas as pd
import pytest
import torch

from gcbook.chapters.generative_classifier.tables import (
    DECAYS,
    TIMES,
    accuracy_table,
    evidence_table,
    expected_errors,
    grid_points,
    region_boxes,
)
from gcbook.classifiers.toy import HALF_WIDTH, make_toy, toy_classifier

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
IMAGES, LABEL = TOY.sample(150, np.random.default_rng(4))
ERRORS = expected_errors(CLASSIFIER, IMAGES)
TABLE = accuracy_table(TOY, IMAGES, LABEL, ERRORS)
COARSE = [2 * int(y < 0) + int(x > 0) for x, y in IMAGES.tolist()]
FINE = [int(torch.cdist(image[None], TOY.means.flatten(0, 1)).argmin()) // 16 for image in IMAGES]
BEST = TOY.log_density(IMAGES).argmax(1).tolist()
SIDE = 12


def weighted(k: float) -> list[int]:
    return [
        int(sum(np.exp(-k * t) * errors for t, errors in zip(TIMES, row, strict=True)).argmin())
        for row in ERRORS
    ]


def by_hand(decided: list[int]) -> dict[str, float]:
    rows = list(zip(decided, LABEL.tolist(), BEST, COARSE, FINE, strict=True))
    conflicts = [(d, c, f) for d, _, _, c, f in rows if c != f]
    coarse, fine = sum(d == c for d, c, _ in conflicts), sum(d == f for d, _, f in conflicts)
    return {
        "accuracy": sum(d == y for d, y, *_ in rows) / len(rows),
        "agreement": sum(d == b for d, _, b, *_ in rows) / len(rows),
        "conflicts": len(conflicts),
        "coarse": coarse / len(conflicts),
        "fine": fine / len(conflicts),
        "coarse_bias": coarse / (coarse + fine),
    }


@pytest.mark.parametrize(
    ("rule", "value", "decided"),
    [
        ("one t", 0.24, [int(row[5].argmin()) for row in ERRORS]),
        ("one t", 1.0, [int(row[24].argmin()) for row in ERRORS]),
        ("exp(−kt)", 9.0, weighted(9)),
        ("best possible", None, BEST),
        ("coarse cue", None, COARSE),
        ("fine cue", None, FINE),
    ],
)
def test_rows_of_the_table_by_hand(rule, value, decided):
    rows = TABLE[TABLE["rule"] == rule]
    (row,) = (rows if value is None else rows[rows["value"] == value]).to_dict("records")
    expected = by_hand(decided)
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=5.1e-5)
    assert 0 < expected["conflicts"] < 150


def test_every_t_and_every_k_has_a_row():
    values = TABLE.groupby("rule", sort=False)["value"].agg(list)
    assert values["one t"] == TIMES.tolist()
    assert values["exp(−kt)"] == list(DECAYS)
    others = ["eps", "snr:5", "elbo", "best possible", "coarse cue", "fine cue"]
    assert list(values.index[2:]) == others
    assert values[others].map(len).eq(1).all()


def test_the_likelihood_bound_decides_as_bayes_does():
    rows = TABLE.set_index("rule")
    assert rows.loc["elbo", "agreement"] > 0.98 > rows.loc["snr:5", "agreement"]
    assert rows.loc["best possible", "agreement"] == 1
    assert rows.loc["coarse cue", "coarse_bias"] == 1 and rows.loc["fine cue", "coarse_bias"] == 0


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


def test_evidence_by_hand():
    table = evidence_table(TOY, IMAGES, ERRORS)
    u = np.pi / 2 * TIMES
    for i in (0, 4, 20):
        gaps = [
            errors[i, c] - errors[i, f]
            for errors, c, f in zip(ERRORS, COARSE, FINE, strict=True)
            if c != f
        ]
        assert table["gap"][i] == pytest.approx(np.mean(gaps), abs=1e-6)
    assert table["gap"][2] > 0 > table["gap"][20]
    snr = 1 / np.tan(u) ** 2
    # −½ dSNR/dt of cot²(πt/2).
    slope = np.pi / 2 / np.tan(u) / np.sin(u) ** 2
    assert table["uniform"].tolist() == [1] * 25
    assert table["eps"].to_numpy() == pytest.approx(snr / snr[0], abs=1e-6)
    assert table["snr5"].to_numpy() == pytest.approx(np.minimum(snr, 5) / 5, abs=1e-6)
    assert table["elbo"].to_numpy() == pytest.approx(slope / slope[0], abs=2e-6)
    assert table["log_snr"][:24].to_numpy() == pytest.approx(np.log(snr[:24]), abs=1e-5)


def test_no_evidence_without_conflict():
    same = torch.tensor([[-1.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    table = evidence_table(TOY, same, ERRORS[:2])
    assert table["gap"].isna().all() and table["elbo"].notna().all()
