"""The miniature world's test sets, made once for all tests of a process."""

from functools import cache

from gcbook.miniworld.testsets import make_test_set
from gcbook.stimuli.stimulus import StimulusSet


@cache
def set_of(name: str) -> StimulusSet:
    """A set as it ships; nobody can change it."""
    return make_test_set(name)
