"""Scores of what the masked miniature regenerates."""

from collections import Counter

import pytest
from tiny import tokens
from tiny.shipped import use_data

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.regenerated import (
    STEPS,
    regenerated_ratios,
    regenerated_store,
    score_regenerated,
    shown_images,
)
from gcbook.paper.categories import CATEGORIES


def test_as_many_images_of_every_category():
    counts = Counter(each.category for each in shown_images())
    assert set(counts) == set(CATEGORIES)
    assert len(set(counts.values())) == 1


def test_scores_are_of_regenerated_images(tmp_path, monkeypatch):
    folder = tokens.amused(tmp_path / "amused")
    monkeypatch.setattr(regenerated, "model_folder", lambda name: folder)
    stores = use_data(tmp_path / "data", monkeypatch, ["regenerated"]) / "regenerated"
    few = shown_images().first(16)
    monkeypatch.setattr(regenerated, "shown_images", lambda: few)
    assert regenerated_ratios() == ()
    with pytest.raises(DataNotFoundError, match=r"tools/score_regenerated\.py"):
        regenerated_store(0.5)
    with pytest.raises(InputError, match=r"expected one of 0\.25, 0\.5, 0\.75, 0\.9; found 0\.6"):
        score_regenerated(0.6, stores)
    lines = []
    score_regenerated(0.5, stores, lines.append)
    assert lines == ["16 images with 50% of their tokens hidden"]
    assert regenerated_ratios() == (0.5,)
    store = regenerated_store(0.5)
    assert store.classifier["steps"] == STEPS
    assert store.classifier["mask_ratio"] == 0.5
    assert (store.scores()["error_l2"] >= 0).all()
    assert len(store.scores()) == 16 * 16
