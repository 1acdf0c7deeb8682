"""What ships is what is listed: every flip, loss and stray is named, nothing else is noticed."""

import os
import random
import shutil

import pytest

from gcbook.files import cache, manifest
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA, SUMS, Manifest

FILES = {
    "coverage.parquet": b"numbers",
    "models/one/config.json": b"{}",
    "models/one/unet/model.safetensors": b"weights",
    "scores/one/edge/store.json": b"{}",
}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A small package's data, whose files were changed long ago."""
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    found = Manifest(folder)
    found.write()
    return found


@pytest.fixture
def hashed(monkeypatch):
    """Names of the files that were hashed."""
    names, real = [], manifest.hash_of

    def noted(path):
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(manifest, "hash_of", noted)
    return names


def test_the_list_is_of_what_ships():
    there = {
        path.relative_to(DATA.folder).as_posix()
        for path in DATA.folder.rglob("*")
        if path.is_file() and path.name not in (SUMS, ".lock", ".DS_Store", "Thumbs.db")
    }
    remedy = "run `python tools/write_manifest.py`"
    assert there == set(DATA.listed), remedy
    assert DATA.problems() == [], remedy


def test_the_list_is_one_that_sha256sum_takes(made):
    lines = (made.folder / SUMS).read_text().splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == sorted(FILES)
    # The hash of "{}".
    assert lines[1].startswith("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  ")


def test_what_is_whole_is_found_by_its_name(made):
    assert made.path("coverage.parquet").read_bytes() == b"numbers"
    assert (made.path("models/one") / "unet/model.safetensors").read_bytes() == b"weights"
    assert made.path("") == made.folder / ""
    assert made.names("models/one") == ["config.json", "unet/model.safetensors"]
    assert made.names("models/two") == made.names("coverage.parquet") == []
    assert made.problems() == []


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_refused_in_a_file_and_in_the_folders_above_it(made, name):
    content = bytearray((made.folder / name).read_bytes())
    content[0] ^= 1
    (made.folder / name).write_bytes(content)
    folders = [part.as_posix() for part in (made.folder / name).relative_to(made.folder).parents]
    for asked in (name, *folders):
        with pytest.raises(GcbookError, match=rf"{name}: expected the bytes .* found others"):
            made.path("" if asked == "." else asked)
    assert [line.partition(": ")[0] for line in made.problems()] == [str(made.folder / name)]
    others = [other for other in FILES if other.split("/")[0] != name.split("/")[0]]
    for other in others:
        made.path(other)


def test_flips_in_what_ships_are_all_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    parts = ("summaries", "published", "models/mini-cnn", "registry", "networks", "calibration")
    shutil.copy(DATA.folder / SUMS, tmp_path / SUMS)
    for part in parts:
        shutil.copytree(DATA.folder / part, tmp_path / part)
    copy, rng = Manifest(tmp_path), random.Random(0)
    names = [f"{part}/{name}" for part in parts for name in copy.names(part)]
    assert len(names) > 25
    for name in names:
        content = bytearray((tmp_path / name).read_bytes())
        at = rng.randrange(8 * len(content))
        content[at // 8] ^= 1 << at % 8
        (tmp_path / name).write_bytes(content)
        with pytest.raises(GcbookError, match=f"{name}: expected the bytes"):
            copy.path(name)


def test_what_is_missing_or_does_not_belong_there_is_named(made):
    (made.folder / "models/one/config.json").unlink()
    with pytest.raises(GcbookError, match=r"one/config\.json: expected a file, found none\. I"):
        made.path("models/one")
    (made.folder / "models/one/unet/more.safetensors").touch()
    with pytest.raises(GcbookError, match=r"config\.json: .*found none \(and 1 more\)\. .*write_m"):
        made.path("models")
    with pytest.raises(GcbookError, match=r"more\.safetensors: expected only what comes with"):
        made.path("models/one/unet/more.safetensors")
    with pytest.raises(GcbookError, match="nowhere: expected a file or folder that SHA256SUMS"):
        made.path("nowhere")
    assert len(made.problems()) == 2
    made.write()
    assert made.problems() == []
    assert made.names("models/one") == ["unet/model.safetensors", "unet/more.safetensors"]


def test_locks_and_what_file_managers_leave_do_not_count(made):
    for name in (".lock", ".DS_Store"):
        (made.folder / "scores/one/edge" / name).touch()
    assert made.path("scores").is_dir()
    made.write()
    assert set(made.listed) == set(FILES)


@pytest.mark.parametrize("line", ["nonsense", "abc  models/one/config.json", "\xff"])
def test_a_damaged_list_is_refused(made, line):
    with (made.folder / SUMS).open("ab") as file:
        file.write(line.encode("latin-1"))
    with pytest.raises(GcbookError, match=SUMS):
        Manifest(made.folder).path("coverage.parquet")


def long_ago(folder):
    for name in FILES:
        os.utime(folder / name, (1e9, 1e9))


def settle(monkeypatch):
    """Let what was changed just now have been changed long ago."""
    monkeypatch.setattr("gcbook.files.cache.SETTLED_NS", 0)


def test_a_file_is_hashed_once_until_it_changes(made, hashed, monkeypatch):
    settle(monkeypatch)
    made.path("models")
    assert sorted(hashed) == ["config.json", "model.safetensors"]
    hashed.clear()
    # As in another process, which knows what is kept on the disk alone.
    cache._marks.cache_clear()
    made.path("models")
    made.path("models/one/config.json")
    assert hashed == []
    (made.folder / "models/one/config.json").write_bytes(b"{]")
    with pytest.raises(GcbookError, match=r"config\.json: expected the bytes"):
        made.path("models")
    assert hashed == ["config.json"]


def test_an_edit_that_keeps_size_and_time_is_noticed(made, monkeypatch):
    settle(monkeypatch)
    long_ago(made.folder)
    made.path("coverage.parquet")
    (made.folder / "coverage.parquet").write_bytes(b"nombers")
    os.utime(made.folder / "coverage.parquet", (1e9, 1e9))
    with pytest.raises(GcbookError, match=r"coverage\.parquet: expected the bytes"):
        made.path("coverage.parquet")


def test_what_was_changed_just_now_is_not_remembered(made, hashed):
    for _ in range(2):
        made.path("coverage.parquet")
    assert hashed == ["coverage.parquet"] * 2


def test_a_check_hashes_what_is_remembered(made, hashed, monkeypatch):
    settle(monkeypatch)
    made.path("")
    hashed.clear()
    assert made.problems() == []
    assert len(hashed) == len(FILES)


def test_a_cache_that_cannot_be_written_is_done_without(made, hashed, tmp_path, monkeypatch):
    settle(monkeypatch)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert made.path("coverage.parquet").is_file()
    assert made.problems() == []


def test_nonsense_in_the_memory_is_no_mark(made, hashed, tmp_path, monkeypatch):
    settle(monkeypatch)
    made.path("coverage.parquet")
    memory = tmp_path / "cache" / "whole.txt"
    (mark,) = memory.read_text().split()
    memory.write_bytes(mark[:40].encode() + b"\xff\n\n" + mark[1:].encode())
    cache._marks.cache_clear()
    made.path("coverage.parquet")
    assert len(hashed) == 2
