"""Answers come from the shipped scores, whoever's they are."""

import pytest

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.answers import SOURCE, miniature_answers
from gcbook.miniworld.results.shipped import raced_store, shipped_store
from gcbook.scoring.decisions import decide
from gcbook.stats.metrics import shape_bias
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_shares


def test_answers_are_the_decisions_on_the_stores():
    answers = miniature_answers(["cue-conflict", "edge"], ["mini-cnn"])
    assert set(answers["source"]) == {SOURCE}
    assert set(answers["observer_kind"]) == {"model"}
    for test_set in ("cue-conflict", "edge"):
        expected = decide(shipped_store("mini-cnn", test_set)).set_index("imagename")["response"]
        found = answers[answers["dataset"] == test_set].set_index("imagename")["response"]
        assert found.sort_index().tolist() == expected.sort_index().tolist()
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    assert len(conflicts) == 720
    assert (conflicts["texture"] != conflicts["category"]).all()


def test_shares_agree_with_the_metrics_of_all_trials():
    answers = miniature_answers(["cue-conflict"], ["mini-cnn"])
    expected, found = (
        shape_bias(answers).iloc[0],
        cue_shares(answers, resampling=Resampling(draws=10)).iloc[0],
    )
    for name in ("n", "shape_accuracy", "texture_accuracy", "shape_bias"):
        assert found[name] == pytest.approx(expected[name])


def test_images_that_were_raced_have_the_answers_of_their_races():
    model, name = "mini-latent", "contrast"
    answers = miniature_answers([name], [model]).set_index("image_id")["response"]
    raced = decide(raced_store(model, name)).set_index("image_id")["response"]
    few = decide(shipped_store(model, name)).set_index("image_id")["response"]
    assert 0 < len(raced) < len(few) == len(answers)
    assert (raced != few[raced.index]).any()
    assert answers[raced.index].equals(raced)
    others = few.index.difference(raced.index)
    assert answers[others].equals(few[others])
    # Draws or a weighting that are asked for are those of every image.
    for asked in ({"draws": 8}, {"weighting": "exp:7"}):
        found = miniature_answers([name], [model], **asked).set_index("image_id")["response"]
        assert found[few.index].equals(few)


@pytest.mark.parametrize(
    ("test_set", "models", "says"),
    [
        ("silhouette", [], "expected scores of a miniature on silhouette"),
        ("photographs", ["mini-cnn"], "the scores of mini-cnn on photographs"),
    ],
)
def test_what_does_not_ship_is_named(test_set, models, says):
    with pytest.raises(DataNotFoundError, match=says):
        miniature_answers([test_set], models)
