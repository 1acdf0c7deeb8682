"""What the chapter computes in its cells: answers, and rules for a masked model."""

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import names_after, names_of_cell
from tiny.regenerated import NAMES, STICKY, sticks
from tiny.shipped import least, ship_scores, use_data
from tiny.stores import rewrite

from gcbook.chapters.parameters import check_parameters
from gcbook.claims.notebook import Claims
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.regenerated import MODEL
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide

CONFLICT = "cue-conflict"


@pytest.fixture(scope="module")
def measured():
    return names_after("step-by-step", "measure")


def test_the_weighted_mean_decides(measured):
    errors = np.array([[1, 2, 4], [4, 1, 4], [3, 3, 2.0]])  # draws × classes
    # Means of all draws: (8/3, 2, 10/3); the first draw alone has its least under the first class.
    assert measured["answers"](errors, np.ones(3)) == 1
    assert measured["answers"](errors, np.array([9, 1, 1.0])) == 0
    both = measured["answers"](np.array([errors, errors]), np.array([[1, 1, 1], [9, 1, 1.0]]))
    assert both.tolist() == [1, 0]


@pytest.mark.parametrize(("name", "weighting"), [("weighted", "exp:7"), ("equal", "uniform")])
def test_answers_are_those_of_the_decisions(measured, name, weighting):
    store = measured["shipped_store"]("mini-pixel", CONFLICT)
    decided = decide(store, store.weights(weighting, "l2"), draws=32).set_index("image_id")
    for example, answer in zip(measured["examples"], measured[name], strict=True):
        if example.stimulus.dataset == CONFLICT:
            assert answer == decided.loc[example.stimulus.image_id, "response"]


def test_levels_add_up_to_the_means_that_decide(measured):
    for name, rows in measured["by_level"].items():
        weighted = measured["weights"][name][0][:, None] * measured["errors"][0]
        means = pd.Series(1000 * weighted.mean(axis=0), measured["labels"])[rows.columns]
        assert np.allclose(rows.drop(index="all").sum(), means)
        assert np.allclose(rows.loc["all"], means)


@pytest.fixture
def stores(tmp_path, monkeypatch):
    """Regenerated images in which one prompt sticks, and a bound that is always right."""
    data = use_data(tmp_path / "data", monkeypatch, ["models", "scores", "regenerated"])
    for ratio in ("0.5", "0.75"):
        ship_scores(data, "made", ratio, NAMES, sticks, draws=1)
        (data / "scores/made" / ratio).rename(data / "regenerated" / ratio)
    ship_scores(
        data,
        MODEL,
        "in-distribution",
        NAMES,
        lambda r: least(r, r["category"]),
        kind="masked",
        draws=16,
    )
    monkeypatch.setattr(regenerated, "shown_images", lambda: NAMES)
    return data


@pytest.fixture
def rules(measured, stores):
    """The names after the cell of the rules, when it is called."""
    p = check_parameters("step-by-step", draws=100)
    given = measured | {"p": p, "claim": Claims(p)}
    return lambda: names_of_cell("step-by-step", "rules", given)


def test_the_bound_is_right_where_a_prompt_that_sticks_spoils_the_distance(rules):
    found = rules()
    assert found["rules"]["accuracy"].to_dict() == pytest.approx(
        {"50% hidden": 1 / 16, "75% hidden": 1 / 16, found["BOUND"]: 1}
    )
    assert (found["rules"]["n"] == len(NAMES)).all()
    assert found["by_distance"]["ahead"].tolist() == pytest.approx([15 / 16, 15 / 16])
    states = {name: each["state"] for name, each in found["claim"].items()}
    assert states == {"distance_hardly_works": "fails", "bound_works": "holds"}


def test_a_store_that_is_not_complete_is_none(stores, rules):
    place = stores / "regenerated/0.5/scores.parquet"
    rewrite(
        place,
        lambda rows: rows[(rows["image_id"] != NAMES[0]) | (rows["label"] != CATEGORIES[5])],
    )
    assert rules()["by_distance"].index.tolist() == ["75% hidden"]


def test_a_prompt_that_sticks_and_is_drawn_worst_correlates(rules):
    drawn = pd.DataFrame({"category": CATEGORIES, "drawn": 0.5})
    drawn.loc[drawn["category"] == STICKY, "drawn"] = 0.1
    given = rules() | {"masked": None, "drawn_rows": lambda masked, seed: drawn}
    found = names_of_cell("step-by-step", "sticking", given)
    # It stays close, the others do not: what is drawn better leads further away.
    assert len(found["rho"]) == 2 and min(found["rho"]) > 0.3
    # Of Pearson's table for 14 degrees of freedom.
    assert found["rho_seen"] == pytest.approx(0.497, abs=0.001)
