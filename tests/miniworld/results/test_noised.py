"""A shipped classifier on noised images: every draw, and their mean."""

import numpy as np

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.noised import MEAN, noised_answers


def test_every_draw_answers_and_so_does_their_mean():
    found = noised_answers(["mini-cnn-noise"], ["texture"], noise_draws=2)
    clean = miniature_answers(["texture"], ["mini-cnn-noise"])
    assert sorted(found["draw"].unique()) == [MEAN, 0, 1]
    by_draw = {draw: rows.set_index("image_id") for draw, rows in found.groupby("draw")}
    for rows in by_draw.values():
        assert set(rows.index) == set(clean["image_id"])
        assert (rows["right"] == (rows["response"] == rows["category"])).all()
    # Where both draws agree, so does the mean of their probabilities; noise changes answers.
    both = by_draw[0]["response"] == by_draw[1]["response"].loc[by_draw[0].index]
    assert not both.all()
    pooled = by_draw[MEAN]["response"].loc[by_draw[0].index]
    named = np.array([pooled == by_draw[draw]["response"].loc[pooled.index] for draw in (0, 1)])
    assert named[:, both].mean() > 0.95
    again = noised_answers(["mini-cnn-noise"], ["texture"], noise_draws=2)
    assert again.equals(found)
