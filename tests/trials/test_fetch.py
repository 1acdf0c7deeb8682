"""Fetching and finding the originals, against a small server on this machine."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from tiny.data import use_parts
from tiny.server import Server, running

from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.locks import LOCK, locked
from gcbook.trials import fetch, originals
from gcbook.trials.originals import SOURCES, Source

TRIALS = SOURCES["trials"]
PATHS = ("raw-data/edge/edge_a_session-1.csv", "raw-data/sketch/sketch_a_session-1.csv")


def content(source: Source, path: str) -> bytes:
    return f"subj,session\n{source.name},{path}\n".encode() * 50


class Originals(Server):
    """A server with two small files a source, some of which may be altered."""

    def __init__(self) -> None:
        self.altered: dict[str, bytes] = {}
        files = {
            f"/{source.repository}/{source.commit}/{path}": content(source, path)
            for source in TRIALS
            for path in PATHS
        }
        self.paths = list(files)
        super().__init__(lambda path: self.altered.get(path, files.get(path)))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Originals]:
    with running(Originals()) as served:
        monkeypatch.setattr(fetch, "SERVER", served.url)
        yield served


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no data folder, and a registry of two files a source."""
    use_parts(tmp_path, monkeypatch, ["registry"])
    registry = tmp_path / "registry"
    for source in TRIALS:
        lines = [f"{path} {hashlib.sha256(content(source, path)).hexdigest()}\n" for path in PATHS]
        (registry / f"{source.name}.txt").write_text("# a comment\n" + "".join(lines))
    monkeypatch.setattr(fetch, "RETRIES", 0)
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    return tmp_path / "cache"


def files_in(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file() and path.name != LOCK)


def published(source: Source) -> dict[str, bytes]:
    return {path: content(source, path) for path in PATHS}


def unpack(source: Source, folder: Path, files: dict[str, bytes] | None = None) -> Path:
    for path, written in (files or published(source)).items():
        file = folder / source.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written)
    return folder / source.folder


