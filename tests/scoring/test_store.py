"""Stores: what is written is what is read, and no damage costs more than itself."""

import json
import warnings

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tiny.gaussian import class_means, gaussian_classifier, stimuli

from gcbook.errors import GcbookError, InputError
from gcbook.noise import CosineSchedule
from gcbook.scoring.files import Rows
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import DamagedPartWarning, Store, is_store
from gcbook.scoring.writer import StoreWriter, check_store

LABELS = ("a", "b", "c")
CLASSIFIER = gaussian_classifier(CosineSchedule(), class_means(3), labels=LABELS)
SETTINGS = ScoringSettings(draws=4)
IMAGES = stimuli(4, labels=LABELS)


def rows(image: int, draws, seed: int = 0) -> Rows:
    """All classes of some draws."""
    n = len(draws) * 3
    rng = np.random.default_rng([seed, image, *draws])
    draw, t = np.repeat(draws, 3), np.repeat(np.add(draws, 1) / 7, 3)
    values = rng.random((2, n)).astype(np.float32).astype(np.float64)
    return Rows(np.full(n, image), np.tile([2, 0, 1], len(draws)), draw, t, -t, values)


def fill(path, *parts):
    """Write images and, part by part, (image, draws)."""
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        for part in parts:
            for image, draws in part:
                writer.code(IMAGES[image], IMAGES[image].sha256())
                writer.add(rows(list(writer._codes).index(IMAGES[image].image_id), draws))
            writer.flush()
    return path


def test_round_trip(tmp_path):
    path = tmp_path / "new" / "store"
    written = [rows(0, [0, 1]), rows(1, [0])]
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        for image, some in zip(IMAGES, written, strict=False):
            writer.code(image, image.sha256())
            writer.add(some)
        writer.note_elements(48)
        writer.merge()
    store = Store.open(path)
    assert (store.observer, store.dataset, store.n_elements) == ("toy", "toy", 48)
    assert store.labels == LABELS
    assert store.settings == SETTINGS.__class__(**{**SETTINGS.as_dict(), "clip_x0": "none"})
    assert store.classifier == json.loads(json.dumps(CLASSIFIER.describe()))
    assert store.schedule == CosineSchedule()
    assert set(store.versions) >= {"gcbook", "torch", "python"}
    images = store.images()
    assert images.columns.tolist() == ["image_id", "imagename", "category", "condition", "sha256"]
    assert images["image_id"].tolist() == ["a0.png", "b1.png"]
    assert images["sha256"].tolist() == [image.sha256() for image in IMAGES[:2]]
    scores = store.scores()
    assert scores.columns.tolist() == [
        *("image_id", "label", "draw", "t", "log_snr", "error_l2", "error_l1")
    ]
    assert scores["error_l2"].dtype == np.float32
    assert scores["label"].tolist() == list("abcabcabc")
    assert scores["draw"].tolist() == [0] * 3 + [1] * 3 + [0] * 3
    assert scores["t"].tolist() == [1 / 7] * 3 + [2 / 7] * 3 + [1 / 7] * 3
    order = [1, 2, 0, 4, 5, 3]
    assert scores["error_l1"].tolist()[:6] == written[0].values[1][order].tolist()
    assert sorted(p.name for p in path.iterdir() if not p.name.startswith(".")) == [
        *("images.parquet", "parts", "scores.parquet", "store.json")
    ]
    assert not list((path / "parts").iterdir())


def test_parts_are_read_as_one_and_merging_changes_nothing(tmp_path):
    path = fill(tmp_path / "s", [(0, [0, 1])], [(1, [2]), (0, [2, 3])], [(1, [0])])
    assert len(list((path / "parts").glob("*.parquet"))) == 3
    before = Store.open(path).scores()
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        writer.merge()
    after = Store.open(path).scores()
    pd.testing.assert_frame_equal(before, after)
    assert len(pq.read_table(path / "scores.parquet")) == len(after) == 18


def test_a_merge_that_breaks_off_is_harmless(tmp_path, monkeypatch):
    path = fill(tmp_path / "s", [(0, [0, 1])], [(1, [2])])
    before = Store.open(path).scores()

    def killed(self, missing_ok=False):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", killed)
        with (
            pytest.raises(KeyboardInterrupt),
            StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer,
        ):
            writer.merge()
    assert len(Store.open(path).score_files()) == 3
    pd.testing.assert_frame_equal(Store.open(path).scores(), before)


