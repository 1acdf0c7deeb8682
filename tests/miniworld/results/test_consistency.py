"""Error consistency of miniatures: values, clusters, and means by side."""

import numpy as np
import pandas as pd
import pytest
from tiny.erring import CLASSIFIES, RIGHT, trials

from gcbook.miniworld.results import consistency
from gcbook.miniworld.results.consistency import (
    GROUPS,
    clusters,
    group_of_images,
    kappa_of,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.panel import make_panel
from gcbook.stats.agreement import error_consistency, kappa_bias
from gcbook.stats.resampling import Resampling, recentred

TWO_SIDES = pd.concat([trials(right, name) for name, right in RIGHT.items()])


def kappas(answers, draws=200):
    return pair_kappas(make_panel(answers, Resampling(draws)), Resampling(draws))


def test_values_are_error_consistencies():
    pairs, values, bounds = kappas(TWO_SIDES)
    assert bounds[:, 0] == pytest.approx(pairs["most"].to_numpy(), abs=1e-4)
    assert len(pairs) == 10
    for row in pairs.itertuples():
        expected = error_consistency(RIGHT[row.a], RIGHT[row.b])
        assert row.kappa == pytest.approx(expected, abs=1e-4)
        assert row.low <= row.kappa <= row.high
        assert row.kappa <= row.most + 1e-4
    assert values[:, 0] == pytest.approx(pairs["kappa"].to_numpy(), abs=1e-4)
    assert (pairs["images"] == len(CLASSIFIES)).all()


def test_pairs_are_told_apart():
    pairs, *_ = kappas(TWO_SIDES)
    kind = {frozenset((row.a, row.b)): row.pair for row in pairs.itertuples()}
    assert kind[frozenset(("mini-cnn", "mini-cnn-seed1"))] == "seeds"
    assert kind[frozenset(("mini-cnn", "mini-cnn-noise"))] == "discriminative"
    assert kind[frozenset(("mini-pixel", "mini-latent"))] == "generative"
    assert kind[frozenset(("mini-pixel", "mini-cnn-noise"))] == "across"


def test_two_miniatures_agree_as_their_seeds_do_on_average():
    pairs, values, _ = kappas(TWO_SIDES)
    seeds = [
        error_consistency(RIGHT["mini-pixel"], RIGHT[name])
        for name in ("mini-cnn", "mini-cnn-seed1")
    ]
    for first, second in (("mini-cnn", "mini-pixel"), ("mini-pixel", "mini-cnn")):
        found = kappa_of(pairs, values, first, second)
        assert found.shape == (201,)
        assert found[0] == pytest.approx(np.mean(seeds))


def test_conditions_and_sets_weigh_alike_and_undefined_ones_are_left_out():
    right = {
        "mini-ar": ([1, 1, 0, 0], [1, 0, 1, 0], [1, 1]),
        "mini-cnn": ([1, 0, 0, 0], [1, 1, 1, 0], [1, 1]),
    }
    answers = pd.concat(
        trials(np.array(values, dtype=bool), name, dataset, condition)
        for name, sets in right.items()
        for values, (dataset, condition) in zip(
            sets, (("contrast", "c30"), ("contrast", "c10"), ("edge", "0")), strict=True
        )
    )
    (row,) = kappas(answers)[0].to_dict("records")
    # Both are always right on edges: undefined there. The two conditions have 0.5 each.
    assert row["kappa"] == pytest.approx(0.5)
    one = answers[answers["condition"] != "c10"]
    more = pd.concat([one, *(trials(np.array(v), n, "edge2") for n, v in (
        ("mini-ar", [True, False]), ("mini-cnn", [True, False])))])  # fmt: skip
    assert kappas(more)[0]["kappa"].iloc[0] == pytest.approx((0.5 + 1) / 2)


def test_those_who_err_alike_stand_together():
    pairs, *_ = kappas(TWO_SIDES)
    groups = clusters(pairs)
    assert sorted(map(sorted, groups)) == [
        ["mini-cnn", "mini-cnn-noise", "mini-cnn-seed1"],
        ["mini-latent", "mini-pixel"],
    ]


def test_sides_weigh_miniatures_alike_whatever_their_seeds():
    pairs, values, bounds = kappas(TWO_SIDES)
    facts = sides(pairs, values, bounds, Resampling())
    known = {frozenset((a, b)): k for a, b, k in pairs[["a", "b", "kappa"]].to_numpy()}

    def mean(*of):
        return np.mean([known[frozenset(pair)] for pair in of])

    seeds = ("mini-cnn", "mini-cnn-seed1")
    across = np.mean(
        [mean(*((seed, other) for seed in seeds)) for other in ("mini-pixel", "mini-latent")]
        + [known[frozenset(("mini-cnn-noise", other))] for other in ("mini-pixel", "mini-latent")]
    )
    within = mean(*((seed, "mini-cnn-noise") for seed in seeds))
    assert facts["across"] == pytest.approx(across, abs=1e-3)
    assert facts["discriminative"] == pytest.approx(within, abs=1e-3)
    assert facts["seeds"] == pytest.approx(mean(seeds), abs=1e-3)
    assert facts["generative_pairs"] == facts["discriminative_pairs"] == facts["seeds_pairs"] == 1
    assert facts["across_pairs"] == 4
    assert facts["gap"] == pytest.approx(within - across, abs=1e-3)
    assert facts["gap_low"] <= facts["gap"] <= facts["gap_high"]
    assert facts["generative_gap"] == pytest.approx(facts["generative"] - across, abs=1e-3)
    assert facts["seeds_over_across"] == pytest.approx(mean(seeds) - across, abs=1e-3)
    assert facts["seeds_over_across_low"] <= facts["seeds_over_across"]
    caps = {frozenset((a, b)): k for a, b, k in pairs[["a", "b", "most"]].to_numpy()}
    most = np.mean([caps[frozenset((seed, "mini-cnn-noise"))] for seed in seeds])
    assert facts["discriminative_share"] == pytest.approx(within / most, abs=1e-3)
    expected = facts["discriminative_share"] - facts["across_share"]
    assert facts["gap_share"] == pytest.approx(expected)


def test_draws_are_centred_by_the_bias_of_each_pair(monkeypatch):
    _, values, _ = kappas(TWO_SIDES)
    monkeypatch.setattr(consistency, "recentred", lambda values, bias: values)
    pairs, plain, _ = kappas(TWO_SIDES)
    bias = []
    for a, b in zip(pairs["a"], pairs["b"], strict=True):
        both = (RIGHT[a] & RIGHT[b]).sum()
        bias.append(float(kappa_bias(both, RIGHT[a].sum(), RIGHT[b].sum(), len(RIGHT[a]))))
    assert max(map(abs, bias)) > 1e-3
    assert values == pytest.approx(recentred(plain, bias))


def test_a_difference_of_accuracies_alone_is_none_of_shares():
    """The good two agree fully with each other, and with the poor ones as far as these allow."""
    order = np.random.default_rng(1).permutation(len(CLASSIFIES))
    rights = {
        name: order < many
        for name, many in (("mini-cnn", 30), ("mini-cnn-noise", 30), ("mini-pixel", 8))
    }
    rights["mini-latent"] = rights["mini-pixel"]
    found = sides(*kappas(pd.concat(trials(r, n) for n, r in rights.items())), Resampling())
    assert found["gap_low"] > 0
    kinds = ("discriminative", "generative", "across")
    assert [found[f"{kind}_share"] for kind in kinds] == pytest.approx([1, 1, 1])
    assert found["gap_share"] == found["generative_gap_share"] == pytest.approx(0)


def test_groups_of_images():
    table = pd.DataFrame(
        {
            "dataset": ["cue-conflict", "texture", "contrast", "contrast", "in-distribution"],
            "condition": ["0", "0", "c30", "c100", "0"],
        }
    )
    first, second = (group_of_images(table, group).tolist() for group in GROUPS)
    assert first == [False, False, True, False, True]
    assert second == [True, False, False, False, False]
