"""Costs, draws and races, worked by hand on scores that were written down."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.cost import tables
from gcbook.chapters.cost.tables import (
    DRAWS_SHOWN,
    MEASURES,
    checked_scores,
    cost_rows,
    draw_rows,
    first_models,
    race_rows,
    real_costs,
    stored_errors,
    stored_times,
    system_costs,
)
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.shipped import shipped_models, shipped_store
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.scoring.racing import race_summary
from gcbook.scoring.settings import Racing
from gcbook.stats.resampling import Resampling

PLAIN = ["cat1-cat1.png", "dog1-dog1.png", "car1-cat1.png", "oven1-oven1.png"]


def late(rows: pd.DataFrame) -> np.ndarray:
    """The first two draws favour the texture, all others the shape, and more strongly."""
    strong = np.where(rows["draw"] < 2, 1.0, 3.0)
    named = np.where(rows["draw"] < 2, rows["texture"], rows["category"])
    # Undo the weight, so that draws count alike.
    return strong * least(rows, named) * np.exp(7 * rows["t"].to_numpy())


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    for model, parameters in (("mini-pixel", 2000), ("mini-cnn", 1000)):
        ship_model(folder, model, parameters=parameters)
    ship_model(folder, "mini-cnn-seed1")
    for test_set, names in (("in-distribution", PLAIN), ("cue-conflict", CONFLICTS)):
        ship_scores(folder, "mini-pixel", test_set, names, late, draws=32)
        for model, column in (("mini-cnn", "category"), ("mini-cnn-seed1", "texture")):
            ship_scores(
                folder,
                model,
                test_set,
                names,
                lambda rows, column=column: least(rows, rows[column]),
                kind="discriminative",
            )
    return folder


def test_costs_by_hand(data):
    costs = cost_rows(resampling=Resampling(draws=50)).set_index("model")
    assert costs.index.tolist() == ["mini-pixel", "mini-cnn"]
    assert costs["seeds"].tolist() == [1, 2]
    assert costs["evaluations"].tolist() == [512, 1]
    assert costs["parameters"].tolist() == [2000, 1000]
    assert costs["seconds"].tolist() == [stored_times()[0][name] for name in costs.index]
    assert costs["accuracy"].tolist() == [1, 7 / 8]  # the second seed takes the car for a cat
    assert costs["shape_bias"].tolist() == [1, 0.5]
    size = sum(p.stat().st_size for p in (data / "models" / "mini-pixel").rglob("*.*"))
    assert costs.loc["mini-pixel", "megabytes"] == pytest.approx(size / 1e6)


def test_the_stored_times_are_of_every_recipe_and_name_their_machine():
    seconds, machine = stored_times()
    assert set(seconds.index) == set(first_models(shipped_models()).values())
    # Hundreds of evaluations take longer than one, whatever the machine.
    assert seconds["mini-pixel"] > 10 * seconds["mini-cnn"] > 0
    assert machine["processor"] and machine["threads"] == 1


def test_more_draws_by_hand(data):
    rows = draw_rows(resampling=Resampling(draws=50))
    pixel = rows[rows["recipe"] == "mini-pixel"]
    bias = pixel[pixel["measure"] == MEASURES["shape_bias"]]
    assert bias["draws"].tolist() == list(DRAWS_SHOWN)
    assert bias["evaluations"].tolist() == [16 * n for n in DRAWS_SHOWN]
    # Two draws name the texture; of four the later two are stronger.
    assert bias["value"].tolist() == [0, 0, 1, 1, 1, 1]
    accuracy = pixel[pixel["measure"] == MEASURES["accuracy"]]
    assert accuracy["value"].tolist() == [0.75, 0.75, 1, 1, 1, 1]
    flat = rows[rows["recipe"] == "mini-cnn"]
    assert not flat["random"].any() and pixel["random"].all()
    assert (flat["evaluations"] == 1).all()
    assert flat.groupby("measure")["value"].nunique().tolist() == [1, 1]


def test_stored_errors_are_weighted_and_in_their_places(data):
    errors, category, texture = stored_errors(shipped_store("mini-pixel", "in-distribution"))
    assert errors.shape == (4, 32, 16)
    cat, car = CATEGORIES.index("cat"), CATEGORIES.index("car")
    assert category[2] == car and texture[2] == cat
    assert errors[2, 0, cat] == pytest.approx(0.5 + 0.001 * cat, rel=1e-5)
    assert errors[2, 5, car] == pytest.approx(3 * (0.5 + 0.001 * car), rel=1e-5)


def test_races_are_those_of_the_rule(data):
    rows = race_rows((4, 20))
    assert rows["first_test"].tolist() == [4, 20, 4, 20]
    errors, category, _ = stored_errors(shipped_store("mini-pixel", "in-distribution"))
    expected = race_summary(errors, category, Racing(4, 2e-3, 32))
    for name, value in expected.items():
        if name in rows:
            assert rows.loc[0, name] == value
    assert rows["shape_bias"].isna().tolist() == [True, True, False, False]
    assert (rows.loc[2:, "shape_bias_fixed"] == 1).all()


def test_a_clear_race_stops_at_its_first_test(data):
    def clear(rows):
        jitter = 1e-4 * np.sin(37 * rows["draw"].to_numpy())
        place = rows["label"].map(CATEGORIES.index).to_numpy()
        error = np.where(rows["label"] == rows["category"], 0.1, 1.0) + jitter * (1 + place)
        return error * np.exp(7 * rows["t"].to_numpy())

    ship_model(data, "mini-latent")
    for test_set, names in (("in-distribution", PLAIN), ("cue-conflict", CONFLICTS)):
        ship_scores(data, "mini-latent", test_set, names, clear, draws=32)
    rows = race_rows((4, 16)).query("model == 'mini-latent'")
    assert rows["first_test"].tolist() == [4, 16, 4, 16]
    assert rows["nfe"].tolist() == [64, 256] * 2
    assert rows["saved"].tolist() == [0.875, 0.5] * 2
    assert (rows["same"] == 1).all() and (rows["unfinished"] == 0).all()


def test_only_models_with_draws_and_single_classes_race(data):
    assert set(race_rows()["model"]) == {"mini-pixel"}


def test_large_models_by_hand():
    real = real_costs(10, 4.0).set_index("model")
    images = EXPERIMENTS["cue-conflict"].n_images
    everything = sum(each.n_images for each in EXPERIMENTS.values())
    diffusion = real.loc["Stable Diffusion 1.4"]
    assert diffusion["evaluations"] == 160
    assert diffusion["conflict_hours"] == pytest.approx(images * 160 / 4 / 3600)
    assert diffusion["benchmark_days"] == pytest.approx(everything * 160 / 4 / 86400)
    assert real.loc["Janus-Pro 1B", "evaluations"] == 16
    assert real.loc["ResNet-50", "evaluations"] == 1
    assert not real.index.str.contains("Miniature").any()


def test_open_models_are_summed_up_by_what_they_stand_for():
    real = real_costs(10, 4.0)
    systems = system_costs(real).set_index("stands_for")
    assert systems["models"].sum() == len(real)
    imagen = real.loc[real["stands_for"] == "Imagen", "parameters"].dropna() / 1e6
    assert systems.loc["Imagen", "parameters_low"] == imagen.min()
    assert systems.loc["Imagen", "parameters_high"] == imagen.max()
    assert systems.loc["Parti", "evaluations"] == 16
    assert systems.loc["Muse", "conflict_hours"] == systems.loc["Imagen", "conflict_hours"]


def test_a_check_that_is_left_out_says_so():
    for images, draws in ((0, 4), (4, 0)):
        checked = checked_scores(images, draws)
        assert checked.empty and "largest_difference" in checked


def test_a_check_is_reported_and_its_failure_passed_on(tmp_path, monkeypatch):
    row = {"model": "mini-cnn", "test_sets": 15, "images": 180, "other_images": 3}
    rows = pd.DataFrame([row | {"scores": 2880, "largest_difference": 2e-7}])
    asked = []

    def check(models, **settings):
        asked.append((models, settings))
        return rows.copy()

    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-cnn")
    ship_model(data, "mini-cnn-seed1", weights=False)
    monkeypatch.setattr(tables, "check_shipped", check)
    checked = checked_scores(12, 4, 5)
    ((models, settings),) = asked
    assert settings.pop("workers") >= 1
    assert (models, settings) == (("mini-cnn",), {"n_images": 12, "draws": 4, "seed": 5})
    assert checked["scores"].tolist() == [2880]

    def fail(models, **settings):
        raise GcbookError("differ")

    monkeypatch.setattr(tables, "check_shipped", fail)
    with pytest.raises(GcbookError, match="differ"):
        checked_scores(12, 4)
