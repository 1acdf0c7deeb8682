"""Stores: what is written is what is read, and no damage costs more than itself."""

import errno
import json
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tiny.gaussian import class_means, gaussian_classifier, stimuli
from tiny.stores import flipped

from gcbook.files.artefacts import is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.noise.schedules import CosineSchedule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.engine import score
from gcbook.scoring.scores import Rows, write_table
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store, store_problems
from gcbook.scoring.writer import StoreWriter, check_store, new_store

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


def writing(path, classifier=CLASSIFIER, settings=SETTINGS, dataset="toy", extend=False):
    return StoreWriter(new_store(path, classifier, settings, dataset), extend=extend)


def fill(path, *parts):
    """Write images and, part by part, (image, draws)."""
    with writing(path) as writer:
        for part in parts:
            for image, draws in part:
                writer.code(IMAGES[image], IMAGES[image].sha256())
                writer.add(rows(list(writer._codes).index(IMAGES[image].image_id), draws))
            writer.flush()
    return path


def test_round_trip(tmp_path):
    path = tmp_path / "new" / "store"
    written = [rows(0, [0, 1]), rows(1, [0])]
    with writing(path) as writer:
        for image, some in zip(IMAGES, written, strict=False):
            writer.code(image, image.sha256())
            writer.add(some)
        writer.merge()
    store = Store.open(path)
    assert (store.observer, store.dataset) == ("toy", "toy")
    assert store.labels == LABELS
    assert store.settings == replace(SETTINGS, clip_x0="none", dtype="float32")
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
    with writing(path) as writer:
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
            writing(path) as writer,
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


def as_nobody_writes_it(path, store):
    """A file of millions of rows in a few bytes."""
    n = 2 * 10**6
    repeated = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array(["a"]))
    columns = [
        repeated if pa.types.is_dictionary(each.type) else pa.array(np.zeros(n)).cast(each.type)
        for each in store.schema
    ]
    write_table(pa.Table.from_arrays(columns, schema=store.schema), path)
    assert path.stat().st_size < 10**6


def written_as(content):
    return lambda path, store: path.write_bytes(content(path.read_bytes()))


@pytest.mark.parametrize(
    ("damage", "says"),
    {
        "empty": (written_as(lambda whole: b""), "damaged"),
        "garbage": (written_as(lambda whole: b"PAR1 no more"), "damaged"),
        "cut short": (written_as(lambda whole: whole[: len(whole) // 2]), "damaged"),
        "page": (written_as(lambda w: w[:40] + bytes([w[40] ^ 1]) + w[41:]), "damaged"),
        "too many rows": (as_nobody_writes_it, "more than 1,000,000 rows"),
        "other columns": (
            lambda path, store: write_table(pa.table({"x": [1]}), path),
            "the columns x",
        ),
        "pipe": (lambda path, store: (path.unlink(), os.mkfifo(path)), "found a pipe"),
        "lost disk": (
            lambda path, store: (path.unlink(), path.symlink_to(path.parent / "away")),
            "no such file",
        ),
    }.values(),
)
def test_a_damaged_file_is_refused_by_name_and_costs_its_own_rows(tmp_path, damage, says):
    path = fill(tmp_path / "s", [(0, [0, 1])], [(1, [2])])
    bad = path / "parts" / "000001.parquet"
    damage(bad, Store.open(path))
    with pytest.raises(InputError, match=rf"000001\.parquet: expected .*{says}"):
        Store.open(path).scores()
    assert len(store_problems(path)) == 1
    with (
        pytest.raises(InputError, match=r"000001\.parquet: expected"),
        writing(path),
    ):
        pass
    bad.unlink()
    assert Store.open(path).scores()["image_id"].unique().tolist() == ["b1.png"]
    with writing(path) as writer:
        writer.add(rows(writer.code(IMAGES[0], ""), [0]))
    assert len(Store.open(path).scores()) == 6
    assert len(Store.open(path).images()) == 2


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
    with pytest.raises(InputError, match="found that it cannot"):
        check_store(tmp_path / "file", SETTINGS, "toy")
    with pytest.raises(InputError, match="no store to extend"):
        check_store(tmp_path / "new", SETTINGS, "toy", extend=True)
    fill(tmp_path / "s", [(0, [0])])
    with pytest.raises(InputError, match="dataset: expected toy, found edge"):
        check_store(tmp_path / "s", SETTINGS, "edge")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "damaged"),
        ("[" * 10**6, "nested too deep"),
        ("[]", "damaged"),
        ('{"format": "gcbook scores", "version": 2}', "damaged"),
        ('{"format": "gcbook scores", "version": 3}', "of version 3; use the version of gcbook"),
        ('{"format": "else"}', "found 'else'"),
    ],
)
def test_headers_that_cannot_be_read(tmp_path, text, says):
    fill(tmp_path / "s", [(0, [0])])
    (tmp_path / "s" / "store.json").write_text(text)
    with pytest.raises(InputError, match=says):
        Store.open(tmp_path / "s")


