"""What experiments of other sizes would find."""

import pytest

from gcbook.chapters.interval_coverage.planning import (
    VARIED,
    fig_planning,
    planning_facts,
    planning_rows,
)
from gcbook.charts.chart import chart_spec
from gcbook.claims import margins


def test_a_larger_experiment_finds_less():
    rows = planning_rows()
    assert list(dict.fromkeys(rows["varied"])) == list(VARIED)
    for _, line in rows.groupby("varied"):
        assert line["times"].is_monotonic_increasing
        assert (line["alone"].diff().dropna() < 0).all()
        assert (line["in_family"] > line["alone"]).all()
    of = rows.set_index(["varied", "times"])
    images, textures = "Shape bias, by images", "Shape bias, by textures"
    # A plan with the published numbers is one plan.
    assert of.loc[(images, 1), "alone"] == of.loc[(textures, 1), "alone"]
    assert of.loc[[(images, 1), (textures, 1)], "number"].tolist() == [1200, 3]
    # Where only images count, four times as many halve the error.
    kappas = of.loc["Mean κ, by images"]["standard_error"]
    assert kappas[4] == pytest.approx(kappas[1] / 2, rel=0.01)
    assert of.loc[(images, 4), "alone"] > of.loc[(images, 1), "alone"] / 1.5


def test_the_figure_draws_its_table():
    rows = planning_rows()
    spec = chart_spec(fig_planning(rows))
    drawn = [row for data in spec["datasets"].values() for row in data]
    assert [row["alone"] for row in drawn] == pytest.approx(rows["alone"].tolist(), rel=1e-5)


def test_facts_are_those_of_the_figure():
    found, rows = planning_facts(), planning_rows().set_index(["varied", "times"])
    assert found["planned_kappa"] == rows.loc[("Mean κ, by images", 1), "alone"]
    assert found["planned_kappa_among"] == rows.loc[("Mean κ, by images", 1), "in_family"]
    assert found["planned_bias"] == rows.loc[("Shape bias, by images", 1), "alone"]
    assert found["planned_every"] == 160 * 45
    assert found["planned_margin"] == margins()["shape_bias"].margin
    assert found["planned_bias_every"] < rows.loc[("Shape bias, by images", 4), "alone"]
