"""Tables of the search, from trainings whose measures are known."""

import pandas as pd
import pytest
from tiny.erring import RIGHT, trials
from tiny.noise_answers import answers

from gcbook.files.errors import InputError
from gcbook.miniworld.results import calibrated
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    RESNET50,
    UNCALIBRATED,
    consistency_outcome,
    difference_scores,
    larger_leads,
    larger_rows,
    longer_rows,
    matched_rows,
    measured_by_default,
    outcome_rows,
    predicted_difference,
    resnet_leads,
    search_rows,
)
from gcbook.miniworld.results.noised import CLEAN, ONE_DRAW
from gcbook.miniworld.results.shipped import FEW_DRAWS, KINDS
from gcbook.miniworld.training.calibration import (
    ARGUED,
    SEEDS,
    WHOLE,
    Candidate,
    Training,
    targets,
)
from gcbook.stats.agreement import error_consistency
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT

SHORT = 1_000
WANTED = {name: value for name, (value, _, _) in targets().items()}
CHOSEN = Candidate(0.2, 0.5)


def training(candidate, seed, steps, **changes):
    return Training(candidate, seed, steps, {**WANTED, **changes}, {"in_distribution": 0.8}, 3.5)


DONE = [
    training(Candidate(0.25, 0.0, (0.75, 1.125)), 0, SHORT, shape_bias=0.5),
    *(training(Candidate(0.25, 0.0), seed, WHOLE, shape_bias=0.6) for seed in SEEDS),
    *(training(CHOSEN, seed, WHOLE, shape_bias=0.2 + 0.01 * seed, edge=0.9) for seed in SEEDS),
    training(CHOSEN, 0, SHORT, edge=0.1),
]


def test_every_whole_training_is_a_row():
    table = search_rows(DONE)
    assert len(table) == 6
    assert table["world"].unique().tolist() == [
        "Damage 0: contrast 0.27–0.75",
        "Damage 0.5: contrast 0.27–0.75",
    ]
    first = table.iloc[0]
    assert (first["misleading"], first["damage"], first["seed"]) == (0.25, 0, 0)
    assert (first["contrast_low"], first["contrast_high"]) == ARGUED
    assert (first["accuracy"], first["shape_bias"], first["minutes"]) == (0.8, 0.6, 3.5)


def test_the_chosen_worlds_seeds_are_held_against_the_intervals():
    table = matched_rows(DONE, {**WANTED, "shape_bias": 0.94})
    assert table["observer"].tolist() == [RESNET50, CALIBRATED, UNCALIBRATED] * len(WANTED)
    rows = table.set_index(["measure", "observer"])
    mine = rows.loc["Shape bias", CALIBRATED]
    assert (mine["value"], mine["low"], mine["high"]) == (0.21, 0.2, 0.22)
    theirs = rows.loc["Shape bias", RESNET50]
    assert tuple(theirs[["value", "low", "high"]]) == targets()["shape_bias"]
    assert rows.loc[("Shape bias", UNCALIBRATED), "value"] == 0.94
    # The short training is of the same world, and not among them.
    assert rows.loc[("Edges", CALIBRATED), "value"] == 0.9
    matched = table.dropna(subset="matched").set_index("measure")["matched"]
    assert len(matched) == len(WANTED)
    assert matched.index[~matched.astype(bool)].tolist() == ["Edges"]
    assert "Low-pass 3" in rows.index.get_level_values("measure")


def test_nothing_is_matched_before_all_seeds():
    with pytest.raises(InputError, match="whole trainings"):
        matched_rows(DONE[:3], WANTED)


def test_the_default_worlds_measures_are_those_of_its_networks():
    """As tools/calibrate_world.py stores them, and near what the test silhouettes give (.94)."""
    stored = measured_by_default()
    assert list(stored) == list(WANTED)
    assert stored["shape_bias"] == pytest.approx(0.94, abs=0.02)


def test_predictions_have_an_interval_around_them():
    written = calibrated._predicted()
    for section in ("shape_bias", "at_64_pixels", "longer_training"):
        rows = pd.DataFrame(written[section].values())
        assert ((rows["low"] < rows["predicted"]) & (rows["predicted"] < rows["high"])).all()
    rows = pd.DataFrame(written["shape_bias"].values())
    assert set(rows["model"]) >= {*KINDS} - {"mini-cnn"}
    for name in ("error_consistency", "noise_at_equal_steps"):
        value, low, high = predicted_difference(name)
        assert low < value < high


def test_outcomes_stand_beside_their_predictions(monkeypatch):
    by_shape = dict.fromkeys(KINDS, 1) | {"mini-cnn-noise": 4, "mini-pixel": 9}
    asked = []

    def given(test_sets, models, *, weighting, draws):
        assert test_sets == [CONFLICT] and draws is None
        asked.append((tuple(models), weighting))
        (model,) = models
        label = model.removesuffix("-calibrated")
        return answers({(label, CLEAN): (by_shape[label], 4, 9)}, models=("mini-",))

    def models_of(world, recipes):
        return tuple(f"{recipe}-calibrated" for recipe in recipes)

    monkeypatch.setattr(calibrated, "shipped_models", models_of)
    monkeypatch.setattr(calibrated, "miniature_answers", given)
    tested = {CLEAN: (0, 9, 9), ONE_DRAW: (9, 1, 9)}
    noised = answers({("mini-cnn-noise", how): said for how, said in tested.items()})
    rows = outcome_rows(noised, resampling=Resampling(draws=100)).set_index("prediction")
    assert rows.index.tolist() == list(calibrated._predicted()["shape_bias"])
    found = rows.loc["ResNet: noise in training"]
    assert (found["outcome"], found["inside"]) == (0.5, "yes")
    assert found["outcome_low"] <= 0.5 <= found["outcome_high"]
    assert rows.loc["ResNet: noise in test too", ["outcome", "inside"]].tolist() == [0.9, "no"]
    assert rows.loc["Latent diffusion", ["outcome", "inside"]].tolist() == [0.2, "yes"]
    assert rows.loc["Pixel diffusion", "inside"] == "no"
    latent = ("mini-latent-calibrated",)
    assert [each for each in asked if each[0] == latent] == [(latent, "exp:7"), (latent, "uniform")]