def test_half_written_files_are_not_seen(tmp_path):
    path = fill(tmp_path / "s", [(0, [0])])
    before = Store.open(path).scores()
    for name in (".scores.parquet.tmp", "parts/.000009.parquet.tmp"):
        (path / name).write_bytes(b"half a file")
    pd.testing.assert_frame_equal(Store.open(path).scores(), before)
    fill(path)
    assert not list(path.rglob("*.tmp"))


@pytest.mark.parametrize("damage", [b"", b"PAR1 no more"])
def test_a_damaged_part_costs_its_own_rows(tmp_path, damage):
    path = fill(tmp_path / "s", [(0, [0, 1])], [(1, [2])])
    bad = path / "parts" / "000001.parquet"
    bad.write_bytes(damage)
    with pytest.warns(DamagedPartWarning, match=r"000001\.parquet.*the same `gcbook score`"):
        left = Store.open(path).scores()
    assert left["image_id"].unique().tolist() == ["b1.png"]
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        assert "000001.damaged" in writer.notes[0]
        writer.add(rows(writer.code(IMAGES[0], ""), [0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(Store.open(path).scores()) == 6
    assert len(Store.open(path).images()) == 2


def test_a_damaged_list_of_images_is_made_again(tmp_path):
    path = fill(tmp_path / "s", [(0, [0])])
    (path / "images.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match="mends the list"):
        Store.open(path).images()
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        assert "made again" in writer.notes[0]
        writer.code(IMAGES[0], IMAGES[0].sha256())
    assert Store.open(path).images()["image_id"].tolist() == ["a0.png"]


def test_other_columns_are_no_part(tmp_path):
    path = fill(tmp_path / "s", [(0, [0])])
    pd.DataFrame({"x": [1]}).to_parquet(path / "parts" / "000002.parquet")
    with pytest.warns(DamagedPartWarning, match="found x"):
        assert len(Store.open(path).scores()) == 3


def test_one_writer_at_a_time(tmp_path):
    with (
        StoreWriter(tmp_path / "s", CLASSIFIER, SETTINGS, "toy"),
        pytest.raises(InputError, match="another process is writing"),
        StoreWriter(tmp_path / "s", CLASSIFIER, SETTINGS, "toy"),
    ):
        pass
    fill(tmp_path / "s", [(0, [0])])  # the lock is free again


def test_what_is_no_store(tmp_path):
    (tmp_path / "file").write_text("x")
    other = tmp_path / "other"
    other.mkdir()
    assert not is_store(other)
    check_store(other, SETTINGS, "toy")
    (other / "thesis.tex").write_text("x")
    for name, found in (("nowhere", "nothing"), ("file", "a file"), ("other", "another folder")):
        with pytest.raises(InputError, match=f"expected a store of scores.*found {found}"):
            Store.open(tmp_path / name)
    with pytest.raises(InputError, match=r"found thesis\.tex"):
        check_store(other, SETTINGS, "toy")
    with pytest.raises(InputError, match="found a file"):
        check_store(tmp_path / "file", SETTINGS, "toy")
    with pytest.raises(InputError, match="no store to extend"):
        check_store(tmp_path / "new", SETTINGS, "toy", extend=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"format": "gcbook scores", "version": 1}', "damaged"),
        ('{"format": "gcbook scores", "version": 2}', "of version 2; use the version of gcbook"),
        ('{"format": "else"}', "found 'else'"),
    ],
)
def test_headers_that_cannot_be_read(tmp_path, text, says):
    fill(tmp_path / "s", [(0, [0])])
    (tmp_path / "s" / "store.json").write_text(text)
    with pytest.raises(InputError, match=says):
        Store.open(tmp_path / "s")


def test_one_dataset_and_one_size_a_store(tmp_path):
    fill(tmp_path / "s", [(0, [0])])
    with pytest.raises(InputError, match=r"expected images of toy.*found edge"):
        check_store(tmp_path / "s", SETTINGS, "edge")
    with StoreWriter(tmp_path / "s", CLASSIFIER, SETTINGS, "toy") as writer:
        writer.note_elements(48)
        with pytest.raises(GcbookError, match="expected 48 elements"):
            writer.note_elements(12)


def test_scores_are_small_on_disk(tmp_path):
    """Names and times are stored once, not a row."""
    n_draws = 500
    path = fill(tmp_path / "s", [(image, list(range(n_draws))) for image in range(4)])
    with StoreWriter(path, CLASSIFIER, SETTINGS, "toy") as writer:
        writer.merge()
    size = (path / "scores.parquet").stat().st_size
    assert size < 4 * n_draws * 3 * (4 + 4 + 3) + 20_000
