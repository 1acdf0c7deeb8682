"""The shipped summaries are what the code computes, and reruns with other choices."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.manifest import DATA
from gcbook.paper.experiments import DATASETS
from gcbook.paper.observers import show_once
from gcbook.stats import summaries
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import (
    Summaries,
    SummariesWarning,
    load_summaries,
    merge_own,
    observer_numbers,
    summarise,
    with_own,
)
from gcbook.trials.table import read_trials, write_trials

SHIPPED = Summaries.read()


@pytest.fixture
def no_trials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))


def overall(summaries: Summaries, metric: str) -> pd.Series:
    table = summaries.estimates
    table = show_once(table[(table["metric"] == metric) & (table["dataset"] == "")])
    return table.set_index("observer")["value"]


def test_shipped_tables_hold_counts_not_trials() -> None:
    assert SHIPPED.counts["n"].sum() == 287_840
    assert "image_id" not in SHIPPED.counts
    assert (SHIPPED.pairs[["both_right", "only_a", "only_b", "both_wrong"]].sum(axis=1) > 0).all()
    assert SHIPPED.estimates["low"].notna().any()
    files = DATA.path("summaries").iterdir()
    assert sum(file.stat().st_size for file in files) < 2_000_000


def test_provenance_names_sources_commits_and_settings() -> None:
    assert SHIPPED.origin.sources == ["error-consistency", "model-vs-human"]
    assert all(len(entry["commit"]) == 40 for entry in SHIPPED.origin.published)
    assert SHIPPED.origin.code.startswith("gcbook ")
    assert SHIPPED.settings == SummarySettings()


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    settings = SummarySettings(
        datasets=("edge", "sketch"),
        conditions="all",
        resampling=Resampling(draws=7, confidence=0.9, seed=3),
        zero_division="toolbox",
        resample_observers=True,
    )
    saved = replace(SHIPPED, settings=settings)
    saved.save(tmp_path)
    again = Summaries.read(tmp_path)
    assert (again.settings, again.origin) == (settings, SHIPPED.origin)
    pd.testing.assert_frame_equal(again.estimates, SHIPPED.estimates)
    shipped = DATA.path("summaries") / "provenance.json"
    assert json.loads(shipped.read_text()) == SHIPPED.provenance


def test_defaults_need_no_trials(no_trials: None) -> None:
    pd.testing.assert_frame_equal(load_summaries().estimates, SHIPPED.estimates)


@pytest.mark.parametrize("trials", ["", "mine"])
def test_without_the_published_trials_other_choices_say_what_to_do(
    no_trials: None, trials: str
) -> None:
    settings = SummarySettings(datasets=DATASETS if trials else ("edge", "sketch"))
    with pytest.raises(DataNotFoundError, match="gcbook fetch trials"):
        load_summaries(trials, settings)


def test_show_once() -> None:
    observers = SHIPPED.counts[["source", "observer", "observer_kind"]].drop_duplicates()
    models = observers[observers["observer_kind"] == "model"]
    assert len(models) == 34
    shown = show_once(models)
    assert len(shown) == 32
    assert set(shown.loc[shown["observer"].isin(["resnet50", "bagnet33"]), "source"]) == {
        "model-vs-human"
    }


@pytest.mark.nightly
def test_recomputed_from_the_trials_they_are_the_same(published_trials: pd.DataFrame) -> None:
    again = summarise(published_trials)
    for name in ("counts", "pairs"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(SHIPPED, name))
    # Rounded to six decimals, the last of which may come out otherwise.
    for name in ("estimates", "tests"):
        pd.testing.assert_frame_equal(
            getattr(again, name), getattr(SHIPPED, name), rtol=0, atol=1.5e-6
        )


def test_recomputed_their_values_and_some_intervals_are_the_same(
    published_trials: pd.DataFrame,
) -> None:
    values = summarise(published_trials, SummarySettings(resampling=Resampling(draws=0)))
    for name in ("counts", "pairs"):
        pd.testing.assert_frame_equal(getattr(values, name), getattr(SHIPPED, name))
    ends = ["low", "high"]
    pd.testing.assert_frame_equal(
        values.estimates.drop(columns=ends), SHIPPED.estimates.drop(columns=ends), atol=1.5e-6
    )
    # How images of a dataset are drawn depends on no other.
    few = summarise(published_trials, SummarySettings(datasets=("sketch",))).estimates
    tables = [each[each["dataset"] == "sketch"] for each in (few, SHIPPED.estimates)]
    one, other = (each.reset_index(drop=True) for each in tables)
    assert len(one) > 100
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=1.5e-6)


def test_other_draws_move_intervals_and_no_value(published_trials: pd.DataFrame) -> None:
    settings = SummarySettings(
        datasets=("edge", "silhouette"), resampling=Resampling(draws=50, seed=4, confidence=0.5)
    )
    found = load_summaries(settings=settings)
    keys = [name for name in found.estimates if name not in ("value", "low", "high", "n")]
    both = found.estimates.merge(SHIPPED.estimates, on=keys, suffixes=("", "_shipped"))
    both = both[both["dataset"] != ""]
    assert both["value"].equals(both["value_shipped"])
    narrower = (both["high"] - both["low"]) < (both["high_shipped"] - both["low_shipped"])
    assert narrower[both["metric"] == "accuracy"].mean() > 0.9


def test_own_trials_join_the_published_ones(published_trials: pd.DataFrame, tmp_path: Path) -> None:
    resnet = published_trials[
        (published_trials["observer"] == "resnet50")
        & (published_trials["source"] == "model-vs-human")
        & (published_trials["dataset"] == "edge")
    ]
    write_trials(resnet.assign(observer="mine"), tmp_path / "lab")
    settings = SummarySettings(datasets=("edge",), resampling=Resampling(draws=0))
    with pytest.warns(SummariesWarning, match=r"mine: 1 of 17 datasets \(edge\)"):
        found = load_summaries(str(tmp_path / "lab"), settings)
    assert overall(found, "error_consistency")["mine"] == pytest.approx(
        overall(found, "error_consistency")["resnet50"]
    )
    assert "lab" in found.origin.sources


@pytest.mark.filterwarnings("ignore:only part of a dataset was seen")
def test_part_of_a_dataset_is_not_compared_over_datasets(
    published_trials: pd.DataFrame, tmp_path: Path
) -> None:
    """One contrast condition of eight is no dataset, and its observer has no row in Table 2."""
    own = published_trials[
        (published_trials["observer"] == "resnet50")
        & (published_trials["source"] == "model-vs-human")
        & (published_trials["condition"] == "c10")
    ]
    write_trials(own.assign(observer="mine"), tmp_path / "lab")
    settings = SummarySettings(datasets=("contrast",), resampling=Resampling(draws=0))
    with pytest.warns(SummariesWarning, match=r"mine: 0 of 17 datasets \(contrast in part\)"):
        found = load_summaries(str(tmp_path / "lab"), settings)
    assert "mine" in overall(found, "error_consistency")
    shown = set(benchmark_rows(found)["observer"])
    assert "mine" not in shown and "resnet50" in shown


def test_a_checkout_with_the_published_trials_adds_only_what_is_new(
    published_trials: pd.DataFrame,
) -> None:
    resnet = published_trials[
        (published_trials["observer"] == "resnet50")
        & (published_trials["source"] == "model-vs-human")
    ]
    changed = resnet.assign(response="oven")
    new = resnet.assign(observer="new")
    assert len(merge_own(published_trials, resnet)) == len(published_trials)
    merged = merge_own(published_trials, pd.concat([resnet, new]))
    assert len(merged) == len(published_trials) + len(new)
    merged = merge_own(published_trials, changed)
    own = merged[merged["source"] == "own model-vs-human"]
    assert len(own) == len(changed)
    assert not merged.duplicated(["source", "dataset", "observer", "image_id"]).any()


def test_settings_are_validated() -> None:
    for wrong in (
        {"datasets": ("edges",)},
        {"datasets": ()},
        {"conditions": "some"},
        {"zero_division": "one"},
    ):
        with pytest.raises(InputError, match=next(iter(wrong))):
            SummarySettings(**wrong)
    assert SummarySettings(datasets=("sketch", "edge")) == SummarySettings.parse("edge, sketch")
    assert SummarySettings(datasets=DATASETS[::-1]) == SummarySettings()


def test_numbers_of_observers_are_the_papers() -> None:
    numbers = observer_numbers(SHIPPED)
    assert numbers["humans"] == 90
    assert numbers["human_trials"] == 85_120
    assert (numbers["networks"], numbers["everywhere"], numbers["datasets"]) == (32, 9, 17)


FEW = SummarySettings(datasets=("edge", "cue-conflict"), resampling=Resampling(draws=100))


def own_of(published: pd.DataFrame, folder: Path, dataset: str = "edge") -> str:
    """Trials of a model of one's own: a published network's, some answers changed."""
    own = published[
        (published["observer"] == "resnet50")
        & (published["source"] == "model-vs-human")
        & (published["dataset"] == dataset)
    ]
    answers = own["response"].where(np.arange(len(own)) % 5 > 0, "oven")
    write_trials(own.assign(observer="mine", response=answers), folder / "lab")
    return str(folder / "lab")


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore::gcbook.stats.summaries.SummariesWarning")
def test_what_was_kept_is_what_is_computed(
    published_trials: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    own = own_of(published_trials, tmp_path)
    merged = merge_own(published_trials, read_trials(own))
    plain = with_own(summarise(published_trials, FEW), merged)
    for found in (load_summaries(own, FEW), load_summaries(own, FEW)):
        for name in ("counts", "pairs", "estimates", "tests"):
            pd.testing.assert_frame_equal(
                getattr(found, name), getattr(plain, name), check_exact=True
            )
        assert json.dumps(found.provenance) == json.dumps(plain.provenance)
    # What was kept is used: nothing can be computed any more.
    monkeypatch.setattr(summaries, "estimate_own", None)
    assert load_summaries(own, FEW).estimates.equals(plain.estimates)
    # Of what was damaged, nothing is believed.
    for file in (tmp_path / "cache" / "kept" / "summaries").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(TypeError):
        load_summaries(own, FEW)
    # Other trials are others.
    monkeypatch.undo()
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    changed = Path(own) / "raw-data" / "edge" / "edge_mine_session-1.csv"
    changed.write_text(changed.read_text().replace(",oven,", ",knife,"))
    assert not load_summaries(own, FEW).counts.equals(plain.counts)
