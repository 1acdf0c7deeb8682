"""Margins: each word of a sentence has one form."""

import pytest

from gcbook.claims import Interval
from gcbook.claims.margins import above, below, undecided, within


@pytest.mark.parametrize(
    ("ends", "equal", "more", "no_more", "cannot_tell"),
    [
        ((-0.01, 0.02), True, False, True, False),
        ((0.01, 0.02), True, True, True, False),  # more, by less than matters
        ((-0.01, 0.06), False, False, False, True),
        ((-0.09, 0.02), False, False, True, True),
        ((0.01, 0.06), False, True, False, False),
        ((-0.09, -0.01), False, False, True, False),
    ],
)
def test_an_interval_that_contains_zero_shows_no_equality(ends, equal, more, no_more, cannot_tell):
    interval = Interval(*ends)
    assert within(interval, 0.05) is equal
    assert above(interval, 0) is more
    assert below(interval, 0.05) is no_more
    assert undecided(interval, 0.05) is cannot_tell


def test_of_several_all_have_to_be_so():
    several = (Interval(0.01, 0.02), Interval(0.03, 0.04))
    assert above(several, 0)
    assert not above(several, 0.015)
    assert below(several, 0.05)
    assert not below(several, 0.035)
