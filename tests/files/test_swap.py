"""A new folder in the place of an old one, which the next process mends if one is killed."""

import pytest

from gcbook.files.swap import mend_swap, swap_in


def folder(path, text):
    path.mkdir()
    (path / "index.html").write_text(text)
    return path


def read(path):
    return (path / "index.html").read_text()


def names(path):
    return sorted(each.name for each in path.iterdir())


def test_the_new_one_is_in_its_place_and_nothing_else_is_left(tmp_path):
    place = tmp_path / "html"
    swap_in(folder(tmp_path / "new", "first"), place)
    assert (read(place), names(tmp_path)) == ("first", ["html"])
    swap_in(folder(tmp_path / "new", "second"), place)
    assert (read(place), names(tmp_path)) == ("second", ["html"])


def test_a_process_that_is_killed_between_two_renames_is_mended(tmp_path, monkeypatch):
    place, new = folder(tmp_path / "html", "old"), folder(tmp_path / "new", "new")
    rename = type(place).rename

    def killed(path, target):
        if path == new:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(type(place), "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        swap_in(new, place)
    assert not place.exists()
    mend_swap(place)
    assert read(place) == "old"
    monkeypatch.setattr(type(place), "rename", rename)
    swap_in(new, place)
    assert (read(place), names(tmp_path)) == ("new", ["html"])


def test_an_old_folder_that_was_not_yet_removed_goes(tmp_path):
    place = folder(tmp_path / "html", "new")
    folder(tmp_path / "html.old", "old")
    mend_swap(place)
    assert (read(place), names(tmp_path)) == ("new", ["html"])
