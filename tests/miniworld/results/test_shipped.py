"""Models, cards and stores that come with the package agree, and are no larger than they may be."""

import re
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tiny.shipped import ship_model, use_data

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.bands import make_named_set
from gcbook.miniworld.named import DEFAULT, named_world, world_name, world_names
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.panel import OOD_SETS, counted
from gcbook.miniworld.results.shipped import (
    FEW_DRAWS,
    KINDS,
    LARGER,
    LARGER_SETS,
    LONG,
    RACE_CONSTANT,
    RACING,
    counted_parameters,
    draws_of,
    has_weights,
    keeps_weights,
    label_of,
    model_card,
    model_folder,
    name_of,
    network_parameters,
    parts_of,
    raced_sets,
    raced_store,
    select_models,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide
from gcbook.scoring.racing import usual_race
from gcbook.scoring.store import Store

MEGABYTE = 10**6
A_MODEL, ALL_MODELS, ALL_SCORES = 8 * MEGABYTE, 38 * MEGABYTE, 50 * MEGABYTE


def final_models() -> list[str]:
    """The shipped models that are under version control: others are somebody's work in progress."""
    git = shutil.which("git")
    every = [name for world in world_names() for name in shipped_models(world)]
    if git:
        listed = subprocess.run(
            [git, "ls-files", "."],
            cwd=DATA.folder / "models",
            capture_output=True,
            text=True,
            check=False,
        )
        tracked = {line.split("/")[0] for line in listed.stdout.splitlines()}
        if listed.returncode == 0 and tracked:
            return [name for name in every if name in tracked]
    return every


MODELS = final_models()


def scored(test_sets: Collection[str]) -> list[tuple[str, str]]:
    """Test sets of which scores ship, and the worlds of which they do."""
    larger = [(name, LARGER) for name in test_sets if name in LARGER_SETS]
    return [(name, world) for name in test_sets for world in (DEFAULT, CALIBRATED_WORLD)] + larger


WITH_WEIGHTS = [model for model in MODELS if has_weights(model)]
by_model = pytest.mark.parametrize("model", MODELS)
by_weights = pytest.mark.parametrize("model", WITH_WEIGHTS)


@cache
def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_there_are_models_and_the_weights_that_are_meant_to_ship():
    assert {"mini-cnn", "mini-cnn-seed4", "mini-cnn-calibrated"} <= set(MODELS)
    assert list(filter(keeps_weights, MODELS)) == WITH_WEIGHTS


@by_model
def test_card_record_and_name_agree(model):
    record = model_card(model)
    recipe, world, seed = parts_of(model)
    assert (record["miniature"], record["plan"]["seed"]) == (recipe, seed)
    assert world_name(record["world"]) == world
    assert name_of(recipe, world, seed) == model
    assert recipe in KINDS
    assert record["history"][-1]["step"] == record["plan"]["steps"]
    card = DATA.path(f"models/{model}/README.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {model}\n")
    assert f"`gcbook train {recipe} --seed {seed} " in card
    assert f"{record['parameters']:,}" in card
    assert ("weights do not come along" in card) == (not has_weights(model))


@by_model
def test_every_test_set_is_scored(model):
    parts, found = parts_of(model), set(shipped_sets(model))
    # What all networks are asked; the rest is asked of the first, and of every ResNet.
    assert set(LARGER_SETS) <= found
    if parts.world != LARGER and (parts.seed == 0 or parts.recipe == "mini-cnn"):
        assert set(TEST_SETS) <= found
    assert not (parts.seed and found - set(TEST_SETS)), "of further seeds no figure asks for more"


@pytest.mark.parametrize(("test_set", "world"), scored(TEST_SETS))
def test_stores_hold_the_images_of_their_test_sets(test_set, world):
    made = make_named_set(test_set, named_world(world)).stimuli
    columns = ["image_id", "imagename", "category", "condition"]
    expected = [tuple(getattr(each, name) for name in columns) for each in made]
    own = (model for model in MODELS if parts_of(model).world == world)
    for model in (model for model in own if test_set in shipped_sets(model)):
        store = shipped_store(model, test_set)
        found = list(store.images()[columns].itertuples(index=False, name=None))
        assert sorted(found) == sorted(expected), model
        assert (store.observer, store.dataset) == (model, test_set)
        assert not store.failed()


@pytest.mark.parametrize(("test_set", "world"), [*scored(TEST_SETS), ("filtered", DEFAULT)])
def test_test_sets_are_the_images_that_were_scored(test_set, world):
    """But for the rounding of a few pixels on another machine.

    Power equalisation, which gives all images the mean spectrum, spreads it to a fifth of them.
    """
    store = shipped_store(name_of("mini-cnn", world), test_set)
    scored = store.images().set_index("image_id")["sha256"]
    made = {each.image_id: each.sha256() for each in make_named_set(test_set, named_world(world))}
    assert set(made) == set(scored.index)
    same = np.mean([made[name] == value for name, value in scored.items()])
    assert same > (0.6 if test_set == "power-equalisation" else 0.9)


@by_model
def test_stores_are_whole_and_of_the_model_that_is_there(model):
    weights = set()
    for test_set in shipped_sets(model):
        store = shipped_store(model, test_set)
        draws = 1 if store.traits.deterministic else draws_of(model, test_set)
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


@pytest.mark.parametrize(
    "model", [name_of(recipe, world) for world in (DEFAULT, CALIBRATED_WORLD) for recipe in RACING]
)
def test_distorted_images_that_count_are_raced(model):
    sets = [name for name in OOD_SETS if draws_of(model, name) == FEW_DRAWS]
    assert set(raced_sets(model)) == set(sets) < set(shipped_sets(model))
    for name in sets:
        few, store = shipped_store(model, name), raced_store(model, name)
        assert store.settings.racing == replace(usual_race(), constant=RACE_CONSTANT)
        assert store.classifier["weights"] == few.classifier["weights"]
        images = few.images().assign(dataset=name)
        expected = images.loc[counted(images), "image_id"]
        assert set(store.images()["image_id"]) == set(expected)
        # Every race is over.
        assert set(decide(store)["image_id"]) == set(expected)


def test_a_norm_that_is_not_stored_is_refused():
    store = shipped_store("mini-pixel", "edge")
    with pytest.raises(InputError, match="norm: expected one of those stored, l2; found 'l1'"):
        store.weights(norm="l1")


@by_model
def test_a_store_has_no_half_written_parts(model):
    for test_set in shipped_sets(model):
        assert not list(DATA.path(f"scores/{model}/{test_set}").glob("parts/*.parquet"))


@by_weights
def test_weights_are_no_pickles_and_within_their_size(model):
    folder = model_folder(model)
    assert size(folder) <= A_MODEL
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert ".safetensors" in kinds
    assert kinds <= {".safetensors", ".json", ".md", ".txt", ".model"}


def test_all_together_are_within_their_size():
    assert sum(size(DATA.folder / "models" / model) for model in MODELS) <= ALL_MODELS
    assert sum(size(DATA.folder / "scores" / model) for model in MODELS) <= ALL_SCORES


def test_every_store_can_be_opened():
    """Those of the nine worlds and of regenerated images too, which chapters read."""
    stores = [path.parent for path in DATA.folder.rglob("store.json")]
    assert len(stores) > 350
    assert not [path for path in stores if Store.open(path).images().empty]


def test_scores_have_a_model():
    """No store is left of a model that is gone."""
    scored = {path.name for path in (DATA.folder / "scores").iterdir() if path.is_dir()}
    every = [name for world in world_names() for name in shipped_models(world, (*KINDS, LONG))]
    assert scored <= set(every)


def test_longer_trainings_made_as_many_steps_as_those_with_noise():
    models = shipped_models(CALIBRATED_WORLD, (LONG,))
    steps = model_card("mini-cnn-noise-calibrated")["plan"]["steps"]
    assert {model_card(model)["plan"]["steps"] for model in models} == {steps}
    for model in models:
        assert shipped_sets(model) == tuple(sorted(LARGER_SETS)) and not has_weights(model)


@by_model
def test_all_saw_equally_many_images_and_the_cnn_with_noise_twice_as_many(model):
    """The chapter on the miniature world says so."""
    twice = parts_of(model).recipe == "mini-cnn-noise"
    assert model_card(model)["images_seen"] == (2 if twice else 1) * 768_000


@by_weights
def test_parameters_are_those_of_the_network_that_is_evaluated(model):
    learned = model_card(model)["parameters"]
    evaluated = counted_parameters(model_folder(model))
    assert network_parameters(model) == evaluated
    if "discriminative" in KINDS[parts_of(model).recipe]:
        assert evaluated == learned
    else:
        assert 0.5 * learned < evaluated <= learned


def test_names_tell_miniature_world_and_seed():
    assert parts_of("mini-cnn-noise") == ("mini-cnn-noise", "default", 0)
    assert parts_of("mini-cnn-seed12") == ("mini-cnn", "default", 12)
    assert parts_of("mini-cnn-noise-calibrated-seed1") == ("mini-cnn-noise", "calibrated", 1)
    assert parts_of("mini-cnn-long") == ("mini-cnn-long", "default", 0)


def test_a_label_is_the_name_without_the_world():
    names = ["mini-ar", "mini-ar-calibrated", "mini-ar-seed2", "mini-ar-calibrated-seed2"]
    assert list(map(label_of, names)) == ["mini-ar", "mini-ar", "mini-ar-seed2", "mini-ar-seed2"]


def test_models_are_found_in_the_order_of_their_kinds(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-cnn-seed10", "mini-cnn-seed2", "mini-cnn", "mini-pixel", "something-else"):
        ship_model(data, name)
    (data / "models" / "mini-ar").write_text("no folder")
    ship_model(data, "mini-cnn-calibrated", weights=False)
    assert shipped_models() == ("mini-pixel", "mini-cnn", "mini-cnn-seed2", "mini-cnn-seed10")
    assert shipped_models("calibrated") == ("mini-cnn-calibrated",)
    with pytest.raises(
        InputError, match="world: expected one of default, calibrated, calibrated64; found 'mars'"
    ):
        shipped_models("mars")


def test_models_are_selected_by_what_a_reader_calls_them(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-pixel", "mini-cnn", "mini-cnn-calibrated", "mini-cnn-calibrated-seed1"):
        ship_model(data, name)
    assert select_models("default", ("mini-cnn", "mini-pixel")) == ("mini-pixel", "mini-cnn")
    both = ("mini-cnn-calibrated", "mini-cnn-calibrated-seed1")
    assert select_models("calibrated", ("mini-cnn",)) == both
    assert select_models("calibrated", ("mini-cnn",), ["mini-cnn-seed1"]) == both[1:]
    with pytest.raises(InputError, match=r"some of mini-cnn, mini-cnn-seed1; found mini-pixel\."):
        select_models("calibrated", ("mini-cnn",), ["mini-pixel"])
    named = select_models("calibrated", ("mini-pixel", "mini-cnn"), ["mini-cnn"])
    assert named == both[:1], "what is not asked for may be missing"
    with pytest.raises(DataNotFoundError, match="none by mini-pixel") as no:
        select_models("calibrated", ("mini-pixel", "mini-cnn"))
    assert "This version brings mini-cnn-calibrated, mini-cnn-calibrated-seed1." in str(no.value)


def test_what_is_not_there_is_named(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-cnn")
    ship_model(data, "mini-cnn-seed1", weights=False)
    words = "of the default world this version brings mini-cnn. `gcbook train mini-pixel "
    with pytest.raises(DataNotFoundError, match=re.escape(words)):
        model_folder("mini-pixel-seed3")
    with pytest.raises(DataNotFoundError, match="expected the weights of mini-cnn-seed1, found no"):
        model_folder("mini-cnn-seed1")
    assert model_card("mini-cnn-seed1")["miniature"] == "mini-cnn"
    with pytest.raises(DataNotFoundError, match="brings mini-cnn, mini-cnn-seed1"):
        model_card("mini-ar")
    with pytest.raises(DataNotFoundError, match="brings no test set of it"):
        shipped_store("mini-cnn", "edge")
    assert shipped_sets("mini-cnn") == ()
    assert model_card("mini-cnn")["parameters"] == 1000
