"""What is kept of turned objects, and whether it is recognised, from answers written by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned
from gcbook.chapters.turned.tables import (
    AS_IT_LIES,
    OTHER,
    OWN,
    TURNED_BACK,
    easy_rows,
    gap_rows,
    kept_rows,
    loss_rows,
    prompt_rows,
    together_rows,
)
from gcbook.stats.resampling import Resampling


def test_means_by_angle_and_strength(monkeypatch):
    stored = pd.DataFrame(
        {
            "image_id": [f"cat{i}-{angle}.png" for angle in (0, 90) for i in range(4)],
            "category": "cat",
            "silhouette": [f"cat{i}" for i in range(4)] * 2,
            "condition": ["0"] * 4 + ["90"] * 4,
            "strength": 0.6,
            "back": [1.0, 1, 1, 1, 0, 0, 1, 1],
            "lying": [1.0, 1, 1, 1, 0, 0, 0, 0],
            "wrong_back": [0.5, 0.5, 0.5, 0.5, 0, 0, 0, 1],
            "wrong_lying": 0.0,
        }
    )
    monkeypatch.setattr(turned, "read_turned", lambda name: stored.copy())
    both = kept_rows(["m"], resampling=Resampling(draws=200))
    table = both[both["prompt"] == OWN].set_index(["angle", "judged"])
    assert table.loc[(90, TURNED_BACK), "lost"] == -0.5
    assert table.loc[(90, TURNED_BACK), "lost_high"] <= 0
    assert (table.loc[0, ["lost", "lost_low", "lost_high"]] == 0).all(axis=None)
    rows = table["drawn"]
    assert rows[(0, TURNED_BACK)] == 1
    assert rows[(90, TURNED_BACK)] == 0.5
    assert rows[(90, AS_IT_LIES)] == 0
    other = both[both["prompt"] == OTHER].set_index(["angle", "judged"])
    assert other.loc[(90, TURNED_BACK), "drawn"] == 0.25
    assert other.loc[(90, TURNED_BACK), "lost"] == -0.25


@pytest.fixture
def answers(monkeypatch):
    """Ten silhouettes upright and turned; a generator that keeps what it recognises."""
    rows = []
    for name, right_turned in (("mini-pixel", 6), ("mini-cnn", 3)):
        for i in range(10):
            for condition in ("0", "90"):
                right = condition == "0" or i < right_turned
                image = f"cat{i}-cat1-{condition}.png"
                rows.append((name, condition, "cat", f"cat{i}", right, image))
    columns = ["observer", "condition", "category", "silhouette", "right", "image_id"]
    table = pd.DataFrame(rows, columns=columns)

    def read(sets, models=None):
        return table if models is None else table[table["observer"].isin(models)]

    monkeypatch.setattr(turned, "miniature_answers", read)
    made = table[table["observer"] == "mini-cnn"].drop(columns=["observer", "right"])
    whole = made.assign(strength=0.0, back=0.8, lying=0.8)
    kept_when = made["silhouette"].isin([f"cat{i}" for i in range(6)])
    monkeypatch.setattr(
        turned,
        "read_turned",
        lambda name: pd.concat(
            [whole, made.assign(strength=0.9, back=np.where(kept_when, 0.9, 0.1), lying=0.1)]
        ),
    )


@pytest.mark.usefixtures("answers")
def test_kept_and_lost_objects_with_a_network_that_makes_nothing():
    rows = together_rows(["mini-pixel"], resampling=Resampling(draws=200)).set_index("object")
    assert rows["n"].to_dict() == {"kept": 6, "lost": 4}
    assert rows["accuracy"].to_dict() == {"kept": 1, "lost": 0}
    assert rows["control"].to_dict() == {"kept": 0.5, "lost": 0}


@pytest.mark.usefixtures("answers")
def test_the_gain_of_what_was_kept_is_compared_with_the_controls():
    (row,) = gap_rows(["mini-pixel"], resampling=Resampling(draws=200)).to_dict("records")
    assert (row["model"], row["strength"]) == ("mini-pixel", 0.9)
    # It names all it kept and none it lost; the ResNet half of those, and none of these.
    assert row["difference"] == 1 - 0.5
    assert row["low"] <= 0.5 <= row["high"]
    (easy,) = easy_rows(["mini-pixel"]).to_dict("records")
    assert easy["model"] == "mini-pixel"
    assert [easy[name] for name in ("three", "kept", "lost")] == pytest.approx([1.0, 0.8, 0.8])


def test_losses_are_compared_on_the_same_silhouettes(monkeypatch):
    # Of ten objects upside down; upright all are named right.
    kept = {"mini-pixel": 8, "mini-cnn": 3, "mini-cnn-seed1": 3}
    rows = [
        (model, condition, "cat", f"cat{i}", right)
        for model, number in kept.items()
        for i in range(10)
        for condition, right in (("0", True), ("180", i < number))
    ]
    columns = ["observer", "condition", "category", "silhouette", "right"]
    table = pd.DataFrame(rows, columns=columns)
    monkeypatch.setattr(turned, "miniature_answers", lambda sets, models: table)
    found = loss_rows(list(kept), resampling=Resampling(draws=500))
    assert found["recipe"].tolist() == ["mini-pixel", "mini-cnn"]
    left = [(share - 1 / 16) / (1 - 1 / 16) for share in (0.8, 0.3)]
    assert found["share"].tolist() == pytest.approx(left, abs=1e-4)
    assert found["upright"].tolist() == [1, 1]
    pixel, resnet = found.to_dict("records")
    assert pixel["difference"] == pytest.approx(left[0] - left[1], abs=1e-4)
    assert 0 < pixel["low"] < pixel["difference"] < pixel["high"]
    assert resnet["difference"] == 0 and np.isnan(resnet["low"])


def test_what_a_prompt_draws_is_a_mean_over_turned_images_alone(monkeypatch):
    judged = ["back", "lying", "wrong_back", "wrong_lying"]
    turned_ones = {
        0.0: (0.9, 0.1, 0.9, 0.1),
        0.9: (0.6, 0.5, 0.2, 0.3),
        1.0: (0.1, 0.8, 0.05, 0.06),
    }
    rows = [
        (f"cat{i}-{condition}.png", "cat", f"cat{i}", condition, strength, *shares)
        for strength, values in turned_ones.items()
        for i in range(10)
        for condition, shares in (("0", (1.0,) * 4), ("90", values))
    ]
    columns = ["image_id", "category", "silhouette", "condition", "strength", *judged]
    table = pd.DataFrame(rows, columns=columns)
    monkeypatch.setattr(turned, "read_turned", lambda name: table)
    found = prompt_rows(["m"], resampling=Resampling(draws=50)).set_index("strength")
    last = found.loc[0.9]
    assert last["n"] == 10
    assert last["rise"] == pytest.approx(0.4)
    assert last["wrong_rise"] == pytest.approx(0.2)
    assert last["wrong_beyond"] == pytest.approx(0.24)
    assert found.loc[0.0, "rise"] == 0
