"""What ships is what is listed: every flip, loss and stray is named, nothing else is noticed."""

import pytest

from gcbook.files import manifest
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA, SUMS, Manifest

FILES = {
    "coverage.parquet": b"numbers",
    "models/one/config.json": b"{}",
    "models/one/unet/model.safetensors": b"weights",
    "scores/one/edge/store.json": b"{}",
}


@pytest.fixture
def made(tmp_path):
    """A small package's data."""
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


def test_a_process_hashes_a_file_once_and_a_check_hashes_all(made, hashed):
    made.path("models")
    made.path("models/one/config.json")
    assert sorted(hashed) == ["config.json", "model.safetensors"]
    hashed.clear()
    assert made.problems() == []
    assert len(hashed) == len(FILES)
    (made.folder / "models/one/config.json").write_bytes(b"{]")
    assert len(made.problems()) == 1
    with pytest.raises(GcbookError, match=r"config\.json: expected the bytes"):
        made.path("models")
