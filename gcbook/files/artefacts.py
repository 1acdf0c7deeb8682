"""How a folder that gcbook made tells what it is: by the file that heads it."""

from pathlib import Path

STORE_HEADER = "store.json"
"""Heads a store of scores, see `gcbook.scoring.store`."""


RUN_STATE = "state.safetensors"
"""Heads the folder of a training run, see `gcbook.miniworld.training.run`."""


def is_store(path: str | Path) -> bool:
    """Tell whether a folder is a store of scores, of this version or another."""
    return (Path(path) / STORE_HEADER).is_file()


def is_run(path: str | Path) -> bool:
    """Tell whether a folder is that of a training run which has saved its state."""
    return (Path(path) / RUN_STATE).is_file()
