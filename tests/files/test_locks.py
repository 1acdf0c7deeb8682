"""Locks of folders, held by other processes too."""

import subprocess
import sys

import pytest

from gcbook.files.errors import InputError
from gcbook.files.locks import lock_folder, locked

HOLDER = """
import sys
from pathlib import Path
from gcbook.files.locks import locked
with locked(Path(sys.argv[1]), "busy"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_another_process_is_free_once_that_is_killed(tmp_path):
    folder = tmp_path / "made" / "anew"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=r"anew: another process is reading; wait for it"):
            lock_folder(folder, "reading")
    finally:
        holder.kill()
        holder.communicate()
    lock_folder(folder, "reading").release()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="expected a folder that can be written to"),
        locked(tmp_path / "file" / "folder", "working"),
    ):
        pass
