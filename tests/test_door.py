"""The names that the package exports, and nothing imported before they are asked for."""

import re
from pathlib import Path

import pytest

import gcbook


@pytest.mark.parametrize("name", gcbook.__all__)
def test_every_name_is_there_and_says_what_it_is(name):
    found = getattr(gcbook, name)
    if name != "__version__":
        assert found.__name__ == name and found.__doc__.strip()


def test_the_names_are_listed():
    assert set(gcbook.__all__) == set(dir(gcbook))


def test_the_reference_has_every_name():
    page = (Path(__file__).parents[1] / "book" / "api.md").read_text()
    listed = set(re.findall(r"auto(?:function|class):: (\w+)$", page, re.M)) - {
        "Classifier",
        "Draw",
    }
    assert listed == set(gcbook.__all__) - {"__version__"}
