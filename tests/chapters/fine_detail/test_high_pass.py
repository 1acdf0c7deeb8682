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
    for model, kind in (("mini-pixel", "diffusion"), ("mini-latent", "diffusion")):
        ship_model(folder, model)
        for name in SETS:
            condition = "1.0" if name == "high-pass" else "3" if name == "low-pass" else "0"
            names = [name for name in CONFLICTS if not name.startswith("oven")]
            ship_scores(folder, model, name, names, late, kind=kind, condition=condition)
    return folder


def test_a_steep_weighting_listens_to_little_noise(data):
    stores = weighing_stores(("mini-pixel",), sets=list(SETS))
    rows = decay_rows(stores, (0, 7, 20), resampling=Resampling(draws=100))
    assert list(dict.fromkeys(rows["test_set"])) == list(SETS.values())
    high = rows[rows["test_set"] == "High-pass"].set_index("k")["accuracy"].to_dict()
    assert high[20.0] == 0
    assert high[0.0] >= high[7.0]
    changes = rows[rows["test_set"] == "High-pass"].set_index("k")
    assert changes.loc[7.0, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    assert changes.loc[20.0, "change"] == pytest.approx(high[20.0] - high[7.0], abs=1e-4)
    # At little noise everything is an oven.
    assert changes.loc[20.0, "commonest"] == 1
