"""Both worlds' shape biases and accuracies, from the shipped scores and from tables by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.calibrated_world.tables import (
    COMPARED,
    TITLES,
    image_rows,
    kind_rows,
    larger_accuracies,
    network_rows,
    nine_rows,
    patch_accuracy,
    prediction_rows,
    silhouette_sources,
    texture_ratio,
    training_rows,
)
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.noised import (
    MEASURES,
    change_rows,
    discriminative_models,
    noise_answers,
)
from gcbook.miniworld.results.worlds import trained_in_worlds
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN
from gcbook.stats.summaries import Summaries

NONE = Resampling(draws=0)


@pytest.fixture(scope="module")
def kinds():
    return kind_rows(resampling=NONE)


def of(kinds, world, model):
    (row,) = kinds[(kinds["world"] == world) & (kinds["model"] == model)].to_dict("records")
    return row


def test_diffusion_has_a_row_a_weighting_and_others_one(kinds):
    assert kinds["world"].tolist() == [CALIBRATED] * 8 + [UNCALIBRATED] * 8
    first = kinds.head(8)
    assert first["model"].str.partition(":")[0].unique().tolist() == [
        title for title in TITLES.values() if title != TITLES["mini-cnn-noise"]
    ]
    assert first["k"].dropna().tolist() == [7, 0, 7, 0]


def test_shape_bias_is_that_of_all_answers_of_all_seeds(kinds):
    row = of(kinds, CALIBRATED, "Pixel diffusion: k = 0")
    models = ["mini-pixel-calibrated", "mini-pixel-calibrated-seed1"]
    answers = miniature_answers([PLAIN, CONFLICT], models, weighting="uniform")
    shares = answers[answers["dataset"] == CONFLICT]["cue"].value_counts(normalize=True)
    assert row["shape_accuracy"] == pytest.approx(shares["shape"], abs=1e-4)
    assert row["texture_accuracy"] == pytest.approx(shares["texture"], abs=1e-4)
    assert row["neither"] == pytest.approx(shares["other"], abs=2e-4)
    named = shares["shape"] / (shares["shape"] + shares["texture"])
    assert row["shape_bias"] == pytest.approx(named, abs=1e-4)
    plain = answers[answers["dataset"] == PLAIN]
    assert row["accuracy"] == pytest.approx(plain["right"].mean(), abs=1e-4)
    assert row["seeds"] == 2 and row["seed_least"] < row["shape_bias"] < row["seed_most"]


def test_leads_are_over_the_resnet_of_the_same_world(kinds):
    for world, rows in kinds.groupby("world"):
        resnet = of(kinds, world, "ResNet")["shape_bias"]
        assert rows["lead"].to_numpy() == pytest.approx(
            (rows["shape_bias"] - resnet).to_numpy(), abs=2e-4
        )


def test_printed_values_stand_at_the_papers_weighting(kinds):
    printed = kinds[kinds["world"] == UNCALIBRATED].set_index("model")["paper"]
    assert printed["Pixel diffusion: k = 7"] == 0.99 and printed["Autoregressive"] == 0.92
    assert printed[["Pixel diffusion: k = 0", "Masked"]].isna().all()


def test_intervals_hold_the_values():
    rows = kind_rows(resampling=Resampling(draws=100))
    assert rows["low"].lt(rows["shape_bias"]).all() and rows["high"].gt(rows["shape_bias"]).all()
    others = rows[rows["recipe"] != "mini-cnn"]
    assert others["lead_low"].lt(others["lead"]).all()
    assert others["lead_high"].gt(others["lead"]).all()


def test_networks_are_compared_one_by_one(kinds):
    rows = network_rows(resampling=Resampling(draws=100))
    assert set(rows["compared"]) == set(COMPARED)
    assert rows["low"].le(rows["change"]).all() and rows["high"].ge(rows["change"]).all()
    rows = rows[rows["world"] == CALIBRATED]
    even = rows[(rows["recipe"] == "mini-pixel") & (rows["k"] == 0)].set_index("compared")
    row = of(kinds, CALIBRATED, "Pixel diffusion: k = 0")
    papers = of(kinds, CALIBRATED, "Pixel diffusion: k = 7")
    assert even.loc["lead", "change"].mean() == pytest.approx(row["lead"], abs=1e-3)
    for compared, column in (("shape", "shape_accuracy"), ("right", "accuracy")):
        change = row[column] - papers[column]
        assert even.loc[compared, "change"].mean() == pytest.approx(change, abs=2e-4)
    apart = row["seed_most"] - row["seed_least"]
    assert abs(even.loc["apart", "change"]) == pytest.approx(apart, abs=2e-4)
    masked = of(kinds, CALIBRATED, "Masked")["accuracy"]
    behind = rows[(rows["recipe"] == "mini-pixel") & (rows["compared"] == "behind")]["change"]
    assert behind.mean() == pytest.approx(papers["accuracy"] - masked, abs=2e-4)
    # Five ResNets make ten pairs.
    pairs = rows[(rows["recipe"] == "mini-cnn") & (rows["compared"] == "apart")]
    assert len(pairs) == 10


def test_a_lead_of_several_networks_has_one_interval_wherever_it_is_shown():
    few = Resampling(draws=300)
    kinds = kind_rows(resampling=few).set_index(["world", "recipe"])
    answers = noise_answers(discriminative_models(CALIBRATED_WORLD))
    changes = change_rows(answers, resampling=few).set_index(["step", "measure"])
    elsewhere = changes.loc[("training", MEASURES["shape_bias"]), ["change", "low", "high"]]
    here = kinds.loc[(CALIBRATED, "mini-cnn-noise"), ["lead", "lead_low", "lead_high"]]
    assert here.tolist() == elsewhere.tolist()
    # Over seeds too it is wider than over silhouettes alone, and two seeds say less than five.
    pixel = kinds.loc[(CALIBRATED, "mini-pixel")].iloc[0]
    assert pixel["lead_high"] - pixel["lead_low"] > here["lead_high"] - here["lead_low"]


def test_accuracies_of_64_pixels_are_compared():
    found = larger_accuracies(resampling=Resampling(draws=100))
    assert 0.8 < found["before"] < 0.95 and 0.8 < found["after"] < 0.95
    assert found["low"] <= found["change"] <= found["high"]


def test_nine_worlds_have_three_rows_each():
    rows = nine_rows(trained_in_worlds(), resampling=NONE)
    assert len(rows) == 27 and rows["world"].nunique() == 9
    assert rows["model"].tolist() == 9 * [
        "ResNet",
        "Pixel diffusion, k = 7",
        "Pixel diffusion, k = 0",
    ]
    assert rows["world"].iloc[0] == "Texture right 60%: contrast × 0.5"
    least = rows[rows["model"] == "Pixel diffusion, k = 7"]["shape_bias"].min()
    assert least == pytest.approx(0.306, abs=1e-3)
    resnet, pixel, even = rows.head(3).to_dict("records")
    assert pixel["lead"] == pytest.approx(pixel["shape_bias"] - resnet["shape_bias"], abs=2e-4)
    assert even["raised"] == pytest.approx(even["shape_bias"] - pixel["shape_bias"], abs=2e-4)
    assert np.isnan([resnet["lead"], pixel["raised"]]).all()


def test_outlines_of_another_category_are_named():
    rows = image_rows()
    default, calibrated, conflicts = (
        rows[rows["shown"] == name] for name in rows["shown"].unique()
    )
    assert (default["outline"] == default["category"]).all()
    assert 0 < (calibrated["outline"] != calibrated["category"]).sum() < 8
    assert (conflicts["outline"] == conflicts["category"]).all()
    assert (conflicts["texture"] != conflicts["category"]).all()


def test_predictions_of_64_pixels_come_last_under_a_name_of_two_lines():
    columns = ["prediction", "predicted", "low", "high", "width"]
    columns += ["outcome", "outcome_low", "outcome_high", "inside"]
    columns += ["interval_score", "naive", "naive_score"]
    row = (0.2, 0.1, 0.3, 0.2, 0.25, 0.2, 0.3, "yes", 0.2, 0.1, 0.5)
    outcomes = pd.DataFrame([("Pixel diffusion: equal weights", *row)], columns=columns)
    longer = outcomes.assign(prediction="ResNet: trained for longer")
    both = prediction_rows(outcomes.assign(paper=0.9), longer, outcomes.assign(smaller=0.1))
    assert both.columns.tolist() == columns
    assert both["prediction"].tolist() == [
        "Pixel diffusion: equal weights",
        "ResNet: trained for longer",
        "64 pixels: Pixel diffusion, equal weights",
    ]


def test_trainings_are_those_of_the_first_seeds():
    rows = training_rows().set_index("model")
    assert len(rows) == 6 and "mini-cnn-seed1" not in rows.index
    assert rows.loc["mini-ar", "stands_for"] == "Parti"
    assert rows.loc["mini-cnn-noise", "images_seen"] == 2 * rows.loc["mini-cnn", "images_seen"]


def test_every_icon_has_an_author_and_a_licence():
    rows = silhouette_sources()
    assert rows["icons"].is_monotonic_decreasing
    assert rows[["author", "licence"]].ne("").all(axis=None)


def test_patches_are_right_as_often_as_they_name_the_category():
    columns = ["observer", "dataset", "condition", "category", "response", "n"]
    rows = [
        ("bagnet33", "colour", "bw", "cat", "cat", 3),
        ("bagnet33", "colour", "bw", "cat", "dog", 1),
        ("bagnet33", "colour", "cr", "cat", "dog", 9),
        ("resnet50", "colour", "bw", "cat", "dog", 9),
    ]
    empty, counts = pd.DataFrame(), pd.DataFrame(rows, columns=columns)
    found = Summaries(counts, empty, empty, empty, SummarySettings(), origin=None)
    assert patch_accuracy(found) == 0.75


def test_the_steeper_the_spectrum_the_weaker_the_texture():
    assert texture_ratio(0.8) > texture_ratio(1.2) > texture_ratio(1.5)
