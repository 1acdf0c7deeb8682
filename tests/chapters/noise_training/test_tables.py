"""Classifiers trained and tested with and without noise, from answers written by hand."""

import pandas as pd
import pytest
from tiny.noise_answers import SHARES, answers
from tiny.shipped import ship_model, use_data

from gcbook.chapters.noise_training import tables
from gcbook.chapters.noise_training.tables import (
    cell_rows,
    length_rows,
    normalized_variance,
)
from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results import longer
from gcbook.miniworld.results.noised import (
    CLEAN,
    MEAN_OF_DRAWS,
    MEASURES,
    ONE_DRAW,
    change_rows,
)
from gcbook.stats.metrics import blind_bias, by_accident
from gcbook.stats.resampling import Resampling


def cell(rows, trained, tested, measure, model=""):
    chosen = rows[
        (rows["trained"] == trained)
        & (rows["tested"] == tested)
        & (rows["measure"] == MEASURES[measure])
        & (rows["model"] == model)
    ]
    return chosen.iloc[0]


def test_cells_hold_the_counted_shares():
    rows = cell_rows(answers(SHARES), resampling=Resampling(draws=200))
    both = cell(rows, "clean", CLEAN, "shape_bias")
    assert (both["value"], both["seeds"], both["n"]) == (6 / 16, 2, 20)
    one = cell(rows, "clean", CLEAN, "shape_bias", "mini-cnn")
    assert (one["value"], one["seeds"], one["n"]) == (0.25, 1, 10)
    assert both["value"] < cell(rows, "clean", CLEAN, "blind")["value"]
    assert cell(rows, "clean", CLEAN, "blind")["value"] == pytest.approx(blind_bias(0.3), abs=1e-4)
    excess = cell(rows, "clean", CLEAN, "texture_excess")["value"]
    assert excess == pytest.approx(0.5 - by_accident(0.3), abs=1e-4)
    noised = cell(rows, "noised", ONE_DRAW, "shape_accuracy")
    assert noised["value"] == 0.4
    assert noised["low"] < 0.4 < noised["high"]
    assert cell(rows, "noised", MEAN_OF_DRAWS, "accuracy")["value"] == 0.7


def test_seeds_that_differ_widen_the_interval():
    alike = dict(SHARES) | {("mini-cnn", CLEAN): (3, 5, 9), ("mini-cnn-seed1", CLEAN): (3, 5, 9)}
    apart = dict(SHARES) | {("mini-cnn", CLEAN): (0, 8, 9), ("mini-cnn-seed1", CLEAN): (6, 2, 9)}
    widths = []
    for shares in (alike, apart):
        found = cell(
            cell_rows(answers(shares), resampling=Resampling(draws=1000)),
            "clean",
            CLEAN,
            "shape_bias",
        )
        assert found["value"] == 0.375
        widths.append(found["high"] - found["low"])
    assert widths[1] > 1.2 * widths[0]


def test_changes_are_differences_of_cells():
    rows = change_rows(answers(SHARES), resampling=Resampling(draws=200)).set_index(
        ["step", "measure"]
    )
    training = rows.loc[("training", MEASURES["shape_bias"])]
    assert (training["before"], training["after"]) == (0.375, 0.75)
    assert training["change"] == 0.375
    assert training["low"] <= 0.375 <= training["high"]
    testing = rows.loc[("testing as well", MEASURES["accuracy"])]
    assert testing["change"] == pytest.approx(-0.3)
    several = rows.loc[("several draws", MEASURES["shape_accuracy"])]
    assert several["change"] == pytest.approx(0.4)
    # Nobody tested the plain network with noise here.
    assert "testing alone" not in rows.index.get_level_values("step")


def test_without_both_recipes_each_is_compared_with_itself():
    alone = answers(SHARES, models=("mini-cnn-noise",))
    changes = change_rows(alone, resampling=Resampling(draws=0))
    assert set(changes["step"]) == {"testing as well", "several draws"}


def test_noise_is_compared_after_as_many_steps_and_with_a_longer_training(monkeypatch):
    early = answers({("mini-cnn", CLEAN): (4, 4, 9), ("mini-cnn-noise", CLEAN): (3, 3, 9)})
    same = answers({("mini-cnn", CLEAN): (2, 6, 9), ("mini-cnn-noise", CLEAN): (6, 2, 8)})
    late = answers({("mini-cnn-noise", CLEAN): (9, 1, 9)})
    course = [(early, 10), (same, 20), (late, 40)]
    monkeypatch.setattr(
        longer,
        "course_answers",
        lambda models: pd.concat([table.assign(step=step) for table, step in course]),
    )
    bias = {"mini-cnn": 0.5, "mini-cnn-long": 0.7, "mini-cnn-noise": 0.6}

    def between(one, other, *, resampling):
        both = {"before": bias[one], "after": bias[other], "change": bias[other] - bias[one]}
        return {**both, "low": float("nan"), "high": float("nan")}

    monkeypatch.setattr(tables, "bias_change", between)
    rows = length_rows(DEFAULT, resampling=Resampling(draws=0))
    assert rows["change"].tolist() == pytest.approx([0.5, 0.2, -0.1])
    # After the last step that both have, not at the end of the longer of the two.
    assert rows[["before", "after"]].iloc[0].tolist() == [0.25, 0.75]
    assert rows["after"].tolist()[1:] == [0.7, 0.6]


def test_lengths_that_do_not_ship_are_left_out(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-cnn-calibrated", "mini-cnn-noise-calibrated"):
        ship_model(data, name)
    rows = length_rows("calibrated", resampling=Resampling(draws=0))
    assert rows.empty and {"comparison", "before", "after", "change", "low", "high"} == set(rows)


def test_variance_of_what_the_networks_see():
    # Of grey levels between 0 and 1 no more than 4 by a mean of .5 and an SD of .25.
    assert 0.2 < normalized_variance(DEFAULT, 16) < 2
