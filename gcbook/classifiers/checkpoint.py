"""A model on disk and what is asked of it: the files that all adapters read in one way.

Networks are read whole. The libraries fill what a file lacks with random numbers and warn; scores
of a half random network look like scores, so here that is an error. A pipeline in diffusers' format
is read part by part: that leaves out what scoring does not need, and finds half-precision files.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from gcbook.classifiers.fingerprint import fingerprint
from gcbook.classifiers.pretrained import (
    check_numbers,
    no_larger_than,
    read_configuration,
    read_pretrained,
    refused_model,
)
from gcbook.classifiers.prompts import make_prompts
from gcbook.classifiers.protocol import Named
from gcbook.classifiers.weights import VOLATILE, hash_weights, weight_files, weight_variant
from gcbook.files.errors import InputError
from gcbook.paper.categories import PROMPT_TEMPLATE

CLASS_TABLE = "class_labels.json"
"""A file in a pipeline's folder: an object of label → id of the network's class."""


@dataclass(frozen=True)
class Checkpoint:
    """A model's files, and the classifier that is to be made of them.

    Attributes:
        path: the folder; of weights that torchvision brings, the file in torch's cache.
        format: what the folder says it holds, see `gcbook.classifiers.load.find_format`.
        name: the observer's name.
        labels: names of the classes, in the order of their indices.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16. Image tokenizers, autoencoders, the
            softmax and errors are float32 always.
        template: the prompt with ``{}`` for the class; None where the user gave none.
    """

    path: Path
    format: str
    name: str
    labels: tuple[str, ...]
    device: torch.device
    dtype: torch.dtype
    template: str | None = None

    @property
    def prompts(self) -> list[str]:
        """One a class: the template's, by default the paper's."""
        return make_prompts(
            self.labels, PROMPT_TEMPLATE if self.template is None else self.template
        )

    @cached_property
    def weights(self) -> str:
        """SHA-256 of what is loaded; see `gcbook.classifiers.weights.hash_weights`."""
        return hash_weights(self.path)

    def named(self, **details: object) -> Named:
        """Return the arguments that all classifiers take: labels, name and details."""
        dtype = str(self.dtype).removeprefix("torch.")
        known = {"weights": self.weights, "dtype": dtype, "format": self.format}
        return {"labels": self.labels, "name": self.name, "details": known | details}

    def holds(self, name: str) -> bool:
        """Return whether the folder has a file of that name."""
        return (self.path / name).is_file()

    def read_json(self, name: str) -> dict[str, Any]:
        """Return what a JSON file of the folder holds.

        Raises:
            InputError: it is missing, or holds no object.
        """
        path = self.path / name
        content = read_configuration(path)
        if not isinstance(content, dict):
            raise InputError(f"{path}: expected a JSON object, found {type(content).__name__}.")
        return content

    @cached_property
    def index(self) -> dict[str, Any]:
        """Of a pipeline: its ``model_index.json``, which names the parts and their classes."""
        return self.read_json("model_index.json")

    def has(self, part: str) -> bool:
        """Return whether the pipeline is made with that part."""
        entry = self.index.get(part)
        return isinstance(entry, list) and len(entry) == 2 and entry[1] is not None

    def network(
        self,
        part: str,
        *classes: str,
        device: str | torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> Any:
        """Load a network of the pipeline, for evaluation only.

        Args:
            part: name of the part.
            classes: what it may be; the first is what it is loaded as.
            device: by default the checkpoint's.
            dtype: likewise.
        """
        return self._network(part, classes, dtype).to(device or self.device)

    def _network(self, part: str, classes: Sequence[str], dtype: torch.dtype | None) -> Any:
        import diffusers
        import transformers

        folder, _ = self._part(part, classes)
        library = diffusers if hasattr(diffusers, classes[0]) else transformers
        return load_weights(getattr(library, classes[0]), folder, dtype or self.dtype)

    def ready(self, network: Any) -> Any:
        """Make the network that is evaluated as fast as it can be on the checkpoint's device.

        Rounding alone depends on it, and a store does not note it.
        """
        network = network.to(self.device)
        if self.device.type == "cuda":
            # Units for matrices take convolutions in this order, others are brought into it first.
            network = network.to(memory_format=torch.channels_last)
        return network

    def whole(self, kind: Any, *, float32: Sequence[str] = ()) -> Any:
        """Load the folder itself as a network of a class of transformers; see `load_weights`."""
        return load_weights(kind, self.path, self.dtype, float32=float32).to(self.device)

    def tokenizer(self, part: str = "tokenizer") -> Any:
        """Load a tokenizer of the pipeline."""
        import transformers

        folder, name = self._part(part)
        loader = getattr(transformers, name, None) if "Tokenizer" in name else None
        if not isinstance(loader, type):
            raise InputError(
                f"{self.path}: {part}: expected a tokenizer of transformers, found {name} in "
                "model_index.json."
            )
        with refused_model(folder, f"a {name}"):
            return read_pretrained(loader, folder)

    def _part(self, part: str, classes: Sequence[str] = ()) -> tuple[Path, str]:
        folder = self.path / part
        if not self.has(part) or not folder.is_dir():
            where = "model_index.json" if not self.has(part) else "the folder"
            raise InputError(
                f"{self.path}: {self.format} needs the part {part}, which {where} does not "
                "have. Fetch or save the whole pipeline."
            )
        name = str(self.index[part][1])
        if classes and name not in classes:
            raise InputError(
                f"{self.path}: {part}: expected {' or '.join(classes)}, found {name} in "
                "model_index.json."
            )
        return folder, name


@dataclass(frozen=True)
class Held(Checkpoint):
    """A diffusers pipeline in memory, in place of the folder that it would be saved to.

    Attributes:
        pipeline: its networks are shared, but for those that are asked for in another dtype.
        ids: what `CLASS_TABLE` would hold.
    """

    pipeline: Any = None
    ids: Mapping[str, int] | None = None

    @cached_property
    def weights(self) -> str:
        """SHA-256 of its networks, configurations and vocabularies."""
        parts = self.pipeline.components
        networks = {name: each for name, each in parts.items() if isinstance(each, torch.nn.Module)}
        said = {
            name: self.read_json(name) for name, each in parts.items() if hasattr(each, "config")
        }
        words = [each for each in parts.values() if hasattr(each, "get_vocab")]
        texts = [(sorted(each.get_vocab().items()), each.special_tokens_map) for each in words]
        return fingerprint(networks | {"configurations": repr(said), "vocabularies": repr(texts)})

    @cached_property
    def index(self) -> dict[str, Any]:
        said = {
            name: list(each) for name, each in self.pipeline.config.items() if type(each) is tuple
        }
        # A DiT holds the names of its classes beside its configuration.
        by_id: dict[str, list[str]] = {}
        for label, number in (getattr(self.pipeline, "labels", None) or {}).items():
            by_id.setdefault(str(number), []).append(label)
        return said | {"id2label": {key: ", ".join(names) for key, names in by_id.items()}}

    def holds(self, name: str) -> bool:
        return self.ids is not None

    def read_json(self, name: str) -> dict[str, Any]:
        if name == CLASS_TABLE:
            return dict(self.ids or {})
        part = getattr(self.pipeline, name.split("/")[0])
        config = part.config if isinstance(part.config, Mapping) else part.config.to_dict()
        config = {key: each for key, each in config.items() if key not in VOLATILE}
        return {"_class_name": type(part).__name__} | config

    def _network(self, part: str, classes: Sequence[str], dtype: torch.dtype | None) -> Any:
        found = self._held(part, classes)
        if dtype not in (None, found.dtype):
            found = deepcopy(found).to(dtype)
        return found.eval().requires_grad_(False)

    def tokenizer(self, part: str = "tokenizer") -> Any:
        return self._held(part)

    def _held(self, part: str, classes: Sequence[str] = ()) -> Any:
        found = getattr(self.pipeline, part, None)
        if found is None or (classes and type(found).__name__ not in classes):
            wanted = " or ".join(classes) or "a part of the pipeline"
            raise InputError(
                f"{self.name}: {part}: expected {wanted}, found {type(found).__name__}."
            )
        return found


def load_weights(
    kind: Any,
    folder: Path,
    dtype: torch.dtype = torch.float32,
    *,
    float32: Sequence[str] = (),
) -> Any:
    """Return a network for inference: on the CPU, without dropout or gradients.

    Args:
        kind: a model class of transformers or diffusers.
        folder: holds its config.json and safetensors.
        dtype: of its weights.
        float32: names of modules of a transformers model that stay in float32.
    """
    options: dict[str, Any] = {
        "use_safetensors": True,
        "variant": weight_variant(folder),
        "output_loading_info": True,
        "torch_dtype" if kind.__module__.startswith("diffusers") else "dtype": dtype,
    }
    if float32:
        # Files are read by rules that go by the name of the class: it must stay what it is.
        kept = {"_keep_in_fp32_modules_strict": set(float32), "__module__": kind.__module__}
        kind = type(kind.__name__, (kind,), kept)
    files = weight_files(folder)
    expected = f"all weights of {kind.__name__} in the shapes of config.json"
    with refused_model(folder, expected), no_larger_than(files):
        model, info = read_pretrained(kind, folder, **options)
        if absent := list(info["missing_keys"]):
            raise ValueError(f"missing: {', '.join(absent[:3])}, in all {len(absent)}")
    check_numbers(model, files)
    return model.eval().requires_grad_(False)
