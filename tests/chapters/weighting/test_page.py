"""What travels with the page decides as the full errors do, and was not chosen by answers."""

from types import SimpleNamespace

import numpy as np
import pytest
from tiny.weighing import times_of, world_errors, write_world

from gcbook.chapters.weighting import page as weighting_page
from gcbook.chapters.weighting.page import (
    STEPS,
    Packed,
    live_figure,
)
from gcbook.miniworld.results.weighting import SETS
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    sizes = {"images_a_pair": 2, "a_category": 12}
    names = ("mini-pixel", "mini-latent")
    return {name: write_world(folder / name, 8, i, **sizes) for i, name in enumerate(names)}


@pytest.fixture(autouse=True)
def shipped(monkeypatch, stores):
    names = stores["mini-pixel"]["cue-conflict"].images()["image_id"]
    made = [SimpleNamespace(image_id=name, content=name.encode) for name in names]
    monkeypatch.setattr(weighting_page, "make_test_set", lambda *_: made)
    monkeypatch.setattr(weighting_page, "shipped_store", lambda model, name: stores[model][name])


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.7, 30.0])
def test_what_is_packed_is_kept_to_four_digits(size):
    rng = np.random.default_rng(0)
    errors = size * rng.random((5, 6, 16))
    times = rng.integers(1, 1001, (5, 6)) / 1000
    packed = Packed.of(times, errors)
    assert (packed.times == times).all()
    wanted = errors - errors.min(axis=2, keepdims=True)
    largest = wanted.max(axis=2, keepdims=True)
    assert (np.abs(packed.errors() - wanted) / largest).max() <= 0.51 / STEPS + 1e-7
    assert (packed.excess.min(axis=2) == 0).all() and (packed.excess.max(axis=2) == STEPS).all()


@pytest.mark.parametrize("decay", [0, 7, 20])
def test_rounding_hardly_changes_decisions(decay):
    names = [f"cat1-dog{i}.png" for i in range(3000)]
    times = times_of(names, 16)
    errors = world_errors(names, times)
    weights = np.exp(-decay * times)[..., None]
    full = (weights * errors).sum(axis=1).argmin(axis=1)
    assert len(set(full.tolist())) > 8
    assert (full != Packed.of(times, errors).answers(decay)).mean() < 0.001


def test_answers_are_the_scorers(stores):
    """With few draws, whose decisions depend on each."""
    figure = live_figure(4, 7.0, 0)
    for model, store_of in zip(figure.models, stores.values(), strict=True):
        for name in SETS:
            decided = decide(store_of[name], draws=4).set_index("image_id")["response"]
            wanted = decided.loc[model.images[name]["image_id"]].tolist()
            assert [CATEGORIES[at] for at in model.draws[name].answers(7)] == wanted


def test_the_table_counts_these_answers():
    figure = live_figure(8, 2.0, 0)
    model, rows = figure.models[0], figure.table
    row = rows[(rows["model"] == model.name) & (rows["k"] == 2)].iloc[0]
    answers = np.array(CATEGORIES)[model.draws["cue-conflict"].answers(2)]
    conflicts = model.images["cue-conflict"]
    shape, texture = ((answers == conflicts[cue]).sum() for cue in ("category", "texture"))
    assert row["shape_bias"] == shape / (shape + texture)
    assert row["texture_accuracy"] == texture / 240
    assert sorted(set(rows["k"])) == [0, 2, 7, 20]
