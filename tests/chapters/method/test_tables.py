"""Tables of the method chapter: counts, conditions, intervals."""

from pathlib import Path

import numpy as np
import pytest

from gcbook.chapters.method.tables import (
    CUE_EXEMPLARS,
    between_people,
    dataset_overview,
    interval_widths,
    margin_rows,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries
from gcbook.trials.table import read_trials

SHIPPED = Summaries.read()


def test_overview_counts_each_dataset() -> None:
    table = dataset_overview(SHIPPED, SummarySettings()).set_index("dataset")
    assert len(table) == 17
    assert table["human_trials"].sum() == 85_120
    assert table["humans"].sum() == 90
    assert (table["humans"] * table["images"] == table["human_trials"]).all()
    assert table.loc["Cue conflict", ["humans", "networks"]].to_list() == [10, 32]
    assert table.loc["Sketch", ["humans", "networks"]].to_list() == [7, 9]
    assert table.loc["Contrast", "counted_of"] == "5 of 8"
    every = dataset_overview(SHIPPED, SummarySettings(conditions="all")).set_index("dataset")
    assert every.loc["Contrast", "counted_of"] == "8 of 8"


def test_independent_images_make_the_interval_too_narrow() -> None:
    widths = interval_widths(SHIPPED, ["resnet50"])
    assert widths["observer"].tolist() == ["Humans", "ResNet-50"]
    resnet = widths.set_index("observer").loc["ResNet-50"]
    assert resnet["ratio"] == pytest.approx(
        (resnet["high"] - resnet["low"]) / (resnet["independent_high"] - resnet["independent_low"]),
        abs=0.01,
    )
    assert resnet["ratio"] > 1.3
    # Wilson's interval for 169 shape answers among 789, by hand.
    z, p, n = 1.959964, 169 / 789, 789
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    width = resnet["independent_high"] - resnet["independent_low"]
    assert width == pytest.approx(2 * half, abs=1e-4)


def test_two_people_are_apart_by_the_difference_of_their_values() -> None:
    pairs = between_people(SHIPPED)
    n = {name: len(rows) for name, rows in pairs.groupby("metric")}
    # 10 people on cue conflicts; 90 in all, of which 4 to 10 saw the same dataset.
    assert (n["shape_bias"], n["accuracy"], n["kappa"]) == (45, 238, 238)
    rows = SHIPPED.estimates.query("metric == 'shape_bias' and category == ''")
    value = rows.set_index("observer")["value"]
    bias = pairs[pairs["metric"] == "shape_bias"].set_index(["a", "b"])["apart"]
    apart = abs(value["subject-01"] - value["subject-04"])
    assert bias["subject-01", "subject-04"] == pytest.approx(apart)


def test_every_margin_has_its_reason() -> None:
    rows = margin_rows()
    assert rows["measure"].tolist() == ["Shape bias", "Accuracy", "Error consistency"]
    assert (rows["margin"] > 0).all() and rows["reason"].str.endswith(".").all()


@pytest.mark.real_trials
def test_exemplars_are_as_many_as_stated(data_dir: Path) -> None:
    trials = read_trials(data_dir / "model-vs-human-humans.zip")
    names = trials.loc[trials["dataset"] == "cue-conflict", "image_id"].drop_duplicates()
    parts = names.str.removesuffix(".png").str.split("-", n=1, expand=True)
    assert parts[0].nunique() == CUE_EXEMPLARS["shapes"]
    assert parts[1].nunique() == CUE_EXEMPLARS["textures"]