def packed(source: Source, folder: Path, files: dict[str, bytes] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{source.name}.zip"
    with zipfile.ZipFile(archive, "w") as members:
        for path, written in (files or published(source)).items():
            members.writestr(f"{source.folder}/{path}", written)
    return archive


def test_fetch_lays_files_out_like_the_repository(
    server: Originals, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = fetch.fetch_originals("trials")
    shown = capsys.readouterr()
    assert "Fetching trials" in shown.err and shown.out == ""
    assert found == [cache / "trials" / each.folder / path for each in TRIALS for path in PATHS]
    assert [file.read_bytes() for file in found] == [
        content(source, path) for source in TRIALS for path in PATHS
    ]
    assert sorted(server.requests) == sorted(server.paths)
    assert found == originals.locate("trials")


def test_only_what_is_missing_or_damaged_is_requested_again(server: Originals, cache: Path) -> None:
    found = fetch.fetch_originals("trials")
    server.requests.clear()
    fetch.fetch_originals("trials")
    assert server.requests == []

    found[0].unlink()
    with pytest.raises(DataNotFoundError):
        originals.locate("trials")
    found[3].write_bytes(found[3].read_bytes().replace(b"sketch", b"Sketch", 1))
    fetch.fetch_originals("trials")
    assert len(server.requests) == 2
    assert found[3].read_bytes() == content(TRIALS[1], PATHS[1])

    found[3].write_text("damaged")
    with pytest.raises(GcbookError, match=rf"{found[3]}: .*, found others.*`gcbook fetch trials`"):
        originals.locate("trials")


def test_another_file_than_the_published_one_is_refused(server: Originals, cache: Path) -> None:
    wrong = server.paths[2]
    server.altered[wrong] = b"sign in to the network"
    expected = hashlib.sha256(content(TRIALS[1], PATHS[0])).hexdigest()
    with pytest.raises(fetch.FetchError, match=rf"{server.url + wrong}(.|\n)*{expected}"):
        fetch.fetch_originals("trials")
    assert all(file.read_bytes() != server.altered[wrong] for file in files_in(cache))


def test_a_server_that_goes_on_sending_is_stopped(
    server: Originals, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LARGEST_FILE", 20_000)
    server.altered[server.paths[2]] = bytes(1_000_000)
    with pytest.raises(fetch.FetchError, match=r"csv: expected a file of .* at most, found more"):
        fetch.fetch_originals("trials")
    assert max(file.stat().st_size for file in cache.rglob("*") if file.is_file()) < 20_000


def test_interrupted_download_leaves_nothing_half_and_is_taken_up(
    server: Originals, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WORKERS", 1)
    cut = server.paths[-1]
    server.cut_short.add(cut)
    with pytest.raises(fetch.FetchError, match="could not be reached or broke off"):
        fetch.fetch_originals("trials")
    assert len(files_in(cache)) == 5
    with pytest.raises(DataNotFoundError):
        originals.locate("trials")

    server.cut_short.clear()
    server.requests.clear()
    fetch.fetch_originals("trials")
    assert server.requests == [cut]


def test_what_a_killed_fetch_has_left_goes_and_nothing_else(server: Originals, cache: Path) -> None:
    folder = cache / "trials" / TRIALS[0].folder / "raw-data"
    folder.mkdir(parents=True)
    half, mine = folder / "tmpab12_9xz", folder / "tmpfile.txt"
    for file in (half, mine):
        file.write_text("x")
    fetch.fetch_originals("trials")
    assert not half.exists()
    assert mine.exists()


def test_what_does_not_come_is_one_error(server: Originals, cache: Path, tmp_path: Path) -> None:
    with (tmp_path / "registry" / f"{TRIALS[0].name}.txt").open("a") as registry:
        registry.write(f"raw-data/edge/gone.csv {'0' * 64}\n")
    with pytest.raises(fetch.FetchError, match=r"gone\.csv answered 404"):
        fetch.fetch_originals("trials")
    server.stop()
    with pytest.raises(fetch.FetchError, match=rf"{cache / 'trials'}.*`gcbook fetch trials`"):
        fetch.fetch_originals("trials")
    shutil.rmtree(cache)
    cache.write_text("a file where the folder should be")
    with pytest.raises(fetch.FetchError, match="GCBOOK_CACHE_DIR"):
        fetch.fetch_originals("trials")


def test_data_dir_comes_first_and_of_a_clone_only_what_was_published_is_read(
    server: Originals, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    archive = packed(TRIALS[0], own)
    unpacked = unpack(TRIALS[1], own)
    inside = unpack(TRIALS[2], own / TRIALS[2].name)
    (unpacked / "raw-data/edge/edge_other_session-1.csv").write_text("another observer")
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(own))
    there = [archive, *(root / path for root in (unpacked, inside) for path in PATHS)]
    assert fetch.fetch_originals("trials") == originals.locate("trials") == there
    assert server.requests == []


@pytest.mark.parametrize("in_zips", [True, False])
def test_edited_and_missing_answers_are_refused_by_name(
    in_zips: bool, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(own))

    def lay(files: dict[str, bytes]) -> None:
        for source in TRIALS:
            here = files if source == TRIALS[1] else published(source)
            shutil.rmtree(own / source.folder, ignore_errors=True)
            packed(source, own, here) if in_zips else unpack(source, own, here)

    whole = published(TRIALS[1])
    lay(whole)
    assert originals.locate("trials")
    edited = whole | {PATHS[1]: whole[PATHS[1]].replace(b"sketch", b"cetchs", 1)}
    lay(edited)
    for ask in (originals.locate, fetch.fetch_originals):
        with pytest.raises(GcbookError, match=rf"{PATHS[1]}: expected the bytes .* found others"):
            ask("trials")
    # What comes from the other sources is whole.
    assert originals.locate("trials", TRIALS[:1])
    lay({PATHS[0]: whole[PATHS[0]]})
    with pytest.raises(GcbookError, match=rf"{PATHS[1]}: expected a file, found none\..*move "):
        originals.locate("trials")


def test_strays_and_damage_in_a_zip_are_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path))
    archive = packed(TRIALS[0], tmp_path, published(TRIALS[0]) | {"LICENSE": b"MIT"})
    assert originals.locate("trials", TRIALS[:1]) == [archive]
    stray = "raw-data/edge/edge_b_session-1.csv"
    packed(TRIALS[0], tmp_path, published(TRIALS[0]) | {stray: b"another observer"})
    with pytest.raises(GcbookError, match=rf"{stray}: expected only what was published"):
        originals.locate("trials", TRIALS[:1])
    whole = packed(TRIALS[0], tmp_path).read_bytes()
    first = whole.index(content(TRIALS[0], PATHS[0]))
    for damaged, says in (
        (whole[:first] + b"S" + whole[first + 1 :], f"{PATHS[0]}: expected an intact member"),
        (b"a sign-in page", "expected a readable zip archive"),
    ):
        archive.write_bytes(damaged)
        with pytest.raises(GcbookError, match=says):
            originals.locate("trials", TRIALS[:1])


@pytest.mark.parametrize("kind", ["trials", "stimuli"])
def test_missing_data_say_where_they_were_looked_for(
    kind: originals.Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "own"))
    with pytest.raises(DataNotFoundError, match=rf"{tmp_path}/own.*{tmp_path}/cache.*fetch {kind}"):
        originals.locate(kind)


def test_copies_at_hand_match_the_registry(published_trials: pd.DataFrame) -> None:
    for source in TRIALS:
        places = originals.copies("trials", source)
        assert places
        assert [originals.problems(source, place) for place in places] == [[]] * len(places)


def test_two_do_not_fetch_into_one_cache(server: Originals, cache: Path) -> None:
    with (
        locked(cache / "trials", "fetching"),
        pytest.raises(InputError, match=r"trials: another process is fetching into it; wait"),
    ):
        fetch.fetch_originals("trials")
    assert not server.requests
