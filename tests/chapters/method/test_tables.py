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
    resampled_images,
)
from gcbook.stats.summaries import Summaries
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


def test_independent_images_make_the_interval_over_two_times_too_narrow() -> None:
    widths = interval_widths(SHIPPED, ["resnet50"])
    assert widths["observer"].unique().tolist() == ["Humans", "ResNet-50"]
    resnet = widths[widths["observer"] == "ResNet-50"].set_index("method")
    assert resnet["ratio"].iloc[0] == pytest.approx(2.41, abs=0.02)
    # Wilson's interval for 169 shape answers among 789, by hand.
    z, p, n = 1.959964, 169 / 789, 789
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert resnet.loc["independent images", "width"] == pytest.approx(2 * half, abs=1e-4)


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


@pytest.mark.real_trials
def test_exemplars_are_as_many_as_stated(data_dir: Path) -> None:
    trials = read_trials(data_dir / "model-vs-human-humans.zip")
    names = trials.loc[trials["dataset"] == "cue-conflict", "image_id"].drop_duplicates()
    parts = names.str.removesuffix(".png").str.split("-", n=1, expand=True)
    assert parts[0].nunique() == CUE_EXEMPLARS["shapes"]
    assert parts[1].nunique() == CUE_EXEMPLARS["textures"]
