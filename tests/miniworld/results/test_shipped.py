"""Models, cards and stores that come with the package agree, and are no larger than they may be."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny.made import set_of
from tiny.shipped import forget, ship_model, use_data

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.bands import BAND_SETS, make_named_set
from gcbook.miniworld.results.longer import LONG
from gcbook.miniworld.results.shipped import (
    DATA,
    DRAWS,
    FEW_DRAWS,
    KINDS,
    TRAINING,
    model_card,
    model_folder,
    network_parameters,
    recipe_of,
    shipped_models,
    shipped_sets,
    shipped_store,
    training_trials,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.categories import CATEGORIES
from gcbook.trials.table import COLUMNS

MEGABYTE = 10**6
A_MODEL, ALL_MODELS, ALL_SCORES = 8 * MEGABYTE, 60 * MEGABYTE, 40 * MEGABYTE


def final_models() -> list[str]:
    """The shipped models that are under version control: others are somebody's work in progress."""
    git = shutil.which("git")
    if git:
        listed = subprocess.run(
            [git, "ls-files", "."], cwd=DATA / "models", capture_output=True, text=True, check=False
        )
        tracked = {line.split("/")[0] for line in listed.stdout.splitlines()}
        if listed.returncode == 0 and tracked:
            return [name for name in shipped_models() if name in tracked]
    return list(shipped_models())


MODELS = final_models()
by_model = pytest.mark.parametrize("model", MODELS)


@cache
def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_there_are_models():
    assert "mini-cnn" in MODELS


@by_model
def test_card_record_and_name_agree(model):
    record = model_card(model)
    recipe, seed = recipe_of(model)
    assert (record["miniature"], record["plan"]["seed"]) == (recipe, seed)
    assert recipe in KINDS
    assert record["history"][-1]["step"] == record["plan"]["steps"]
    card = (model_folder(model) / "README.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {model}\n")
    assert f"`gcbook train {recipe} --seed {seed} " in card
    assert f"{record['parameters']:,}" in card


@by_model
def test_every_test_set_is_scored(model):
    assert set(TEST_SETS) <= set(shipped_sets(model))


@pytest.mark.parametrize("test_set", TEST_SETS)
def test_stores_hold_the_images_of_their_test_sets(test_set):
    made = set_of(test_set).stimuli
    columns = ["image_id", "imagename", "category", "condition"]
    expected = [tuple(getattr(each, name) for name in columns) for each in made]
    for model in MODELS:
        store = shipped_store(model, test_set)
        found = list(store.images()[columns].itertuples(index=False, name=None))
        assert sorted(found) == sorted(expected), model
        assert (store.observer, store.dataset) == (model, test_set)
        assert not store.failed()


@pytest.mark.parametrize("test_set", [*TEST_SETS, *BAND_SETS])
def test_test_sets_are_the_images_that_were_scored(test_set):
    """But for the rounding of a few pixels on another machine."""
    scored = shipped_store("mini-cnn", test_set).images().set_index("image_id")["sha256"]
    made = {each.image_id: each.sha256() for each in make_named_set(test_set)}
    assert set(made) == set(scored.index)
    assert np.mean([made[name] == value for name, value in scored.items()]) > 0.9


@by_model
def test_stores_are_whole_and_of_the_model_that_is_there(model):
    weights = set()
    for test_set in shipped_sets(model):
        store = shipped_store(model, test_set)
        draws = 1 if store.traits.deterministic else DRAWS.get(test_set, FEW_DRAWS)
        assert store.settings.max_draws == draws
        assert store.settings.racing is None and store.settings.seed == 0
        assert store.labels == CATEGORIES
        scores = store.scores()
        assert len(scores) == len(store.images()) * draws * len(CATEGORIES)
        assert not scores.duplicated(["image_id", "label", "draw"]).any()
        assert scores[list(store.traits.measures)].notna().all().all()
        weights.add(store.classifier["weights"])
    assert len(weights) == 1


