"""Where a model's files are, which of them are its weights, and what identifies them.

Weights are read from safetensors only: a pickle (``.bin``, ``.pth``, ``.ckpt``) can run any code
when it is opened. A model is found as a local folder, in the folder that ``GCBOOK_MODELS_DIR``
names, or on the Hugging Face Hub.
"""

import json
import os
import re
import warnings
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath

from gcbook.files.atomic import UNWRITABLE, UnwritableError
from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.untrusted import LARGEST_JSON, open_file, parse_json, read_file, read_json

MODELS_DIR = "GCBOOK_MODELS_DIR"
"""Environment variable: a folder of models, ``<name>``, ``<org>--<name>`` or ``<org>/<name>``."""

PICKLES = (".bin", ".pth", ".pt", ".ckpt", ".pkl", ".msgpack", ".h5")
NOT_USED = {"safety_checker", "feature_extractor", "image_encoder", "watermarker"}
CONFIGS = (".json", ".txt", ".model")
NOT_HASHED = {"README.json", "trainer_state.json", "training.json", "generation_config.json"}
VOLATILE = {"_name_or_path", "_diffusers_version", "transformers_version", "torch_dtype", "dtype"}
WEIGHTS = re.compile(
    r"(model|pytorch_model|diffusion_pytorch_model)(?P<variant>\.fp16)?"
    r"(-\d+-of-\d+)?(?P<late>\.fp16)?\.safetensors"
)
BY_HAND = (
    "Pickles can run code and are not opened. torch.load(FILE, weights_only=True) reads the "
    "numbers alone, safetensors.torch.save_file writes them; beside them belongs a config.json "
    "that names the network (gcbook models --formats). gcbook score my.py:model takes Python's."
)

MOST_FOLDERS = 1000
"""How many folders a model may have: pipelines have a dozen."""

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


class CachedCopyWarning(UserWarning):
    """The Hub could not be asked whether the copy in its cache is the current one."""


def locate_model(
    path_or_id: str | Path, revision: str | None = None, *, called: str = "", hint: str = ""
) -> Path:
    """Return the folder that holds a model.

    Args:
        path_or_id: a local folder; a name or Hub id whose folder ``GCBOOK_MODELS_DIR`` holds; a
            Hub id ``organisation/name``, whose safetensors, configurations and tokenizers are
            fetched into the Hub's cache, or taken from there with ``HF_HUB_OFFLINE=1``, or when
            the Hub cannot be reached.
        revision: branch, tag or commit on the Hub.
        called: what the user calls it, for messages; a name that its folder in
            ``GCBOOK_MODELS_DIR`` can have.
        hint: what to say of a name that is none.

    Warns:
        CachedCopyWarning: the Hub cannot be reached, and the cache's copy is taken.

    Raises:
        DataNotFoundError: no such model here or on the Hub, it is gated, or the Hub cannot be
            reached and its cache does not have it.
        InputError: neither a folder nor of the form of a Hub id, or it has no safetensors.
    """
    path, name = Path(path_or_id).expanduser(), str(path_or_id)
    if found := path if path.is_dir() else find_in_models_dir(name):
        return found
    # What begins with a folder that is there was meant as a path.
    mistyped = not called and Path(*path.parts[:1]).is_dir()
    if path.is_file() and path.suffix in PICKLES:
        raise InputError(
            f"{name}: expected the folder of a model with safetensors, found a pickle. {BY_HAND}"
        )
    if path.is_file() or mistyped or not HUB_ID.fullmatch(name) or name.startswith("."):
        kind = "a file" if path.is_file() else "no folder"
        raise InputError(
            f"{name}: expected a name that gcbook models lists, the folder of a model or a Hub id "
            f"like organisation/name, found {kind}.{hint} Pass the folder's path, or put it into "
            f"the folder that {MODELS_DIR} names ({os.environ.get(MODELS_DIR) or 'not set'})."
        )
    return _from_hub(name, revision, called or name)


