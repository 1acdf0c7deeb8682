"""The matrix of the miniatures' error consistency."""

import pandas as pd
import pytest

from gcbook.chapters.error_consistency.charts import fig_miniature_consistency
from gcbook.charts.chart import chart_spec, static_svg

PAIRS = pd.DataFrame(
    [
        ("all", "mini-cnn", "mini-pixel", 0.12, 0.05, 0.2, 0.9),
        ("all", "mini-cnn", "mini-cnn-seed1", 0.71, 0.6, 0.8, 0.95),
        ("all", "mini-pixel", "mini-cnn-seed1", 0.23, 0.1, 0.3, 0.9),
        ("conflict", "mini-cnn", "mini-pixel", -0.34, -0.4, -0.2, 0.8),
    ],
    columns=["group", "a", "b", "kappa", "low", "high", "most"],
)
ORDERS = {
    "all": ["mini-pixel", "mini-cnn", "mini-cnn-seed1"],
    "conflict": ["mini-cnn", "mini-pixel"],
}


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_miniature_consistency(PAIRS, ORDERS))


def test_a_pair_is_two_cells_and_the_diagonal_is_empty(spec):
    (rows,) = spec["datasets"].values()
    table = pd.DataFrame(rows)
    assert table.groupby("group").size().to_dict() == {"all": 9, "conflict": 4}
    assert not table.duplicated(["group", "row", "column"]).any()
    diagonal = table["row"] == table["column"]
    assert table.loc[diagonal, "kappa"].isna().all() and table.loc[~diagonal, "kappa"].notna().all()
    values = table.set_index(["group", "row", "column"])["kappa"]
    assert values["all", 1, 2] == values["all", 2, 1] == 0.71
    assert values["all", 0, 1] == 0.12 and values["all", 2, 0] == 0.23
    assert values["conflict", 1, 0] == -0.34


def test_groups_are_chosen_and_have_their_own_order(spec):
    (choice,) = spec["params"]
    assert choice["bind"]["options"] == ["all", "conflict"] and choice["value"] == "conflict"
    conflict = static_svg(spec)
    assert conflict.count("mini-cnn-seed1") == 0
    assert "−.34" in conflict or "-.34" in conflict
    every = static_svg({**spec, "params": [{**choice, "value": "all"}]})
    assert ">mini-cnn-seed1<" in every and ">.71<" in every


def test_generative_ones_have_a_diamond(spec):
    svg = static_svg(spec)
    assert "◆ mini-pixel" in svg and "◆ mini-cnn" not in svg


def test_colours_run_both_ways_from_zero(spec):
    scale = spec["layer"][1]["encoding"]["color"]["scale"]
    assert scale["domain"] == [-0.8, 0.8] and scale["clamp"]
    assert "all, mini-cnn and mini-pixel: 0.12." in spec["description"]


def test_without_pairs_it_says_so():
    empty = chart_spec(fig_miniature_consistency(PAIRS.head(0), {"all": [], "conflict": []}))
    assert "Fewer than two miniatures" in static_svg(empty)
