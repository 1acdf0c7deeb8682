"""The benchmark reproduces the paper's rows and explains what it cannot rank."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.paper.observers import PUBLISHED_SOURCES
from gcbook.paper.published import table2, table3
from gcbook.stats.benchmark import COLUMNS, METRICS, benchmark, benchmark_paths, format_benchmark
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.trials.table import unmatched_images, write_trials

EXACT = {
    "resnet50": (0.559, 0.087, 0.665, 0.208),
    "simclr_resnet50x1": (0.596, 0.080, 0.667, 0.179),
    "humans": (0.723, 0.007, 0.809, 0.431),
}


@pytest.fixture(scope="module")
def benchmark_trials(published_trials: pd.DataFrame) -> pd.DataFrame:
    return published_trials[published_trials["source"] == PUBLISHED_SOURCES[0]]


@pytest.fixture(scope="module")
def table(benchmark_trials: pd.DataFrame) -> pd.DataFrame:
    return benchmark(benchmark_trials)


def test_rows_of_the_paper_come_out_to_the_third_digit(table: pd.DataFrame) -> None:
    rows = table.set_index("observer")
    for observer, expected in EXACT.items():
        found = rows.loc[observer, list(METRICS[:4])].astype(float).round(3)
        assert tuple(found) == expected, observer


def test_published_rows_agree_with_ours(table: pd.DataFrame) -> None:
    rows = table.set_index("observer")
    for observer in ("resnet50", "simclr_resnet50x1"):
        behaviour = table2().set_index("key").loc[observer]
        for metric in ("accuracy_difference", "observed_consistency", "error_consistency"):
            assert round(rows.loc[observer, metric], 3) == behaviour[metric]
        accuracy = table3().set_index("key").loc[observer, "ood_accuracy"]
        assert round(rows.loc[observer, "ood_accuracy"], 3) == accuracy


def test_layout(table: pd.DataFrame) -> None:
    assert tuple(table) == COLUMNS
    assert table["observer"].iloc[0] == "humans"
    assert len(table) == 10
    assert (table["n_datasets"] == 17).all()
    assert np.isnan(table.loc[0, "mean_rank"])
    ranks = table["mean_rank"].iloc[1:]
    assert ranks.between(1, 9).all()
    assert table.attrs["notes"] == []


def test_intervals_and_formats(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(benchmark_trials, SummarySettings(resampling=Resampling(draws=30)))
    assert tuple(found) == (
        "observer",
        "n_datasets",
        *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")),
    )
    assert (found["ood_accuracy_low"] < found["ood_accuracy"]).all()
    back = json.loads(format_benchmark(found, "json"))
    assert back["rows"][0]["mean_rank"] is None
    assert back["rows"][1]["ood_accuracy"] == pytest.approx(found.loc[1, "ood_accuracy"])
    lines = format_benchmark(found, "csv").splitlines()
    assert lines[0] == ",".join(found)
    assert len(lines) == 11
    assert "0.723 [" in format_benchmark(found, "table")


def test_who_lacks_datasets_is_not_ranked_and_told_why(benchmark_trials: pd.DataFrame) -> None:
    some = benchmark_trials[
        (benchmark_trials["observer"] != "bagnet33") | (benchmark_trials["dataset"] == "sketch")
    ]
    found = benchmark(some)
    row = found.set_index("observer").loc["bagnet33"]
    assert row["n_datasets"] == 1
    assert np.isnan(row["mean_rank"])
    assert row["ood_accuracy"] > 0
    alone, humans = found.attrs["notes"]
    assert alone == "bagnet33: not ranked, 1 of 17 datasets (sketch)"
    sketch = benchmark(some[some["dataset"] == "sketch"]).set_index("observer").loc["humans"]
    assert f"ood_accuracy {sketch['ood_accuracy']:.3f}" in humans
    assert f"error_consistency {sketch['error_consistency']:.3f}" in humans
    assert found["mean_rank"].max() <= 8


def test_against_published(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(benchmark_trials, against="published").set_index("observer")
    printed = table2().set_index("key").loc["resnet50", "mean_rank"]
    # The paper ranks unrounded values; from the printed ones ties cannot be told apart.
    assert found.loc["resnet50", "mean_rank"] == pytest.approx(printed, abs=1)
    assert found.loc["bagnet33", "mean_rank"] == pytest.approx(59)
    assert np.isnan(found.loc["humans", "mean_rank"])


def test_a_newcomers_files(benchmark_trials: pd.DataFrame, tmp_path: Path) -> None:
    own = benchmark_trials[benchmark_trials["observer"] == "resnet50"]
    write_trials(own.assign(observer="my_net"), tmp_path / "mine")
    found = benchmark_paths([tmp_path / "mine"], SummarySettings(resampling=Resampling(draws=0)))
    row = found.set_index("observer").loc["my_net"]
    assert tuple(row[list(METRICS[:4])].astype(float).round(3)) == EXACT["resnet50"]
    assert any("published humans" in note for note in found.attrs["notes"])


def test_images_that_no_human_saw_are_told(benchmark_trials: pd.DataFrame) -> None:
    edge = benchmark_trials[benchmark_trials["dataset"] == "edge"]
    model = edge["observer"] == "resnet50"
    renamed = edge["image_id"].where(~model, edge["image_id"].str.replace(".png", ".jpg"))
    found = benchmark(edge.assign(image_id=renamed))
    assert np.isnan(found.set_index("observer").loc["resnet50", "error_consistency"])
    assert any("resnet50: 160 of 160 images of edge" in note for note in found.attrs["notes"])
    assert unmatched_images(edge).empty


def test_humans_alone(benchmark_trials: pd.DataFrame) -> None:
    humans = benchmark_trials[benchmark_trials["observer_kind"] == "human"]
    found = benchmark(humans)
    assert found["observer"].tolist() == ["humans"]
    assert "no model" in found.attrs["notes"][0]


def test_both_published_sources_show_a_network_once(published_trials: pd.DataFrame) -> None:
    found = benchmark(published_trials)
    assert found["observer"].is_unique
    assert len(found) == 33
    assert found.set_index("observer").loc["resnet50", "n_datasets"] == 17


def test_no_humans_is_an_error(benchmark_trials: pd.DataFrame) -> None:
    models = benchmark_trials[benchmark_trials["observer_kind"] == "model"]
    with pytest.raises(InputError, match="human"):
        benchmark(models)
