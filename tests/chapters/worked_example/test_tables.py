"""The miniature's run, what the same run takes with large models, and the models by name."""

import pandas as pd
import pytest

from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.worked_example.tables import (
    NONE,
    WEIGHTINGS,
    category_rows,
    cost_rows,
    decided,
    model_rows,
    outcome_rows,
    run_rows,
    score_rows,
    trial_rows,
)
from gcbook.classifiers.zoo import zoo
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling
from gcbook.trials.parse import FILE_COLUMNS

FEW = Resampling(200)
ANSWERS = decided()


def test_both_decisions_are_of_the_same_images():
    asked = ANSWERS.groupby("weighting", sort=False)["image_id"].apply(sorted)
    assert list(asked.index) == list(WEIGHTINGS.values())
    assert asked.iloc[0] == asked.iloc[1]
    assert len(asked.iloc[0]) == 720


def test_outcome_counts_the_answers():
    found = outcome_rows(ANSWERS, resampling=FEW).set_index("weighting")
    for title, own in ANSWERS.groupby("weighting"):
        shape, texture = ((own["response"] == own[cue]).sum() for cue in ("category", "texture"))
        assert found.loc[title, "shape_bias"] == pytest.approx(shape / (shape + texture))
        assert found.loc[title, "shape_accuracy"] == pytest.approx(shape / len(own))


def test_categories_add_up_to_the_outcome():
    found = category_rows(ANSWERS, resampling=FEW)
    assert len(found) == 2 * len(CATEGORIES)
    counts = found.groupby("weighting")[["shape_answers", "texture_answers"]].sum()
    pooled = counts["shape_answers"] / counts.sum(axis=1)
    whole = outcome_rows(ANSWERS, resampling=FEW).set_index("weighting")["shape_bias"]
    assert pooled.to_dict() == pytest.approx(whole.to_dict())
    assert found["texture_share"].between(found["low"], found["high"]).all()


def test_the_first_rows_are_those_of_the_files():
    trials = trial_rows(ANSWERS)
    assert tuple(trials) == FILE_COLUMNS
    assert trials["object_response"].isin(CATEGORIES).all()
    assert trials["imagename"].str.match(r"[a-z]+\d+-[a-z]+\d+\.png").all()
    scores = score_rows()
    assert scores["label"].tolist() == list(CATEGORIES[:4])
    assert scores[["image_id", "draw", "t"]].drop_duplicates().shape[0] == 1


def test_runs_are_counted_alike():
    outcome = outcome_rows(ANSWERS, resampling=FEW)
    small, large = run_rows(outcome, check_parameters("worked-example"), 0.93).to_dict("records")
    assert small["evaluations"] == small["images"] * small["draws"] * 16
    assert large["evaluations"] == 1280 * 32 * 16
    assert (large["weights_gb"], large["shape_bias"]) == (1.72, 0.93)
    assert small["shape_bias"] == outcome["shape_bias"].iloc[0]


def test_costs_follow_from_images_draws_and_classes():
    rows = cost_rows(32).set_index("kind")
    assert rows["per_image"].tolist() == [512, 16, 512, 1, 1]
    assert rows.loc["Diffusion", "evaluations"] == 1280 * 32 * len(CATEGORIES)
    assert rows.loc["Diffusion", "all_evaluations"] == 18_080 * 32 * len(CATEGORIES)
    assert rows.loc["Diffusion", "formula"] == "images × draws × classes"
    assert (cost_rows(64)["evaluations"] / rows["evaluations"].to_numpy()).tolist() == [
        *(2, 1, 2, 1, 1)
    ]


def test_every_named_model_has_one_row():
    rows = model_rows()
    assert sorted(rows["name"]) == sorted(name for name, entry in zoo().items() if not entry.world)
    rows = rows.set_index("name")
    assert rows.loc["sd-1.4", ["stands_for", "differs"]].tolist() == [
        "Stable Diffusion",
        "nothing: it is this model",
    ]
    assert rows.loc["if-i-l", "stands_for"] == "Imagen"
    assert rows.loc["dit-xl-2-256", "stands_for"] == NONE
    assert rows.loc["vgg16", "trials"] == "VGG-16"
    assert pd.isna(rows.loc["mini-cnn", "trials"])
    assert rows.loc["sd-2.1", "prediction"] == "velocity (v)"
    large = rows[rows["kind"].ne("Discriminative") & ~rows.index.str.startswith("mini-")]
    assert large["checked"].str.startswith("https://").all()
