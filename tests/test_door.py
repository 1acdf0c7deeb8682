"""The names that the package exports, and nothing imported before they are asked for."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import gcbook


@pytest.mark.parametrize("name", [each for each in gcbook.__all__ if each != "report"])
def test_every_name_is_there_and_says_what_it_is(name):
    found = getattr(gcbook, name)
    if name != "__version__":
        assert found.__name__ == name and found.__doc__.strip()


@pytest.mark.skipif(find_spec("gcbook.stats.own") is None, reason="report is not here yet")
def test_report_is_there():
    assert gcbook.report.__name__ == "report" and gcbook.report.__doc__.strip()


def test_the_names_are_listed():
    assert set(gcbook.__all__) == set(dir(gcbook))


def test_the_reference_has_every_name():
    page = (Path(__file__).parents[1] / "book" / "api.md").read_text()
    listed = set(re.findall(r"auto(?:function|class):: (\w+)$", page, re.M)) - {
        "Classifier",
        "Draw",
    }
    wanted = set(gcbook.__all__) - {"__version__"}
    assert listed == (wanted if find_spec("gcbook.stats.own") else wanted - {"report"})
