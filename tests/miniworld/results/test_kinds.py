"""Names of the miniatures, and what they stand for."""

from gcbook.miniworld.results.kinds import GENERATIVE, STANDS_FOR, side_of
from gcbook.miniworld.results.shipped import KINDS


def test_every_kind_stands_for_something_and_is_on_one_side():
    assert set(STANDS_FOR) == set(KINDS)
    assert {name for name in KINDS if side_of(name) == "generative"} == set(GENERATIVE)
    assert side_of("mini-cnn-noise-seed4") == side_of("mini-cnn") == "discriminative"
    assert side_of("mini-latent-seed2") == "generative"
