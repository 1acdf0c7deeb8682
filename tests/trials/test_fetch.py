"""Fetching and finding the originals, against a small server on this machine."""

import hashlib
import os
import shutil
import signal
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny.data import use_parts
from tiny.server import Server, running

from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.locks import LOCK, locked
from gcbook.trials import fetch, originals
from gcbook.trials.originals import SOURCES, Source, read_registry

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


def test_registries_list_the_published_files() -> None:
    kinds = {source.name: read_registry(source) for s in SOURCES.values() for source in s}
    assert {name: len(files) for name, files in kinds.items()} == {
        "model-vs-human-humans": 90,
        "model-vs-human-models": 9 * 17,
        "error-consistency-cnns": 25 * 3,
        "texture-vs-shape-stimuli": 1280 + 160 + 160 + 1,  # the images and their licence
    }
    digests = [digest for files in kinds.values() for digest in files.values()]
    assert all(len(digest) == 64 and int(digest, 16) >= 0 for digest in digests)


def test_fetch_lays_files_out_like_the_repository(
    server: Originals, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = fetch.fetch_originals("trials")
    shown = capsys.readouterr()
    assert "Fetching trials" in shown.err and shown.out == ""
    assert folders == [cache / "trials" / source.folder for source in TRIALS]
    for source, folder in zip(TRIALS, folders, strict=True):
        assert [(folder / path).read_bytes() for path in PATHS] == [
            content(source, path) for path in PATHS
        ]
    assert sorted(server.requests) == sorted(server.paths)
    assert originals.find("trials") == originals.locate("trials") == folders


def test_an_answer_that_was_edited_in_the_cache_is_noticed(server: Originals, cache: Path) -> None:
    _, models, _ = fetch.fetch_originals("trials")
    answer = models / PATHS[1]
    answer.write_bytes(answer.read_bytes().replace(b"sketch", b"Sketch", 1))
    for ask in (originals.find, originals.locate):
        with pytest.raises(GcbookError, match=rf"{answer}: .*, found others.*`gcbook fetch tri"):
            ask("trials")
    server.requests.clear()
    assert fetch.fetch_originals("trials") == originals.find("trials")
    assert len(server.requests) == 1


def test_resume_requests_only_what_is_missing_or_damaged(server: Originals, cache: Path) -> None:
    humans, models, _ = fetch.fetch_originals("trials")
    server.requests.clear()
    fetch.fetch_originals("trials")
    assert server.requests == []

    (humans / PATHS[0]).unlink()
    (models / PATHS[1]).write_text("damaged")
    fetch.fetch_originals("trials")
    assert sorted(server.requests) == sorted(
        f"/{source.repository}/{source.commit}/{path}"
        for source, path in [(TRIALS[0], PATHS[0]), (TRIALS[1], PATHS[1])]
    )
    assert (models / PATHS[1]).read_bytes() == content(TRIALS[1], PATHS[1])


def test_wrong_hash_names_file_expected_and_found(server: Originals, cache: Path) -> None:
    wrong = server.paths[2]
    server.altered[wrong] = b"sign in to the network"
    with pytest.raises(fetch.FetchError) as caught:
        fetch.fetch_originals("trials")
    message = str(caught.value)
    assert server.url + wrong in message
    assert hashlib.sha256(content(TRIALS[1], PATHS[0])).hexdigest() in message
    assert hashlib.sha256(b"sign in to the network").hexdigest() in message
    assert "gcbook fetch trials" in message
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
    assert originals.find("trials") is None

    server.cut_short.clear()
    server.requests.clear()
    fetch.fetch_originals("trials")
    assert server.requests == [cut]


def test_user_interrupt_keeps_what_is_complete(
    server: Originals, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WORKERS", 1)
    arrived = threading.Event()

    def interrupt(n_requests: int) -> None:
        if n_requests == 3:
            os.kill(os.getpid(), signal.SIGINT)
            assert arrived.wait(30), "the interrupt never reached the main thread"

    def handle(number: int, frame: object) -> None:
        arrived.set()
        raise KeyboardInterrupt

    server.before_answer = interrupt
    before = signal.signal(signal.SIGINT, handle)
    try:
        with pytest.raises(KeyboardInterrupt):
            fetch.fetch_originals("trials")
    finally:
        signal.signal(signal.SIGINT, before)
    kept = files_in(cache)
    assert 2 <= len(kept) < 6
    known = {content(source, path) for source in TRIALS for path in PATHS}
    assert {file.read_bytes() for file in kept} <= known

    server.before_answer = lambda n_requests: None
    server.requests.clear()
    fetch.fetch_originals("trials")
    assert len(server.requests) == 6 - len(kept)


def test_what_a_killed_fetch_has_left_goes_and_nothing_else(server: Originals, cache: Path) -> None:
    folder = cache / "trials" / TRIALS[0].folder / "raw-data"
    folder.mkdir(parents=True)
    half, mine = folder / "tmpab12_9xz", folder / "tmpfile.txt"
    for file in (half, mine):
        file.write_text("x")
    fetch.fetch_originals("trials")
    assert not half.exists()
    assert mine.exists()


def test_two_do_not_fetch_into_one_cache(server: Originals, cache: Path) -> None:
    with (
        locked(cache / "trials", "fetching"),
        pytest.raises(InputError, match=r"trials: another process is fetching into it; wait"),
    ):
        fetch.fetch_originals("trials")
    assert not server.requests


def test_offline_says_in_one_sentence_what_where_and_what_to_do(
    server: Originals, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack(TRIALS[0], cache / "trials")
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "own"))
    server.stop()
    with pytest.raises(fetch.FetchError) as caught:
        fetch.fetch_originals("trials")
    message = str(caught.value)
    assert "error-consistency-cnns" in message
    assert f"{cache / 'trials'}, which holds 2 of 6 files" in message
    assert str(tmp_path / "own") in message
    assert "run `gcbook fetch trials`" in message
    assert message.count(". ") == 0
    assert isinstance(caught.value, GcbookError)


def test_what_the_server_lacks_and_a_cache_that_is_no_folder_are_reported(
    server: Originals, cache: Path, tmp_path: Path
) -> None:
    with (tmp_path / "registry" / f"{TRIALS[0].name}.txt").open("a") as registry:
        registry.write(f"raw-data/edge/gone.csv {'0' * 64}\n")
    with pytest.raises(fetch.FetchError, match=r"gone\.csv answered 404"):
        fetch.fetch_originals("trials")
    shutil.rmtree(cache)
    cache.write_text("a file where the folder should be")
    with pytest.raises(fetch.FetchError, match="GCBOOK_CACHE_DIR"):
        fetch.fetch_originals("trials")


def test_data_dir_comes_first_and_is_not_fetched(
    server: Originals, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    archive = packed(TRIALS[0], own)
    unpacked = unpack(TRIALS[1], own)
    inside = unpack(TRIALS[2], own / TRIALS[2].name)
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(own))
    assert fetch.fetch_originals("trials") == [archive, unpacked, inside]
    assert server.requests == []


def test_whole_clone_gives_only_the_published_files(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "own"))
    roots = [unpack(source, tmp_path / "own") for source in TRIALS]
    (roots[0] / "raw-data/edge/edge_other_session-1.csv").write_text("another observer")
    assert originals.find("trials") == [*(roots[0] / path for path in PATHS), *roots[1:]]