@pytest.fixture
def larger(monkeypatch):
    """Conflicts of ten that each model answers by shape, of those that it answers by a cue."""
    by_shape = {
        ("mini-cnn-calibrated64", None): (1, 9),
        ("mini-pixel-calibrated64", "exp:7"): (2, 8),
        ("mini-pixel-calibrated64", "uniform"): (6, 4),
        ("mini-cnn-calibrated", None): (3, 7),
        ("mini-pixel-calibrated", "exp:7"): (4, 6),
        ("mini-pixel-calibrated", "uniform"): (5, 5),
    }
    asked = set()

    def given(test_sets, models, *, weighting, draws):
        asked.add(draws)
        (model,) = models
        recipe = model.partition("-calibrated")[0]
        return answers({(recipe, CLEAN): (*by_shape[model, weighting], 9)}, models=("mini-",))

    def first(world, recipes):
        return tuple(f"{recipe}-{world}" for recipe in recipes)

    monkeypatch.setattr(calibrated, "shipped_models", first)
    monkeypatch.setattr(calibrated, "miniature_answers", given)
    return asked


def test_what_64_pixels_gave_stands_beside_the_prediction_and_32_pixels(larger):
    rows = larger_rows(resampling=Resampling(draws=100)).set_index("prediction")
    assert rows.index.tolist() == list(calibrated._predicted()["at_64_pixels"])
    assert rows.loc["ResNet", ["outcome", "smaller", "inside"]].tolist() == [0.1, 0.3, "yes"]
    assert rows["outcome"].tolist() == [0.1, 0.2, 0.6]
    assert rows["smaller"].tolist() == [0.3, 0.4, 0.5]
    assert rows["smaller_low"].le(rows["smaller"]).all()
    assert rows["smaller_high"].ge(rows["smaller"]).all()
    assert larger == {FEW_DRAWS}
    # Expecting no change: .3 within half of .23 to either side, of which .1 lies outside.
    found = rows.loc["ResNet", ["width", "interval_score", "naive", "naive_score"]].tolist()
    assert found == pytest.approx([0.23, 0.23, 0.3, 0.23 + 10 * (0.3 - 0.115 - 0.1)])


def test_a_longer_training_is_expected_to_change_nothing(monkeypatch):
    by_shape = {"mini-cnn": 3, "mini-cnn-long": 1}

    def given(test_sets, models, *, weighting, draws):
        return answers({(name, CLEAN): (by_shape[name], 7, 9) for name in models})

    monkeypatch.setattr(calibrated, "shipped_models", lambda world, recipes: recipes)
    monkeypatch.setattr(calibrated, "miniature_answers", given)
    (row,) = longer_rows(resampling=Resampling(draws=100)).to_dict("records")
    assert (row["prediction"], row["outcome"]) == ("ResNet: trained for longer", 0.125)
    assert (row["naive"], row["inside"]) == (0.3, "no")


def test_differences_are_scored_beside_a_naive_forecaster():
    value, low, high = predicted_difference("noise_at_equal_steps")
    own, naive = difference_scores("noise_at_equal_steps", value, naive=value + (high - low))
    assert own == pytest.approx(high - low)
    assert naive == pytest.approx(high - low + 10 * (high - low) / 2)


def test_leads_are_over_the_resnet_of_64_pixels(larger):
    leads = larger_leads(resampling=Resampling(draws=100))
    changes = {name: lead["change"] for name, lead in leads.items()}
    assert changes == pytest.approx({"Pixel diffusion": 0.1, "Pixel diffusion: equal weights": 0.5})
    assert all(lead["low"] <= lead["change"] <= lead["high"] for lead in leads.values())


def test_the_outcome_of_errors_is_a_difference_of_two_kappas():
    names = ("mini-cnn", "mini-pixel", "mini-cnn-noise")
    rows = pd.concat([trials(RIGHT[name], name) for name in names])
    found, low, high = consistency_outcome(rows, resampling=Resampling(draws=200))
    plain, pixel, noised = (RIGHT[name] for name in names)
    expected = error_consistency(plain, pixel) - error_consistency(plain, noised)
    assert found == pytest.approx(expected) and low < found < high


def test_leads_are_over_the_resnet_of_the_world():
    asked = {
        "itself": ("mini-cnn", None),
        "paper": ("mini-pixel", None),
        "same": ("mini-pixel", "exp:7"),
        "even": ("mini-pixel", "uniform"),
    }
    leads = resnet_leads(asked, resampling=Resampling(draws=200))
    assert leads["itself"] == (0, 0)
    assert leads["paper"] == leads["same"]
    assert leads["paper"][1] < 0 < leads["even"][0]
