"""Own observers stand beside the published ones: no sentence of the book is about them."""

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import said_with

from gcbook.paper.categories import CATEGORIES
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.differences import against_humans
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, SummariesWarning, load_summaries
from gcbook.trials.table import write_trials

SETTINGS = SummarySettings(
    datasets=("cue-conflict", "edge", "sketch", "low-pass"), resampling=Resampling(draws=60)
)


@pytest.fixture(scope="module")
def summaries(
    published_trials: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Summaries:
    """With a model that is better than all, one that guesses, and a class of people."""
    folder = tmp_path_factory.mktemp("own")
    chosen = published_trials[published_trials["dataset"].isin(SETTINGS.datasets)]
    resnet = chosen[(chosen["observer"] == "resnet50") & (chosen["source"] == "model-vs-human")]
    rng = np.random.default_rng(0)
    guesses = rng.choice(np.array(CATEGORIES, dtype=object), len(resnet))
    best = resnet["category"].where(rng.random(len(resnet)) < 0.97, guesses)
    write_trials(resnet.assign(observer="best", response=best), folder / "mine")
    write_trials(resnet.assign(observer="resnet50", response=guesses), folder / "mine")
    people = chosen[chosen["observer"].isin(["subject-01", "subject-02", "subject-03"])]
    write_trials(people.assign(response="oven"), folder / "school")
    with pytest.warns(SummariesWarning):
        return load_summaries(f"{folder / 'mine'},{folder / 'school'}", SETTINGS)


@pytest.mark.parametrize("chapter", ["shape-bias", "tables"])
def test_a_chapters_text_is_about_the_published_observers(
    summaries: Summaries, monkeypatch: pytest.MonkeyPatch, chapter: str
) -> None:
    texts = []
    for each in (summaries, summaries.published):
        monkeypatch.setattr("gcbook.stats.summaries.load_summaries", lambda *_, s=each: s)
        texts.append(said_with(chapter, draws=100))
    assert texts[0] == texts[1]
    assert len(texts[0]) > 10


def test_nothing_published_differs_for_the_sake_of_own_trials(summaries: Summaries) -> None:
    alone = load_summaries(settings=SETTINGS)
    for name in ("counts", "pairs", "estimates", "tests"):
        pd.testing.assert_frame_equal(getattr(summaries.published, name), getattr(alone, name))
    assert summaries.origin.images == alone.origin.images


def test_own_observers_are_in_the_tables_under_names_of_their_own(summaries: Summaries) -> None:
    rows = standing_rows(benchmark_rows(summaries), "ood_accuracy").set_index("model")
    own = rows[rows["kind"].isin(["Own model", "Own people"])]
    assert own["kind"].to_dict() == {
        "best": "Own model",
        "people of school": "Own people",
        "ResNet-50 (mine)": "Own model",
    }
    assert own.loc["best", "value"] > 0.95
    assert rows.loc["ResNet-50", "kind"] == "Discriminative model"
    tests = against_humans(summaries, "ood_accuracy").set_index("model")
    assert tests.loc["best", "difference"] == pytest.approx(
        rows.loc["best", "value"] - rows.loc["Humans", "value"], abs=1e-4
    )


def test_a_class_is_pooled_over_its_people_and_with_nobody_else(summaries: Summaries) -> None:
    """All of them answered "oven": one in sixteen of these images shows one."""
    rows = summaries.estimates
    there = rows[(rows["dataset"] == "edge") & (rows["condition"] == "") & (rows["category"] == "")]
    there = there[there["source"] == "school"].set_index(["metric", "other"])["value"]
    assert there["accuracy", ""] == pytest.approx(1 / 16)
    # Whoever is right on ovens alone errs with nobody beyond chance in particular.
    assert abs(there["error_consistency", "humans"]) < 0.1
    assert set(rows.loc[rows["source"] == "school", "observer"]) == {"people of school"}
    sides = summaries.pairs[["observer_a", "observer_b"]]
    met = sides[(sides == "people of school").any(axis=1)]
    assert {"resnet50", "best", "subject-01"} <= {*met["observer_a"], *met["observer_b"]}
