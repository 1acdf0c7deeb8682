"""Variance between trainings: what ships, and by hand."""

import numpy as np
import pytest

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.between_seeds import FEWEST, seed_components
from gcbook.miniworld.results.shipped import label_of, parts_of, shipped_models
from gcbook.stats.components import MEASURES, Components

ROWS = seed_components()


def test_what_ships_is_of_the_trainings_that_ship():
    shipped = Components.read().seeds
    assert shipped["a"].tolist() == ROWS["a"].tolist(), "run tools/build_components.py"
    np.testing.assert_allclose(shipped["shared"], ROWS["shared"], rtol=1e-5)
    assert set(ROWS["measure"]) == set(MEASURES)
    assert (ROWS["n"] >= FEWEST).all()
    assert (ROWS["freedom"] == ROWS["n"] - 1).all()


def test_accuracy_by_hand():
    models = [name for name in shipped_models() if parts_of(name).recipe == "mini-cnn"]
    answers = miniature_answers(["cue-conflict"], models)
    right = answers.groupby("observer")["right"].mean()
    assert set(right.index) == {label_of(name) for name in models}
    row = ROWS[(ROWS["a"] == "mini-cnn default") & (ROWS["measure"] == "accuracy")].iloc[0]
    assert row["shared"] == pytest.approx(right.var(ddof=1))
    assert row["n"] == len(models)
