"""Tables of the method chapter: counts, conditions, intervals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.method.tables import (
    CUE_EXEMPLARS,
    condition_ladder,
    dataset_overview,
    interval_widths,
    ladder_sentences,
    resampled_images,
    values_with_intervals,
    width_sentence,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number, span
from gcbook.trials.table import read_trials

SHIPPED = Summaries.read()

FIVE = pd.DataFrame(
    {
        "source": "five",
        "observer": ["human"] * 3 + ["network"] * 3,
        "observer_kind": ["human"] * 3 + ["model"] * 3,
        "dataset": "cue-conflict",
        "condition": "0",
        "image_id": ["cat1-dog1.png", "cat1-car1.png", "dog1-car1.png"] * 2,
        "category": ["cat", "cat", "dog"] * 2,
        "response": ["cat", "cat", "dog", "cat", "car", "car"],
    }
)


def test_overview_counts_each_dataset() -> None:
    table = dataset_overview(SHIPPED).set_index("dataset")
    assert len(table) == 17
    assert table["human_trials"].sum() == 85_120
    assert table["humans"].sum() == 90
    assert (table["humans"] * table["images"] == table["human_trials"]).all()
    assert table.loc["Cue conflict", ["humans", "networks"]].to_list() == [10, 32]
    assert table.loc["Sketch", ["humans", "networks"]].to_list() == [7, 9]
    assert table.loc["Contrast", ["conditions", "counted"]].to_list() == [8, 5]
    assert table.loc["Contrast", "counted_of"] == "5 of 8"
    assert dataset_overview(SHIPPED, "all").set_index("dataset").loc["Contrast", "counted"] == 8


def test_ladder_says_what_is_left_out_and_why() -> None:
    ladder = condition_ladder(SHIPPED)
    contrast = ladder[ladder["dataset"] == "Contrast"]
    assert contrast["step"].to_list() == list(range(1, 9))
    assert contrast["condition"].to_list() == ["100", "50", "30", "15", "10", "5", "3", "1"]
    assert contrast["status"].to_list() == [
        "left out: unchanged",
        *["counted"] * 5,
        *["left out: too hard"] * 2,
    ]
    assert ladder["dataset"].nunique() == 12
    # Words on the axis are too long for a cell: the names of the trial files stand instead.
    assert ladder[ladder["dataset"] == "Colour"]["condition"].to_list() == ["cr", "bw"]
    assert set(condition_ladder(SHIPPED, "all")["status"]) == {"counted"}
    hard = ladder[ladder["status"] == "left out: too hard"]["human_accuracy"]
    assert hard.max() < ladder[ladder["status"] == "counted"]["human_accuracy"].median()


def test_sentences_name_the_datasets_without_a_hard_end() -> None:
    said = ladder_sentences(SHIPPED, condition_ladder(SHIPPED))
    assert "colour, power equalisation, opponent (false) colour, rotation." in said
    assert "(0.89 upright, 0.80 at 180°); 6 of 9 networks do better" in said


def test_sentences_keep_silent_about_what_is_not_there() -> None:
    of = SHIPPED.estimates
    without = Summaries(
        SHIPPED.counts, SHIPPED.pairs, of[of["dataset"] != "rotation"], SHIPPED.tests
    )
    said = ladder_sentences(without, condition_ladder(without, "all"))
    assert said == ""


def test_independent_images_make_the_interval_over_two_times_too_narrow() -> None:
    widths = interval_widths(SHIPPED, ["resnet50"])
    assert widths["observer"].unique().tolist() == ["Humans", "ResNet-50"]
    resnet = widths[widths["observer"] == "ResNet-50"].set_index("method")
    assert resnet["ratio"].iloc[0] == pytest.approx(2.41, abs=0.02)
    # Wilson's interval for 169 shape answers among 789, by hand.
    z, p, n = 1.959964, 169 / 789, 789
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert resnet.loc["independent images", "width"] == pytest.approx(2 * half, abs=1e-4)
    said = width_sentence(widths, "ResNet-50")
    assert "0.153 to 0.291" in said
    assert "2.4 times too narrow" in said


def test_widths_without_draws_are_said_to_be_missing() -> None:
    estimates = SHIPPED.estimates.assign(low=np.nan, high=np.nan)
    bare = Summaries(SHIPPED.counts, SHIPPED.pairs, estimates, SHIPPED.tests)
    assert "Without bootstrap draws" in width_sentence(interval_widths(bare), "ResNet-50")


def test_weights_of_cue_conflict_images_are_products() -> None:
    table = resampled_images(FIVE, draws=50, seed=1).set_index("draw")
    assert table.loc["as shown"].to_list() == [1, 1, 1]
    drawn = table.drop(index="as shown")
    assert len(drawn) == 50
    # cat1 twice means dog1 never (two shapes are drawn): weights of one shape vanish together.
    never_dog = drawn[drawn["dog1-car1.png"] == 0]
    assert len(never_dog) > 0
    # Where both images with a car texture count, the shapes' counts are 1 and 1.
    both = drawn[(drawn["cat1-car1.png"] > 0) & (drawn["dog1-car1.png"] > 0)]
    assert (both["cat1-car1.png"] == both["dog1-car1.png"]).all()
    assert resampled_images(FIVE, 50, 1).equals(resampled_images(FIVE, 50, 1))


def test_values_with_intervals_leaves_out_what_repeats_or_is_undefined() -> None:
    settings = SummarySettings(datasets=("cue-conflict",), resampling=Resampling(draws=200))
    table = values_with_intervals(estimate(FIVE, settings).estimates, "cue-conflict")
    assert not table.duplicated(["metric", "observer"]).any()
    assert table["value"].notna().all()
    values = table.set_index(["metric", "observer"])["value"]
    assert values["accuracy", "network"] == pytest.approx(1 / 3, abs=1e-4)
    # cat for cat, then car twice: one shape, two textures.
    assert values["shape bias", "network"] == pytest.approx(1 / 3, abs=1e-4)
    assert values["accuracy difference", "network"] == pytest.approx(4 / 9, abs=1e-4)
    assert values["observed consistency", "network"] == pytest.approx(1 / 3, abs=1e-4)


def test_words_for_numbers_and_for_none() -> None:
    assert number(-0.145) == "−0.145"
    assert span(-0.2, 0.1, ".1f") == "−0.2 to 0.1"
    assert number(float("nan")) == "not computed"
    assert span(0.1, float("nan")) == "interval not computed"


@pytest.mark.real_trials
def test_exemplars_are_as_many_as_stated(data_dir: Path) -> None:
    trials = read_trials(data_dir / "model-vs-human-humans.zip")
    names = trials.loc[trials["dataset"] == "cue-conflict", "image_id"].drop_duplicates()
    parts = names.str.removesuffix(".png").str.split("-", n=1, expand=True)
    assert parts[0].nunique() == CUE_EXEMPLARS["shapes"]
    assert parts[1].nunique() == CUE_EXEMPLARS["textures"]
