"""Sums over the seeds of a recipe, with seeds resampled too."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.seeds import over_seeds

DRAWS = 400


def keys(*groups):
    return pd.DataFrame(groups, columns=["recipe", "tested", "observer"])


TWO = keys(("a", "x", "a0"), ("a", "x", "a1"), ("a", "y", "a0"), ("a", "y", "a1"))


def constant(*values):
    return np.repeat(np.array(values, dtype=float)[:, None], 1 + DRAWS, axis=1)


def test_the_first_column_is_the_plain_sum():
    merged, sums = over_seeds(TWO, {"n": constant(1, 2, 10, 20)})
    assert merged.to_dict("list") == {"recipe": ["a", "a"], "tested": ["x", "y"], "seeds": [2, 2]}
    assert sums["n"][:, 0].tolist() == [3, 30]


def test_seeds_are_drawn_with_replacement_and_alike_everywhere():
    _, sums = over_seeds(TWO, {"n": constant(1, 2, 10, 20)})
    # Of two, one is drawn and counted twice: 2 and 4 are as far apart as two seeds make likely.
    assert set(sums["n"][0, 1:]) == {2, 4}
    assert np.array_equal(10 * sums["n"][0], sums["n"][1])
    assert (sums["n"][0, 1:] == 4).mean() == pytest.approx(0.5, abs=0.08)


def test_one_seed_is_left_as_it_is():
    values = np.arange(1.0 + DRAWS)[None]
    merged, sums = over_seeds(keys(("a", "x", "a0")), {"n": values})
    assert merged["seeds"].item() == 1
    assert np.array_equal(sums["n"], values)


def test_recipes_are_drawn_apart():
    groups = keys(("a", "x", "a0"), ("a", "x", "a1"), ("b", "x", "b0"), ("b", "x", "b1"))
    _, sums = over_seeds(groups, {"n": constant(1, 2, 1, 2)})
    assert not np.array_equal(sums["n"][0], sums["n"][1])
    again = over_seeds(groups, {"n": constant(1, 2, 1, 2)})[1]
    other = over_seeds(groups, {"n": constant(1, 2, 1, 2)}, seed=1)[1]
    assert np.array_equal(sums["n"], again["n"])
    assert not np.array_equal(sums["n"], other["n"])
