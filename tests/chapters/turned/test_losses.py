"""What is lost on turned images, and whether it is shape."""

import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned_losses
from gcbook.chapters.turned.tables import loss_sentence, own_texture_sentence
from gcbook.stats.resampling import Resampling

KEPT = {"mini-pixel": 8, "mini-cnn": 3, "mini-cnn-seed1": 3}
"""Of ten objects upside down; upright all are named right. Those kept wear their own texture."""


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
    monkeypatch.setattr(turned_losses, "miniature_answers", lambda sets: table)
    return table


def test_losses_are_compared_on_the_same_silhouettes():
    said = loss_sentence(resampling=Resampling(draws=500))
    left = [(share - 1 / 16) / (1 - 1 / 16) for share in (0.8, 0.3)]
    assert said.startswith("mini-cnn, all its seeds together and none resampled, keeps")
    assert f"{left[1]:.0%} of what it has above chance" in said
    assert f"mini-pixel loses 20 points and keeps {left[0]:.0%} (+{left[0] - left[1]:.2f}, " in said
    assert said.endswith("1 of 1 generator clearly lose less than the ResNet, and 0 more.")


def test_objects_in_their_own_texture_are_compared_with_those_on_their_side(monkeypatch, answers):
    upside_down = answers[answers["condition"] == "180"]
    quarters = [
        upside_down.assign(condition=angle, right=False, image_id=upside_down["image_id"] + angle)
        for angle in ("90", "270")
    ]
    table = pd.concat([answers, *quarters])
    monkeypatch.setattr(turned_losses, "miniature_answers", lambda sets: table)
    said = own_texture_sentence(resampling=Resampling(draws=200))
    assert "category's texture, 6 turned by 180° and 12 by a quarter, by how much more" in said
    assert "upside down: mini-pixel +1.00 (+1.00 to +1.00); mini-cnn +0.50 (" in said
    assert "So what turning costs mini-pixel and mini-cnn need not be a matter of shape" in said
    assert "So what turning" not in own_texture_sentence(resampling=Resampling(draws=0))


def test_without_turned_images_nothing_is_said(monkeypatch, answers):
    none = answers[answers["condition"] == "0"]
    monkeypatch.setattr(turned_losses, "miniature_answers", lambda sets: none)
    assert own_texture_sentence(resampling=Resampling(draws=0)) == ""
