"""Whether noise does more than a training of the same length."""

import pytest
from tiny.noise_answers import answers

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results import longer
from gcbook.miniworld.results.longer import length_rows, seeds_apart
from gcbook.miniworld.results.noised import CLEAN
from gcbook.miniworld.results.shipped import LONG
from gcbook.stats.resampling import Resampling


def test_longer_training_and_noise_are_told_apart_over_the_seeds(monkeypatch):
    given = {
        ("mini-cnn", CLEAN): (2, 6, 9),
        (LONG, CLEAN): (3, 5, 9),
        (f"{LONG}-seed1", CLEAN): (1, 7, 9),
        ("mini-cnn-noise", CLEAN): (6, 2, 8),
    }
    asked = []

    def shipped(world, recipes):
        asked.append((world, recipes))
        return tuple(name for name, _ in given)

    monkeypatch.setattr(longer, "shipped_models", shipped)
    monkeypatch.setattr(longer, "miniature_answers", lambda sets, models: answers(given))
    rows = length_rows(DEFAULT, resampling=Resampling(draws=200))
    assert asked == [(DEFAULT, ("mini-cnn", LONG, "mini-cnn-noise"))]
    found = rows.set_index(["compared", "network"]).to_dict("index")
    longer_training, noise = found["longer", ""], found["noise", ""]
    assert (longer_training["before"], longer_training["after"]) == (0.25, 0.25)
    assert noise["change"] == pytest.approx(0.5)
    # Two networks that differ leave the change of their recipe open.
    assert longer_training["low"] < 0 < longer_training["high"]
    assert noise["low"] <= 0.5 <= noise["high"]
    single = [found["longer", name]["change"] for name in (LONG, f"{LONG}-seed1")]
    assert single == pytest.approx([0.125, -0.125])
    assert found["noise", LONG]["change"] == pytest.approx(0.375)


def test_seeds_are_as_far_apart_as_the_two_that_differ_most(monkeypatch):
    given = {
        ("mini-cnn", CLEAN): (2, 6, 9),
        ("mini-cnn-seed1", CLEAN): (4, 4, 9),
        ("mini-cnn-seed2", CLEAN): (3, 5, 9),
        ("mini-cnn-noise", CLEAN): (6, 2, 8),
    }
    monkeypatch.setattr(longer, "shipped_models", lambda world, recipes: recipes)
    monkeypatch.setattr(longer, "miniature_answers", lambda sets, models: answers(given))
    assert seeds_apart(DEFAULT) == pytest.approx(0.5 - 0.25)
