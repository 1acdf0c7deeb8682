"""Files that a run goes on from: tensors by name, and what is known of the run."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

__all__ = ["forget_later", "latest", "read_about", "write_state"]


def write_state(path: Path, tensors: Mapping[str, torch.Tensor], about: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.part")
    save_file(
        {key: value.contiguous() for key, value in tensors.items()},
        temporary,
        {key: json.dumps(value) for key, value in about.items()},
    )
    temporary.replace(path)


def read_about(path: Path) -> dict[str, Any]:
    """Return what is known of a run."""
    with safe_open(path, framework="pt") as stored:
        return {key: json.loads(value) for key, value in stored.metadata().items()}


def latest(paths: Iterable[Path]) -> Path | None:
    """Return the file of the latest step, the first of those of one step; None if there is none.

    The first named is not always the later one: a run may have been carried away and back.
    """
    there = [path for path in paths if path.is_file()]
    return max(there, key=lambda path: int(read_about(path)["step"])) if there else None


def forget_later(history: Path, key: str, last: int) -> list[dict[str, Any]]:
    """Drop rows that a run wrote after the state from which it goes on.

    Args:
        history: a JSON object a line; it need not be there.
        key: what counts in a row.
        last: its largest value that is kept.

    Returns:
        The rows that are left.
    """
    if not history.is_file():
        return []
    lines = history.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [json.loads(line) for line in lines]
    kept = [number for number, row in enumerate(rows) if row[key] <= last]
    if len(kept) < len(rows):
        history.write_text("".join(lines[number] for number in kept), encoding="utf-8")
    return [rows[number] for number in kept]
