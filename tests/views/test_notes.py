from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.settings import SummarySettings
from gcbook.summaries import Summaries, _without_intervals
from gcbook.views.benchmark import benchmark_rows
from gcbook.views.differences import model_differences
from gcbook.views.notes import (
    ceiling_sentence,
    claim_facts,
    consistency_facts,
    human_facts,
    interval_note,
    reproduction_sentence,
    resolution_sentence,
    telling_pairs_sentence,
)


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def test_interval_note_says_what_was_done(summaries):
    assert interval_note(summaries) == (
        "Intervals: 95%, bootstrap over images with 10,000 draws, the humans held fixed."
    )
    made = summaries.provenance
    both = replace(summaries, provenance=made | {"resample_observers": True, "confidence": 0.9})
    assert "90%" in interval_note(both)
    assert "humans resampled too" in interval_note(both)
    none = replace(summaries, provenance=made | {"draws": 0})
    assert interval_note(none).startswith("No intervals")


def test_consistency_facts(summaries):
    facts = consistency_facts(benchmark_rows(summaries))
    assert facts["humans"] == "0.431"
    assert facts["imagen"] == "0.309"
    assert facts["vit_22b"] == "0.281"
    assert [facts["best"], facts["best_value"]] == ["SWAG RegNetY-16GF", "0.225"]
    assert facts["n_networks"] == 9
    assert facts["above_humans"] == 4


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
        }
    )
    said = ceiling_sentence(ranges)
    assert "from 0.40 (Sketch) to 0.50 (Edge)" in said
    assert "On 1 of 2 datasets no network comes up to it" in said
    assert "On Edge, m agrees" in said
    assert "0.60 against 0.50; the interval of the latter: 0.45 to 0.55" in said
    alone = ceiling_sentence(ranges.iloc[1:].assign(best_value=np.nan))
    assert alone == "The human–human level is 0.40 for Sketch."


def test_telling_pairs_are_the_extremes():
    table = pd.DataFrame(
        {
            "dataset": "Edge",
            "a": ["h1", "h2", "h3", "h4"],
            "b": ["m1", "m2", "m3", "m4"],
            "pair": ["Human and model"] * 3 + ["Two humans"],
            "expected": [0.94, 0.9, 0.4, 0.1],
            "observed": [0.95, 0.9, 0.6, 0.2],
            "value": [0.04, 0.01, 0.33, 0.4],
        }
    )
    said = telling_pairs_sentence(table)
    assert "h1 and m1 are both right or both wrong on 95%" in said
    assert "h3 and m3 coincide on only 60%" in said
    assert "m4" not in said
    assert telling_pairs_sentence(table.iloc[1:2]).startswith("The chosen datasets hold no pair")


def test_resolution_is_a_yardstick(summaries):
    said = resolution_sentence(model_differences(summaries))
    assert "by 0.028 (0.309 against 0.281)" in said
    assert "36 pairs" in said
    assert "Without bootstrap draws" in resolution_sentence(
        model_differences(replace(summaries, tests=summaries.tests.iloc[:0]))
    )


def test_reproduction_counts_the_digits_that_come_out(summaries):
    rows = benchmark_rows(summaries)
    assert "Of the 8 numbers that Tables 2 and 3 print for these, 8 come out" in (
        reproduction_sentence(rows)
    )
    wrong = rows.assign(ood_accuracy=rows["ood_accuracy"] + 0.01)
    assert "print for these, 6 come out" in reproduction_sentence(wrong)
    assert "leave no number" in reproduction_sentence(rows[rows["key"] == ""])


def test_human_facts(summaries):
    facts = human_facts(summaries)
    assert facts == {
        "n_humans": 90,
        "n_trials": 85_120,
        "fewest": 4,
        "most": 10,
        "n_networks": 32,
    }


def test_claims_are_said_to_be_missing_where_they_are(summaries):
    facts = claim_facts(summaries)
    assert facts["humans_shape_bias"] == "0.959"
    assert [facts["lowest_human"], facts["highest_human"]] == ["0.919", "0.987"]
    assert [facts["n_below"], facts["n_networks"]] == [32, 32]
    assert facts["imagen_ood_accuracy"] == "0.71"
    bare = _without_intervals(summaries, SummarySettings(datasets=("colour",)))
    facts = claim_facts(bare)
    assert facts["humans_shape_bias"] == facts["lowest_human"] == "not computed"
    assert facts["n_networks"] == 0
    assert facts["humans_error_consistency"] != "not computed"
