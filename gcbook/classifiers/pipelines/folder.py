"""A pipeline on disk, in diffusers' format, read part by part.

``model_index.json`` names the parts and their classes, each part has a folder. Reading them one by
one leaves out what scoring does not need, and finds half-precision files part by part.
"""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from gcbook.classifiers.loading import load_weights
from gcbook.classifiers.quiet import quiet_libraries
from gcbook.classifiers.weights import hash_weights
from gcbook.files.errors import InputError

__all__ = ["PipelineFolder"]


class PipelineFolder:
    """A folder with a ``model_index.json``.

    Raises:
        InputError: there is none, or it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / "model_index.json").is_file():
            raise InputError(
                f"{path}: expected a diffusers pipeline, found no model_index.json. Save one with "
                "DiffusionPipeline.save_pretrained."
            )
        self.index: dict[str, Any] = self.read_json("model_index.json")

    @property
    def class_name(self) -> str:
        """The pipeline's class."""
        return str(self.index.get("_class_name"))

    @cached_property
    def weights(self) -> str:
        """SHA-256 of what is loaded; see `gcbook.classifiers.weights.hash_weights`."""
        return hash_weights(self.path)

    def read_json(self, name: str) -> dict[str, Any]:
        """Return what a JSON file of the folder holds.

        Raises:
            InputError: it is missing, or holds no object.
        """
        path = self.path / name
        try:
            content = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: expected a readable JSON file ({error}).") from error
        if not isinstance(content, dict):
            raise InputError(f"{path}: expected a JSON object, found {type(content).__name__}.")
        return content

    def has(self, part: str) -> bool:
        """Return whether the pipeline is made with that part."""
        entry = self.index.get(part)
        return isinstance(entry, list) and len(entry) == 2 and entry[1] is not None

    def network(
        self, part: str, *classes: str, device: torch.device, dtype: torch.dtype = torch.float32
    ) -> Any:
        """Load a network, for evaluation only.

        Args:
            part: name of the part.
            classes: what it may be; the first is what it is loaded as.
            device: where to.
            dtype: of its parameters.

        Raises:
            InputError: the part is missing, of another class, damaged or incomplete.
        """
        folder = self._part(part, classes)
        loader = getattr(_library(classes[0]), classes[0])
        network = self._load(part, loader, lambda: load_weights(loader, folder, dtype))
        return network.to(device)

    def tokenizer(self, part: str) -> Any:
        """Load a tokenizer of transformers.

        Raises:
            InputError: the part is missing or damaged.
        """
        import transformers

        folder = self._part(part, ())
        library, name = self.index[part]
        loader = getattr(transformers, name, None)
        if library != "transformers" or "Tokenizer" not in name or loader is None:
            raise InputError(
                f"{self.path}: {part}: expected a tokenizer of transformers, found "
                f"{library}.{name} in model_index.json."
            )
        return self._load(
            part, loader, lambda: loader.from_pretrained(folder, local_files_only=True)
        )

    def _part(self, part: str, classes: tuple[str, ...]) -> Path:
        folder = self.path / part
        if not self.has(part) or not folder.is_dir():
            where = "model_index.json" if not self.has(part) else "the folder"
            raise InputError(
                f"{self.path}: {self.class_name} needs the part {part}, which {where} does not "
                "have. Fetch or save the whole pipeline."
            )
        name = self.index[part][1]
        if classes and name not in classes:
            raise InputError(
                f"{self.path}: {part}: expected {' or '.join(classes)}, found {name} in "
                "model_index.json."
            )
        return folder

    def _load(self, part: str, loader: Any, load: Callable[[], Any]) -> Any:
        from safetensors import SafetensorError

        try:
            with quiet_libraries():
                return load()
        except InputError:
            raise
        except (OSError, ValueError, KeyError, TypeError, ImportError, SafetensorError) as error:
            raise InputError(
                f"{self.path}: {part} cannot be loaded as {loader.__name__} "
                f"({type(error).__name__}: {error}). Fetch the model again if it is damaged."
            ) from error


def _library(name: str) -> Any:
    import diffusers
    import transformers

    return diffusers if hasattr(diffusers, name) else transformers
