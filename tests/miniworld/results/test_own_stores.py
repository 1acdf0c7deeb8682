"""A reader's stores: what their images are, and which are refused with what reason."""

import shutil

import pytest
from tiny.stores import flipped
from tiny.weighing import times_of, world_errors, write_store, write_world

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results import own_stores
from gcbook.miniworld.results.own_stores import (
    MINIATURE,
    OTHER,
    PUBLISHED,
    describe_images,
    images_of,
    open_stores,
    refusal,
)
from gcbook.miniworld.results.shipped import shipped_store

SCORES = DATA.folder / "scores"


@pytest.fixture
def made(tmp_path):
    return write_world(tmp_path / "made", n_draws=4)


def test_shipped_scores_are_of_drawn_images():
    for model in ("mini-pixel", "mini-latent"):
        (own,) = open_stores(str(SCORES / f"{model}-calibrated" / "cue-conflict"))
        assert own.images == MINIATURE
    assert images_of(shipped_store("mini-pixel", "edge")) == MINIATURE


def test_a_folder_of_stores_is_all_of_them_conflicts_first(made):
    folder = made["cue-conflict"].path.parent
    for named in (folder, folder.parent):
        own = open_stores(f" {named} ,")
        assert [each.store.dataset for each in own] == ["cue-conflict", "in-distribution"]
        assert {each.images for each in own} == {OTHER}
        assert len({each.model for each in own}) == 1
    assert open_stores("") == ()


def test_images_are_published_where_their_bytes_are(made, monkeypatch):
    images = made["cue-conflict"].images()
    hashes = dict(zip(images["image_id"], images["sha256"], strict=True))
    more = hashes | {"cat1-dog1.png": "1" * 64}
    monkeypatch.setattr(own_stores, "_published_hashes", lambda: {"cue-conflict": more})
    (own,) = open_stores(str(made["cue-conflict"].path))
    assert own.images == PUBLISHED
    assert describe_images(own, 240) == "240 of 1,280 published cue conflicts"
    name = next(iter(hashes))
    changed = more | {name: "0" * 64}
    fewer = {each: more[each] for each in more if each != name}
    for known in (changed, fewer):
        monkeypatch.setattr(
            own_stores, "_published_hashes", lambda known=known: {"cue-conflict": known}
        )
        assert images_of(made["cue-conflict"]) == OTHER


def test_the_registry_tells_the_published_sets_apart():
    known = own_stores._published_hashes()
    assert {name: len(hashes) for name, hashes in known.items()} == {
        "cue-conflict": 1280,
        "edge": 160,
        "silhouette": 160,
    }


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
    ],
)
def test_what_has_no_weights_to_choose_is_refused_with_the_reason(place, says):
    with pytest.raises(InputError, match=says):
        open_stores(str(SCORES / place))


def test_conflicts_are_told_by_their_names(tmp_path):
    names = ["cat1.png", "dog1.png"]
    times = times_of(names, 4)
    errors = world_errors(["cat1-dog1.png", "dog1-cat1.png"], times)
    store = write_store(tmp_path / "s", "cue-conflict", names, errors, times)
    with pytest.raises(InputError, match=r"named for shape and texture.*found (cat|dog)1\.png"):
        open_stores(str(store.path))


def test_a_store_without_a_finished_image_is_refused(made, tmp_path):
    place = made["cue-conflict"].path
    (place / "scores.parquet").unlink()
    assert "no image with all its scores yet" in refusal(own_stores.Store.open(place))


def test_two_runs_of_one_name_are_told_apart_by_their_folders(made, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(made["cue-conflict"].path, again / "cue-conflict")
    own = open_stores(f"{made['cue-conflict'].path},{again}")
    assert [each.model.rpartition(" ")[2] for each in own] == ["(again)", "(made)"]
    twice = tmp_path / "more" / "again"
    shutil.copytree(made["cue-conflict"].path, twice / "cue-conflict")
    with pytest.raises(InputError, match="expected one store of a model and set"):
        open_stores(f"{again},{twice}")


def test_sets_of_drawn_images_go_together():
    conflicts = SCORES / "mini-pixel-calibrated" / "cue-conflict"
    own = open_stores(f"{conflicts},{SCORES / 'mini-pixel-calibrated' / 'in-distribution'}")
    assert [each.images for each in own] == [MINIATURE, MINIATURE]


def test_a_changed_bit_is_found(made):
    place = made["cue-conflict"].path / "scores.parquet"
    (own,) = open_stores(str(place.parent))
    place.write_bytes(flipped(place.read_bytes(), 8 * 1000))
    with pytest.raises(InputError, match=r"scores\.parquet: expected a table"):
        own.store.scores()
