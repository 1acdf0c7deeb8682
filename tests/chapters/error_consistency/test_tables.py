from dataclasses import replace

import pandas as pd
import pytest

from gcbook.chapters.error_consistency.tables import (
    _pair_means,
    agreement_with_humans,
    consistency_by_condition,
    consistency_pairs,
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
    means = _pair_means(replace(summaries, pairs=counts), ()).set_index("b")
    found = means[["expected", "observed", "most"]].astype(float)
    # Equal accuracies allow 1; 0.5 and 1.0 allow no more than chance.
    assert found.loc["ResNet-50"].tolist() == pytest.approx([0.58, 0.8, 1.0])
    assert found.loc["Human 2"].tolist() == pytest.approx([0.5, 0.5, 0.0])
    assert means["b_kind"].to_dict() == {"ResNet-50": "Discriminative model", "Human 2": "Humans"}


def test_conditions_are_averaged_and_those_left_out_ignored(summaries):
    counts = pair_counts(
        ("contrast", "c100", "subject-01", "resnet50", 100, 0, 0, 0),
        ("contrast", "c50", "subject-01", "resnet50", 60, 10, 10, 20),
        ("contrast", "c05", "subject-01", "resnet50", 25, 25, 25, 25),
    )
    small = replace(summaries, pairs=counts)
    row = _pair_means(small, ()).iloc[0]
    assert row["observed"] == pytest.approx((0.8 + 0.5) / 2)
    assert row["expected"] == pytest.approx((0.58 + 0.5) / 2)
    everything = replace(small, settings=SummarySettings(conditions="all"))
    row = _pair_means(everything, ()).iloc[0]
    assert row["observed"] == pytest.approx((1 + 0.8 + 0.5) / 3)


def test_chosen_observers(summaries):
    pairs = consistency_pairs(summaries, ["resnet50"])
    names = set(pairs["a"]) | set(pairs["b"])
    assert {name for name in names if not name.startswith("Human")} == {"ResNet-50"}


def test_no_pair_exceeds_what_its_accuracies_allow(pairs):
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
