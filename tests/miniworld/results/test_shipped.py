"""Models, cards and stores that come with the package agree, and are no larger than they may be."""

import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tiny.made import set_of
from tiny.shipped import ship_model, use_data

from gcbook.book.project import find_project
from gcbook.files.errors import DataNotFoundError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import (
    ASKED,
    KINDS,
    folder_of,
    has_weights,
    model_card,
    model_folder,
    name_of,
    network_parameters,
    recipe_of,
    seed_of,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.store import Store

MEGABYTE = 10**6
A_MODEL, ALL_MODELS, ALL_SCORES = 8 * MEGABYTE, 14 * MEGABYTE, 30 * MEGABYTE

MANY = ("in-distribution", "cue-conflict", "silhouette")
"""Test sets of which every image has 32 draws."""
counted_parameters = runpy.run_path(str(find_project().root / "tools" / "ship_miniature.py"))[
    "counted_parameters"
]
MODELS = shipped_models()
WITH_WEIGHTS = [model for model in MODELS if has_weights(model)]
by_model = pytest.mark.parametrize("model", MODELS)
by_weights = pytest.mark.parametrize("model", WITH_WEIGHTS)


@cache
def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_there_are_models_and_the_weights_that_are_meant_to_ship():
    assert {"mini-cnn", "mini-cnn-seed4", "mini-pixel-seed1"} <= set(MODELS)
    assert set(WITH_WEIGHTS) == set(ASKED)


@by_model
def test_card_record_and_name_agree(model):
    record, recipe, seed = model_card(model), recipe_of(model), seed_of(model)
    assert (record["miniature"], record["plan"]["seed"]) == (recipe, seed)
    assert name_of(recipe, seed) == model
    assert record["history"][-1]["step"] == record["plan"]["steps"]
    card = DATA.path(f"models/{folder_of(model)}/README.md").read_text(encoding="utf-8")
    assert f"`gcbook train {recipe} --seed {seed} " in card
    assert f"{record['parameters']:,}" in card
    assert ("weights do not come along" in card) == (not has_weights(model))
    # As Notes say, all saw equally many images, and the ResNet with noise twice as many.
    assert record["images_seen"] == (2 if recipe == "mini-cnn-noise" else 1) * 768_000


@by_model
def test_every_test_set_is_scored(model):
    found = set(shipped_sets(model))
    # What all networks are asked; the rest is asked of the first, and of every ResNet.
    assert {"in-distribution", "cue-conflict"} <= found <= set(TEST_SETS)
    if seed_of(model) == 0 or recipe_of(model) == "mini-cnn":
        assert found == set(TEST_SETS)


@pytest.mark.parametrize("test_set", TEST_SETS)
def test_stores_hold_the_images_of_their_test_sets(test_set):
    """The same images, but for the rounding of a few pixels on another machine.

    Up to three roundings in float32 of a pixel in [0, 1] are 255 * 3 * 2**-24 of a grey level, and
    the pixel comes out one level off where twice as much lies around a half: in 9% of the images
    of 32 * 32 grey pixels. Power equalisation gives all images the mean spectrum, and so spreads a
    level in one of them to pixels of most.
    """
    made = set_of(test_set).stimuli
    columns = ["image_id", "imagename", "category", "condition"]
    expected = [tuple(getattr(each, name) for name in columns) for each in made]
    hashes = {each.image_id: each.sha256() for each in made}
    for model in (model for model in MODELS if test_set in shipped_sets(model)):
        store = shipped_store(model, test_set)
        images = store.images()
        found = list(images[columns].itertuples(index=False, name=None))
        assert sorted(found) == sorted(expected), model
        assert (store.observer, store.dataset) == (folder_of(model), test_set)
        assert not store.failed()
        same = (images["image_id"].map(hashes) == images["sha256"]).mean()
        assert same > (0 if test_set == "power-equalisation" else 0.9)


@by_model
def test_stores_are_whole_and_of_the_model_that_is_there(model):
    weights = set()
    for test_set in shipped_sets(model):
        store = shipped_store(model, test_set)
        draws = 1 if store.traits.deterministic else 32 if test_set in MANY else 8
        assert store.settings.max_draws == draws
        assert store.settings.racing is None and store.settings.seed == 0
        assert store.labels == CATEGORIES
        scores = store.scores()
        assert len(scores) == len(store.images()) * draws * len(CATEGORIES)
        assert not scores.duplicated(["image_id", "label", "draw"]).any()
        assert scores[list(store.traits.measures)].notna().all().all()
        # What the book asks: likelihoods as the networks compute them, and squared errors.
        if store.traits.likelihood:
            assert (scores["nll"] == scores["nll"].astype(np.float32)).all()
        else:
            assert store.traits.measures == ("error_l2",)
        weights.add(store.classifier["weights"])
    assert len(weights) == 1


@by_weights
def test_weights_are_no_pickles_within_their_size_and_counted(model):
    folder = model_folder(model)
    assert size(folder) <= A_MODEL
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert {".safetensors"} <= kinds <= {".safetensors", ".json", ".md", ".txt", ".model"}
    learned, evaluated = model_card(model)["parameters"], counted_parameters(folder)
    assert network_parameters(model) == evaluated
    least = 1 if "discriminative" in KINDS[recipe_of(model)] else 0.5
    assert least * learned <= evaluated <= learned


def test_what_ships_is_within_its_size_and_every_store_has_a_model():
    for part, most in (("models", ALL_MODELS), ("scores", ALL_SCORES)):
        folders = [DATA.folder / part / folder_of(model) for model in MODELS]
        assert sum(map(size, folders)) <= most
    scored = {path.name for path in (DATA.folder / "scores").iterdir() if path.is_dir()}
    assert scored == set(map(folder_of, MODELS))
    stores = [path.parent for path in DATA.folder.rglob("store.json")]
    assert not [path for path in stores if Store.open(path).images().empty]


def test_what_is_not_there_is_named(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-cnn")
    ship_model(data, "mini-cnn-seed1", weights=False)
    for asked, says in (
        (lambda: model_folder("mini-pixel-seed3"), "brings mini-cnn. `gcbook train mini-pixel "),
        (lambda: model_folder("mini-cnn-seed1"), "expected the weights of mini-cnn-seed1, found"),
        (lambda: model_card("mini-ar"), "brings mini-cnn, mini-cnn-seed1"),
        (lambda: shipped_store("mini-cnn", "edge"), "brings no test set of it"),
    ):
        with pytest.raises(DataNotFoundError, match=says):
            asked()
    assert model_card("mini-cnn-seed1")["miniature"] == "mini-cnn"
    assert shipped_sets("mini-cnn") == ()
