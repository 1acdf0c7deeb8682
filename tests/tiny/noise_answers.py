"""Answers of classifiers trained and tested with and without noise, written by hand."""

import pandas as pd

from gcbook.miniworld.results.noised import (
    CLEAN,
    ONE_DRAW,
)
from tiny.cue_answers import COLUMNS, cue_answers


def answers(shares, models=("mini-cnn", "mini-cnn-noise")):
    """(Model, tested) → how many of 10 conflicts are answered by shape and by texture."""
    rows = []
    for (model, tested), (shape, texture, right) in shares.items():
        if not any(model.startswith(name) for name in models):
            continue
        recipe = model.rpartition("-seed")[0] or model
        about = (model, recipe, "noised" if "noise" in model else "clean", tested)
        rows += cue_answers(about, shape, texture, right)
    return pd.DataFrame(rows, columns=["observer", "recipe", "trained", "tested", *COLUMNS])


SHARES = {
    ("mini-cnn", CLEAN): (2, 6, 9),
    ("mini-cnn-seed1", CLEAN): (4, 4, 9),
    ("mini-cnn-noise", CLEAN): (6, 2, 8),
    ("mini-cnn-noise", ONE_DRAW): (4, 0, 5),
}
