"""Answers at several sides, as shipped: complete, and those of the command that made them."""

import numpy as np
import pytest

from gcbook.chapters.resolution import STORED, asked_at_sides, shape_bias_at
from gcbook.miniworld.photographs import PHOTOGRAPHED
from gcbook.paper.categories import CATEGORIES

SIDES = {STORED, 160, 128, 96, 64, 48, 32}
LITE = [f"efficientnet-lite{n}" for n in range(3)]


@pytest.fixture(scope="module")
def answers():
    return asked_at_sides()


def test_every_network_answered_every_conflict_at_every_side(answers):
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    plain = conflicts[conflicts["how"] == "bicubic"]
    number = plain.groupby(["network", "side"])["image_id"].nunique().unstack()
    assert set(number.columns) == SIDES
    # 1,280 less 80 whose two cues are of one category; 550 are of the 11 categories.
    assert (number.loc[LITE] == 1200).all(axis=None)
    assert (number.drop(LITE) == 550).all(axis=None)
    assert not plain.duplicated(["network", "side", "image_id"]).any()
    assert (conflicts["category"] != conflicts["texture"]).all()
    assert conflicts["shape_ahead"].notna().all()


def test_answers_are_of_the_categories_that_were_asked(answers):
    assert set(answers["response"]) <= set(CATEGORIES)
    assert set(answers["response_11"]) <= set(PHOTOGRAPHED)
    # Whoever names the shape holds it likelier than the texture.
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    by_shape = conflicts[conflicts["response"] == conflicts["category"]]
    by_texture = conflicts[conflicts["response"] == conflicts["texture"]]
    assert by_shape["shape_ahead"].all() and not by_texture["shape_ahead"].any()
    few = answers["response"].isin(PHOTOGRAPHED)
    assert (answers["response"] == answers["response_11"])[few].all()


def test_shape_bias_is_counted_as_on_the_page(answers):
    one = answers.query(
        "network == 'efficientnet-lite0' and dataset == 'cue-conflict' and side == 64"
        " and how == 'bicubic'"
    )
    shape = np.mean(one["response"] == one["category"])
    texture = np.mean(one["response"] == one["texture"])
    assert shape_bias_at("efficientnet-lite0", 64) == pytest.approx(shape / (shape + texture))
