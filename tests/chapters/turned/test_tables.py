"""Turned objects in words, from tables written by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned
from gcbook.chapters.turned.tables import (
    AS_IT_LIES,
    OTHER,
    OWN,
    TURNED_BACK,
    gap_sentence,
    kept_rows,
    kept_sentence,
    recognised_sentence,
    together_rows,
    together_sentence,
)
from gcbook.stats.resampling import Resampling


def kept(turned_value):
    """Upright objects keep 0.9 at every strength, turned ones what is told at the largest."""
    rows = []
    for angle in (0, 90, 180):
        for strength in (0.0, 0.45, 0.9):
            value = 0.9 if angle == 0 or strength < 0.9 else turned_value
            for line in (TURNED_BACK, AS_IT_LIES):
                lost = (value - 0.9, value - 1.0, value - 0.8)
                ends = (value - 0.1, value + 0.1)
                rows.append(("m", OWN, angle, strength, line, 80, value, *ends, *lost))
    columns = ["model", "prompt", "angle", "strength", "line", "n", "value", "low", "high"]
    columns += ["lost", "lost_low", "lost_high"]
    return pd.DataFrame(rows, columns=columns)


def test_what_is_lost_more_than_upright_objects_are():
    said = kept_sentence(kept(0.3))
    assert "at strength 0.9, the judge gives upright objects 0.90 on average (0.80 to 1.00)" in said
    assert "and turned ones 0.30 to 0.30 once they are turned back." in said
    assert said.endswith("are lost more than upright ones at strength 0.9.")
    assert kept_sentence(kept(0.85)).endswith("are lost more than upright ones at no strength.")
    # Neither full strength nor another prompt is what is kept of an image.
    full = kept(0.3).query("strength == 0.9").assign(strength=1.0, value=0.0)
    other = kept(0.3).assign(prompt=OTHER, value=0.0)
    assert kept_sentence(pd.concat([kept(0.3), full])) == said
    also = kept_sentence(pd.concat([kept(0.3), full, other]))
    assert also == f"{said[:-1]}, and under another category's prompt at strength 0.9."
    alike = other.assign(lost_high=0.1)
    assert kept_sentence(pd.concat([kept(0.3), alike])).endswith("prompt at no strength.")


def test_recognition_in_words():
    rows = pd.DataFrame(
        {
            "recipe": ["mini-cnn"] * 3,
            "angle": [0, 90, 180],
            "accuracy": [0.9, 0.05, 0.06],
        }
    )
    assert recognised_sentence(rows) == (
        "mini-cnn names 90% of the upright images right, and 5% to 6% of the turned ones "
        "(chance or below)."
    )


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
    monkeypatch.setattr(turned, "turned_models", lambda: ("m",))
    monkeypatch.setattr(turned, "read_turned", lambda name: stored.copy())
    both = kept_rows(resampling=Resampling(draws=200))
    table = both[both["prompt"] == OWN].set_index(["angle", "line"])
    assert table.loc[(90, TURNED_BACK), "lost"] == -0.5
    assert table.loc[(90, TURNED_BACK), "lost_high"] <= 0
    assert (table.loc[0, ["lost", "lost_low", "lost_high"]] == 0).all(axis=None)
    rows = table["value"]
    assert rows[(0, TURNED_BACK)] == 1
    assert rows[(90, TURNED_BACK)] == 0.5
    assert rows[(90, AS_IT_LIES)] == 0
    other = both[both["prompt"] == OTHER].set_index(["angle", "line"])
    assert other.loc[(90, TURNED_BACK), "value"] == 0.25
    assert other.loc[(90, TURNED_BACK), "lost"] == -0.25
    monkeypatch.setattr(turned, "turned_models", lambda: ())
    assert kept_rows(resampling=Resampling(draws=200)).empty


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
    monkeypatch.setattr(turned, "turned_models", lambda: ("mini-pixel",))
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
    rows = together_rows(resampling=Resampling(draws=200)).set_index("kept")
    assert rows["n"].to_dict() == {"kept": 6, "lost": 4}
    assert rows["accuracy"].to_dict() == {"kept": 1, "lost": 0}
    assert rows["control"].to_dict() == {"kept": 0.5, "lost": 0}
    said = together_sentence(together_rows(resampling=Resampling(draws=200)))
    assert "names right 100% of the 6 that it kept" in said
    assert "which makes nothing, names right 50% and 0% of the same images" in said


@pytest.mark.usefixtures("answers")
def test_the_gain_of_what_was_kept_is_compared_with_the_controls():
    said = gap_sentence(resampling=Resampling(draws=200))
    assert "against mini-cnn: +1.00 against +0.50 at 0.9 (difference +0.50" in said
    assert "100% are of three categories (cat)" in said
    assert "gave them 0.80 before anything was taken apart, the lost ones 0.80." in said
