"""Files are written whole or not at all, and a disk that cannot is said in words."""

import errno
import os
import pickle

import pytest

from gcbook.files.atomic import (
    UnwritableError,
    check_free,
    check_writable,
    write_if_changed,
    write_text,
    write_whole,
)
from gcbook.files.errors import InputError


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    write_text("before", path)

    def half(temporary):
        temporary.write_text("ha")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(UnwritableError, match=r"kept.txt: cannot be written: no space left on"):
        write_whole(path, half)
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["kept.txt"]


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free space"), (errno.EROFS, "Make the folder writable"), (0, "Mend that")],
)
def test_the_remedy_goes_by_the_systems_number(tmp_path, number, remedy):
    error = UnwritableError(tmp_path, OSError(number, "why"))
    assert str(error).endswith(f" {remedy}.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_checking_a_folder_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="expected a folder that can be written to"):
        check_writable(tmp_path / "file" / "b")


def test_nothing_is_written_through_a_link(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    place = tmp_path / "results"
    place.mkdir()
    for name in ("a.txt", ".a.txt.tmp"):
        (place / name).symlink_to(mine)
    write_text("result", place / "a.txt")
    assert mine.read_text() == "mine"
    assert (place / "a.txt").read_text() == "result"
    assert not (place / "a.txt").is_symlink()


def test_a_link_that_leads_nowhere_is_there(tmp_path):
    check_free(tmp_path / "a")
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"a: already there.*--overwrite"):
        check_free(tmp_path / "a")


def test_a_file_that_holds_just_that_is_not_written_again(tmp_path):
    path = tmp_path / "made" / "page.md"
    write_if_changed("één", path)
    before = path.stat()
    write_if_changed("één", path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    write_if_changed("two", path)
    assert path.read_text(encoding="utf-8") == "two"
    assert [each.name for each in path.parent.iterdir()] == ["page.md"]
