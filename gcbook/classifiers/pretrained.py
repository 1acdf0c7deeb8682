"""A model's folder is data: what may stand in it, and the one call that lets a library read it.

The libraries do what a folder asks for. They run a class from a module of the folder or of the Hub
(``auto_map``, for which transformers asks at a terminal whether it may), fetch kernels, take
weights from other places than those that are hashed, and build a network of 10⁷ layers. Here a
folder is looked through before a library sees it:

- every file is a regular one, and those that are read whole are of a size that they can have;
- configurations ask for no code and no weights from elsewhere, and their numbers are finite and
  within bounds;
- a network has no more parameters than its files have numbers, and these are finite and of
  floating point.
"""

import math
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch.nn.modules.module import register_module_parameter_registration_hook

from gcbook.classifiers.devices import is_out_of_memory
from gcbook.classifiers.weights import model_folders
from gcbook.files.errors import InputError
from gcbook.files.gate import (
    LARGEST_JSON,
    MIB,
    MOST_PIXELS,
    open_file,
    read_file,
    read_json,
    refused,
)

READ_WHOLE = (".txt", ".model", ".jinja", ".spm", ".tiktoken", ".vocab")
"""Files that libraries read, besides JSON and weights."""

CONFIGURATION = re.compile(r"(model_index|(.*_)?config)\.json")

REFUSED = {
    "auto_map": "code of its own to be run",
    "custom_pipeline": "code of its own to be run",
    "custom_pipelines": "code of its own to be run",
    "custom_generate": "code of its own to be run",
    "quantization_config": "quantized weights, which no adapter reads",
    "transformers_weights": "weights under a name of its own",
    "base_model_name_or_path": "weights of another model, to which its own are added",
    "init_inputs": "files of its own choice",
}
"""Entries of configurations that are refused, and what they ask for."""

ATTENTIONS = ("eager", "sdpa")
"""Attention that needs no code from elsewhere."""

SIDES = r"(image|crop|resize|patch|min|max|pad)?_?size|(short|long)est_edge|height|width|resolution"
BOUNDS: tuple[tuple[re.Pattern[str], float, float], ...] = tuple(
    (re.compile(pattern), least, most)
    for pattern, least, most in (
        (SIDES, 0, 4096),
        # A table of positions has the square of them.
        ("sample_size|pos_embed_max_size", 1, 1024),
        (r".*_pixels|.*_area", 0, MOST_PIXELS),
        ("num_train_timesteps", 1, 10**5),
        ("crop_pct", 0.05, 20),
        ("scaling_factor", 1e-6, 1e6),
        ("model_max_length", 1, 2**20),
        (".*theta|.*_token_id|.*_seed|seed", -(2**63), 2**63),
        (".*", -(2**20), 2**20),
    )
)
"""What numbers of a configuration can be: the first whose name fits, the last of whole ones."""

FLOATING = ("F64", "F32", "F16", "BF16")
"""Types of weights as safetensors call them. Eight bits need scales, which no adapter reads."""

WITHOUT_LIMIT = "lambda_min_clipped"
"""A field of samplers that is minus infinity where nothing is clipped; nothing here reads it."""

LONGEST_LIST = 10_000
"""Entries of a list in a configuration: a schedule of noise has a thousand."""

UNSET_LENGTH = 10**20
"""What tokenizers write, and more, where they have no greatest length."""

SPARE = 4
"""A network may have so many times the parameters of its files: some share one or are divided."""


def read_pretrained(kind: Any, folder: Path, **options: Any) -> Any:
    """Return ``kind.from_pretrained(folder, **options)``: from the folder's data alone.

    Args:
        kind: a class of transformers or diffusers.
        folder: is checked first, see `check_folder`.
        options: of from_pretrained.

    Raises:
        InputError: the folder holds what it may not.
        Exception: whatever the library raises.
    """
    from transformers import dynamic_module_utils

    check_folder(folder)
    # What the libraries read in turn is not always told what they were told, and would ask.
    dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0
    if not kind.__module__.startswith("diffusers"):
        # Diffusers has it for pipelines, which are never read whole.
        options["trust_remote_code"] = False
    return kind.from_pretrained(folder, local_files_only=True, **options)


@contextmanager
def refused_model(folder: Path, expected: str = "the files of a model") -> Iterator[None]:
    """Turn whatever a library raises on a model's files into one refusal; see `refused`.

    Raises:
        InputError: in place of all exceptions but the package's own and those of lacking memory.
    """
    lacking: Exception | None = None
    with refused(folder, expected, "Fetch, train or save the model again."):
        try:
            yield
        except Exception as error:
            if not (isinstance(error, RuntimeError | MemoryError) and is_out_of_memory(error)):
                raise
            lacking = error
    if lacking is not None:
        raise lacking


def check_folder(folder: Path) -> None:
    """Check all that a library could read in a model's folder, without its weights.

    Raises:
        InputError: a file is not a regular one, too large or no JSON, or a configuration asks for
            what it may not or has a number out of bounds.
    """
    for file in (file for each in model_folders(folder) for file in sorted(each.iterdir())):
        try:
            mode = file.stat().st_mode
        except OSError:  # a link that leads nowhere is as good as no file
            continue
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise InputError(
                f"{file}: expected a regular file, found a pipe, socket or device. Take it out of "
                "the folder."
            )
        if file.name == "adapter_config.json":
            raise InputError(
                f"{file}: expected a whole model, found an adapter to another one. Merge it into "
                "that one and save the result."
            )
        if file.suffix == ".json":
            read_configuration(file)
        elif file.suffix in READ_WHOLE:
            read_file(file, LARGEST_JSON)


