"""*Be an observer*: what its cells compute from the published answers."""

import pytest
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
