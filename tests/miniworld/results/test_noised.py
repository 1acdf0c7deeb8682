"""A shipped classifier on noised images: every draw, and their mean."""

from collections import Counter

import numpy as np

from gcbook.classifiers import noised
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.noised import MEAN, noised_answers
from gcbook.noise.draws import keyed_noise


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


def test_all_models_are_shown_the_same_noise_which_is_drawn_once(monkeypatch):
    drawn = Counter()

    def counted(rule, image_id, draw, shape):
        drawn[image_id, draw] += 1
        return keyed_noise(rule, image_id, draw, shape)

    monkeypatch.setattr(noised, "keyed_noise", counted)
    found = noised_answers(["mini-cnn", "mini-cnn-noise"], ["texture"], noise_draws=1)
    assert set(drawn) == {(image_id, 0) for image_id in found["image_id"]}
    assert set(drawn.values()) == {1}
