"""High-pass images by weighting."""

import numpy as np
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.fine_detail.high_pass import SETS, decay_rows
from gcbook.miniworld.results.weighting import weighing_stores
from gcbook.stats.resampling import Resampling


def late(rows):
    """Right at much noise alone."""
    return least(rows, np.where(rows["t"] > 0.5, rows["category"], "oven"))


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    ship_model(folder, "mini-pixel")
    names = [name for name in CONFLICTS if not name.startswith("oven")]
    for test_set in SETS:
        condition = {"high-pass": "1.0", "low-pass": "3"}.get(test_set, "0")
        ship_scores(folder, "mini-pixel", test_set, names, late, condition=condition)


@pytest.mark.usefixtures("data")
def test_a_steep_weighting_listens_to_little_noise():
    stores = weighing_stores(("mini-pixel",), sets=list(SETS))
    rows = decay_rows(stores, resampling=Resampling(draws=100))
    assert list(dict.fromkeys(rows["test_set"])) == list(SETS.values())
    high = rows[rows["test_set"] == "High-pass"].set_index("k")
    accuracy = high["accuracy"]
    assert accuracy[20] == 0
    assert accuracy[0] >= accuracy[7]
    assert high.loc[7, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    assert high.loc[20, "change"] == pytest.approx(accuracy[20] - accuracy[7], abs=1e-4)
    # At little noise everything is an oven.
    assert high.loc[20, "commonest"] == 1
