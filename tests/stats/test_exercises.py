"""Solutions of exercises: by hand on small tables, and by simulation."""

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.agreement import error_consistency
from gcbook.stats.exercises import (
    guessing_sentence,
    image_weights_sentence,
    mixed_kappa,
    shared_errors,
)


def test_an_image_weighs_less_where_there_are_many() -> None:
    steps = pd.DataFrame(
        [
            ("Noise", "net", "Discriminative model", "yes", 100),
            ("Noise", "net", "Discriminative model", "yes", 200),
            ("Noise", "net", "Discriminative model", "no: image unchanged", 900),
            ("Noise", "Humans", "Humans", "yes", 4000),
        ],
        columns=["dataset", "observer", "kind", "counted", "n"],
    )
    single = pd.DataFrame(
        {"dataset": "Edge", "observer": "net", "kind": "Discriminative model", "n": [60]}
    )
    said = image_weights_sentence(steps, single)
    assert "In Edge 60 images count, in Noise 300." in said
    assert "1/(2 · 60) there and 1/(2 · 300) here, 5.0 times less" in said
    assert "nothing to compare" in image_weights_sentence(steps, single.head(0))


def guesses(right: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": ["Noise"] * (len(right) - 1) + ["Blur"],
            "kind": "Discriminative model",
            "counted": "yes",
            "n": 160,
            "value": [count / 160 for count in right],
        }
    )


def guessed_right(least: int) -> Fraction:
    """Probability that a guesser is right on at least so many of 160 images, exactly."""
    ways = sum(comb(160, k) * 15 ** (160 - k) for k in range(least, 161))
    return Fraction(ways, 16**160)


def test_what_a_guesser_reaches_is_not_enough() -> None:
    least = next(k for k in range(161) if guessed_right(k) <= Fraction(1, 20))
    assert least == 16
    said = guessing_sentence(guesses([15, 10, 16, 15]))
    assert "with 160 images 16 must be right, 10.0%" in said
    assert "a guesser is right on 10 on average" in said
    assert "Of 4 cases" in said
    assert "3 do not reach" in said
    assert said.endswith("2 of them are in Noise.")
    assert "0 do not reach" in guessing_sentence(guesses([16, 160]))
    assert guessing_sentence(guesses([16]).assign(kind="Humans")).startswith("there is no network")


@pytest.mark.parametrize("accuracy", [0.6, 0.95])
def test_kappa_is_the_share_of_one_mind(accuracy: float) -> None:
    rng = np.random.default_rng(0)
    a, own = rng.random((2, 400_000)) < accuracy
    b = np.where(rng.random(len(a)) < 0.4, a, own)
    assert error_consistency(a, b) == pytest.approx(0.4, abs=0.01)
    assert mixed_kappa(0.4, accuracy) == pytest.approx(0.4)
    easy = rng.random(len(a)) < 0.4
    assert mixed_kappa(0.4, accuracy, 1.0) == pytest.approx(
        error_consistency(a | easy, own | easy), abs=0.01
    )


def test_errors_are_shared_as_they_are_counted() -> None:
    # Of 100 images the person misses 10, the network 50, of which 9 are the person's.
    person = np.arange(100) >= 10
    network = ~((np.arange(100) < 9) | (np.arange(100) >= 59))
    counted = shared_errors(0.9, 0.5, error_consistency(person, network))
    assert counted == {"cap": "0.20", "persons": "90%", "chance": "50%", "networks": "18%"}
    assert shared_errors(0.7, 0.7, 1.0)["persons"] == shared_errors(0.7, 0.7, 1.0)["networks"]
    assert shared_errors(0.7, 0.6, 0.0)["persons"] == "40%"