def test_an_incomplete_cache_does_not_count(cache: Path) -> None:
    roots = [unpack(source, cache / "trials") for source in TRIALS]
    assert originals.find("trials") == roots
    (roots[2] / PATHS[1]).unlink()
    assert originals.find("trials") is None
    with pytest.raises(
        DataNotFoundError, match=rf"holds 5 of 6 files, without {TRIALS[2].folder}/{PATHS[1]}"
    ):
        originals.locate("trials")
    assert originals.locate("trials", TRIALS[:1]) == roots[:1]
    assert len(originals.problems("trials", TRIALS[2], roots[2])) == 1


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
    assert originals.find("trials")
    edited = whole | {PATHS[1]: whole[PATHS[1]].replace(b"sketch", b"cetchs", 1)}
    lay(edited)
    for ask in (originals.find, originals.locate, fetch.fetch_originals):
        with pytest.raises(GcbookError, match=rf"{PATHS[1]}: expected the bytes .* found others"):
            ask("trials")
    # What comes from the other sources is whole.
    assert originals.locate("trials", TRIALS[:1])
    lay({PATHS[0]: whole[PATHS[0]]})
    with pytest.raises(GcbookError, match=rf"{PATHS[1]}: expected a file, found none\..*move "):
        originals.find("trials")


