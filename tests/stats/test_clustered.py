"""Clustered means are those of the shares, for any number."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.clustered import clustered_columns, clustered_means, clustered_sums, draw_counts
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies


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


def test_of_zeros_and_ones_they_are_accuracies():
    table = rows().assign(value=rows()["right"].astype(float))
    ours = clustered_means(table, ["group"], "value", resampling=Resampling(draws=200, seed=3))
    theirs = accuracies(table, ["group"], resampling=Resampling(draws=200, seed=3))
    assert ours["mean"].tolist() == pytest.approx(theirs["accuracy"].tolist())
    assert ours["n"].tolist() == theirs["n"].tolist() == [30, 30]
    for end in ("low", "high"):
        assert ours[end].tolist() == pytest.approx(theirs[end].tolist())


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


def test_sums_add_up_over_groups():
    keys, sums = clustered_sums(rows(), ["group"], ["number"], resampling=Resampling(draws=20))
    assert keys["group"].tolist() == ["a", "b"]
    whole = clustered_sums(
        rows().assign(all=1), ["all"], ["number"], resampling=Resampling(draws=20)
    )[1]
    assert sums["number"].sum(0) == pytest.approx(whole["number"][0])
    assert (sums["n"].sum(0) == 60).all()


@pytest.mark.parametrize("n", [2, 5, 40])
def test_resampled_means_vary_as_means_of_so_many_do(n):
    values = np.random.default_rng(0).normal(size=n)
    means = draw_counts(n, 20_000, [1]) @ values / n
    assert means.mean() == pytest.approx(values.mean(), abs=0.02)
    # Without a bias, where plain resampling has one of 1 in n.
    assert means.var() == pytest.approx(values.var(ddof=1) / n, rel=0.05)
    assert draw_counts(n, 10, [1]).sum(axis=1) == pytest.approx(n)
    assert draw_counts(1, 3, [1]).tolist() == [[1], [1], [1]]


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
