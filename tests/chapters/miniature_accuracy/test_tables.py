"""Accuracy out of distribution, from answers made by hand and from the shipped ones."""

import pandas as pd
import pytest
from tiny.charts import names

from gcbook.chapters.miniature_accuracy.charts import fig_differences, fig_robustness
from gcbook.chapters.miniature_accuracy.tables import (
    difference_rows,
    robustness_rows,
)
from gcbook.charts.chart import chart_spec
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling

NONE = Resampling(draws=0)


@pytest.fixture(scope="module")
def answers():
    return miniature_answers(TEST_SETS, shipped_models())


def test_every_test_set_weighs_the_same(answers):
    rows = robustness_rows(answers, resampling=NONE).set_index("recipe")
    assert list(rows.index)[:2] == ["mini-pixel", "mini-latent"]
    assert rows.loc["mini-ar", "ood_accuracy"] == pytest.approx(0.44, abs=1e-4)
    assert rows.loc["mini-cnn", "ood_accuracy"] == pytest.approx(0.5969, abs=1e-4)
    assert (rows["lost"] - (rows["in_distribution"] - rows["ood_accuracy"])).abs().max() < 2e-4
    assert rows["low"].isna().all()


def test_intervals_hold_the_value(answers):
    rows = robustness_rows(answers, resampling=Resampling(draws=100))
    assert ((rows["low"] < rows["ood_accuracy"]) & (rows["ood_accuracy"] < rows["high"])).all()


def compared() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": ["shape bias", "OOD accuracy", "accuracy, high-pass"],
            "compared": [
                "mini-pixel − mini-cnn",
                "mini-latent − mini-cnn",
                "mini-ar − mini-pixel",
            ],
            "difference": [0.1, -0.2, 0.3],
            "low": [0.0, -0.3, 0.2],
            "high": [0.2, -0.1, 0.4],
        }
    )


def test_differences_of_accuracy_stand_beside_those_that_the_paper_prints():
    rows = difference_rows(compared())
    assert rows["compared"].tolist() == ["All: latent − cnn", "High-pass: ar − pixel"]
    assert rows[["a", "b"]].iloc[1].tolist() == ["mini-ar", "mini-pixel"]
    # Table 1: Stable Diffusion 0.69, ResNet-50 0.56.
    assert rows["paper"].iloc[0] == pytest.approx(0.13)
    assert rows["paper"].isna().tolist() == [False, True]


def test_the_shipped_answers_give_six_differences(answers):
    rows = difference_rows(claim_rows(answers, resampling=NONE))
    assert len(rows) == 6
    assert rows.set_index("compared").loc["All: latent − cnn", "difference"] == (
        pytest.approx(-0.0325, abs=1e-4)
    )


def test_forest_plots_have_a_row_a_miniature_and_a_row_a_comparison(answers):
    robust = robustness_rows(answers, resampling=NONE)
    spec = chart_spec(fig_robustness(robust))
    ticks = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "tick")
    assert ticks["encoding"]["x"]["field"] == "in_distribution"
    assert "mini-ar: 44%, in distribution 70%." in spec["description"]
    spec = chart_spec(fig_differences(difference_rows(compared())))
    dots = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    shown = names(spec, dots["encoding"]["y"]["sort"])
    assert shown == ["All: latent − cnn", "High-pass: ar − pixel"]
    assert "All: latent − cnn: -0.20." in spec["description"]
