"""Hashes of files and folders, held against sha256sum."""

import hashlib
import shutil
import subprocess

import pytest

from gcbook.files.sums import changed_files, hash_of, listing


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "made"
    for name in ("b.txt", "a/c.txt", "a.txt", "back\\slash", "two\nlines"):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return made


def test_a_listing_is_sorted_and_names_every_file(folder):
    names = [line.split("  ")[1] for line in listing(folder).splitlines()]
    assert names == ["a.txt", "a/c.txt", "b.txt", "back\\\\slash", "two\\nlines"]
    assert len(listing(folder, lambda inner: inner.suffix == ".txt").splitlines()) == 3


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on the PATH")
def test_sha256sum_can_check_a_listing(folder, tmp_path):
    listed = tmp_path / "sums"
    listed.write_text(listing(folder))
    command = ["sha256sum", "--quiet", "--strict", "-c", str(listed)]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    (folder / "b.txt").write_text("edited")
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode and done.stdout == "b.txt: FAILED\n"


def test_the_hash_of_a_folder_is_that_of_its_listing(folder):
    before = hash_of(folder)
    assert before == hashlib.sha256(listing(folder).encode()).hexdigest()
    (folder / "b.txt").rename(folder / "d.txt")
    assert hash_of(folder) != before


def test_changed_missing_and_new_files_are_named(folder, tmp_path):
    listed = tmp_path / "sums"
    listed.write_text(listing(folder))
    assert changed_files(folder, listed) == []
    (folder / "b.txt").write_text("edited")
    (folder / "a.txt").unlink()
    (folder / "new.txt").write_text("")
    assert changed_files(folder, listed) == ["a.txt", "b.txt", "new.txt"]
    shutil.rmtree(folder)
    assert len(changed_files(folder, listed)) == 5
    listed.unlink()
    assert changed_files(folder, listed) == []
