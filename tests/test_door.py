"""The names that the package exports, and nothing imported before they are asked for."""

import pytest

import gcbook


@pytest.mark.parametrize("name", gcbook.__all__)
def test_every_name_is_there_and_says_what_it_is(name):
    found = getattr(gcbook, name)
    if name != "__version__":
        assert found.__name__ == name and found.__doc__.strip()


def test_the_names_are_listed():
    assert set(gcbook.__all__) == set(dir(gcbook))
