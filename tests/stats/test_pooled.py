"""Measures of networks and of all seeds together."""

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.pooled import pooled_measures
from gcbook.stats.resampling import Resampling


def answers():
    """Two networks: 3 of 4 conflicts by shape and 1 by texture; 1 by shape and 3 by neither."""
    rows = []
    for observer, cues, right in (
        ("m", ["shape", "shape", "shape", "texture"], 4),
        ("m-seed1", ["shape", "other", "other", "other"], 2),
    ):
        for image, cue in enumerate(cues):
            name = f"cat{image}"
            rows.append(("r", observer, "cue-conflict", "cat", name, cue, cue == "shape"))
            rows.append(("r", observer, "in-distribution", "cat", name, "agree", image < right))
        # Shape and texture of one category: no conflict.
        rows.append(("r", observer, "cue-conflict", "cat", "cat9", "agree", True))
    columns = ["recipe", "observer", "dataset", "category", "silhouette", "cue", "right"]
    return pd.DataFrame(rows, columns=columns)


def test_each_network_by_itself():
    keys, values, n = pooled_measures(
        answers(), ["recipe"], resampling=Resampling(draws=0, seed=0), together=False
    )
    assert keys["observer"].tolist() == ["m", "m-seed1"]
    assert values["shape_bias"][:, 0].tolist() == [0.75, 1]
    assert values["shape_accuracy"][:, 0].tolist() == [0.75, 0.25]
    assert values["texture_accuracy"][:, 0].tolist() == [0.25, 0]
    assert values["accuracy"][:, 0].tolist() == [1, 0.5]
    # Of the quarter that is not named by shape, a fifteenth falls on the texture by accident.
    assert values["texture_excess"][0, 0] == pytest.approx(0.25 - 0.25 / 15)
    assert values["blind"][0, 0] == pytest.approx(0.75 / (0.75 + 0.25 / 15))
    assert n["shape_bias"].tolist() == [4, 4]


def test_seeds_are_pooled_by_their_answers_and_resampled():
    keys, values, n = pooled_measures(
        answers(), ["recipe"], resampling=Resampling(draws=500, seed=0), together=True
    )
    assert keys.to_dict("list") == {"recipe": ["r"], "seeds": [2]}
    assert values["shape_bias"][0, 0] == pytest.approx(4 / 5)
    assert values["accuracy"][0, 0] == pytest.approx(6 / 8)
    assert (n["accuracy"].item(), n["shape_accuracy"].item()) == (8, 8)
    # With one seed drawn twice its own values come out, whatever the silhouettes.
    assert values["accuracy"][0].max() == 1
    assert np.isfinite(values["accuracy"]).all()
