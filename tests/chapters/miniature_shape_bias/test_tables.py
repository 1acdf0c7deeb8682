"""A row a trained network, of one world."""

import pandas as pd
import pytest

from gcbook.chapters.miniature_shape_bias.tables import cue_rows
from gcbook.miniworld.results.answers import mark
from gcbook.stats.resampling import Resampling


def conflicts(observer, responses):
    names = [f"cat{i}-dog{i}.png" for i in range(1, len(responses) + 1)]
    about = {"observer": observer, "dataset": "cue-conflict", "condition": "0", "category": "cat"}
    return mark(
        pd.DataFrame({"image_id": names, "imagename": names, "response": responses}).assign(**about)
    )


def test_networks_in_the_order_of_their_kinds_and_seeds():
    answers = pd.concat(
        [
            conflicts("mini-cnn-seed1", ["cat", "cat", "dog", "car"]),
            conflicts("mini-cnn", ["cat", "dog", "dog", "dog"]),
            conflicts("mini-ar", ["cat", "cat", "cat", "car"]),
        ]
    )
    rows = cue_rows(answers, resampling=Resampling(draws=0))
    assert rows["network"].tolist() == ["mini-ar", "mini-cnn, seed 0", "mini-cnn, seed 1"]
    assert rows["recipe"].tolist() == ["mini-ar", "mini-cnn", "mini-cnn"]
    assert rows["shape_accuracy"].tolist() == [0.75, 0.25, 0.5]
    assert rows["texture_accuracy"].tolist() == [0, 0.75, 0.25]
    assert rows["shape_bias"].tolist() == pytest.approx([1, 0.25, 2 / 3])
