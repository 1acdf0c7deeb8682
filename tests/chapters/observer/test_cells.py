"""*Be an observer*: what its cells compute from the published answers."""

import pytest
from scipy.stats import fisher_exact
from tiny.notebooks import names_after


@pytest.fixture(scope="module")
def found():
    return names_after("observer", "power")


def test_shape_bias_is_counted_of_eighty_images(found):
    rows = found["observers"]
    assert set(rows["n"]) == {80}
    # subject-02 named 62 shapes and one texture.
    second = rows.loc[("Humans", "Human 2")]
    assert second["shape_bias"] == pytest.approx(62 / 63)
    assert second["shape_accuracy"] == pytest.approx(62 / 80)
    inside = (rows["low"] <= rows["shape_bias"]) & (rows["shape_bias"] <= rows["high"])
    assert inside.all() and (rows["high"] > rows["low"]).all()


def test_eighty_images_tell_no_two_people_apart(found):
    # The furthest apart named 66 shapes and no texture, and 50 shapes and 3 textures.
    assert (len(found["pairs"]), found["told"]) == (45, 0)
    assert min(found["pairs"]) == pytest.approx(fisher_exact([[66, 0], [50, 3]])[1])
    # A normal approximation to the difference of two shares of 63 answers says nearly the same.
    p, q = found["typical"], found["found_below"]
    error = ((p * (1 - p) + q * (1 - q)) / 63) ** 0.5
    assert 2.4 < (p - q) / error < 3.0