@by_model
def test_a_store_has_no_half_written_parts(model):
    for test_set in shipped_sets(model):
        assert not list((DATA / "scores" / model / test_set).glob("parts/*.parquet"))


@by_model
def test_weights_are_no_pickles_and_within_their_size(model):
    folder = model_folder(model)
    assert size(folder) <= A_MODEL
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert ".safetensors" in kinds
    assert kinds <= {".safetensors", ".json", ".md", ".txt", ".model"}


def test_all_together_are_within_their_size():
    assert sum(size(model_folder(model)) for model in MODELS) <= ALL_MODELS
    assert sum(size(DATA / "scores" / model) for model in MODELS) <= ALL_SCORES


def test_scores_have_a_model():
    """No store is left of a model that is gone."""
    scored = {path.name for path in (DATA / "scores").iterdir() if path.is_dir()}
    twins = {f"{model}{LONG}" for model in shipped_models()}
    assert scored <= {*shipped_models(), *twins}


@by_model
def test_all_saw_equally_many_images_and_the_cnn_with_noise_twice_as_many(model):
    """The chapter on the miniature world says so."""
    twice = recipe_of(model)[0] == "mini-cnn-noise"
    assert model_card(model)["images_seen"] == (2 if twice else 1) * 768_000


@by_model
def test_parameters_are_those_of_the_network_that_is_evaluated(model):
    learned, evaluated = model_card(model)["parameters"], network_parameters(model)
    if "discriminative" in KINDS[recipe_of(model)[0]]:
        assert evaluated == learned
    else:
        assert 0.5 * learned < evaluated <= learned


@by_model
def test_a_course_of_training_is_of_its_model(model):
    if not (DATA / "scores" / model / TRAINING).is_file():
        pytest.skip("it has none")
    trials = training_trials(model)
    assert set(COLUMNS) | {"step", "weighting"} <= set(trials)
    assert set(trials["observer"]) == {model}
    assert set(trials["dataset"]) == {"in-distribution", "cue-conflict"}
    assert trials["step"].max() == model_card(model)["plan"]["steps"]
    known = {name: {s.image_id for s in set_of(name)} for name in set(trials["dataset"])}
    for dataset, rows in trials.groupby("dataset"):
        assert set(rows["image_id"]) <= known[dataset]
        assert set(rows["response"]) <= set(CATEGORIES)
        asked = rows.groupby(["step", "weighting"])["image_id"].agg(frozenset)
        assert asked.nunique() == 1


def test_names_tell_miniature_and_seed():
    assert recipe_of("mini-cnn-noise") == ("mini-cnn-noise", 0)
    assert recipe_of("mini-cnn-seed12") == ("mini-cnn", 12)


def test_models_are_found_in_the_order_of_their_kinds(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-cnn-seed10", "mini-cnn-seed2", "mini-cnn", "mini-pixel", "something-else"):
        ship_model(data, name)
    (data / "models" / "mini-ar").write_text("no folder")
    forget()
    assert shipped_models() == ("mini-pixel", "mini-cnn", "mini-cnn-seed2", "mini-cnn-seed10")
    forget()


def test_what_is_not_there_is_named(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-cnn")
    forget()
    with pytest.raises(DataNotFoundError, match=re.escape("this version brings mini-cnn")):
        model_folder("mini-pixel-seed3")
    with pytest.raises(DataNotFoundError, match="brings no test set of it"):
        shipped_store("mini-cnn", "edge")
    with pytest.raises(DataNotFoundError, match="score_checkpoints"):
        training_trials("mini-cnn")
    assert shipped_sets("mini-cnn") == ()
    assert model_card("mini-cnn")["parameters"] == 1000
    forget()


def test_the_course_is_read_as_it_was_written(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-cnn")
    rows = pd.DataFrame({"step": [1, 2], "weighting": ["", ""]})
    (data / "scores" / "mini-cnn").mkdir()
    rows.to_parquet(data / "scores" / "mini-cnn" / TRAINING)
    forget()
    assert training_trials("mini-cnn").equals(rows)
    forget()