def test_strays_are_refused_in_a_zip_and_in_the_cache(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = "raw-data/edge/edge_b_session-1.csv"
    root = unpack(TRIALS[0], cache / "trials")
    assert originals.locate("trials", TRIALS[:1]) == [root]
    for name in (stray, f"{stray}.gz", "raw-data/deep/er/sketch_b_session-1.CSV"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content(TRIALS[0], PATHS[0]))
        with pytest.raises(GcbookError, match=rf"{name}: expected only what was published"):
            originals.find("trials", TRIALS[:1])
        (root / name).unlink()
    # A list of whom to thank, or what a broken download left, is no trial.
    (root / "raw-data/README.md").touch()
    (root / "raw-data/edge/tmpx1").touch()
    assert originals.locate("trials", TRIALS[:1]) == [root]

    own = tmp_path / "own"
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(own))
    packed(TRIALS[0], own, published(TRIALS[0]) | {"LICENSE": b"MIT"})
    assert originals.locate("trials", TRIALS[:1]) == [own / f"{TRIALS[0].name}.zip"]
    packed(TRIALS[0], own, published(TRIALS[0]) | {stray: b"another observer"})
    with pytest.raises(GcbookError, match=rf"{stray}: expected only .*can be unpacked"):
        originals.locate("trials", TRIALS[:1])


def test_a_damaged_zip_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path))
    archive = packed(TRIALS[0], tmp_path)
    whole = archive.read_bytes()
    first = whole.index(content(TRIALS[0], PATHS[0]))
    archive.write_bytes(whole[:first] + b"S" + whole[first + 1 :])
    with pytest.raises(GcbookError, match=rf"{PATHS[0]}: expected an intact member"):
        originals.find("trials", TRIALS[:1])
    archive.write_bytes(b"a sign-in page")
    with pytest.raises(GcbookError, match="expected a readable zip archive"):
        originals.find("trials", TRIALS[:1])


def test_a_zip_is_hashed_once_until_it_changes(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("gcbook.files.cache.SETTLED_NS", 0)
    opened = []
    real = originals.files_in
    monkeypatch.setattr(originals, "files_in", lambda at, most: opened.append(at) or real(at, most))
    archive = packed(TRIALS[0], tmp_path)
    originals.find("trials", TRIALS[:1])
    assert set(opened) == {archive}
    opened.clear()
    originals.find("trials", TRIALS[:1])
    assert opened == []
    packed(TRIALS[0], tmp_path, dict.fromkeys(PATHS, b"edited"))
    with pytest.raises(GcbookError, match="found others"):
        originals.find("trials", TRIALS[:1])
    assert set(opened) == {archive}


@pytest.mark.parametrize("kind", ["trials", "stimuli"])
def test_missing_data_is_one_clear_sentence(
    kind: originals.Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "own"))
    with pytest.raises(FileNotFoundError) as caught:
        originals.locate(kind)
    message = str(caught.value)
    assert str(tmp_path / "own") in message
    assert str(tmp_path / "cache") in message
    assert f"gcbook fetch {kind}" in message
    assert message.count(". ") == 0


def read_member(found: list[Path], source: Source, path: str) -> bytes:
    if found[0].suffix == ".zip":
        with zipfile.ZipFile(found[0]) as archive:
            return archive.read(f"{source.folder}/{path}")
    return (found[0] / path).read_bytes()


def test_copies_at_hand_match_the_registry(data_dir: Path) -> None:
    found = {
        source: copy
        for kind in SOURCES
        for source in SOURCES[kind]
        if (copy := originals.at_hand(kind, source))
    }
    assert {*TRIALS} <= {*found}, f"trials missing from {data_dir}"
    for source, copy in found.items():
        for path, digest in read_registry(source).items():
            hashed = hashlib.sha256(read_member(copy, source, path)).hexdigest()
            assert hashed == digest, f"{source.name}: {path}"
