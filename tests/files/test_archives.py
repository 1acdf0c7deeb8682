"""What is in a folder is found, or it is said why not."""

import os
import pickle
import zipfile
from pathlib import Path

import pytest

from gcbook.files import archives
from gcbook.files.archives import files_in, is_zip
from gcbook.files.errors import InputError
from gcbook.files.untrusted import MIB


def make(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def found(root):
    return sorted(str(inner) for inner, _, _ in files_in(root, MIB))


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    make(tmp_path, "cat/1.png", "dog/1.png")
    scandir = os.scandir

    def guarded(folder):
        if str(folder).endswith("dog"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    assert found(tmp_path) == ["cat/1.png", "dog/1.png"]
    monkeypatch.setattr(os, "scandir", guarded)
    with pytest.raises(InputError, match=r"dog: expected .* cannot: permission denied.*mend that"):
        found(tmp_path)


def test_a_link_further_up_does_not_go_round(tmp_path):
    make(tmp_path, "cat/1.png")
    (tmp_path / "cat" / "all").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == ["cat/1.png"]


def packed(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read(root, limit=MIB):
    return {str(inner): content() for inner, _, content in files_in(root, limit)}


def test_an_archive_is_read_as_a_folder_is(tmp_path):
    members = {"cat/1.png": b"a", "dog/2.png": b"bc", "dog/": b"", "__MACOSX/cat/1.png": b"x"}
    root = packed(tmp_path / "a.zip", members, compression=zipfile.ZIP_DEFLATED)
    assert read(root) == {"cat/1.png": b"a", "dog/2.png": b"bc"}
    assert is_zip(root)
    # From a zero on a name does not count: this member has none.
    nameless = packed(tmp_path / "b.zip", {"nameless": b"x", "cat/1.png": b"a"})
    nameless.write_bytes(nameless.read_bytes().replace(b"nameless", b"\0ameless"))
    assert read(nameless) == {"cat/1.png": b"a"}
    assert not is_zip(tmp_path)
    os.mkfifo(tmp_path / "pipe.zip")
    assert not is_zip(tmp_path / "pipe.zip")


def longer_than_it_says(path):
    content = packed(path, {"a.csv": bytes(10**6)}, compression=zipfile.ZIP_DEFLATED).read_bytes()
    # Both places that tell how long it is: before the member, and in the list of members.
    path.write_bytes(content.replace((10**6).to_bytes(4, "little"), (10).to_bytes(4, "little")))


def encrypted(path):
    content = bytearray(packed(path, {"a.csv": b"abc"}).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(bytes(content))


def linked(path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")


def misnamed(path):
    content = packed(path, {"aé.csv": b"abc"}).read_bytes()
    path.write_bytes(content.replace("é".encode(), b"\xff\xff"))


def by_lzma(path):
    packed(path, {"a.csv": b"abc"}, compression=zipfile.ZIP_LZMA)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (longer_than_it_says, r"a\.zip/a\.csv: expected an intact member"),
        (by_lzma, r"a\.csv: expected .* stored or deflated.*another method"),
        (encrypted, r"a\.csv: .* found one that is encrypted\. Make"),
        (linked, r"a\.csv: .* found one that is a link"),
        (misnamed, r"a\.zip: expected a readable zip archive, found"),
        *(
            (lambda path, name=name: packed(path, {"ok.csv": b"", name: b""}), "would reach outsi")
            for name in ("../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv")
        ),
    ],
)
def test_what_is_no_plain_archive_is_refused_by_name(tmp_path, make, says):
    make(tmp_path / "a.zip")
    with pytest.raises(InputError, match=says):
        read(tmp_path / "a.zip")


def test_a_member_unpacks_to_the_limit(tmp_path):
    root = packed(tmp_path / "a.zip", {"a.csv": bytes(1000)}, compression=zipfile.ZIP_DEFLATED)
    assert read(root, 1000) == {"a.csv": bytes(1000)}
    with pytest.raises(InputError, match=r"a\.zip/a\.csv: expected .* at most"):
        read(root, 999)


def test_more_files_than_any_set_has_are_refused(tmp_path, monkeypatch):
    root = packed(tmp_path / "a.zip", {f"{n}.csv": bytes(100) for n in range(4)})
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(InputError, match=r"a\.zip: expected 3 files at most"):
        read(root)
    monkeypatch.setattr(archives, "MOST_FILES", 4)
    make(tmp_path / "folder", *(f"{n}.csv" for n in range(5)))
    with pytest.raises(InputError, match=r"folder: expected 4 files at most"):
        read(tmp_path / "folder")


def test_what_reads_a_file_goes_to_another_process(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/1.png", b"one")
        archive.writestr("cat/2.png", b"two")
    monkeypatch.chdir(tmp_path)
    packed = pickle.dumps([read for _, _, read in files_in(Path("a.zip"), MIB)])
    monkeypatch.chdir("/")
    readers = pickle.loads(packed)
    assert [read() for read in readers] == [b"one", b"two"]
    assert readers[0].args[0] is readers[1].args[0], "the archive is opened once"
