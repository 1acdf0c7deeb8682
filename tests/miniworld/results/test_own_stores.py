"""A reader's stores: what their images are, and which are refused with what reason."""

import shutil

import pytest
from tiny.weighing import times_of, world_errors, write_store, write_world

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.own_stores import (
    is_drawn,
    open_stores,
)
from gcbook.miniworld.results.shipped import shipped_store

SCORES = DATA.folder / "scores"


@pytest.fixture
def made(tmp_path):
    return write_world(tmp_path / "made", n_draws=4)


def test_shipped_scores_are_of_drawn_images():
    for model in ("mini-pixel", "mini-latent"):
        (own,) = open_stores(str(SCORES / f"{model}-calibrated" / "cue-conflict"))
        assert own.drawn
    assert is_drawn(shipped_store("mini-pixel", "edge"))


def test_a_folder_of_stores_is_all_of_them_conflicts_first(made):
    folder = made["cue-conflict"].path.parent
    for named in (folder, folder.parent):
        own = open_stores(f" {named} ,")
        assert [each.store.dataset for each in own] == ["cue-conflict", "in-distribution"]
        assert not any(each.drawn for each in own)
        assert len({each.model for each in own}) == 1
    assert open_stores("") == ()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (
            "mini-cnn-calibrated/cue-conflict",
            "of the kind discriminative, whose scores have no noise levels",
        ),
        (
            "mini-ar-calibrated/cue-conflict",
            "of the kind autoregressive, whose scores have no noise levels",
        ),
        (
            "mini-masked-calibrated/cue-conflict",
            "of the kind masked, whose scores have no noise levels",
        ),
        ("mini-pixel-calibrated/raced/contrast", "was raced under exp:7"),
        (
            "mini-pixel-calibrated/in-distribution",
            "expected scores of mini-pixel-calibrated on cue-conflict",
        ),
        ("mini-pixel-calibrated/nowhere", "expected a store of scores"),
        ("unfinished", "no image with all its scores yet"),
        ("unnamed", r"named for shape and texture.*found (cat|dog)1\.png"),
        ("twice", "expected one store of a model and set"),
    ],
)
def test_what_has_no_weights_to_choose_is_refused_with_the_reason(place, says, made, tmp_path):
    conflicts, again = made["cue-conflict"].path, tmp_path / "again" / "made" / "cue-conflict"
    asked = str(SCORES / place)
    if place == "unfinished":
        (conflicts / "scores.parquet").unlink()
        asked = str(conflicts)
    if place == "unnamed":
        names, other = ["cat1.png", "dog1.png"], ["cat1-dog1.png", "dog1-cat1.png"]
        times = times_of(names, 4)
        errors = world_errors(other, times)
        asked = str(write_store(tmp_path / "s", "cue-conflict", names, errors, times).path)
    if place == "twice":
        shutil.copytree(conflicts, again)
        asked = f"{conflicts},{again}"
    with pytest.raises(InputError, match=says):
        open_stores(asked)


def test_two_runs_of_one_name_are_told_apart_by_their_folders(made, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(made["cue-conflict"].path, again / "cue-conflict")
    own = open_stores(f"{made['cue-conflict'].path},{again}")
    assert [each.model.rpartition(" ")[2] for each in own] == ["(again)", "(made)"]