def find_in_models_dir(name: str) -> Path | None:
    """Return a model's folder in ``GCBOOK_MODELS_DIR``, by name or Hub id; None if none."""
    models_dir = os.environ.get(MODELS_DIR)
    if models_dir and name:
        for candidate in (name, name.replace("/", "--")):
            folder = Path(models_dir).expanduser() / candidate
            if folder.is_dir():
                return folder
    return None


def find_cached(repository: str, revision: str | None) -> Path | None:
    """Return a model's folder in the Hub's cache, without asking the Hub; None if none."""
    try:
        import huggingface_hub
    except ModuleNotFoundError:  # without the extra "models" nothing comes from there
        return None
    for name in ("model_index.json", "config.json"):
        found = huggingface_hub.try_to_load_from_cache(repository, name, revision=revision)
        # Configurations alone are what a broken download leaves.
        if isinstance(found, str) and any(Path(found).parent.rglob("*.safetensors")):
            return Path(found).parent
    return None


def weight_files(folder: str | Path) -> list[Path]:
    """Return the safetensors that hold one network's weights, sorted.

    The full-precision files where there are any, else the ``fp16`` variant; in a folder with
    neither of the standard names, all safetensors.
    """
    folder = Path(folder)
    files = sorted(folder.glob("*.safetensors"))
    wanted = set(_choose(file.name for file in files))
    if not wanted:
        pickles = sorted(file.name for file in folder.glob("*") if file.suffix in PICKLES)
        raise InputError(
            f"{folder}: expected weights as *.safetensors, found {', '.join(pickles) or 'none'}."
            + (f" {BY_HAND}" if pickles else "")
        )
    return [file for file in files if file.name in wanted]


def model_folders(folder: Path) -> list[Path]:
    """Return a model's folder and all in it, but hidden ones and stores of its scores."""
    found = [folder]
    for each in found:  # which grows
        if each.is_symlink() and each != folder:
            continue
        inner = [path for path in sorted(each.iterdir()) if path.is_dir()]
        # Scores may be kept beside the model that they are of.
        found += [
            path
            for path in inner
            if not path.name.startswith(".") and not (path / "store.json").is_file()
        ]
        if len(found) > MOST_FOLDERS:
            raise InputError(
                f"{folder}: expected the folder of one model, found more than {MOST_FOLDERS:,} "
                "folders in it. Put the model into a folder of its own."
            )
    return found


def weight_variant(folder: str | Path) -> str | None:
    """Return the ``variant`` that from_pretrained needs: "fp16" if only such files exist."""
    match = WEIGHTS.fullmatch(weight_files(folder)[0].name)
    return "fp16" if match and (match["variant"] or match["late"]) else None


def hash_weights(folder: str | Path) -> str:
    """Return the SHA-256 of a model: its weights and the configurations that change results.

    Of a file it is that of its bytes. Of a folder it covers sorted relative names and contents, not
    where the folder lies: of a pipeline the components that are used, without safety checkers; of
    JSON files the values, without their layout and without the versions and paths that saving adds.
    """
    folder = Path(folder)
    if folder.is_file():
        return _digest(folder)
    parts = _parts(folder)
    kinds = (".safetensors", *PICKLES)
    holding = [part for part in parts if any(file.suffix in kinds for file in part.iterdir())]
    weights = [file for part in holding or [folder] for file in weight_files(part)]
    configs = {
        file
        for part in {folder, *parts}
        for file in part.iterdir()
        if file.suffix in CONFIGS and file.name not in NOT_HASHED
    }
    with ThreadPoolExecutor() as pool:
        digests = dict(zip(weights, pool.map(_digest, weights), strict=True))
    digests |= {file: sha256(_content(file)).hexdigest() for file in configs}
    lines = sorted(f"{file.relative_to(folder).as_posix()} {digests[file]}" for file in digests)
    return sha256("\n".join(lines).encode()).hexdigest()


