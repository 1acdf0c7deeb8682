"""Answers of the shipped classifiers to noised images."""

from tiny.made import set_of

from gcbook.miniworld.results.noised import DRAWS, ONE_DRAW, TRAINED, noise_answers
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.stats.shares import PLAIN


def test_every_classifier_has_its_answers_to_every_draw():
    shown = {each.image_id for each in set_of(PLAIN)}
    for model in shipped_models(tuple(TRAINED)):
        answers = noise_answers([model])
        answers = answers[(answers["tested"] == ONE_DRAW) & (answers["dataset"] == PLAIN)]
        assert set(answers["observer"]) == {model}
        assert sorted(answers["draw"].unique()) == [*range(DRAWS)]
        assert set(answers["image_id"]) == shown
