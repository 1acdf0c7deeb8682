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
