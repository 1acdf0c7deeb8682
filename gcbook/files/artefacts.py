"""How a folder that gcbook made tells what it is: by the file that heads it."""

from pathlib import Path

__all__ = ["STORE_HEADER", "is_store"]

STORE_HEADER = "store.json"
"""Heads a store of scores, see `gcbook.scoring.store`."""


def is_store(path: str | Path) -> bool:
    """Tell whether a folder is a store of scores, of this version or another."""
    return (Path(path) / STORE_HEADER).is_file()