def test_what_is_no_file_or_folder_is_refused_by_name(tmp_path):
    path = fill(tmp_path / "s", [(0, [0])])
    (path / "parts").rename(tmp_path / "away")
    (path / "parts").write_text("x")
    with pytest.raises(InputError, match=r"parts: expected a folder"):
        fill(path)
    (path / "parts").unlink()
    os.mkfifo(path / "failed.json")
    assert Store.open(path).failed() == {}
    (path / "images.parquet").unlink()
    os.mkfifo(path / ".images.parquet.tmp")
    assert len(Store.open(fill(path, [(0, [0])])).images()) == 1


def test_a_full_disk_is_tried_once_and_said_in_one_line(tmp_path, monkeypatch):
    path = fill(tmp_path / "s", [(0, [0, 1])])
    attempts = []

    def full(table, where, **options):
        attempts.append(where)
        where.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "Error writing bytes to file")

    monkeypatch.setattr("gcbook.scoring.scores.pq.write_table", full)
    with pytest.raises(GcbookError, match=r"no space left.*Free space.*6 scores are saved"):
        score(IMAGES, CLASSIFIER, SETTINGS, path, progress="silent")
    assert len(attempts) == 1
    assert not list(path.rglob("*.tmp"))
    assert len(Store.open(path).scores()) == 6


def test_checking_leaves_nothing(tmp_path):
    check_store(tmp_path / "deep" / "s", SETTINGS, "toy")
    assert not list(tmp_path.iterdir())
    path = fill(tmp_path / "s", [(0, [0])])
    before = sorted(path.rglob("*"))
    check_store(path, SETTINGS, "toy")
    assert sorted(path.rglob("*")) == before


def test_one_writer_at_a_time(tmp_path):
    with (
        writing(tmp_path / "s"),
        pytest.raises(InputError, match="another process is writing"),
    ):
        check_store(tmp_path / "s", SETTINGS, "toy")
    fill(tmp_path / "s", [(0, [0])])  # the lock is free again


def test_images_are_pending_until_they_are_scored_or_fail(tmp_path):
    path = tmp_path / "s"
    pending = {image.image_id: image.imagename for image in IMAGES}
    with writing(path) as writer:
        writer.expect(IMAGES)
        assert Store.open(path).pending() == pending
    # Nothing was scored, so another run begins the store anew.
    with writing(path) as writer:
        assert Store.open(path).pending() == {}
        writer.expect(IMAGES)
        writer.fail(IMAGES[0], "no image")
        writer.succeed(IMAGES[1])
    del pending[IMAGES[0].image_id], pending[IMAGES[1].image_id]
    assert Store.open(path).pending() == pending
    assert Store.open(path).failed() == {"a0.png": "no image"}
    with writing(path) as writer:
        for image in (IMAGES[0], *IMAGES[2:]):
            writer.succeed(image)
    assert not (path / "pending.json").exists()
    assert not (path / "failed.json").exists()


@pytest.mark.parametrize("content", ["", "[1]", "{", "3"])
def test_damaged_notes_are_none(tmp_path, content):
    path = fill(tmp_path / "s")
    (path / "pending.json").write_text(content)
    (path / "failed.json").write_text(content)
    assert (Store.open(path).pending(), Store.open(path).failed()) == ({}, {})


def test_more_draws_change_no_other_setting(tmp_path):
    path = fill(tmp_path / "s", [(0, [0])])
    more = ScoringSettings(draws=8, weighting=parse_weighting("uniform"), norm="l1")
    with writing(path, settings=more, extend=True):
        pass
    kept = Store.open(path).settings
    assert (kept.draws, kept.weighting.name, kept.norm) == (8, "exp:7", "l2")


def test_settings_of_a_run_that_scored_nothing_bind_nobody(tmp_path):
    with writing(tmp_path / "s", settings=ScoringSettings(draws=4, norm="l1")):
        pass
    assert not Store.open(tmp_path / "s").is_begun()
    settings = ScoringSettings(draws=6)
    check_store(tmp_path / "s", settings, "toy")
    with writing(tmp_path / "s", settings=settings) as writer:
        assert (writer.store.settings.draws, writer.store.settings.norm) == (6, "l2")
    assert Store.open(tmp_path / "s").settings == writer.settings


def test_a_flipped_bit_of_any_column_is_refused(tmp_path):
    path = fill(tmp_path / "s", [(0, [0, 1, 2, 3]), (1, [0, 1])])
    part = path / "parts" / "000001.parquet"
    whole, columns = part.read_bytes(), pq.read_metadata(part).row_group(0)
    for number in range(columns.num_columns):
        column = columns.column(number)
        first = column.dictionary_page_offset or column.data_page_offset
        # A column ends with the numbers of its last page.
        last = first + column.total_compressed_size - 1
        for bit in range(8):
            part.write_bytes(flipped(whole, 8 * last + bit))
            with pytest.raises(InputError, match=r"000001\.parquet: .*computes again"):
                Store.open(path).scores()
