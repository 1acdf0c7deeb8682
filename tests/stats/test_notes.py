from dataclasses import replace

import pytest

from gcbook.stats.differences import model_differences
from gcbook.stats.notes import interval_note, resolution_sentence
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
