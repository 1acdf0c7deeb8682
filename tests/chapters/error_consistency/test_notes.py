import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.error_consistency.tables import (
    against_sentence,
    agreement_with_humans,
    bound_sentence,
    ceiling_sentence,
    faultless_sentence,
    kinds_sentence,
    share_sentence,
    spread_sentence,
    telling_pairs_sentence,
)
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture
def agreement():
    return pd.DataFrame(
        {
            "dataset": ["Edge"] * 3 + ["Sketch"] * 3,
            "observer": ["Humans", "ResNet-50", "m"] * 2,
            "kind": ["Humans", "x", "x"] * 2,
            "value": [0.4, 0.1, 0.2, 0.6, 0.3, 0.4],
            "most": [0.8, 0.2, 0.5, 1.0, 0.6, 0.5],
        }
    )


def test_ceiling_sentence():
    ranges = pd.DataFrame(
        {
            "dataset": ["Edge", "Sketch"],
            "ceiling": [0.5, 0.4],
            "ceiling_low": [0.45, np.nan],
            "ceiling_high": [0.55, np.nan],
            "best": ["m", "n"],
            "best_value": [0.6, 0.2],
            "share": [1.2, 0.5],
            "n_models": [7, 7],
        }
    )
    said = ceiling_sentence(ranges)
    assert "from 0.40 (Sketch) to 0.50 (Edge)" in said
    assert "On 1 of 2 datasets no network comes up to it" in said
    assert "On Edge, m agrees" in said
    assert "0.60 against 0.50; the interval of the latter: 0.45 to 0.55" in said
    assert "best of 7 networks" in said
    alone = ceiling_sentence(ranges.iloc[1:].assign(best_value=np.nan))
    assert alone == "The human–human level is 0.40 for Sketch."


def pairs(**columns):
    return pd.DataFrame({"dataset": "Edge", "a": ["h1", "h2", "h3", "h4"], **columns})


def test_telling_pairs_are_the_extremes():
    table = pairs(
        b=["m1", "m2", "m3", "m4"],
        pair=["Human and model"] * 3 + ["Two humans"],
        expected=[0.84, 0.9, 0.4, 0.1],
        observed=[0.85, 0.91, 0.6, 0.2],
        value=[0.04, 0.03, 0.33, 0.4],
        most=[0.8, 0.03, 0.5, 1.0],
    )
    said = telling_pairs_sentence(table)
    assert "h1 and m1 are both right or both wrong on 85%" in said
    assert "would allow 0.80" in said
    # As high as it can be: no example of errors that have nothing in common.
    assert "h2 and m2 coincide even on 91%: κ = 0.03, and it could not be higher" in said
    assert "h3 and m3 coincide on only 60%" in said
    assert "m4" not in said
    assert telling_pairs_sentence(table.iloc[1:2]).startswith("The chosen datasets hold no pairs")


def test_kinds_of_pairs_are_compared():
    table = pairs(
        pair=["Two models", "Two models", "Human and model", "Two humans"],
        value=[0.4, 0.2, 0.1, 0.5],
    )
    said = kinds_sentence(table)
    assert "on 1 of 1 datasets, between 3.0 times (Edge)" in said
    assert "reach 20% (Edge) to 20% (Edge)" in said
    assert kinds_sentence(table.iloc[:2]) == ""


def test_bound_is_averaged_over_datasets(agreement):
    rows = pd.DataFrame({"model": ["Humans", "ResNet-50", "m"], "ood_accuracy": [0.7, 0.6, 0.8]})
    said = bound_sentence(rows, agreement)
    assert "Two humans could reach 0.90 in the mean over the datasets, and reach 56%" in said
    assert "ResNet-50 with humans could reach 0.40 and reaches 50%" in said
    assert "The 1 networks that are more accurate than the humans could reach 0.50 to 0.50" in said
    # An observer without all datasets is not compared.
    assert "ResNet-50" not in bound_sentence(rows, agreement.drop(index=1))


def test_shipped_bounds(summaries):
    said = bound_sentence(benchmark_rows(summaries), agreement_with_humans(summaries))
    assert "Two humans could reach 0.82" in said
    assert "ResNet-50 with humans could reach 0.53 and reaches 39%" in said


def test_share_on_one_dataset(agreement):
    said = share_sentence(agreement, "Sketch")
    assert "κ = 0.35 with humans, but its accuracy allows only 0.55" in said
    assert "two humans have 0.60 where 1.00 would be possible" in said
    assert share_sentence(agreement, "Rotation") == ""


def test_spread_names_both_ends(agreement):
    assert spread_sentence(agreement, ["Edge", "Rotation"]) == (
        "Edge: 0.10 (ResNet-50) to 0.20 (m), humans 0.40."
    )
    assert spread_sentence(agreement, ["Rotation"]).startswith("Too few")


def test_conditions_without_an_error_are_counted(summaries):
    said = faultless_sentence(summaries)
    assert said.startswith("24 of 657 times")
    assert "10 times in one that the benchmark counts" in said
    assert faultless_sentence(summaries, ["bagnet33"]).startswith("0 of 73")


def test_nearest_and_farthest_from_the_humans():
    rows = pd.DataFrame(
        {
            "model": ["m", "n"],
            "difference": [-0.1, -0.3],
            "low": [-0.2, -0.4],
            "high": [-0.05, -0.2],
            "differs": [True, True],
        }
    )
    said = against_sentence(rows)
    assert "2 of 2 networks differ" in said
    assert "m, is 0.100 below them (0.050 to 0.200)" in said
    assert "n, 0.300 (0.200 to 0.400)" in said
    assert against_sentence(rows.iloc[:0]).startswith("Without bootstrap draws")
