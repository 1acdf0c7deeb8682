"""Numbers that print well are numbers still."""

import copy
import json
import math
import pickle

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


def test_copies_print_the_same():
    share = Number(0.5249, ".0%")
    assert repr(copy.deepcopy(share)) == repr(pickle.loads(pickle.dumps(share))) == "52%"


def test_an_interval_prints_as_one_and_has_two_ends():
    shares = Interval(-0.214, 0.0833, ".2f")
    assert (str(shares), min(shares), max(shares)) == ("−0.21 to 0.08", -0.214, 0.0833)
    assert str(Interval(0.1, math.nan)) == "nan"
    assert repr(copy.deepcopy(shares)) == repr(shares)
