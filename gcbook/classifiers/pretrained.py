"""The one call of the libraries' ``from_pretrained``, and what a folder may not ask of them.

A model's folder is data, and none of it is run. The libraries would: they load a class from a
module of the folder or of the Hub (``auto_map``, for which transformers asks at a terminal whether
it may), kernels from the Hub, and whatever reads quantized weights; and they take weights from
other places than those that are hashed. Folders that ask for it are refused by name, before a
library sees them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gcbook.files.errors import InputError
from gcbook.files.gate import read_json

__all__ = ["check_folder", "read_pretrained"]

REFUSED = {
    "auto_map": "code of its own to be run",
    "custom_pipeline": "code of its own to be run",
    "custom_pipelines": "code of its own to be run",
    "custom_generate": "code of its own to be run",
    "quantization_config": "quantized weights, which no adapter reads",
    "transformers_weights": "weights under a name of its own",
    "base_model_name_or_path": "weights of another model, to which its own are added",
}
"""Entries of configurations that are refused, and what they ask for."""

ATTENTIONS = ("eager", "sdpa")
"""Attention that needs no code from elsewhere."""

MOST_FOLDERS = 1000
"""How many folders a model may have: pipelines have a dozen."""


def read_pretrained(kind: Any, folder: Path, **options: Any) -> Any:
    """Return ``kind.from_pretrained(folder, **options)``: from the folder's data alone.

    Args:
        kind: a class of transformers or diffusers.
        folder: is checked first, see `check_folder`.
        options: of from_pretrained.

    Raises:
        InputError: the folder asks for what it may not.
        Exception: whatever the library raises.
    """
    from transformers import dynamic_module_utils

    check_folder(folder)
    # What the libraries read in turn they do not always tell what they were told.
    dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0
    if not kind.__module__.startswith("diffusers"):
        # Diffusers has it for pipelines, which are never read whole.
        options["trust_remote_code"] = False
    return kind.from_pretrained(folder, local_files_only=True, **options)


def check_folder(folder: Path) -> None:
    """Check all that a library could read in a folder.

    Raises:
        InputError: a configuration has an entry that is refused, or is no JSON.
    """
    for file in _files(folder):
        if file.name == "adapter_config.json":
            raise InputError(
                f"{file}: expected a whole model, found an adapter to another one. Merge it into "
                "that one and save the result."
            )
        if file.suffix == ".json":
            _check_entries(read_json(file), file)


def _files(folder: Path) -> Iterator[Path]:
    todo = [folder]
    for number, each in enumerate(todo):
        if number == MOST_FOLDERS:
            raise InputError(
                f"{folder}: expected the folder of one model, found more than {MOST_FOLDERS:,} "
                "folders in it. Give the model a folder of its own."
            )
        for path in sorted(each.iterdir()):
            if path.is_dir():
                # Links from folder to folder may lead round in circles.
                todo += [] if path.is_symlink() or path.name.startswith(".") else [path]
            else:
                yield path


def _check_entries(content: Any, file: Path) -> None:
    todo = [content]
    while todo:
        value = todo.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                _check_entry(key, inner, file)
            todo += value.values()
        elif isinstance(value, list):
            todo += value


def _check_entry(key: str, value: Any, file: Path) -> None:
    asks = REFUSED.get(key)
    if key.endswith("attn_implementation") and value not in ATTENTIONS:
        asks = "an implementation of attention that may be fetched"
    # Vocabularies have words as keys, and numbers as their values.
    if asks and value is not None and not isinstance(value, int):
        raise InputError(
            f"{file}: {key} asks for {asks}; expected a model that the libraries can read by "
            f"themselves. Take such a model, or save one without {key} where you trust it."
        )
