from dataclasses import replace

import pytest

from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.differences import model_differences
from gcbook.stats.notes import (
    interval_note,
    public_on_some,
    reproduction_sentence,
    resolution_sentence,
)
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def test_interval_note_says_what_was_done(summaries):
    assert interval_note(summaries) == (
        "Intervals: 95%, bootstrap over images with 10,000 draws, the humans held fixed."
    )
    assert interval_note(summaries, "kappa").endswith(
        "held fixed. The interval of kappa is corrected for its bias, the value is not."
    )
    made = summaries.provenance
    both = replace(summaries, provenance=made | {"resample_observers": True, "confidence": 0.9})
    assert "90%" in interval_note(both)
    assert "99.9%" in interval_note(replace(both, provenance=made | {"confidence": 0.999}))
    assert "humans resampled too" in interval_note(both)
    none = replace(summaries, provenance=made | {"draws": 0})
    assert interval_note(none).startswith("No intervals")


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
        reproduction_sentence(rows, summaries)
    )
    assert "For 15 more, decisions" in reproduction_sentence(rows, summaries)
    wrong = rows.assign(ood_accuracy=rows["ood_accuracy"] + 0.01)
    assert "print for these, 6 come out" in reproduction_sentence(wrong, summaries)
    assert "leave no number" in reproduction_sentence(rows[rows["key"] == ""], summaries)


def test_models_of_the_paper_with_public_decisions(summaries):
    names = public_on_some(summaries)
    # Two on all datasets; of the 25 CNNs, ten are not in the paper.
    assert len(names) == 17
    assert {"ResNet-50", "Inception v3", "VGG-11 (BN)", "SqueezeNet 1.0"} <= names
    assert not {"VGG-16", "CORnet-S", "BagNet-33"} & names
