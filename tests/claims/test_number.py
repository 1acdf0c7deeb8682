"""Numbers that print well are numbers still."""

import copy
import json
import math

from gcbook.claims import Interval, Number


def test_a_number_computes_and_compares():
    share = Number(0.5249, ".0%")
    assert (share + 0.25, share < 0.53, round(share, 2)) == (0.5249 + 0.25, True, 0.52)
    assert json.dumps({"share": share}) == '{"share": 0.5249}'


def test_a_number_prints_as_it_was_told():
    assert repr(Number(-0.0371)) == "−0.037"
    assert f"{Number(0.5, '.0%'):.2f} {Number(0.5, '.0%')}" == "0.50 50%"
    assert repr(Number(-0.0001, ".2f")) == "0.00"
    assert repr(Number(math.nan, ".0%")) == "nan"


def test_an_interval_prints_as_one_and_has_two_ends():
    shares = Interval(-0.214, 0.0833, ".2f")
    assert (str(shares), min(shares), max(shares)) == ("−0.21 to 0.08", -0.214, 0.0833)
    assert str(Interval(0.1, math.nan)) == "nan"
    assert repr(copy.deepcopy(shares)) == repr(shares)


def test_a_difference_of_intervals_is_as_wide_as_both():
    low, high = Interval(0.5, 0.6) - Interval(0.1, 0.3)
    assert (low, high) == (0.5 - 0.3, 0.6 - 0.1)
    # A printed number has no width, and what is not known gives no interval.
    assert tuple(Interval(0.5, 0.75) - 0.25) == (0.25, 0.5)
    assert repr(Interval(0.5, 0.6) - Interval(None, None)) == repr(Interval(0.5, 0.6) - math.nan)
    assert repr(Interval(0.5, 0.6, ".2f") - 0.1) == "0.40 to 0.50"
