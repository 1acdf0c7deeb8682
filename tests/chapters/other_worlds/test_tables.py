"""The map over worlds, from answers written by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny.cue_answers import COLUMNS, cue_answers

from gcbook.chapters.other_worlds.tables import MEASURES, map_rows, seed_rows
from gcbook.miniworld.results.worlds import sign_rows
from gcbook.stats.metrics import blind_bias
from gcbook.stats.resampling import Resampling

ABOUT = ["diagnosticity", "contrast", "recipe", "variant", "observer"]


def answers(shares):
    """(Point, recipe, variant, seed) → of 10 conflicts by shape, by texture, of 10 others right."""
    rows = []
    for (point, recipe, variant, seed), (shape, texture, right) in shares.items():
        about = (*point, recipe, variant, f"{recipe}-seed{seed}")
        rows += cue_answers(about, shape, texture, right)
    return pd.DataFrame(rows, columns=[*ABOUT, *COLUMNS])


HERE, THERE = (0.89, 1.0), (0.6, 0.5)
SHARES = {
    (HERE, "mini-cnn", "", 0): (9, 1, 9),
    (HERE, "mini-cnn", "", 1): (7, 1, 9),
    (HERE, "mini-pixel", "", 0): (3, 3, 8),
    (THERE, "mini-cnn", "", 0): (2, 6, 5),
    (THERE, "mini-pixel", "", 0): (6, 2, 6),
    (HERE, "mini-pixel", "longer", 0): (8, 0, 9),
    (HERE, "mini-cnn", "longer", 0): (6, 2, 9),
    (HERE, "mini-cnn", "whole", 0): (2, 6, 9),
}
ANSWERS = answers(SHARES)


def value(rows, point, recipe, measure, variant=""):
    chosen = rows[
        (rows["diagnosticity"] == point[0])
        & (rows["contrast"] == point[1])
        & (rows["recipe"] == recipe)
        & (rows["variant"] == variant)
        & (rows["measure"] == MEASURES[measure])
    ]
    return chosen.iloc[0]


def test_every_square_holds_the_counted_shares():
    rows = map_rows(ANSWERS, resampling=Resampling(draws=100))
    both = value(rows, HERE, "mini-cnn", "shape_bias")
    assert (both["value"], both["seeds"]) == (pytest.approx(16 / 18, abs=1e-4), 2)
    assert both["blind"] == pytest.approx(blind_bias(0.8), abs=1e-4)
    assert value(rows, THERE, "mini-cnn", "texture_accuracy")["value"] == 0.6
    assert value(rows, THERE, "mini-pixel", "accuracy")["value"] == 0.6
    assert np.isnan(value(rows, THERE, "mini-pixel", "accuracy")["blind"])
    assert value(rows, HERE, "mini-cnn", "shape_accuracy", "whole")["value"] == 0.2
    # A point with fewer seeds than another has intervals all the same.
    assert rows["low"].notna().all()


def test_every_training_has_its_own_shape_bias():
    found = {
        ((row["diagnosticity"], row["contrast"]), row["observer"]): row["shape_bias"]
        for row in seed_rows(ANSWERS).to_dict("records")
    }
    assert found == {
        (point, f"{recipe}-seed{seed}"): pytest.approx(shape / (shape + texture))
        for (point, recipe, variant, seed), (shape, texture, _) in SHARES.items()
        if not variant
    }


def test_the_difference_is_that_of_one_world():
    rows = sign_rows(ANSWERS, resampling=Resampling(draws=100)).set_index(
        ["diagnosticity", "contrast", "variant"]
    )
    assert rows.loc[(*HERE, ""), "difference"] == pytest.approx(0.5 - 16 / 18, abs=1e-4)
    assert rows.loc[(*THERE, ""), "difference"] == pytest.approx(0.75 - 0.25)
    assert rows.loc[(*HERE, "longer"), "difference"] == pytest.approx(1 - 0.75)
    # The classifier alone is trained otherwise.
    assert rows.loc[(*HERE, "whole"), "difference"] == pytest.approx(0.5 - 0.25)
    assert (*THERE, "longer") not in rows.index


def test_a_generator_alone_is_compared_with_nobody():
    alone = ANSWERS[ANSWERS["recipe"] == "mini-pixel"]
    assert sign_rows(alone, resampling=Resampling(draws=0)).empty
