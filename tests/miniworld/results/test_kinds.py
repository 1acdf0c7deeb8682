"""Names of the miniatures, and which are missing."""

import pytest

from gcbook.miniworld.results.kinds import (
    GENERATIVE,
    STANDS_FOR,
    missing_sentence,
    recipes_in,
    side_of,
)
from gcbook.miniworld.results.shipped import KINDS
from gcbook.stats.words import listed, plural


def test_every_kind_stands_for_something_and_is_on_one_side():
    assert set(STANDS_FOR) == set(KINDS)
    assert {name for name in KINDS if side_of(name) == "generative"} == set(GENERATIVE)
    assert side_of("mini-cnn-noise-seed4") == side_of("mini-cnn") == "discriminative"
    assert side_of("mini-latent-seed2") == "generative"


def test_recipes_are_in_the_order_of_the_kinds_and_once():
    models = ["mini-cnn-noise", "mini-cnn-seed1", "mini-cnn", "mini-ar"]
    assert recipes_in(models) == ["mini-ar", "mini-cnn", "mini-cnn-noise"]


def test_what_is_missing_is_named():
    said = missing_sentence(["mini-pixel", "mini-latent", "mini-ar", "mini-cnn-seed3"])
    assert "mini-masked (masked) and mini-cnn-noise" in said
    assert "mini-pixel" not in said and " are not among" in said
    assert " is not among" in missing_sentence([name for name in KINDS if name != "mini-ar"])
    assert missing_sentence(list(KINDS)) == "All 6 miniatures are here."
    some = missing_sentence(["mini-pixel"], ("mini-pixel", "mini-masked"), "whose reconstructions")
    assert some.startswith("**Not here yet:** mini-masked (")
    assert "the models whose reconstructions come with this version" in some
    assert missing_sentence(["mini-pixel"], ("mini-pixel",)) == ""


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 models"), (1, "1 model"), (2, "2 models"), (1234, "1,234 models")]
)
def test_nouns_follow_numbers(number, said):
    assert plural(number, "model") == said


def test_lists_of_two():
    assert listed(["a", "b"]) == "a and b"
