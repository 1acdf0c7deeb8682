"""What is lost on turned images."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned_losses
from gcbook.chapters.turned.tables import loss_rows
from gcbook.stats.resampling import Resampling

KEPT = {"mini-pixel": 8, "mini-cnn": 3, "mini-cnn-seed1": 3}
"""Of ten objects upside down; upright all are named right. Those kept have their own texture."""


@pytest.fixture(autouse=True)
def answers(monkeypatch):
    rows = [
        (model, condition, "cat", f"cat{i}", right, f"cat{i}-{condition}.png", texture)
        for model, kept in KEPT.items()
        for i in range(10)
        for condition, right in (("0", True), ("180", i < kept))
        for texture in ["cat" if i < 6 else "dog"]
    ]
    columns = ["observer", "condition", "category", "silhouette", "right", "image_id", "texture"]
    table = pd.DataFrame(rows, columns=columns)
    monkeypatch.setattr(turned_losses, "miniature_answers", lambda sets, models: table)
    return table


def test_losses_are_compared_on_the_same_silhouettes():
    rows = loss_rows(list(KEPT), resampling=Resampling(draws=500))
    assert rows["recipe"].tolist() == ["mini-pixel", "mini-cnn"]
    left = [(share - 1 / 16) / (1 - 1 / 16) for share in (0.8, 0.3)]
    assert rows["share"].tolist() == pytest.approx(left, abs=1e-4)
    assert rows["upright"].tolist() == [1, 1]
    pixel, resnet = rows.to_dict("records")
    assert pixel["difference"] == pytest.approx(left[0] - left[1], abs=1e-4)
    assert 0 < pixel["low"] < pixel["difference"] < pixel["high"]
    assert resnet["difference"] == 0 and np.isnan(resnet["low"])
