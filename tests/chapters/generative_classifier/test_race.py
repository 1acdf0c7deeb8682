"""Races of the toy's classes against the published rule, and what sharing noise is worth."""

import numpy as np
import pytest
import torch
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from gcbook.chapters.generative_classifier.tables import (
    EXAMPLES,
    draw_errors,
    example_images,
    race_table,
    sharing_ratio,
)
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.scoring.racing import replay
from gcbook.scoring.settings import Racing

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
NAMES = list(EXAMPLES)
RULE = Racing(max_draws=150)
UNIFORM = DrawRule(3, "uniform")
ERRORS = draw_errors(CLASSIFIER, example_images(), NAMES, 150, "exp:7", 3)
RACE = race_table(CLASSIFIER, "exp:7", RULE, 3)


def test_errors_of_draws_by_hand():
    assert ERRORS.shape == (5, 150, 4)
    for i, j, c in ((0, 0, 0), (1, 17, 3), (4, 149, 2)):
        t = timestep(UNIFORM, NAMES[i], j)
        alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
        image = example_images()[i]
        noised = alpha * image + sigma * torch.from_numpy(
            keyed_noise(UNIFORM, NAMES[i], j, (2, 1, 1)).ravel().astype(float)
        )
        alphas, sigmas = (torch.tensor([v], dtype=torch.float64) for v in (alpha, sigma))
        clean = TOY.posterior_mean(noised[None], alphas, sigmas, torch.tensor([c]))[0]
        expected = np.exp(-7 * t) * (image - clean).square().mean().item()
        assert ERRORS[i, j, c] == pytest.approx(expected, rel=1e-6)


def test_lines_are_running_means_with_intervals():
    for image, label, draw in (
        ("both cues say A", "A", 20),
        (NAMES[4], "D", 150),
        (NAMES[1], "C", 20),
    ):
        i, c = NAMES.index(image), "ABCD".index(label)
        (row,) = RACE.query("image == @image and label == @label and draw == @draw").to_dict(
            "records"
        )
        scores = -1000 * ERRORS[i, :draw]
        interval = ttest_1samp(scores[:, c], 0).confidence_interval(0.95)
        assert row["score"] == pytest.approx(scores[:, c].mean())
        assert (row["score_low"], row["score_high"]) == pytest.approx(tuple(interval))
        left = [k for k in range(4) if not 0 < replay(ERRORS, RULE).dropped[i, k] < draw]
        behind = scores[:, c] - scores[:, max(left, key=lambda k: scores[:, k].mean())]
        spread = behind.std(ddof=1) / np.sqrt(draw) * student.ppf(0.975, draw - 1)
        assert row["behind"] == pytest.approx(behind.mean())
        assert row["behind_high"] - row["behind"] == pytest.approx(spread)


def test_rows_end_where_a_class_or_the_race_does():
    dropped = replay(ERRORS, RULE).dropped
    assert list(dict.fromkeys(RACE["image"])) == NAMES
    for (image, label), rows in RACE.groupby(["image", "label"]):
        of_image = dropped[NAMES.index(image)]
        at = of_image["ABCD".index(label)]
        length = 150 if (of_image == 0).sum() > 1 else of_image.max()
        assert set(rows["dropped"]) == {at}
        assert rows["draw"].max() == (at or length)
        assert rows["draw"].min() == 5
        assert rows["draw"].is_monotonic_increasing
    for _, rows in RACE.groupby(["image", "draw"]):
        leader = rows.loc[rows["score"].idxmax()]
        assert leader["behind"] == 0 and rows["behind"].max() == 0


def test_own_noise_makes_differences_noisier_than_shared_noise():
    images, _ = TOY.sample(10, np.random.default_rng(1))
    names = [f"image {i}" for i in range(10)]
    many = draw_errors(CLASSIFIER, images, names, 4 * 32, "exp:7", 0)
    by_image = []
    for each in many:
        own = np.stack([each[32 * c : 32 * (c + 1), c] for c in range(4)], axis=1)
        parts = [
            np.mean([np.var(e[:, a] - e[:, b], ddof=1) for a in range(4) for b in range(a)])
            for e in (own, each[:32])
        ]
        by_image.append(parts[0] / parts[1])
    found = sharing_ratio(CLASSIFIER, images, 32, "exp:7", 0)
    assert found == pytest.approx(np.median(by_image))
    assert found > 1.5