def _digest(file: Path) -> str:
    with open_file(file) as stream:
        return file_digest(stream, "sha256").hexdigest()


def _content(file: Path) -> bytes:
    raw = read_file(file, LARGEST_JSON)
    if file.suffix != ".json" or file.name.endswith(".index.json"):
        return raw
    try:
        values = parse_json(raw, file)
    except ValueError:
        return raw
    if isinstance(values, dict):
        values = {key: value for key, value in values.items() if key not in VOLATILE}
    return json.dumps(values, sort_keys=True).encode()


def _parts(folder: Path) -> list[Path]:
    index = folder / "model_index.json"
    if not index.is_file():
        return model_folders(folder)
    content = read_json(index)
    keys = [key for key in content if key not in NOT_USED] if isinstance(content, dict) else []
    # A folder in the folder, and no other.
    named = [
        key for key in keys if PurePosixPath(key).name == key and not key.startswith((".", "_"))
    ]
    return [folder / key for key in named if (folder / key).is_dir()]


def _choose(names: Iterable[str]) -> list[str]:
    names = [name for name in names if name.endswith(".safetensors")]
    standard = {name: match for name in names if (match := WEIGHTS.fullmatch(name))}
    plain = [name for name, match in standard.items() if not (match["variant"] or match["late"])]
    return plain or list(standard) or names


def _wanted(names: list[str]) -> list[str]:
    """Of a repository's files, those that loading needs."""
    pipeline = "model_index.json" in names
    wanted = []
    folders: dict[PurePosixPath, list[str]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.parts[0] in NOT_USED or path.parts[0].startswith("."):
            continue
        if path.suffix in CONFIGS:
            wanted.append(name)
        elif path.suffix == ".safetensors" and not (pipeline and len(path.parts) == 1):
            folders.setdefault(path.parent, []).append(path.name)
    return wanted + [
        (folder / name).as_posix() for folder, inner in folders.items() for name in _choose(inner)
    ]


def _from_hub(repository: str, revision: str | None, called: str) -> Path:
    import huggingface_hub
    from huggingface_hub import constants, errors

    get = (
        f"Fetch it elsewhere with `hf download {repository}` and pass the folder's path, or put it "
        f"into the folder that {MODELS_DIR} names, as {called.replace('/', '--')}."
    )
    try:
        found = huggingface_hub.HfApi().model_info(repository, revision=revision)
        names = _wanted([sibling.rfilename for sibling in found.siblings or []])
        if not any(name.endswith(".safetensors") for name in names):
            raise InputError(
                f"{repository}: expected weights as safetensors on the Hub, found none. {BY_HAND}"
            )
        return Path(
            huggingface_hub.snapshot_download(repository, revision=revision, allow_patterns=names)
        )
    except GcbookError:
        raise
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        at = f" at {revision}" if revision else ""
        raise DataNotFoundError(
            f"{repository}: no such folder here and no such model{at} on the Hub, or one that is "
            f"not open to all. Accept its licence at https://huggingface.co/{repository}, then `hf "
            f"auth login` or set HF_TOKEN. {get}"
        ) from error
    except Exception as error:  # the Hub's client raises those of three libraries
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            raise UnwritableError(Path(constants.HF_HUB_CACHE), error) from error
        offline = constants.HF_HUB_OFFLINE
        why = "HF_HUB_OFFLINE is set" if offline else f"{type(error).__name__}: {error}"
        cached = find_cached(repository, revision)
        if cached is None:
            raise DataNotFoundError(
                f"{repository}: no such folder here nor in the Hub's cache, and the Hub could not "
                f"be reached ({why}). {get}"
            ) from error
        if not offline:
            warnings.warn(
                f"{repository}: the Hub could not be reached ({why}), so the copy in its cache is "
                f"used as it is, {cached}, which may be an older one. Set HF_HUB_OFFLINE to use it "
                "without asking the Hub.",
                CachedCopyWarning,
                stacklevel=3,
            )
        return cached
