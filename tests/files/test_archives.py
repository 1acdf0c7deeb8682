"""What is in a folder is found, or it is said why not."""

import os

import pytest

from gcbook.files.archives import files_in
from gcbook.files.errors import InputError


def make(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def found(root):
    return sorted(str(inner) for inner, _, _ in files_in(root))


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


def test_a_link_to_a_folder_that_is_gone_is_named(tmp_path):
    make(tmp_path / "a", "cat/1.png")
    (tmp_path / "a" / "dog").symlink_to(tmp_path / "unmounted", target_is_directory=True)
    with pytest.raises(InputError, match=r"dog: expected .* no such file"):
        found(tmp_path / "a")
    make(tmp_path / "unmounted", "1.png")
    assert found(tmp_path / "a") == ["cat/1.png", "dog/1.png"]


def test_a_link_further_up_does_not_go_round(tmp_path):
    make(tmp_path, "cat/1.png")
    (tmp_path / "cat" / "all").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == ["cat/1.png"]


def test_what_is_hidden_may_lead_nowhere(tmp_path):
    make(tmp_path, "cat/1.png")
    (tmp_path / ".DS_Store").symlink_to(tmp_path / "nowhere")
    assert found(tmp_path) == ["cat/1.png"]
