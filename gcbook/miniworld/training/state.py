"""Files that a run goes on from: tensors by name, what is known of the run, and its history."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gcbook.files.atomic import UnwritableError, write_text, write_whole
from gcbook.files.errors import InputError

__all__ = [
    "add_row",
    "check_plan",
    "forget_later",
    "latest",
    "read_about",
    "write_state",
    "write_tensors",
]


def write_state(path: Path, tensors: Mapping[str, torch.Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors, and what is known of a run, whole or not at all.

    Raises:
        UnwritableError: the disk is full, say; what was there before is still there.
    """
    write_tensors(path, tensors, {key: json.dumps(value) for key, value in about.items()})


def write_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], known: dict[str, str] | None = None
) -> None:
    """Write safetensors whole or not at all.

    Raises:
        UnwritableError: see `write_state`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {key: value.contiguous() for key, value in tensors.items()}

    def write(temporary: Path) -> None:
        try:
            save_file(whole, temporary, known)
        except SafetensorError as error:
            # The library wraps the system's errors, and tells their number in words alone.
            number = int(found[1]) if (found := re.search(r"os error (\d+)", str(error))) else 0
            raise OSError(number, os.strerror(number) if number else str(error)) from error

    write_whole(path, write)


def read_about(path: Path) -> dict[str, Any]:
    """Return what is known of a run; ``step`` is part of it.

    Raises:
        InputError: the file is damaged, or none of a run.
    """
    try:
        with safe_open(path, framework="pt") as stored:
            about = {key: json.loads(value) for key, value in (stored.metadata() or {}).items()}
    except (OSError, SafetensorError, ValueError) as error:
        raise _damaged(path, f"one that cannot be read ({error})") from error
    if not {"step", "plan"} <= about.keys():
        raise _damaged(path, "one of something else")
    return about


def check_plan(path: Path, found: Any, expected: Any) -> None:
    """Refuse a state whose plan, as a dictionary, is not the one that is asked for.

    Raises:
        InputError: naming what differs.
    """
    if found == expected:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
        expected, found = (
            ", ".join(f"{name} {each.get(name, 'not set')}" for name in names)
            for each in (expected, found)
        )
    raise InputError(
        f"{path}: expected a run with {expected}, found one with {found}; use another folder, "
        "or remove this one."
    )


def _damaged(path: Path, found: str) -> InputError:
    return InputError(
        f"{path}: expected the state of a training run, found {found}. Put a copy in its place, or "
        "remove it: the same command then goes on from what else is in the folder, or begins anew."
    )


def latest(paths: Iterable[Path]) -> Path | None:
    """Return the file of the latest step, the first of those of one step; None if there is none.

    The first named is not always the later one: a run may have been carried away and back.

    Raises:
        InputError: one of them is damaged.
    """
    there = [path for path in paths if path.is_file()]
    return max(there, key=lambda path: int(read_about(path)["step"])) if there else None


def add_row(history: Path, row: Mapping[str, Any]) -> None:
    """Add a JSON object in a line of its own.

    Raises:
        UnwritableError: the disk is full, say.
    """
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        with history.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    except OSError as error:
        raise UnwritableError(history, error) from error


def forget_later(history: Path, key: str, last: int) -> list[dict[str, Any]]:
    """Drop rows that a run wrote after the state from which it goes on.

    A last line that was cut off is dropped as well: what it told is measured again.

    Args:
        history: a JSON object a line; it need not be there.
        key: what counts in a row.
        last: its largest value that is kept.

    Returns:
        The rows that are left.

    Raises:
        InputError: a line is damaged.
        UnwritableError: the file cannot be written anew.
    """
    if not history.is_file():
        return []
    lines = history.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            if row[key] <= last:
                rows.append((line, row))
        except (ValueError, TypeError, KeyError) as error:
            if number == len(lines) and not line.endswith("\n"):
                continue
            raise InputError(
                f"{history}, line {number}: expected a JSON object with {key!r}, found "
                f"{line.strip()[:60]!r}. Mend the line, or remove it: the rest stays."
            ) from error
    if len(rows) < len(lines):
        write_text("".join(line for line, _ in rows), history)
    return [row for _, row in rows]
