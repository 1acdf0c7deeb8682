"""Photographs: taken from an archive or a checkout, sorted by class, whole or refused by name."""

import hashlib
import zipfile

import pytest
from tiny.command import call
from tiny.data import use_parts
from tiny.server import Server, running

from gcbook.files.errors import GcbookError, InputError
from gcbook.files.manifest import DATA
from gcbook.stimuli import photographs
from gcbook.stimuli.photographs import TINY_IMAGENET, fetch_photographs, photograph_problems
from gcbook.trials.fetch import FetchError
from gcbook.trials.originals import read_registry

CAT, DOG, FISH = "n02123045", "n02094433", "n01443537"
CLASSES = (CAT, DOG)
ARCHIVE = f"{TINY_IMAGENET.folder}.zip"

FILES = {
    f"train/{wnid}/images/{wnid}_{number}.JPEG": f"{wnid} {number}".encode()
    for wnid in (*CLASSES, FISH)
    for number in range(3)
}
# Fish are of no category.
VALIDATION = {"val_0.JPEG": DOG, "val_1.JPEG": FISH, "val_2.JPEG": CAT, "val_3.JPEG": DOG}
FILES |= {f"val/images/{name}": name.encode() for name in VALIDATION}
FILES["val/val_annotations.txt"] = "".join(
    f"{name}\t{wnid}\t0\t0\t63\t63\n" for name, wnid in VALIDATION.items()
).encode()

SORTED = {f"train/{wnid}/{wnid}_{number}.JPEG" for wnid in CLASSES for number in range(3)}
SORTED |= {f"val/{wnid}/{name}" for name, wnid in VALIDATION.items() if wnid != FISH}


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty cache, a data folder, and a registry of two classes."""
    use_parts(tmp_path, monkeypatch, ["registry"])
    lines = []
    for name in sorted({place.rpartition("/")[0] for place in SORTED}):
        inside = sorted(place for place in SORTED if place.startswith(f"{name}/"))
        listed = "".join(f"{digest(place)}  {place.rpartition('/')[2]}\n" for place in inside)
        lines.append(f"{name} {hashlib.sha256(listed.encode()).hexdigest()}\n")
    (tmp_path / "registry/tiny-imagenet.txt").write_text("".join(lines))
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(photographs, "RETRIES", 0)
    return tmp_path


def digest(place):
    part, wnid, name = place.split("/")
    original = f"train/{wnid}/images/{name}" if part == "train" else f"val/images/{name}"
    return hashlib.sha256(FILES[original]).hexdigest()


def write_zip(path, files=FILES):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{TINY_IMAGENET.folder}/tiny-imagenet-200/{name}", content)


def sorted_files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.JPEG")}


@pytest.fixture
def server(alone, monkeypatch):
    """GitHub, with the archive."""
    write_zip(alone / "www" / TINY_IMAGENET.repository / f"archive/{TINY_IMAGENET.commit}.zip")
    with running(Server(lambda path: (alone / f"www{path}").read_bytes())) as served:
        monkeypatch.setattr(photographs, "SERVER", served.url)
        yield served.requests


def test_the_archive_is_sorted_once_and_what_was_lost_comes_again(
    server, alone, capsys, monkeypatch
):
    status, out, err = call(capsys, "fetch", "photographs")
    folder = alone / "cache/photographs"
    assert (status, out) == (0, f"{folder}\n")
    assert "belong to their authors" in err and "non-commercial" in err
    assert sorted_files(folder) == SORTED
    assert fetch_photographs() == folder and not list(photograph_problems(folder))
    assert not (folder / ARCHIVE).exists() and len(server) == 1

    lost, changed = (folder / f"train/{DOG}/{DOG}_{number}.JPEG" for number in (0, 1))
    lost.unlink()
    changed.write_bytes(b"edited")
    kept = (folder / f"train/{CAT}/{CAT}_0.JPEG").stat()
    (problem,) = photograph_problems(folder)
    assert f"{DOG}: expected the bytes" in problem
    fetch_photographs()
    assert not list(photograph_problems(folder)) and len(server) == 2
    assert (folder / f"train/{CAT}/{CAT}_0.JPEG").stat() == kept
    (folder / "val/n00000000").mkdir()
    monkeypatch.setenv("GCBOOK_PROJECT", str(alone))
    monkeypatch.setattr(DATA, "problems", list)
    status, out, _ = call(capsys, "check")
    assert status == 1
    assert f"{folder}: fetched photographs: 1 problem\n" in out
    assert "n00000000: expected only classes" in out


@pytest.mark.parametrize("name", ["tiny-imagenet-200", "tiny-imagenet-200.zip", ARCHIVE])
def test_what_is_at_hand_is_not_fetched(name, alone):
    place = alone / "data" / name
    if place.suffix:
        write_zip(place)
    else:
        for each, content in FILES.items():
            (place / each).parent.mkdir(parents=True, exist_ok=True)
            (place / each).write_bytes(content)
    folder = fetch_photographs()
    assert sorted_files(folder) == SORTED
    own = folder.rename(alone / "data/photographs")
    assert fetch_photographs() == own
    (own / f"val/{CAT}/val_2.JPEG").unlink()
    with pytest.raises(GcbookError, match=rf"{CAT}: expected .*or move the folder away"):
        fetch_photographs()


@pytest.mark.parametrize("content", [b"edited", None])
def test_an_archive_with_other_photographs_is_refused_and_whole_classes_stay(content, alone):
    files = FILES | {f"train/{DOG}/images/{DOG}_2.JPEG": content}
    place = alone / "cache/photographs" / ARCHIVE
    write_zip(place, {name: each for name, each in files.items() if each is not None})
    with pytest.raises(FetchError, match=rf"expected the published photographs of train/{DOG}, fo"):
        fetch_photographs()
    # The next try downloads another one.
    assert not place.exists()
    write_zip(place)
    first = next(iter(read_registry(TINY_IMAGENET)))
    assert first == f"train/{DOG}" and not (alone / "cache/photographs" / first).exists()
    assert sorted_files(fetch_photographs()) == SORTED


def test_nothing_is_written_outside_the_folder(alone):
    place = alone / "data" / ARCHIVE
    write_zip(place, FILES | {f"train/{CAT}/images/../../../../../../out.JPEG": b"x"})
    with pytest.raises(InputError, match="would reach outside"):
        fetch_photographs()
    odd = (".hidden.JPEG", "a\\b.JPEG", "C:x.JPEG", "x.JPEG/y.JPEG", f"{'x' * 300}.JPEG")
    write_zip(place, FILES | {f"train/{CAT}/images/{name}": b"x" for name in odd})
    assert sorted_files(fetch_photographs()) == SORTED


def test_offline_the_message_says_what_to_do(alone, monkeypatch):
    monkeypatch.setattr(photographs, "SERVER", "http://127.0.0.1:9")
    with pytest.raises(FetchError, match=rf"could not be reached.*GCBOOK_DATA_DIR.*{ARCHIVE}"):
        fetch_photographs()
