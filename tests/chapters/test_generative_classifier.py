"""The toy: its decisions, recomputed point by point, its errors and its restorations."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import logsumexp
from tiny.notebooks import names_of_cell

from gcbook.chapters.generative_classifier import (
    COSINE,
    EXAMPLES,
    TIMES,
    cue_decisions,
    drawn_errors,
    expected_errors,
    grid_points,
    region_boxes,
    restoration_table,
    weights_of,
)
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import HALF_WIDTH, make_toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import FlowSchedule

TOY = make_toy()
IMAGES = torch.tensor([[-0.4, 1.05], [0.05, -0.02], [2.1, -1.6]], dtype=torch.float64)
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
    assert len(maps) == 25 + 21 + 1
    for (rule, value), (covered, label, differs) in maps.items():
        assert (covered == 1).all()
        if rule == "one t":
            decided = errors[:, round(value * 25) - 1].argmin(1).reshape(SIDE, SIDE)
        elif rule == "exp(−kt)":
            weights = np.exp(-value * TIMES)
            decided = np.einsum("ntc,t->nc", errors, weights).argmin(1).reshape(SIDE, SIDE)
        else:
            decided = best
        assert (label == decided).all()
        assert (differs == (decided != best)).all()


@pytest.mark.parametrize("schedule", [None, FlowSchedule()])
def test_expected_errors_are_what_the_classifier_measures_on_average(schedule):
    classifier = toy_classifier(TOY, schedule)
    found = expected_errors(classifier, IMAGES, nodes=14)
    assert found.shape == (3, 25, 4)
    rough = expected_errors(classifier, IMAGES)
    assert abs(rough / found - 1).max() < 0.08
    n, generator = 3000, np.random.default_rng(0)
    for i in (0, 2, 5, 9, 14, 24):
        noises = generator.standard_normal((n, 2, 1, 1), np.float32)
        draws = [Draw(j, float(TIMES[i]), noise=noise) for j, noise in enumerate(noises)]
        for image, expected in zip(IMAGES, found[:, i], strict=True):
            x = classifier.prepare([image.numpy()]).expand(n, -1, -1, -1)
            for c in range(4):
                error = classifier.measure(x, draws, torch.full((n,), c), "none")["error_l2"]
                spread = error.std().item() / np.sqrt(n)
                assert abs(error.mean().item() - expected[c]) < 4.5 * spread + 1e-6


def test_the_mean_of_many_draws_is_the_expected_error():
    draws = 2**14
    t, errors = drawn_errors(TOY, IMAGES, draws, seed=3)
    assert (t.shape, errors.shape) == ((3, draws), (3, draws, 4))
    expected = expected_errors(toy_classifier(TOY), IMAGES, nodes=14)
    for at, time in enumerate(TIMES):
        for image in range(3):
            of_time = errors[image][t[image] == time]
            spread = of_time.std(axis=0) / len(of_time) ** 0.5
            assert (abs(of_time.mean(axis=0) - expected[image, at]) < 4.5 * spread + 1e-6).all()
    # Few draws are spread evenly, and so are the next.
    for some in (t[:, :25], t[:, 32:57]):
        assert (np.diff(np.sort(some, axis=1)) < 0.1).all()
    again = drawn_errors(TOY, IMAGES, 8, seed=3)[1]
    assert (again != drawn_errors(TOY, IMAGES, 8, seed=4)[1]).all()


def cues(coarse, fine) -> SimpleNamespace:
    return SimpleNamespace(
        coarse_cue=lambda images: torch.tensor(coarse), fine_cue=lambda images: torch.tensor(fine)
    )


def test_cue_decisions_by_hand():
    toy = cues([0, 0, 1, 2, 3, 3, 1], [0, 1, 2, 3, 0, 1, 1])
    # Images 0 and 6 have no conflict; 1, 2, 3 go by the coarse cue, 4 by the fine, 5 by neither.
    found = cue_decisions(toy, IMAGES, np.array([0, 0, 1, 2, 0, 2, 3]))
    assert found == {"conflicts": 5, "coarse": 0.6, "fine": 0.2, "coarse_bias": 0.75}


def test_restorations_are_posterior_means_of_one_noise_at_all_times():
    table = restoration_table(CLASSIFIER, 7)
    assert len(table) == 5 * 25 * (1 + 12 * 5)
    name = "cloud of C, clump of B"
    noise = np.stack([keyed_noise(DrawRule(7), name, i, (2,)) for i in range(12)]).astype(float)
    for t in (0.04, 0.32, 1.0):
        angle = np.pi / 2 * t
        noised = np.cos(angle) * np.array(EXAMPLES[name]) + np.sin(angle) * noise
        rows = table[(table["image"] == name) & (table["t"] == t)].set_index("label")[["x", "y"]]
        assert rows.loc["clean"].tolist() == list(EXAMPLES[name])
        assert rows.loc["noised"].to_numpy() == pytest.approx(noised, abs=0.0051)
        alpha, sigma = (torch.full((12,), f(angle)).double() for f in (np.cos, np.sin))
        for c, label in enumerate("ABCD"):
            expected = TOY.posterior_mean(
                torch.from_numpy(noised), alpha, sigma, torch.full((12,), c)
            )
            assert rows.loc[label].to_numpy() == pytest.approx(expected.numpy(), abs=0.0051)
