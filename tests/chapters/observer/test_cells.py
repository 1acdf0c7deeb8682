"""*Be an observer*: what its cells compute from the published answers."""

import pytest
from scipy.stats import fisher_exact
from tiny.notebooks import run_chapter


@pytest.fixture(scope="module")
def found():
    return run_chapter("observer")[0]


def test_rows_are_people_and_networks_on_eighty_images(found):
    rows = found["rows"]
    assert rows.groupby("kind").size().to_dict() == {"Humans": 10, "Discriminative model": 32}
    assert (found["n_people"], found["n_networks"]) == (10, 32)
    assert set(rows["n"]) == {80}
    assert rows["shape_bias"].is_monotonic_decreasing
    # subject-02 named 62 shapes and one texture.
    (second,) = rows[rows["observer"] == "Human 2"].to_dict("records")
    assert second["shape_bias"] == pytest.approx(62 / 63)
    assert second["shape_accuracy"] == pytest.approx(62 / 80)
    inside = (rows["low"] <= rows["shape_bias"]) & (rows["shape_bias"] <= rows["high"])
    assert inside.all() and (rows["high"] > rows["low"]).all()


def test_sizes_and_ends_are_counted(found):
    assert ((found["rounds"] == 1).sum(), len(found["rounds"])) == (16, 80)
    assert found["small_networks"] == 10
    assert repr(found["few"]) == "0.69 to 0.99"
    assert found["everything"][["Humans", "ResNet-50"]].round(2).tolist() == [0.96, 0.21]


def test_eighty_images_tell_no_two_people_apart(found):
    # The furthest apart named 66 shapes and no texture, and 50 shapes and 3 textures.
    assert (len(found["pairs"]), found["told"]) == (45, 0)
    assert min(found["pairs"]) == pytest.approx(fisher_exact([[66, 0], [50, 3]])[1])
    # A normal approximation to the difference of two shares of 63 answers says nearly the same.
    p, q = found["typical"], found["found_below"]
    error = ((p * (1 - p) + q * (1 - q)) / 63) ** 0.5
    assert 2.4 < (p - q) / error < 3.0
