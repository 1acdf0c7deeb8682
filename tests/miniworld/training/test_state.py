"""What a run goes on from: a damaged file is named."""

import errno
import os

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from gcbook.files.atomic import UnwritableError
from gcbook.files.errors import InputError
from gcbook.miniworld.training import state
from gcbook.miniworld.training.state import read_about, write_state

ABOUT = {"done": 7, "seconds": 1.5, "losses": [2.0, 3], "notes": {}, "plan": {"a": 1}}
ABOUT |= {"history": [{"step": 5}], "of": {}}


def test_what_is_known_comes_back(tmp_path):
    path = tmp_path / "new" / "state.safetensors"
    write_state(path, {"a": torch.arange(3.0)}, ABOUT)
    assert read_about(path) == ABOUT


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 64], ids=["empty", "short", "other"])
def test_a_damaged_state_is_named_with_what_to_do(tmp_path, content):
    path = tmp_path / "state.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"state.safetensors: expected the state .* remove it"):
        read_about(path)
    assert path.read_bytes() == content


def test_no_flipped_bit_of_a_state_goes_unnoticed(tmp_path):
    path = tmp_path / "state.safetensors"
    write_state(path, {"a": torch.arange(300.0)}, ABOUT)
    whole = path.read_bytes()
    bits = torch.randint(8 * len(whole), (400,), generator=torch.Generator().manual_seed(0))
    for bit in bits.tolist():
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(InputError, match=r"state\.safetensors: expected the state .* copy in"):
            read_about(path)
    path.write_bytes(whole)
    assert read_about(path) == ABOUT


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "state.safetensors")
    with pytest.raises(InputError, match=r"state\.safetensors: .* found a pipe"):
        read_about(tmp_path / "state.safetensors")


@pytest.mark.parametrize("value", ["{", "[" * 10**5, ""])
def test_a_sealed_state_that_says_nonsense_is_refused(tmp_path, value):
    path = tmp_path / "state.safetensors"
    known = dict.fromkeys(ABOUT, "1") | {"plan": value, "seal": state.SEAL}
    state.write_tensors(path, {"a": torch.zeros(1)}, known)
    with pytest.raises(InputError, match=r"state\.safetensors: expected JSON"):
        read_about(path)


def test_tensors_of_something_else_are_no_state(tmp_path):
    # A state of an earlier version, say.
    known = {"step": "7", "plan": "{}"}
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors", known)
    with pytest.raises(InputError, match="found one of something else"):
        read_about(tmp_path / "other.safetensors")


def test_a_full_disk_leaves_the_state_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "state.safetensors"
    write_state(path, {"a": torch.zeros(1)}, ABOUT)

    def full(tensors, temporary, about):
        temporary.write_bytes(b"half")
        words = f"Error while serializing: I/O error: No space left (os error {errno.ENOSPC})"
        raise SafetensorError(words)

    monkeypatch.setattr(state, "save_file", full)
    with pytest.raises(UnwritableError, match=os.strerror(errno.ENOSPC).lower()):
        write_state(path, {"a": torch.ones(1)}, ABOUT | {"done": 8})
    assert read_about(path) == ABOUT
    assert [each.name for each in tmp_path.iterdir()] == ["state.safetensors"]
