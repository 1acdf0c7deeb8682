"""Races of the toy's classes against the published rule, and what sharing noise is worth."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from gcbook.chapters.generative_classifier.race import (
    SHARINGS,
    draw_errors,
    draws_table,
    overlaps,
    race_costs,
    race_table,
    sharing_errors,
    variance_ratio,
)
from gcbook.chapters.generative_classifier.tables import (
    EXAMPLES,
    TIMES,
    example_images,
    expected_errors,
)
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.scoring.replay import race_outcomes
from gcbook.scoring.settings import Racing

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
NAMES = list(EXAMPLES)
RULE = Racing(max_draws=150)
UNIFORM = DrawRule(3, "uniform")
ERRORS = draw_errors(CLASSIFIER, example_images(), NAMES, 150, UNIFORM, "exp:7")
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


def test_later_draws_go_on_where_the_first_ended():
    later = draw_errors(CLASSIFIER, example_images(), NAMES, 5, UNIFORM, "exp:7", first=100)
    assert later == pytest.approx(ERRORS[:, 100:105])


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
        left = [k for k in range(4) if not 0 < race_outcomes(ERRORS, RULE)[0][i, k] < draw]
        behind = scores[:, c] - scores[:, max(left, key=lambda k: scores[:, k].mean())]
        spread = behind.std(ddof=1) / np.sqrt(draw) * student.ppf(0.975, draw - 1)
        assert row["behind"] == pytest.approx(behind.mean())
        assert row["behind_high"] - row["behind"] == pytest.approx(spread)


def test_rows_end_where_a_class_or_the_race_does():
    dropped, _ = race_outcomes(ERRORS, RULE)
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


@pytest.mark.parametrize("decay", [7, 50])
def test_costs_by_hand_and_answers_of_the_races(decay):
    weighting = f"exp:{decay}"
    costs = race_costs(race_table(CLASSIFIER, weighting, RULE, 3), RULE)
    errors = draw_errors(CLASSIFIER, example_images(), NAMES, 150, UNIFORM, weighting)
    outcomes, winners = race_outcomes(errors, RULE)
    for i, row in enumerate(costs.to_dict("records")):
        dropped, answer = outcomes[i].tolist(), winners[i]
        length = max(dropped) if dropped.count(0) == 1 else 150
        nfe = sum(at or length for at in dropped)
        assert (row["image"], row["answer"], row["draws"]) == (NAMES[i], "ABCD"[answer], length)
        assert [0 if pd.isna(row[c]) else row[c] for c in "ABCD"] == dropped
        assert (row["nfe"], row["saved"]) == (nfe, pytest.approx(1 - nfe / 600))


def test_costs_of_a_race_written_down():
    rows = [("i", "A", 20, -1.0, 0), ("i", "B", 20, -2.0, 20), ("i", "C", 20, -1.5, 30)]
    rows += [("i", "A", 30, -1.1, 0), ("i", "C", 30, -1.6, 30)]
    race = pd.DataFrame(rows, columns=["image", "label", "draw", "score", "dropped"])
    (row,) = race_costs(race, Racing(max_draws=100)).to_dict("records")
    assert (row["answer"], row["B"], row["C"], row["draws"]) == ("A", 20, 30, 30)
    assert pd.isna(row["A"])
    assert (row["nfe"], row["saved"]) == (80, pytest.approx(1 - 80 / 300))


def test_overlaps_by_hand():
    rows = [  # B leads; A is dropped within its band at 20, C below it at 20, D at 30 within
        ("i", "A", 20, -2.0, -3.0, -1.4, 20),
        ("i", "B", 20, -1.0, -1.5, -0.5, 0),
        ("i", "C", 20, -2.0, -2.4, -1.6, 20),
        ("i", "D", 20, -1.2, -1.6, -0.8, 30),
        ("i", "B", 30, -1.0, -1.3, -0.7, 0),
        ("i", "D", 30, -1.4, -1.6, -1.2, 30),
    ]
    names = ["image", "label", "draw", "score", "score_low", "score_high", "dropped"]
    assert overlaps(pd.DataFrame(rows, columns=names)) == (2, 3)
    found, drops = overlaps(RACE)
    assert drops == (race_outcomes(ERRORS, RULE)[0] > 0).sum()
    assert 0 < found <= drops


def test_ways_of_sharing_are_what_they_are_called():
    images = example_images()[:3]
    shared = sharing_errors(CLASSIFIER, images, 16, "exp:7", 2)
    assert tuple(shared) == SHARINGS
    names = [f"image {i}" for i in range(3)]
    uniform = DrawRule(2, "uniform")
    many = draw_errors(CLASSIFIER, images, names, 64, uniform, "exp:7")
    assert shared["shared noise"] == pytest.approx(many[:, :16])
    for c in range(4):
        own = shared["own noise"][:, :, c]
        assert own == pytest.approx(many[:, 16 * c : 16 * (c + 1), c])
    pairs = shared["shared, opposite pairs"]
    rule = DrawRule(2, "uniform", antithetic=True)
    assert pairs == pytest.approx(draw_errors(CLASSIFIER, images, names, 16, rule, "exp:7"))
    # A pair has one t, and its first half is draw j of the plain noise.
    assert pairs[:, ::2] == pytest.approx(many[:, :8])
    assert not np.allclose(pairs[:, ::2], pairs[:, 1::2])
    spread = DrawRule(2, "stratified")
    expected = draw_errors(CLASSIFIER, images, names, 16, spread, "exp:7")
    assert shared["shared, evenly spread t"] == pytest.approx(expected)


def test_sharing_reduces_the_variance_of_differences():
    images, _ = TOY.sample(40, np.random.default_rng(1))
    shared = sharing_errors(CLASSIFIER, images, 32, "exp:7", 0)
    found = variance_ratio(shared)
    assert found["ratio"] > 1.5
    assert 0.5 < found["half"] <= 1
    by_image = []
    for own, same in zip(shared["own noise"], shared["shared noise"], strict=True):
        parts = [
            np.mean([np.var(e[:, a] - e[:, b], ddof=1) for a in range(4) for b in range(a)])
            for e in (own, same)
        ]
        by_image.append(parts[0] / parts[1])
    assert found["ratio"] == pytest.approx(np.median(by_image))
    assert found["half"] == np.mean([r > 2 for r in by_image])


def test_draws_by_hand():
    errors = np.zeros((2, 8, 2))
    # Leads change with the very draw that counts: a b b a a a a b, and a b b a a a b a.
    errors[0, :, 0] = [-1, 2, 1, -3, 0, 0, 0, 2]
    errors[1, :, 1] = [1, -2, 0, 2, 0, 0, -2, 2]
    table = draws_table({"own noise": errors}, np.array([0, 0]), np.array([1, 0]))
    assert table["draws"].tolist() == [2, 4, 8]
    # Decisions: b b, then a a, then b a.
    assert table["accuracy"].tolist() == [0, 1, 0.5]
    assert table["settled"].tolist() == [0.5, 0.5, 1]


def test_decisions_settle_with_draws_and_sooner_with_shared_noise():
    images, label = TOY.sample(60, np.random.default_rng(2))
    final = np.einsum("ntc,t->nc", expected_errors(CLASSIFIER, images), np.exp(-7 * TIMES))
    shared = sharing_errors(CLASSIFIER, images, 64, "exp:7", 4)
    table = draws_table(shared, label.numpy(), final.argmin(1))
    settled = table.pivot(index="draws", columns="noise", values="settled")
    assert settled.index.tolist() == [2, 4, 8, 16, 32, 64]
    assert settled.to_numpy().min() >= 0 and settled.to_numpy().max() <= 1
    assert (settled.loc[64] > settled.loc[2]).all()
    assert (settled[list(SHARINGS[1:])].mean() > settled["own noise"].mean() + 0.03).all()
    assert (settled.loc[64, list(SHARINGS[1:])] > 0.85).all()