def read_configuration(file: Path) -> Any:
    """Return what a JSON file of a model holds.

    Raises:
        InputError: it cannot be read, or holds what it may not; see `check_folder`.
    """
    content = read_json(file)
    bounded = CONFIGURATION.fullmatch(file.name) is not None
    for key, value in _entries(content):
        _check_request(key, value, file)
        if bounded and isinstance(value, list) and len(value) > LONGEST_LIST:
            raise InputError(
                f"{file}: {key}: expected a list of {LONGEST_LIST:,} entries at most, found "
                f"{len(value):,}. {_MEND}"
            )
        if bounded:
            _check_number(key, value, file)
        if key == "weight_map" and file.name.endswith(".index.json"):
            _check_shards(value, file)
    return content


def _entries(content: Any) -> Iterator[tuple[str, Any]]:
    """All entries, at any depth; those of lists under the name of the list."""
    todo = [("", content)]
    while todo:
        above, value = todo.pop()
        inner: Any = ()
        if isinstance(value, dict):
            inner = list(value.items())
        elif isinstance(value, list):
            inner = [(above, each) for each in value]
        yield from inner
        todo += inner


def _check_request(key: str, value: Any, file: Path) -> None:
    asks = REFUSED.get(key)
    if key.endswith("attn_implementation") and value not in ATTENTIONS:
        asks = "an implementation of attention that may be fetched"
    # Vocabularies have words as keys, and numbers as their values.
    nothing = value is None or isinstance(value, int) or (key == "init_inputs" and not value)
    if asks and not nothing:
        raise InputError(
            f"{file}: {key} asks for {asks}; expected a model that the libraries can read by "
            f"themselves. Take such a model, or save one without {key} where you trust it."
        )


def _check_number(key: str, value: Any, file: Path) -> None:
    if isinstance(value, float) and not math.isfinite(value) and key != WITHOUT_LIMIT:
        raise InputError(f"{file}: {key}: expected a finite number, found {value}. {_MEND}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        bounds = BOUNDS if isinstance(value, int) else BOUNDS[:-1]
        if key == "model_max_length" and value >= UNSET_LENGTH:
            return
        fitting = (limits for name, *limits in bounds if name.fullmatch(key))
        least, most = next(fitting, (-math.inf, math.inf))
        if not least <= value <= most:
            raise InputError(
                f"{file}: {key}: expected a number from {least:g} to {most:g}, found {value}. "
                f"{_MEND}"
            )


_MEND = "Fetch or save the model again."


def _check_shards(weight_map: Any, file: Path) -> None:
    names = set(map(str, weight_map.values())) if isinstance(weight_map, dict) else {""}
    for name in names:
        if Path(name).name != name or not name:
            raise InputError(
                f"{file}: weight_map: expected names of files beside it, found {name!r}. {_MEND}"
            )


@contextmanager
def no_larger_than(files: Sequence[Path]) -> Iterator[None]:
    """Stop the making of a network that grows beyond its files, which else might have no end.

    Args:
        files: safetensors.

    Raises:
        InputError: it has more parameters than they hold, or they are damaged.
    """
    shapes = [shape for file in files for _, shape in _header(file).values()]
    most = SPARE * max(len(shapes), 1000), SPARE * max(sum(map(math.prod, shapes)), MIB)
    count = numbers = 0

    def grown(module: torch.nn.Module, name: str, parameter: torch.Tensor | None) -> None:
        nonlocal count, numbers
        count += 1
        numbers += 0 if parameter is None else parameter.numel()
        if count > most[0] or numbers > most[1]:
            raise InputError(
                f"{files[0].parent}: expected a configuration of the network whose weights are "
                f"beside it, {len(shapes):,} tensors; found one of a much larger network. {_MEND}"
            )

    handle = register_module_parameter_registration_hook(grown)
    try:
        yield
    finally:
        handle.remove()


def check_numbers(network: torch.nn.Module, files: Sequence[Path]) -> None:
    """Check the numbers of a network that is loaded.

    Args:
        network: on the CPU.
        files: the safetensors that it was loaded from.

    Raises:
        InputError: its weights are not of floating point in the files, or not finite.
    """
    parameters = {name.rsplit(".")[-1] for name, _ in network.named_parameters()}
    # Places and counts may be whole numbers: they are no parameters.
    whole = {name.rsplit(".")[-1] for name, _ in network.named_buffers()} - parameters
    for file in files:
        for name, (kind, _) in _header(file).items():
            if kind not in FLOATING and name.rsplit(".")[-1] not in whole:
                raise InputError(
                    f"{file}: {name}: expected weights of floating point ({', '.join(FLOATING)}), "
                    f"found {kind}. Take a model that is not quantized."
                )
    for name, weights in network.named_parameters():
        if weights.numel() and not all(map(torch.isfinite, weights.aminmax())):
            raise InputError(
                f"{files[0].parent}: {name}: expected finite weights, found NaN or infinite ones. "
                f"{_MEND}"
            )


def _header(file: Path) -> dict[str, tuple[str, list[int]]]:
    """Type and shape of each tensor of a file."""
    open_file(file).close()  # a pipe would be waited for
    try:
        with safe_open(file, "pt") as tensors:
            slices = {name: tensors.get_slice(name) for name in tensors.keys()}  # noqa: SIM118
            return {name: (one.get_dtype(), one.get_shape()) for name, one in slices.items()}
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"{file}: expected weights, found a file that is damaged or cut short ({error}). "
            f"{_MEND}"
        ) from error
