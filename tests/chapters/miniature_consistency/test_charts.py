"""The matrix of the miniatures' error consistency, and means by kind."""

import pandas as pd
import pytest

from gcbook.chapters.miniature_consistency.charts import fig_kinds, fig_miniature_consistency
from gcbook.chapters.miniature_consistency.tables import Consistency
from gcbook.charts.chart import chart_spec, static_svg

COLUMNS = ["a", "b", "kappa", "low", "high", "most"]
ALL = Consistency(
    "all",
    pd.DataFrame(
        [
            ("mini-cnn", "mini-pixel", 0.12, 0.05, 0.2, 0.9),
            ("mini-cnn", "mini-cnn-seed1", 0.71, 0.6, 0.8, 0.95),
            ("mini-pixel", "mini-cnn-seed1", 0.23, 0.1, 0.3, 0.9),
        ],
        columns=COLUMNS,
    ),
    (("mini-pixel",), ("mini-cnn", "mini-cnn-seed1")),
    {},
    {},
)
CONFLICT = Consistency(
    "conflict",
    pd.DataFrame([("mini-cnn", "mini-pixel", -0.34, -0.4, -0.2, 0.8)], columns=COLUMNS),
    (("mini-cnn", "mini-pixel"),),
    {},
    {},
)


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_miniature_consistency((ALL, CONFLICT)))


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


def test_names_of_generators_are_bold(spec):
    svg = static_svg(spec)
    bold = [tag for tag in svg.split("<text")[1:] if 'font-weight="bold"' in tag.split(">")[0]]
    named = {tag.split(">")[1].removesuffix("</text") for tag in bold}
    assert "mini-pixel" in named and "mini-cnn" not in named


def test_kinds_are_drawn_with_what_is_possible():
    rows = pd.DataFrame(
        {
            "group": ["all", "conflict"],
            "kind": "Two classifiers",
            "pairs": 1,
            "kappa": [0.5, 0.6],
            "low": [0.4, 0.5],
            "high": [0.6, 0.7],
            "most": [0.8, 0.9],
            "share": [0.625, 0.667],
        }
    )
    spec = chart_spec(fig_kinds(rows))
    fields = [layer["encoding"]["x"]["field"] for layer in spec["layer"]]
    assert fields == ["low", "most", "kappa"]
    assert spec["layer"][-1]["encoding"]["color"]["scale"]["domain"] == ["all", "conflict"]
    svg = static_svg(spec)
    # Two dots and two ticks with their intervals, and two symbols in the legend.
    assert svg.count("Two classifiers") == 1
