"""Which models of the map have several seeds, and how far these lie apart."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tiny.cue_answers import COLUMNS, cue_answers

from gcbook.chapters.other_worlds.tables import seed_rows, seed_sentence, seeds_sentence
from gcbook.miniworld.results.worlds import Trained

HERE, THERE = (0.89, 1.0), (0.6, 0.5)


def answers(shares):
    """(Point, recipe, variant, seed) → of 10 conflicts how many by shape and by texture."""
    rows = []
    for (point, recipe, variant, seed), (shape, texture) in shares.items():
        rows += cue_answers((*point, recipe, variant, f"{recipe}-seed{seed}"), shape, texture, 9)
    about = ["diagnosticity", "contrast", "recipe", "variant", "observer"]
    return pd.DataFrame(rows, columns=[*about, *COLUMNS])


SHARES = {
    (HERE, "mini-cnn", "", 0): (8, 2),
    (HERE, "mini-cnn", "", 1): (6, 2),
    (HERE, "mini-cnn", "longer", 0): (1, 9),
    (HERE, "mini-pixel", "", 0): (5, 5),
    (HERE, "mini-pixel", "", 1): (2, 3),
    (THERE, "mini-cnn", "", 0): (5, 5),
    (THERE, "mini-cnn", "", 1): (1, 4),
    (THERE, "mini-pixel", "", 0): (9, 1),
}


def test_every_training_has_its_own_shape_bias():
    rows = seed_rows(answers(SHARES))
    found = {
        ((row["diagnosticity"], row["contrast"]), row["observer"]): row["shape_bias"]
        for row in rows.to_dict("records")
    }
    assert found == {
        (point, f"{recipe}-seed{seed}"): pytest.approx(shape / (shape + texture))
        for (point, recipe, variant, seed), (shape, texture) in SHARES.items()
        if not variant
    }


def test_seeds_are_compared_within_a_model_and_against_the_other():
    assert seed_sentence(seed_rows(answers(SHARES))) == (
        "Two trainings of one model differ in shape bias by at most 0.30 (mini-cnn, 2 worlds) and "
        "0.10 (mini-pixel, 1 world). With every seed of the diffusion model against every one of "
        "the ResNet, the difference is from −0.40 to −0.25 (diagnosticity 0.89, contrast × 1): of "
        "one sign in 1 of 1 world."
    )
    shown = SHARES | {(THERE, "mini-pixel", "", 1): (4, 6)}
    said = seed_sentence(seed_rows(answers(shown)))
    assert "from −0.10 to +0.70 (diagnosticity 0.6, contrast × 0.5)" in said
    assert said.endswith("of one sign in 1 of 2 worlds.")


def test_one_seed_each_says_nothing_of_seeds():
    first = {key: value for key, value in SHARES.items() if key[3] == 0}
    assert seed_sentence(seed_rows(answers(first))) == ""
    only = {key: value for key, value in SHARES.items() if key[1] == "mini-cnn"}
    assert seed_sentence(seed_rows(answers(only))).endswith("0.30 (mini-cnn, 2 worlds).")


def test_which_models_have_several_seeds_is_said():
    one = Trained(Path(), 0.89, 1.0, "mini-cnn", "", 0, 640, 128, 4.5)
    other = replace(one, recipe="mini-pixel")
    longer = replace(one, variant="longer", seed=1)
    assert seeds_sentence([one, other, longer]) == (
        "Each has one seed, so that the intervals below know nothing of chance in training."
    )
    again = replace(one, seed=1)
    assert seeds_sentence([one, again, other]) == (
        "From several seeds were trained mini-cnn in 1 world; the others from one. An interval "
        "below knows of chance in training where there are several seeds, and of no other."
    )
    said = seeds_sentence([one, again, longer])
    assert "; the others, those trained for longer or on whole images among them, from one." in said
    said = seeds_sentence([one, again, longer, replace(longer, seed=2)])
    assert "trained mini-cnn in 1 world and mini-cnn for twice as long in 1 world. An" in said
    said = seeds_sentence([one, again, other, replace(other, seed=2)])
    assert said.startswith("From several seeds were trained mini-cnn in 1 world and mini-pixel in")
    assert "others" not in said
