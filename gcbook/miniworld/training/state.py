"""The file that a run goes on from: tensors by name, and what is known of the run.

No pickle is written or read.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gcbook.files.atomic import write_whole
from gcbook.files.checksums import SEAL, is_whole, seal_file
from gcbook.files.errors import InputError
from gcbook.files.untrusted import MIB, parse_json, read_file, refused

ABOUT = {"done", "seconds", "losses", "notes", "history", "plan", "of"}
"""What is known of a run, besides its tensors."""

LARGEST_STATE = 16 * 1024 * MIB
"""Bytes of a state: parameters, their average and two moments of each."""

STATE_OF_A_RUN = "the state of a training run"
BEGIN_ANEW = "Put a copy in its place, or remove it: the same command then begins anew."
_SEAL = "seal"


def write_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], about: dict[str, str] | None = None
) -> None:
    """Write safetensors, and strings by name, whole or not at all.

    Raises:
        UnwritableError: the disk is full, say; what was there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {key: value.contiguous() for key, value in tensors.items()}

    def write(temporary: Path) -> None:
        try:
            save_file(whole, temporary, about)
        except SafetensorError as error:
            # The library wraps the system's errors, and tells their number in words alone.
            number = int(found[1]) if (found := re.search(r"os error (\d+)", str(error))) else 0
            raise OSError(number, os.strerror(number) if number else str(error)) from error
        if about and about.get(_SEAL) == SEAL:
            seal_file(temporary)

    write_whole(path, write)


def write_state(path: Path, tensors: Mapping[str, torch.Tensor], about: Mapping[str, Any]) -> None:
    """Write the state of a run, sealed (`gcbook.files.checksums`).

    Args:
        tensors: by name.
        about: what is known of the run, `ABOUT`: JSON.

    Raises:
        UnwritableError: see `write_tensors`.
    """
    known = {name: json.dumps(value) for name, value in about.items()}
    write_tensors(path, tensors, known | {_SEAL: SEAL})


def read_about(path: Path) -> dict[str, Any]:
    """Return what is known of a run.

    Raises:
        InputError: the file is damaged, or none of a run of this version.
    """
    found = "one that has changed since it was written, or of another version of gcbook"
    damaged = InputError(f"{path}: expected {STATE_OF_A_RUN}, found {found}. {BEGIN_ANEW}")
    if not is_whole(read_file(path, LARGEST_STATE)):
        raise damaged
    with refused(path, STATE_OF_A_RUN, BEGIN_ANEW), safe_open(path, framework="pt") as stored:
        known = dict(stored.metadata() or {})
    about = {key: parse_json(known[key], path, BEGIN_ANEW) for key in known if key != _SEAL}
    if about.keys() != ABOUT:
        raise damaged
    return about


def check_same(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Refuse the state of another run than the one that is asked for, naming what differs."""
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    if names:
        asked, there = (
            ", ".join(f"{name} {each.get(name, 'not set')}" for name in names)
            for each in (expected, found)
        )
        raise InputError(
            f"{path}: expected a run with {asked}, found one with {there}; use another folder, or "
            "remove this one."
        )
