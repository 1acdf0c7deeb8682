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
from gcbook.files.untrusted import (
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
    **dict.fromkeys(
        ("auto_map", "custom_pipeline", "custom_pipelines", "custom_generate"), "code of its own"
    ),
    "quantization_config": "quantized weights, which no adapter reads",
    "transformers_weights": "weights under a name of its own",
    "base_model_name_or_path": "weights of another model, to which its own are added",
    "init_inputs": "files of its own choice",
}
"""Entries of configurations that are refused, and what they ask for."""

ATTENTIONS = ("eager", "sdpa")
"""Attention that needs no code from elsewhere."""

SIDES = r"(image|crop|resize|patch|min|max|pad)?_?size|(short|long)est_edge|height|width|resolution"
BOUNDS = (
    (SIDES, 0, 4096),
    # A table of positions has the square of them.
    ("sample_size|pos_embed_max_size", 1, 1024),
    (r".*_pixels|.*_area", 0, MOST_PIXELS),
    ("num_train_timesteps", 1, 10**5),
    ("crop_pct", 0.05, 20),
    ("scaling_factor", 1e-6, 1e6),
    # What tokenizers write where they have no greatest length is 10^30.
    ("model_max_length", 1, 2**20),
    (".*theta|.*_token_id|.*_seed|seed", -(2**63), 2**63),
)
"""What numbers of a configuration can be: the first whose name fits."""

WHOLE = 2**20
"""What whole numbers of another name are within."""

FLOATING = ("F64", "F32", "F16", "BF16")
"""Types of weights as safetensors call them. Eight bits need scales, which no adapter reads."""

WITHOUT_LIMIT = "lambda_min_clipped"
"""A field of samplers that is minus infinity where nothing is clipped; nothing here reads it."""

LONGEST_LIST = 10_000
"""Entries of a list in a configuration: a schedule of noise has a thousand."""

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


def _refuse(place: str | Path, expected: str, found: object) -> InputError:
    return InputError(
        f"{place}: expected {expected}; found {found}. Fetch or save the model again, or take "
        "another one."
    )


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
            raise _refuse(file, "a regular file", "a pipe, socket or device")
        if file.name == "adapter_config.json":
            raise _refuse(file, "a whole model", "an adapter, to be merged into the other first")
        if file.suffix == ".json":
            read_configuration(file)
        elif file.suffix in READ_WHOLE:
            read_file(file, LARGEST_JSON)


def read_configuration(file: Path) -> Any:
    """Return what a JSON file of a model holds."""
    content = read_json(file)
    bounded = CONFIGURATION.fullmatch(file.name) is not None
    todo: list[tuple[str, Any]] = [("", content)]
    while todo:
        key, value = todo.pop()
        asks = REFUSED.get(key)
        if key.endswith("attn_implementation") and value not in ATTENTIONS:
            asks = "an implementation of attention that may be fetched"
        # Vocabularies have words as keys, and numbers as their values.
        nothing = value is None or isinstance(value, int) or (key == "init_inputs" and not value)
        if asks and not nothing:
            expected = "a model that the libraries can read by themselves"
            raise _refuse(file, expected, f"{key}, which asks for {asks}")
        if bounded:
            _check_bounds(key, value, f"{file}: {key}")
        if key == "weight_map" and file.name.endswith(".index.json"):
            for name in value.values() if isinstance(value, dict) else [""]:
                if not name or Path(str(name)).name != str(name):
                    raise _refuse(f"{file}: {key}", "names of files beside it", repr(name))
        # Entries of lists are under the name of the list.
        if isinstance(value, list):
            todo += ((key, each) for each in value)
        elif isinstance(value, dict):
            todo += value.items()
    return content


def _check_bounds(key: str, value: Any, place: str) -> None:
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        raise _refuse(place, f"{LONGEST_LIST:,} entries at most", f"{len(value):,}")
    if isinstance(value, bool) or not isinstance(value, int | float) or key == WITHOUT_LIMIT:
        return
    most = WHOLE if isinstance(value, int) else float("inf")
    limits = (each[1:] for each in BOUNDS if re.fullmatch(each[0], key))
    low, high = next(limits, (-most, most))
    unset = key == "model_max_length" and value >= 10**20
    endless = isinstance(value, float) and not math.isfinite(value)
    if endless or not (low <= value <= high or unset):
        raise _refuse(place, f"a number from {low:g} to {high:g}", value)


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
            expected = f"a configuration of the network whose {len(shapes):,} tensors are beside it"
            raise _refuse(files[0].parent, expected, "one of a much larger network")

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
    """
    parameters = {name.rsplit(".")[-1] for name, _ in network.named_parameters()}
    # Places and counts may be whole numbers: they are no parameters.
    whole = {name.rsplit(".")[-1] for name, _ in network.named_buffers()} - parameters
    for file in files:
        for name, (kind, _) in _header(file).items():
            if kind not in FLOATING and name.rsplit(".")[-1] not in whole:
                raise _refuse(
                    f"{file}: {name}", f"weights of floating point ({', '.join(FLOATING)})", kind
                )
    for name, weights in network.named_parameters():
        if weights.numel() and not all(map(torch.isfinite, weights.aminmax())):
            raise _refuse(f"{files[0].parent}: {name}", "finite weights", "NaN or infinite ones")


def _header(file: Path) -> dict[str, tuple[str, list[int]]]:
    """Type and shape of each tensor of a file."""
    open_file(file).close()  # a pipe would be waited for
    try:
        with safe_open(file, "pt") as tensors:
            slices = {name: tensors.get_slice(name) for name in tensors.keys()}  # noqa: SIM118
            return {name: (one.get_dtype(), one.get_shape()) for name, one in slices.items()}
    except (SafetensorError, OSError) as error:
        raise _refuse(file, "weights", f"a file that is damaged or cut short ({error})") from error
