"""The benchmark reproduces the paper's rows and explains what it cannot rank."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import PUBLISHED_SOURCES
from gcbook.paper.published import table2
from gcbook.stats.benchmark import (
    COLUMNS,
    METRICS,
    Benchmark,
    benchmark,
    benchmark_paths,
    format_benchmark,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.trials.table import unmatched_images, write_trials

EXACT = {
    "resnet50": (0.559, 0.087, 0.665, 0.208),
    "simclr_resnet50x1": (0.596, 0.080, 0.667, 0.179),
    "humans": (0.723, 0.007, 0.809, 0.431),
}
EDGE = SummarySettings(datasets=("edge",), resampling=Resampling(draws=0))


@pytest.fixture(scope="module")
def benchmark_trials(published_trials: pd.DataFrame) -> pd.DataFrame:
    return published_trials[published_trials["source"] == PUBLISHED_SOURCES[0]]


@pytest.fixture(scope="module")
def edge(benchmark_trials: pd.DataFrame) -> pd.DataFrame:
    return benchmark_trials[benchmark_trials["dataset"] == "edge"]


@pytest.fixture(scope="module")
def table(benchmark_trials: pd.DataFrame) -> pd.DataFrame:
    return benchmark(benchmark_trials).table


def test_rows_of_the_paper_come_out_to_the_third_digit(table: pd.DataFrame) -> None:
    rows = table.set_index("observer")
    for observer, expected in EXACT.items():
        found = rows.loc[observer, list(METRICS[:4])].astype(float).round(3)
        assert tuple(found) == expected, observer


def test_layout(table: pd.DataFrame) -> None:
    assert tuple(table) == COLUMNS
    assert table["observer"].iloc[0] == "humans"
    assert len(table) == 10
    assert (table["n_datasets"] == 17).all()
    assert np.isnan(table.loc[0, "mean_rank"])
    ranks = table["mean_rank"].iloc[1:]
    assert ranks.between(1, 9).all()


def test_intervals_and_formats(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(benchmark_trials, SummarySettings(resampling=Resampling(draws=30)))
    assert tuple(found.table) == (
        "observer",
        "n_datasets",
        *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")),
    )
    assert (found.table["ood_accuracy_low"] < found.table["ood_accuracy"]).all()
    back = json.loads(format_benchmark(found, "json"))
    assert back["rows"][0]["mean_rank"] is None
    assert back["rows"][1]["ood_accuracy"] == pytest.approx(found.table.loc[1, "ood_accuracy"])
    lines = format_benchmark(found, "csv").splitlines()
    assert lines[0] == ",".join(found.table)
    assert len(lines) == 11
    assert "0.723 [" in format_benchmark(found, "table")
    worst = found.table.set_index("observer").loc["bagnet33"]
    assert worst["mean_rank_low"] <= worst["mean_rank"] == worst["mean_rank_high"] == 9
    assert f"9.000 (rank {worst['mean_rank_low']:.3g} to 9)" in format_benchmark(found, "table")
    ranks, squares = found.notes
    assert ranks == (
        "mean_rank: beside it the ranks that tests of all pairs of models leave open, for all "
        "models together with 95% confidence or more: among models that are alike they hold nearly "
        "always, and are wide"
    )
    # Corrected for the bias of a square, a difference lies within its interval.
    named, values = squares.split("it is ")[0], squares.split("it is ")[1].split(", ")
    assert named.startswith("accuracy_difference: a square comes out too high")
    told = dict(each.rsplit(" ", 1) for each in values)
    table = found.table.set_index("observer")
    assert set(told) == set(table.index)
    low, high = (table[f"accuracy_difference_{end}"] for end in ("low", "high"))
    assert all(low[who] - 5e-4 <= float(value) <= high[who] + 5e-4 for who, value in told.items())


def test_people_who_are_resampled_are_said(edge: pd.DataFrame) -> None:
    fixed = replace(EDGE, resampling=Resampling(draws=30))
    drawn = replace(fixed, resample_observers=True)
    said = "people are resampled as well as images"
    notes = [" ".join(benchmark(edge, each).notes) for each in (fixed, drawn, EDGE)]
    assert [said in each for each in notes] == [False, True, False]
    # Without intervals nothing is resampled.
    assert said not in " ".join(benchmark(edge, replace(EDGE, resample_observers=True)).notes)


def test_too_few_draws_leave_all_ranks_open(benchmark_trials: pd.DataFrame) -> None:
    sketch = benchmark_trials[benchmark_trials["dataset"] == "sketch"]
    settings = SummarySettings(
        datasets=("sketch",), resampling=Resampling(draws=30, confidence=0.99)
    )
    found = benchmark(sketch, settings)
    models = found.table[found.table["observer"] != "humans"]
    assert (models["mean_rank_low"] == 1).all() and (models["mean_rank_high"] == 9).all()
    assert found.notes[0] == (
        "mean_rank: which models are above which cannot be decided with these draws: 100 are needed"
    )


def test_who_lacks_datasets_is_not_ranked_and_told_why(benchmark_trials: pd.DataFrame) -> None:
    some = benchmark_trials[
        (benchmark_trials["observer"] != "bagnet33") | (benchmark_trials["dataset"] == "sketch")
    ]
    found = benchmark(some)
    row = found.table.set_index("observer").loc["bagnet33"]
    assert row["n_datasets"] == 1
    assert np.isnan(row["mean_rank"])
    assert row["ood_accuracy"] > 0
    alone, humans = found.notes
    assert alone == "bagnet33: not ranked, 1 of 17 datasets (sketch)"
    sketch = benchmark(some[some["dataset"] == "sketch"]).table.set_index("observer").loc["humans"]
    assert f"ood_accuracy {sketch['ood_accuracy']:.3f}" in humans
    assert f"error_consistency {sketch['error_consistency']:.3f}" in humans
    assert found.table["mean_rank"].max() <= 8


def test_against_published(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(benchmark_trials, against="published").table.set_index("observer")
    printed = table2().set_index("key").loc["resnet50", "mean_rank"]
    # The paper ranks unrounded values; from the printed ones ties cannot be told apart.
    assert found.loc["resnet50", "mean_rank"] == pytest.approx(printed, abs=1)
    assert found.loc["bagnet33", "mean_rank"] == pytest.approx(59)
    assert np.isnan(found.loc["humans", "mean_rank"])


def test_a_newcomers_files(benchmark_trials: pd.DataFrame, tmp_path: Path) -> None:
    own = benchmark_trials[benchmark_trials["observer"] == "resnet50"]
    write_trials(own.assign(observer="my_net"), tmp_path / "mine")
    found = benchmark_paths([tmp_path / "mine"], SummarySettings(resampling=Resampling(draws=0)))
    row = found.table.set_index("observer").loc["my_net"]
    assert tuple(row[list(METRICS[:4])].astype(float).round(3)) == EXACT["resnet50"]
    assert any("published humans" in note for note in found.notes)


def test_images_that_no_human_saw_are_told(edge: pd.DataFrame) -> None:
    model = edge["observer"] == "resnet50"
    renamed = edge["image_id"].where(~model, edge["image_id"].str.replace(".png", ".jpg"))
    found = benchmark(edge.assign(image_id=renamed))
    assert np.isnan(found.table.set_index("observer").loc["resnet50", "error_consistency"])
    assert any("resnet50: 160 of 160 images of edge" in note for note in found.notes)
    assert unmatched_images(edge).empty


def test_humans_alone(benchmark_trials: pd.DataFrame) -> None:
    humans = benchmark_trials[benchmark_trials["observer_kind"] == "human"]
    found = benchmark(humans)
    assert found.table["observer"].tolist() == ["humans"]
    assert "no model" in found.notes[0]


def test_both_published_sources_show_a_network_once(published_trials: pd.DataFrame) -> None:
    found = benchmark(published_trials)
    assert found.table["observer"].is_unique
    assert len(found.table) == 33
    assert found.table.set_index("observer").loc["resnet50", "n_datasets"] == 17


def test_no_humans_is_an_error(benchmark_trials: pd.DataFrame) -> None:
    models = benchmark_trials[benchmark_trials["observer_kind"] == "model"]
    with pytest.raises(InputError, match="human"):
        benchmark(models)


def only(trials: pd.DataFrame, observer: str, dataset: str, condition: str) -> pd.DataFrame:
    """Of one dataset, an observer saw one condition."""
    rest = (trials["dataset"] == dataset) & (trials["condition"] != condition)
    return trials[~(rest & (trials["observer"] == observer))]


def test_one_condition_is_not_the_dataset(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(only(benchmark_trials, "resnet50", "contrast", "c10"))
    rows = found.table.set_index("observer")
    assert rows.loc["resnet50", "n_datasets"] == 16
    assert np.isnan(rows.loc["resnet50", "mean_rank"])
    assert rows["mean_rank"].max() == 8
    notes = found.notes
    assert notes[0] == "resnet50: not ranked, 16 of 17 datasets (without contrast)"
    n_counted = len(EXPERIMENTS["contrast"].included)
    assert notes[2] == (
        f"resnet50: of contrast only 1 of {n_counted} conditions that count (c10), "
        "and means over those"
    )
    assert len(notes) == 3


def test_a_condition_that_does_not_count_is_no_dataset(benchmark_trials: pd.DataFrame) -> None:
    found = benchmark(
        only(benchmark_trials, "resnet50", "colour", EXPERIMENTS["colour"].included[0])
    )
    assert found.table.set_index("observer").loc["resnet50", "n_datasets"] == 17
    found = benchmark(only(benchmark_trials, "resnet50", "contrast", "c100"))
    assert found.table.set_index("observer").loc["resnet50", "n_datasets"] == 16
    assert any(note.startswith("resnet50: of contrast only 0 of") for note in found.notes)


def test_missing_images_are_named_and_not_ranked(benchmark_trials: pd.DataFrame) -> None:
    one = (benchmark_trials["observer"] == "resnet50") & (benchmark_trials["dataset"] == "edge")
    found = benchmark(benchmark_trials.drop(index=benchmark_trials.index[one][:3]))
    row = found.table.set_index("observer").loc["resnet50"]
    assert (row["n_datasets"], row[["mean_rank"]].isna().item()) == (16, True)
    assert row["ood_accuracy"] == pytest.approx(0.559, abs=1e-3)
    assert found.table["mean_rank"].notna().sum() == 8
    assert list(found.notes) == [
        "resnet50: 157 of 160 images of edge, and compared on those that both saw; not ranked"
    ]


def test_images_that_do_not_count_or_that_no_human_saw_may_be_missing(
    benchmark_trials: pd.DataFrame, edge: pd.DataFrame
) -> None:
    model = benchmark_trials["observer"] == "resnet50"
    contrast = benchmark_trials["dataset"] == "contrast"
    full = benchmark_trials["condition"] == "c100"
    rows = benchmark_trials.index[model & contrast & full][:3]
    found = benchmark(benchmark_trials.drop(index=rows))
    assert (found.table["mean_rank"].notna().sum(), found.notes) == (9, ())
    # A model with images of its own leaves the others whole.
    own = edge["image_id"].where(edge["observer"] != "bagnet33", "own" + edge["image_id"])
    found = benchmark(edge.assign(image_id=own), EDGE)
    assert found.table["n_datasets"].value_counts().to_dict() == {1: 9, 0: 1}
    assert found.table["mean_rank"].notna().sum() == 8


def test_the_rank_of_a_lone_model_is_said_to_mean_nothing(edge: pd.DataFrame) -> None:
    human = edge["observer_kind"] == "human"
    alone = benchmark(edge[human | (edge["observer"] == "resnet50")], EDGE)
    assert alone.table.set_index("observer").loc["resnet50", "mean_rank"] == 1
    assert any("only one model is ranked" in note for note in alone.notes)
    two = benchmark(edge[human | edge["observer"].isin(["resnet50", "simclr_resnet50x1"])], EDGE)
    assert not any("only one model" in note for note in two.notes)


def test_a_dataset_without_humans_is_said_and_nobody_is_ranked(
    benchmark_trials: pd.DataFrame,
) -> None:
    human = benchmark_trials["observer_kind"] == "human"
    some = benchmark_trials[~(human & (benchmark_trials["dataset"] == "sketch"))]
    found = benchmark(some)
    rows = found.table.set_index("observer")
    assert rows["mean_rank"].isna().all()
    assert rows["n_datasets"].to_dict() == dict.fromkeys(rows.index, 17) | {"humans": 16}
    assert list(found.notes) == [
        "no humans on sketch: what compares with humans is a mean over the other datasets, and no "
        "model is ranked; --datasets ranks on those with humans"
    ]
    chosen = tuple(name for name in DATASETS if name != "sketch")
    ranked = benchmark(some, SummarySettings(datasets=chosen, resampling=Resampling(draws=0)))
    assert ranked.table["mean_rank"].notna().sum() == 9
    assert ranked.notes == ()


def test_humans_of_some_conditions_are_said(benchmark_trials: pd.DataFrame) -> None:
    people = benchmark_trials.loc[benchmark_trials["observer_kind"] == "human", "observer"]
    some = benchmark_trials
    for name in set(people):
        some = only(some, name, "contrast", "c10")
    found = benchmark(some)
    assert found.table["mean_rank"].isna().all()
    assert found.table.set_index("observer").loc["humans", "n_datasets"] == 16
    assert any(
        note.startswith("humans: of contrast only 1 of") and note.endswith("no model is ranked")
        for note in found.notes
    )


def test_ranks_are_among_those_with_all_chosen_datasets(benchmark_trials: pd.DataFrame) -> None:
    chosen = SummarySettings(datasets=("edge", "sketch"), resampling=Resampling(draws=0))
    some = benchmark_trials[
        (benchmark_trials["observer"] != "bagnet33") | (benchmark_trials["dataset"] == "edge")
    ]
    found = benchmark(some, chosen)
    ranks = found.table.set_index("observer")["mean_rank"]
    assert ranks.drop(["humans", "bagnet33"]).between(1, 8).all()
    assert np.isnan(ranks["bagnet33"])
    assert found.notes[0] == "bagnet33: not ranked, 1 of 2 datasets (edge)"
    # By hand, from the metrics that stand in the table.
    models = found.table[found.table["observer"].isin(ranks.dropna().index)]
    signs = {"accuracy_difference": 1, "observed_consistency": -1, "error_consistency": -1}
    by_hand = sum((sign * models[name]).rank() for name, sign in signs.items()) / 3
    assert models["mean_rank"].tolist() == pytest.approx(by_hand.tolist())


def test_an_undefined_metric_is_said(benchmark_trials: pd.DataFrame) -> None:
    """All right, the humans too: error consistency is 0/0 there, and not ranked in silence."""
    edge = benchmark_trials["dataset"] == "edge"
    known = (benchmark_trials["observer_kind"] == "human") | (
        benchmark_trials["observer"] == "resnet50"
    )
    right = benchmark_trials["response"].where(~(edge & known), benchmark_trials["category"])
    found = benchmark(benchmark_trials.assign(response=right))
    rows = found.table.set_index("observer")
    assert np.isnan(rows.loc["resnet50", "mean_rank"])
    assert rows["mean_rank"].notna().sum() == 8
    assert (
        "resnet50: error_consistency is undefined on edge, and its mean is over the other "
        "datasets; not ranked"
    ) in found.notes


@pytest.fixture(scope="module")
def two_labs(benchmark_trials: pd.DataFrame, edge: pd.DataFrame) -> pd.DataFrame:
    """The published humans, and one more from another source on one dataset."""
    first = edge[edge["observer"] == "subject-01"]
    other = first.assign(source="my-lab", response="knife")
    return pd.concat([benchmark_trials, other], ignore_index=True)


def test_humans_of_all_sources_are_one_row(two_labs: pd.DataFrame, table: pd.DataFrame) -> None:
    found = benchmark(two_labs)
    assert found.table["observer"].tolist().count("humans") == 1
    humans = found.table.iloc[0]
    assert humans["n_datasets"] == 17
    # One who always says knife joins ten on one of 17 datasets: 10 % of 160 were knives at most.
    assert 0 < table.loc[0, "ood_accuracy"] - humans["ood_accuracy"] < 1 / 17 / 6
    assert found.table["mean_rank"].notna().sum() == 9


def test_humans_of_one_source_can_be_chosen(two_labs: pd.DataFrame, table: pd.DataFrame) -> None:
    published = benchmark(two_labs, humans=PUBLISHED_SOURCES[0])
    pd.testing.assert_frame_equal(published.table, table)
    mine = benchmark(two_labs, humans="my-lab")
    assert mine.table.iloc[0]["n_datasets"] == 1
    assert mine.table.iloc[0]["ood_accuracy"] == pytest.approx(10 / 160)
    assert mine.table["mean_rank"].isna().all()
    assert any(note.startswith("no humans on colour, contrast") for note in mine.notes)
    with pytest.raises(InputError, match=r"source of humans \(model-vs-human, my-lab\), found 'x'"):
        benchmark(two_labs, humans="x")


def test_own_humans_can_be_left_for_the_published_ones(edge: pd.DataFrame, tmp_path: Path) -> None:
    own = edge[edge["observer"].isin(["subject-01", "resnet50"])]
    write_trials(own, tmp_path / "mine")
    mine = benchmark_paths([tmp_path / "mine"], EDGE)
    theirs = benchmark_paths([tmp_path / "mine"], EDGE, humans=PUBLISHED_SOURCES[0])
    accuracy = edge["response"] == edge["category"]
    of = edge["observer_kind"] == "human"
    assert mine.table.iloc[0]["ood_accuracy"] == accuracy[edge["observer"] == "subject-01"].mean()
    assert theirs.table.iloc[0]["ood_accuracy"] == pytest.approx(accuracy[of].mean())
    assert "hold none of that source" in theirs.notes[0]


def test_the_papers_rows_are_over_all_datasets(benchmark_trials: pd.DataFrame) -> None:
    for settings in (SummarySettings(datasets=("edge",)), SummarySettings(conditions="all")):
        with pytest.raises(InputError, match="leave out --datasets and --conditions"):
            benchmark(benchmark_trials, settings, against="published")


def test_none_of_the_chosen_datasets_is_an_error(edge: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"expected some of edge, .* found sketch"):
        benchmark(edge, SummarySettings(datasets=("sketch",)))


@pytest.mark.parametrize("against", ["", "published"])
def test_nobody_is_ranked_on_fewer_datasets_than_chosen(edge: pd.DataFrame, against: str) -> None:
    """Though all saw the same: --datasets says that these are meant."""
    found = benchmark(edge, against=against)
    assert found.table["mean_rank"].isna().all()
    assert "not ranked, 1 of 17 datasets (edge)" in found.notes[0]


def test_a_zero_has_no_sign() -> None:
    row = {"observer": "a", "n_datasets": 1} | dict.fromkeys(METRICS, -0.0001)
    ends = {f"{metric}_{end}": [-0.0004] for metric in METRICS for end in ("low", "high")}
    table = pd.DataFrame({name: [value] for name, value in row.items()} | ends)
    table = table.drop(columns=["mean_rank_low", "mean_rank_high"])
    shown = format_benchmark(Benchmark(table, ()), "table")
    assert "0.000 [0.000, 0.000]" in shown
    assert "-" not in shown
