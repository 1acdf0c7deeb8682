"""Own scores under each weighting: the numbers of the book where the scores are the book's."""

import numpy as np
import pytest
from tiny.weighing import write_world

from gcbook.files.manifest import DATA
from gcbook.miniworld.results import sweep as sweep_of_book
from gcbook.miniworld.results.own_curves import own_levels, own_sweep
from gcbook.miniworld.results.own_stores import open_stores
from gcbook.miniworld.results.sweep import DECAYS, measures_under
from gcbook.scoring.decisions import decide, to_trials
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.metrics import shape_bias
from gcbook.stats.resampling import Resampling

FEW = Resampling(draws=100)
SCORES = DATA.folder / "scores"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("own") / "mine", n_draws=8)


@pytest.fixture(scope="module")
def sweep(made):
    return own_sweep(open_stores(str(made["cue-conflict"].path.parent)), resampling=FEW)


def test_scores_of_a_miniature_give_the_books_curve(monkeypatch):
    monkeypatch.setattr(sweep_of_book, "shipped_models", lambda recipes: recipes)
    sweep_of_book._decided.cache_clear()
    places = ",".join(
        str(SCORES / "mini-pixel-calibrated" / name) for name in ("cue-conflict", "in-distribution")
    )
    found = own_sweep(open_stores(places), resampling=FEW)
    book = measures_under("mini-pixel", DECAYS, resampling=FEW)
    sweep_of_book._decided.cache_clear()
    for measure in ("shape_bias", "shape_accuracy", "texture_accuracy", "accuracy"):
        for end in ("", "_low", "_high"):
            assert found[measure + end].to_numpy() == pytest.approx(book[measure + end].to_numpy())
    assert found["k"].tolist() == list(DECAYS)
    assert (found["sets"] == "in-distribution").all()


def test_of_photographs_the_value_and_interval_are_those_of_the_decided_trials(made, sweep):
    store = made["cue-conflict"]
    for k in (0, 7):
        decided = decide(store, store.weights(f"exp:{k}" if k else "uniform", "l2"))
        trials = to_trials(decided, "mine", "cue-conflict")
        row = sweep[sweep["k"] == k].iloc[0]
        assert row["shape_bias"] == pytest.approx(shape_bias(trials)["shape_bias"][0])
        settings = SummarySettings(("cue-conflict",), resampling=FEW)
        table = estimate(trials, settings).estimates
        (wanted,) = table[(table["metric"] == "shape_bias") & (table["category"] == "")][
            ["low", "high"]
        ].to_numpy()
        assert [row["shape_bias_low"], row["shape_bias_high"]] == pytest.approx(wanted)


def test_changes_are_paired_with_the_papers_weighting(sweep):
    by_k = sweep.set_index("k")
    assert by_k.loc[7, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    change = by_k["shape_bias"] - by_k.loc[7, "shape_bias"]
    assert by_k["change"].to_numpy() == pytest.approx(change.to_numpy())
    row = by_k.loc[0]
    assert row["change_low"] < row["change"] < row["change_high"]


def test_accuracy_is_that_of_the_other_sets(made, sweep):
    store = made["in-distribution"]
    decided = decide(store, store.weights("exp:7", "l2"))
    right = (decided["response"] == decided["category"]).mean()
    assert sweep.set_index("k").loc[7, "accuracy"] == pytest.approx(right)
    alone = own_sweep(open_stores(str(made["cue-conflict"].path)), resampling=FEW)
    assert alone["accuracy"].isna().all()
    assert (alone["sets"] == "").all()


def test_levels_share_out_the_answers(made):
    own = open_stores(str(made["cue-conflict"].path.parent))
    rows = own_levels(own, 4, resampling=FEW)
    assert len(rows) == 2 * 4
    assert (rows["t_high"] - rows["t_low"]).to_numpy() == pytest.approx(np.full(8, 0.25))
    assert ((rows["low"] <= rows["share"]) & (rows["share"] <= rows["high"])).all()
    by_answer = rows.pivot(index="t_low", columns="answer", values="share")
    # These made-up errors favour the texture at little noise and the shape at much.
    lead = by_answer["the shape"] - by_answer["the texture"]
    assert lead.iloc[0] < 0 < lead.iloc[-1]
