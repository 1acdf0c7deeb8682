"""Sums and means with silhouettes resampled, and seeds where there are several."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.clustered import (
    clustered_columns,
    clustered_means,
    clustered_sums,
    over_seeds,
    silhouettes,
)
from gcbook.stats.resampling import Resampling


def rows(seed=0):
    rng = np.random.default_rng(seed)
    silhouette = np.repeat([f"cat{i}" for i in range(6)] + [f"dog{i}" for i in range(9)], 4)
    return pd.DataFrame(
        {
            "group": np.tile(["a", "a", "b", "b"], 15),
            "category": [name[:3] for name in silhouette],
            "silhouette": silhouette,
            "right": rng.random(60) < 0.6,
            "number": rng.normal(size=60),
        }
    )


def test_means_by_hand_and_no_interval_without_draws():
    table = rows()
    found = clustered_means(table, ["group"], "number", resampling=Resampling(draws=0))
    expected = table.groupby("group")["number"].mean().tolist()
    assert found["mean"].tolist() == pytest.approx(expected)
    assert found[["low", "high"]].isna().all().all()


def test_images_of_one_silhouette_count_once():
    """Ten copies of every image leave the interval as it is."""
    table = rows()
    once = clustered_means(table, ["group"], "number", resampling=Resampling(draws=300))
    often = clustered_means(
        pd.concat([table] * 10), ["group"], "number", resampling=Resampling(draws=300)
    )
    assert often["n"].tolist() == [300, 300]
    assert often[["low", "high"]].to_numpy() == pytest.approx(once[["low", "high"]].to_numpy())


def test_a_silhouette_that_misleads_is_drawn_with_those_of_its_own_category():
    """One of four pictures of a cat's outline is of a dog: the outline is one unit, a cat's."""
    table = rows()
    table.loc[0, "category"] = "dog"
    names, factor = silhouettes(table)
    assert sorted(names) == sorted(set(table["silhouette"]))
    assert (factor.name, factor.sizes) == ("silhouettes", (6, 9))
    assert [name[:3] for name in names] == ["cat"] * 6 + ["dog"] * 9
    assert list(names) == list(silhouettes(rows())[0])


def test_sums_add_up_over_groups():
    keys, sums = clustered_sums(rows(), ["group"], ["number"], resampling=Resampling(draws=20))
    assert keys["group"].tolist() == ["a", "b"]
    whole = clustered_sums(
        rows().assign(all=1), ["all"], ["number"], resampling=Resampling(draws=20)
    )[1]
    assert sums["number"].sum(0) == pytest.approx(whole["number"][0])
    assert sums["n"].sum(0) == pytest.approx(60)


def test_columns_leave_out_what_is_missing():
    rows = pd.DataFrame(
        {
            "group": ["a", "a", "a", "b"],
            "category": "cat",
            "silhouette": ["cat1", "cat2", "cat3", "cat1"],
            "some": [1.0, 3.0, np.nan, np.nan],
            "none": np.nan,
        }
    )
    found = clustered_columns(
        rows, ["group"], ["some", "none"], resampling=Resampling(draws=50)
    ).set_index("group")
    assert found["n"].to_dict() == {"a": 3, "b": 1}
    assert found.loc["a", "some"] == 2
    assert found.loc["a", "some_low"] <= 2 <= found.loc["a", "some_high"]
    assert np.isnan(found.loc["b", "some"])
    assert found[["none", "none_low", "none_high"]].isna().all(axis=None)


RESAMPLING = Resampling(draws=400)


def keys(*groups):
    return pd.DataFrame(groups, columns=["recipe", "tested", "observer"])


TWO = keys(("a", "x", "a0"), ("a", "x", "a1"), ("a", "y", "a0"), ("a", "y", "a1"))


def constant(*values):
    return np.repeat(np.array(values, dtype=float)[:, None], 1 + RESAMPLING.draws, axis=1)


def test_the_first_column_is_the_plain_sum():
    merged, sums = over_seeds(TWO, {"n": constant(1, 2, 10, 20)}, dict, resampling=RESAMPLING)
    assert merged.to_dict("list") == {"recipe": ["a", "a"], "tested": ["x", "y"], "seeds": [2, 2]}
    assert sums["n"][:, 0].tolist() == [3, 30]


def test_seeds_are_drawn_alike_everywhere_and_vary_as_students_t_does():
    _, sums = over_seeds(TWO, {"n": constant(1, 2, 10, 20)}, dict, resampling=RESAMPLING)
    assert np.allclose(10 * sums["n"][0], sums["n"][1])
    # Of two, one is drawn and counted twice: their sum of 3 becomes 2 or 4, before it is scaled.
    t = sums["n"][0, 1:] - 3
    assert np.abs(t) == pytest.approx(RESAMPLING.t_scales("a0, a1", 2)[1:])
    assert (t > 0).mean() == pytest.approx(0.5, abs=0.08)


def test_measures_are_of_the_summed_answers():
    """The value is the measure of the sum, not the mean of the networks' measures."""
    counts = {"n": constant(2, 6, 1, 1), "right": constant(2, 0, 1, 1)}
    _, found = over_seeds(
        TWO, counts, lambda s: {"share": s["right"] / s["n"]}, resampling=RESAMPLING
    )
    assert found["share"][:, 0].tolist() == [0.25, 1]
    assert (found["share"][1] == 1).all()


def test_one_seed_is_left_as_it_is():
    values = np.arange(1.0 + RESAMPLING.draws)[None]
    merged, sums = over_seeds(keys(("a", "x", "a0")), {"n": values}, dict, resampling=RESAMPLING)
    assert merged["seeds"].item() == 1
    assert np.array_equal(sums["n"], values)


def test_recipes_are_drawn_apart():
    groups = keys(("a", "x", "a0"), ("a", "x", "a1"), ("b", "x", "b0"), ("b", "x", "b1"))
    _, sums = over_seeds(groups, {"n": constant(1, 2, 1, 2)}, dict, resampling=RESAMPLING)
    assert not np.array_equal(sums["n"][0], sums["n"][1])
    again = over_seeds(groups, {"n": constant(1, 2, 1, 2)}, dict, resampling=RESAMPLING)[1]
    other = over_seeds(
        groups, {"n": constant(1, 2, 1, 2)}, dict, resampling=Resampling(400, seed=1)
    )[1]
    assert np.array_equal(sums["n"], again["n"])
    assert not np.array_equal(sums["n"], other["n"])
