"""Who names texture more where it always tells the category."""

import numpy as np
import pandas as pd
import pytest
from tiny.cue_answers import COLUMNS, cue_answers

from gcbook.chapters.other_worlds.tables import shortcut_rows
from gcbook.stats.metrics import by_accident
from gcbook.stats.resampling import Resampling


def answers(shares):
    """(Diagnosticity, contrast, recipe) → of 10 conflicts by shape and by texture."""
    about = ["diagnosticity", "contrast", "recipe", "variant", "observer"]
    rows = []
    for (diagnosticity, contrast, recipe), (shape, texture) in shares.items():
        rows += cue_answers((diagnosticity, contrast, recipe, "", recipe), shape, texture, 5)
    return pd.DataFrame(rows, columns=[*about, *COLUMNS])


SHARES = {
    (0.6, 0.5, "mini-cnn"): (10, 0),
    (1.0, 0.5, "mini-cnn"): (2, 8),
    (0.6, 1.5, "mini-cnn"): (8, 2),
    (1.0, 1.5, "mini-cnn"): (0, 10),
    # One contrast has one kind of world alone, and does not count.
    (0.6, 0.5, "mini-pixel"): (5, 5),
    (1.0, 0.5, "mini-pixel"): (5, 5),
    (1.0, 1.5, "mini-pixel"): (0, 10),
}


def test_worlds_are_compared_that_differ_in_nothing_else():
    rows = shortcut_rows(answers(SHARES), resampling=Resampling(draws=200)).set_index("recipe")
    cnn = rows.loc["mini-cnn"]
    assert cnn["worlds"] == 2
    before = (0 + 0.2 - by_accident(0.8)) / 2
    after = (0.8 - by_accident(0.2) + 1 - by_accident(0.0)) / 2
    assert (cnn["before"], cnn["after"]) == (
        pytest.approx(before, abs=1e-4),
        pytest.approx(after, abs=1e-4),
    )
    assert cnn["change"] == pytest.approx(after - before, abs=1e-4)
    assert cnn["low"] > 0
    assert (rows.loc["mini-pixel", "worlds"], rows.loc["mini-pixel", "change"]) == (1, 0)


def test_without_resamples_there_is_no_interval_and_without_both_worlds_no_row():
    rows = shortcut_rows(answers(SHARES), resampling=Resampling(draws=0))
    assert np.isnan(rows["low"]).all()
    one = answers({(0.6, 0.5, "mini-cnn"): (5, 5)})
    assert shortcut_rows(one, resampling=Resampling(draws=0)).empty
