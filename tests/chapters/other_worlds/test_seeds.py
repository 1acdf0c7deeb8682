"""The shape bias of every training of the map."""

import pandas as pd
import pytest
from tiny.cue_answers import COLUMNS, cue_answers

from gcbook.chapters.other_worlds.tables import seed_rows

HERE, THERE = (0.89, 1.0), (0.6, 0.5)


def answers(shares):
    """(Point, recipe, variant, seed) → of 10 conflicts how many by shape and by texture."""
    rows = []
    for (point, recipe, variant, seed), (shape, texture) in shares.items():
        rows += cue_answers((*point, recipe, variant, f"{recipe}-seed{seed}"), shape, texture, 9)
    about = ["diagnosticity", "contrast", "recipe", "variant", "observer"]
    return pd.DataFrame(rows, columns=[*about, *COLUMNS])


SHARES = {
    (HERE, "mini-cnn", "", 0): (8, 2),
    (HERE, "mini-cnn", "", 1): (6, 2),
    (HERE, "mini-cnn", "longer", 0): (1, 9),
    (HERE, "mini-pixel", "", 0): (5, 5),
    (HERE, "mini-pixel", "", 1): (2, 3),
    (THERE, "mini-cnn", "", 0): (5, 5),
    (THERE, "mini-cnn", "", 1): (1, 4),
    (THERE, "mini-pixel", "", 0): (9, 1),
}


def test_every_training_has_its_own_shape_bias():
    rows = seed_rows(answers(SHARES))
    found = {
        ((row["diagnosticity"], row["contrast"]), row["observer"]): row["shape_bias"]
        for row in rows.to_dict("records")
    }
    assert found == {
        (point, f"{recipe}-seed{seed}"): pytest.approx(shape / (shape + texture))
        for (point, recipe, variant, seed), (shape, texture) in SHARES.items()
        if not variant
    }
