"""What a run goes on from: a damaged file is named."""

import errno
import os

import pytest
import torch
from safetensors import SafetensorError

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


@pytest.mark.parametrize(
    "known",
    [
        dict.fromkeys(ABOUT, "1") | {"plan": "{", "seal": state.SEAL},
        dict.fromkeys(ABOUT, "1") | {"plan": "[" * 10**5, "seal": state.SEAL},
        {"step": "7", "seal": state.SEAL},
        dict.fromkeys(ABOUT, "1"),
        b"",
        b"\xff" * 64,
    ],
    ids=["no JSON", "deep", "another version", "unsealed", "empty", "no tensors"],
)
def test_what_is_no_state_is_named_with_what_to_do(tmp_path, known):
    path = tmp_path / "state.safetensors"
    if isinstance(known, bytes):
        path.write_bytes(known)
    else:
        state.write_tensors(path, {"a": torch.zeros(1)}, known)
    with pytest.raises(InputError, match=r"state\.safetensors: expected .*Put a copy in its place"):
        read_about(path)


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
