"""The benchmark reproduces the paper's rows and explains what it cannot rank."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
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
NO_DRAWS = Resampling(draws=0)
EDGE = SummarySettings(datasets=("edge",), resampling=NO_DRAWS)
TWO = SummarySettings(datasets=("edge", "contrast"), resampling=NO_DRAWS)
BOTH = "; --datasets compares on chosen ones"


@pytest.fixture(scope="module")
def benchmark_trials(published_trials: pd.DataFrame) -> pd.DataFrame:
    return published_trials[published_trials["source"] == PUBLISHED_SOURCES[0]]


@pytest.fixture(scope="module")
def few(benchmark_trials: pd.DataFrame) -> pd.DataFrame:
    return benchmark_trials[benchmark_trials["dataset"].isin(TWO.datasets)]


@pytest.fixture(scope="module")
def edge(few: pd.DataFrame) -> pd.DataFrame:
    return few[few["dataset"] == "edge"]


@pytest.fixture(scope="module")
def table(benchmark_trials: pd.DataFrame) -> pd.DataFrame:
    return benchmark(benchmark_trials).table


def test_rows_of_the_paper_come_out_to_the_third_digit(table: pd.DataFrame) -> None:
    rows = table.set_index("observer")
    for observer, expected in EXACT.items():
        found = rows.loc[observer, list(METRICS[:4])].astype(float).round(3)
        assert tuple(found) == expected, observer
    assert tuple(table) == COLUMNS
    assert table["observer"].iloc[0] == "humans"
    assert (len(table), set(table["n_datasets"])) == (10, {17})
    assert np.isnan(table.loc[0, "mean_rank"])
    # By hand, from the metrics that stand in the table.
    models = table.iloc[1:]
    signs = {"accuracy_difference": 1, "observed_consistency": -1, "error_consistency": -1}
    by_hand = sum((sign * models[name]).rank() for name, sign in signs.items()) / 3
    assert models["mean_rank"].tolist() == pytest.approx(by_hand.tolist())


def test_intervals_and_formats(few: pd.DataFrame) -> None:
    found = benchmark(few, replace(TWO, resampling=Resampling(draws=30)))
    ends = (f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high"))
    assert set(found.table) <= {"observer", "n_datasets", *ends}
    assert (found.table["ood_accuracy_low"] < found.table["ood_accuracy"]).all()
    back = json.loads(format_benchmark(found, "json"))
    assert back["rows"][0]["mean_rank"] is None
    assert back["rows"][1]["ood_accuracy"] == pytest.approx(found.table.loc[1, "ood_accuracy"])
    lines = format_benchmark(found, "csv").splitlines()
    assert lines[0] == ",".join(found.table)
    assert len(lines) == 11
    humans, worst = found.table.iloc[0], found.table.sort_values("mean_rank").iloc[8]
    shown = format_benchmark(found, "table")
    assert f"{humans['ood_accuracy']:.3f} [{humans['ood_accuracy_low']:.3f}, " in shown
    ranks = [worst[f"mean_rank{end}"] for end in ("", "_low", "_high")]
    assert "{:.3f} (rank {:.3g} to {:.3g})".format(*ranks) in shown
    assert ranks[1] <= ranks[0] <= ranks[2]
    said = [note.split(":")[0] for note in found.notes]
    assert said == ["mean_rank", "accuracy_difference"]
    assert "with 95% confidence" in found.notes[0]


def test_too_few_draws_leave_all_ranks_open(edge: pd.DataFrame) -> None:
    settings = replace(EDGE, resampling=Resampling(draws=30, confidence=0.99))
    found = benchmark(edge, settings)
    models = found.table[found.table["observer"] != "humans"]
    assert (models["mean_rank_low"] == 1).all() and (models["mean_rank_high"] == 9).all()
    assert "cannot be decided with these draws: 100 are needed" in found.notes[0]


def without(trials: pd.DataFrame, **where: str) -> pd.DataFrame:
    """The trials but those of an observer, a dataset and other conditions than one."""
    gone = pd.Series(data=True, index=trials.index)
    for name, value in where.items():
        other = trials["condition"] != value
        gone &= other if name == "but" else trials[name] == value
    return trials[~gone]


def images_renamed(trials: pd.DataFrame, observer: str) -> pd.DataFrame:
    own = (trials["observer"] == observer) & (trials["dataset"] == "edge")
    return trials.assign(image_id=trials["image_id"].where(~own, "own" + trials["image_id"]))


def all_right(trials: pd.DataFrame) -> pd.DataFrame:
    known = (trials["observer_kind"] == "human") | (trials["observer"] == "resnet50")
    known &= trials["dataset"] == "edge"
    return trials.assign(response=trials["response"].where(~known, trials["category"]))


def some_missing(trials: pd.DataFrame, dataset: str, condition: str) -> pd.DataFrame:
    rows = (trials["observer"] == "resnet50") & (trials["dataset"] == dataset)
    return trials.drop(index=trials.index[rows & (trials["condition"] == condition)][:3])


N_COUNTED = len(EXPERIMENTS["contrast"].included)
PARTIAL: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], int, int, list[str]]] = {
    "one dataset": (
        lambda rows: without(rows, observer="resnet50", dataset="contrast"),
        1,
        8,
        [f"resnet50: not ranked, 1 of 2 datasets (edge){BOTH}"],
    ),
    "one condition": (
        lambda rows: without(rows, observer="resnet50", dataset="contrast", but="c10"),
        1,
        8,
        [
            f"resnet50: not ranked, 1 of 2 datasets (edge){BOTH}",
            f"resnet50: of contrast only 1 of {N_COUNTED} conditions that count (c10), and means "
            "over those",
        ],
    ),
    "a condition that does not count": (
        lambda rows: without(rows, observer="resnet50", dataset="contrast", but="c100"),
        1,
        8,
        [
            f"resnet50: not ranked, 1 of 2 datasets (edge){BOTH}",
            f"resnet50: of contrast only 0 of {N_COUNTED} conditions that count, and means over "
            "those",
        ],
    ),
    "images": (
        lambda rows: some_missing(rows, "edge", "0"),
        1,
        8,
        ["resnet50: 157 of 160 images of edge, and compared on those that both saw; not ranked"],
    ),
    "images that do not count": (lambda rows: some_missing(rows, "contrast", "c100"), 2, 9, []),
    "images of its own": (
        lambda rows: images_renamed(rows, "resnet50"),
        1,
        8,
        [
            "resnet50: 0 of 160 images of edge, and compared on those that both saw; not ranked",
            "resnet50: 160 of 160 images of edge were seen by no human",
        ],
    ),
    "a dataset without humans": (
        lambda rows: without(rows, observer_kind="human", dataset="edge"),
        2,
        0,
        [
            "no humans on edge: what compares with humans is a mean over the other datasets, and "
            "no model is ranked; --datasets ranks on those with humans"
        ],
    ),
    "humans on one condition": (
        lambda rows: without(rows, observer_kind="human", dataset="contrast", but="c10"),
        2,
        0,
        [f"humans: of contrast only 1 of {N_COUNTED} conditions that count (c10), and means over"],
    ),
    "an undefined metric": (
        all_right,
        2,
        8,
        [
            "resnet50: error_consistency is undefined on edge, and its mean is over the other "
            "datasets; not ranked"
        ],
    ),
    "humans alone": (
        lambda rows: without(rows, observer_kind="model"),
        0,
        0,
        ["no model among the trials"],
    ),
    "one model": (
        lambda rows: rows[(rows["observer_kind"] == "human") | (rows["observer"] == "resnet50")],
        2,
        1,
        ["mean_rank: only one model is ranked"],
    ),
}


@pytest.mark.parametrize("case", PARTIAL)
def test_who_is_not_comparable_is_not_ranked_and_said_why(few: pd.DataFrame, case: str) -> None:
    change, n_datasets, n_ranked, notes = PARTIAL[case]
    found = benchmark(change(few), TWO)
    rows = found.table.set_index("observer")
    assert rows["n_datasets"].get("resnet50", 0) == n_datasets
    assert rows["mean_rank"].notna().sum() == n_ranked
    if n_ranked in (0, 8):
        assert np.isnan(rows["mean_rank"].get("resnet50", np.nan))
    assert bool(notes) == bool(found.notes)
    for expected in notes:
        assert any(note.startswith(expected) for note in found.notes), found.notes


@pytest.mark.parametrize("against", ["", "published"])
def test_nobody_is_ranked_on_fewer_datasets_than_chosen(edge: pd.DataFrame, against: str) -> None:
    """Though all saw the same: --datasets says that these are meant."""
    found = benchmark(edge, against=against)
    assert found.table["mean_rank"].isna().all()
    assert "not ranked, 1 of 17 datasets (edge)" in found.notes[0]
    assert unmatched_images(edge).empty


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
    found = benchmark_paths([tmp_path / "mine"], SummarySettings(resampling=NO_DRAWS))
    row = found.table.set_index("observer").loc["my_net"]
    assert tuple(row[list(METRICS[:4])].astype(float).round(3)) == EXACT["resnet50"]
    assert any("published humans" in note for note in found.notes)


def test_both_published_sources_show_a_network_once(published_trials: pd.DataFrame) -> None:
    found = benchmark(published_trials[published_trials["dataset"] == "edge"], EDGE)
    assert found.table["observer"].is_unique
    assert len(found.table) == 33


def test_humans_of_all_sources_are_one_row_or_of_one_that_is_chosen(
    edge: pd.DataFrame, tmp_path: Path
) -> None:
    first = edge[edge["observer"] == "subject-01"]
    both = pd.concat([edge, first.assign(source="my-lab", response="knife")], ignore_index=True)
    found, table = benchmark(both, EDGE).table, benchmark(edge, EDGE).table
    assert found["observer"].tolist().count("humans") == 1
    # One who always says knife, of whom one in sixteen images is one.
    n = edge.loc[edge["observer_kind"] == "human", "observer"].nunique()
    expected = (n * table.loc[0, "ood_accuracy"] + 1 / 16) / (n + 1)
    assert found.loc[0, "ood_accuracy"] == pytest.approx(expected)
    chosen = benchmark(both, EDGE, humans=PUBLISHED_SOURCES[0]).table
    pd.testing.assert_frame_equal(chosen, table)
    # Of files with people of one's own, those or the published ones.
    write_trials(edge[edge["observer"].isin(["subject-01", "resnet50"])], tmp_path / "mine")
    mine = benchmark_paths([tmp_path / "mine"], EDGE)
    theirs = benchmark_paths([tmp_path / "mine"], EDGE, humans=PUBLISHED_SOURCES[0])
    right = (first["response"] == first["category"]).mean()
    assert mine.table.iloc[0]["ood_accuracy"] == right
    assert theirs.table.iloc[0]["ood_accuracy"] == pytest.approx(table.loc[0, "ood_accuracy"])
    assert "hold none of that source" in theirs.notes[0]


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        (EDGE, {"against": "published"}, "leave out --datasets and --conditions"),
        (SummarySettings(conditions="all"), {"against": "published"}, "leave out --datasets"),
        (SummarySettings(datasets=("sketch",)), {}, "expected some of edge, .* found sketch"),
        (EDGE, {"humans": "nobody"}, "expected a source of humans .* found 'nobody'"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    edge: pd.DataFrame, settings: SummarySettings, options: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        benchmark(edge, settings, **options)
    with pytest.raises(InputError, match="human"):
        benchmark(edge[edge["observer_kind"] == "model"], EDGE)


def test_a_zero_has_no_sign() -> None:
    row = {"observer": "a", "n_datasets": 1} | dict.fromkeys(METRICS, -0.0001)
    ends = {f"{metric}_{end}": [-0.0004] for metric in METRICS for end in ("low", "high")}
    table = pd.DataFrame({name: [value] for name, value in row.items()} | ends)
    table = table.drop(columns=["mean_rank_low", "mean_rank_high"])
    shown = format_benchmark(Benchmark(table, ()), "table")
    assert "0.000 [0.000, 0.000]" in shown
    assert "-" not in shown
