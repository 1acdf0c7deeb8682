from dataclasses import replace

import pandas as pd
import pytest

from gcbook.chapters.error_consistency.tables import (
    PAIR_KINDS,
    agreement_with_humans,
    consistency_by_condition,
    consistency_pairs,
    means_by_kind,
    observed_and_expected,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture(scope="module")
def pairs(summaries):
    return consistency_pairs(summaries)


def pair_counts(*rows):
    columns = ["dataset", "condition", "observer_a", "observer_b"]
    columns += ["both_right", "only_a", "only_b", "both_wrong"]
    table = pd.DataFrame(rows, columns=columns)
    for side in ("a", "b"):
        human = table[f"observer_{side}"].str.startswith("subject")
        table[f"source_{side}"] = "model-vs-human"
        table[f"kind_{side}"] = human.map({True: "human", False: "model"})
    return table


def test_every_pair_stands_once_and_the_ceiling_with_it(pairs):
    ceilings = pairs[pairs["a"] == "Humans"]
    assert (ceilings["b"] == "Humans").all()
    assert len(ceilings) == 17
    rest = pairs[pairs["a"] != "Humans"]
    unordered = [frozenset(pair) for pair in zip(rest["a"], rest["b"], strict=True)]
    assert not pd.DataFrame({"d": rest["dataset"], "p": unordered}).duplicated().any()
    assert (rest["a"] != rest["b"]).all()
    sizes = rest.groupby("dataset").size()
    # 10 humans and 32 networks on cue-conflict, 4 humans and 9 networks on colour.
    assert sizes["Cue conflict"] == 42 * 41 / 2
    assert sizes["Colour"] == 13 * 12 / 2


def test_the_side_that_agrees_more_with_humans_comes_first(pairs):
    rest = pairs[pairs["a"] != "Humans"]
    assert (rest["a_humans"] >= rest["b_humans"]).all()


def test_agreement_with_humans_is_the_mean_over_pairs(pairs):
    colour = pairs[(pairs["dataset"] == "Colour") & (pairs["a"] != "Humans")]
    human = (colour["a_kind"] == "Humans") & (colour["b_kind"] == "Humans")
    ceiling = pairs[(pairs["dataset"] == "Colour") & (pairs["a"] == "Humans")]["kappa"].item()
    assert colour.loc[human, "kappa"].mean() == pytest.approx(ceiling, abs=0.001)
    with_resnet = colour[(colour["b"] == "ResNet-50") | (colour["a"] == "ResNet-50")]
    with_resnet = with_resnet[
        (with_resnet["a_kind"] == "Humans") | (with_resnet["b_kind"] == "Humans")
    ]
    assert len(with_resnet) == 4
    own = with_resnet["b_humans"].where(with_resnet["b"] == "ResNet-50", with_resnet["a_humans"])
    assert with_resnet["kappa"].mean() == pytest.approx(own.iloc[0], abs=0.001)


def test_agreement_is_sorted_within_datasets(summaries):
    table = agreement_with_humans(summaries)
    assert table["dataset"].drop_duplicates().tolist()[:2] == ["Colour", "Contrast"]
    for _, group in table.groupby("dataset"):
        assert group["kappa"].is_monotonic_decreasing
    # resnet50 is in two sources and shown from one.
    edge = table[table["dataset"] == "Edge"]
    assert edge["observer"].is_unique


def test_conditions_are_in_order_and_those_left_out_are_marked(summaries):
    table = consistency_by_condition(summaries)
    humans = table[(table["dataset"] == "Contrast") & (table["observer"] == "Humans")]
    assert humans["condition"].tolist() == ["100", "50", "30", "15", "10", "5", "3", "1"]
    assert humans["position"].tolist() == list(range(8))
    assert humans["left_out"].tolist() == [True] + [False] * 5 + [True] * 2
    assert humans.loc[humans["condition"] == "1", "kappa"].item() == pytest.approx(-0.015)
    assert table["dataset"].nunique() == 12
    assert set(table.loc[table["kind"] == "Humans", "observer"]) == {"Humans"}


def test_observed_and_expected_by_hand(summaries):
    counts = pair_counts(
        # accuracies 0.7 and 0.7: expected 0.58, observed 0.8
        ("sketch", "0", "subject-01", "resnet50", 60, 10, 10, 20),
        # accuracies 0.5 and 1.0: expected and observed 0.5
        ("sketch", "0", "subject-01", "subject-02", 50, 0, 50, 0),
    )
    table = observed_and_expected(replace(summaries, pairs=counts)).set_index("b")
    assert table.loc["ResNet-50", ["expected", "observed", "kappa"]].astype(float).tolist() == [
        0.58,
        0.8,
        pytest.approx(0.22 / 0.42, abs=0.0005),
    ]
    assert table.loc["ResNet-50", "pair"] == "Human and model"
    # Equal accuracies allow 1; 0.5 and 1.0 allow no more than chance.
    assert table["most"].to_dict() == {"ResNet-50": 1.0, "Human 2": 0.0}
    assert table.loc["Human 2", "pair"] == "Two humans"
    assert table.loc["Human 2", ["expected", "observed", "kappa"]].tolist() == [0.5, 0.5, 0.0]


def test_conditions_are_averaged_and_those_left_out_ignored(summaries):
    counts = pair_counts(
        ("contrast", "c100", "subject-01", "resnet50", 100, 0, 0, 0),
        ("contrast", "c50", "subject-01", "resnet50", 60, 10, 10, 20),
        ("contrast", "c05", "subject-01", "resnet50", 25, 25, 25, 25),
    )
    small = replace(summaries, pairs=counts)
    row = observed_and_expected(small).iloc[0]
    assert row["observed"] == pytest.approx((0.8 + 0.5) / 2)
    assert row["expected"] == pytest.approx((0.58 + 0.5) / 2)
    assert row["n"] == 200
    everything = replace(small, settings=SummarySettings(conditions="all"))
    row = observed_and_expected(everything).iloc[0]
    assert row["n"] == 300
    assert row["observed"] == pytest.approx((1 + 0.8 + 0.5) / 3, abs=0.0005)
    # 0/0 in the first condition is left out of the mean of kappa, or 1 in the toolbox's way.
    assert row["kappa"] == pytest.approx((0.22 / 0.42 + 0) / 2, abs=0.0005)
    settings = SummarySettings(conditions="all", zero_division="toolbox")
    toolbox = replace(everything, settings=settings)
    value = observed_and_expected(toolbox).iloc[0]["kappa"]
    assert value == pytest.approx((1 + 0.22 / 0.42 + 0) / 3, abs=0.0005)


def test_pairs_and_counts_tell_the_same(summaries, pairs):
    table = observed_and_expected(summaries)
    flipped = table.rename(columns={"a": "b", "b": "a"})
    both = pairs.merge(pd.concat([table, flipped]), on=["dataset", "a", "b"])
    assert len(both) == len(table)
    assert (both["kappa_x"] - both["kappa_y"]).abs().max() < 0.0015
    assert (both["n_x"] == both["n_y"]).all()
    assert (both["observed_x"] == both["observed_y"]).all()
    assert (both["expected_x"] == both["expected_y"]).all()
    assert set(table["pair"]) == set(PAIR_KINDS)


def test_chosen_observers(summaries):
    pairs = consistency_pairs(summaries, ["resnet50"])
    names = set(pairs["a"]) | set(pairs["b"])
    assert {name for name in names if not name.startswith("Human")} == {"ResNet-50"}
    table = observed_and_expected(summaries, ["resnet50"])
    assert set(table["pair"]) == {"Two humans", "Human and model"}


def test_no_pair_exceeds_what_its_accuracies_allow(summaries, pairs):
    table = observed_and_expected(summaries)
    assert (table["kappa"] <= table["most"] + 0.001).all()
    rest = pairs[pairs["a"] != "Humans"]
    assert (rest["kappa"] <= rest["most"] + 0.0015).all()


def test_the_bound_with_humans_is_the_mean_over_the_pairs(summaries, pairs):
    agreement = agreement_with_humans(summaries)
    edge = agreement[agreement["dataset"] == "Edge"].set_index("observer")["most"]
    there = pairs[(pairs["dataset"] == "Edge") & (pairs["a"] != "Humans")]
    human = (there["a_kind"] == "Humans") & (there["b_kind"] == "Humans")
    assert edge["Humans"] == pytest.approx(there.loc[human, "most"].mean(), abs=0.001)
    mixed = there[(there["a_kind"] == "Humans") & (there["b"] == "AlexNet")]
    assert edge["AlexNet"] == pytest.approx(mixed["most"].mean(), abs=0.001)


def test_means_by_kind_by_hand():
    rows = pd.DataFrame(
        {
            "dataset": "Edge",
            "pair": ["Two models", "Two models", "Two humans"],
            "expected": [0.5, 0.7, 0.6],
            "observed": [0.6, 0.9, 0.8],
            "kappa": [0.2, 0.6, 0.5],
        }
    )
    means = means_by_kind(rows).set_index("pair")
    assert means.loc["Two models", ["pairs", "expected", "observed", "kappa"]].tolist() == [
        2,
        pytest.approx(0.6),
        pytest.approx(0.75),
        pytest.approx(0.4),
    ]
    assert means.loc["Two humans", "pairs"] == 1
