"""OpenCLIP's models, zero-shot: ``open_clip:ViT-B-32/laion2b_s34b_b79k``, or folders of its format.

A name is that of a model and of its weights, as ``open_clip.list_pretrained()`` has them; they are
fetched from the Hub. A folder has open_clip_config.json (``model_cfg``, ``preprocess_cfg``) and
open_clip_model.safetensors. Templates are CLIP's (`gcbook.classifiers.clip`). A model with a
``logit_bias`` was trained with SigLIP's sigmoid, and is asked so.
"""

import difflib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import logsigmoid

from gcbook.classifiers.checkpoint import Checkpoint, fill_network
from gcbook.classifiers.clip import zero_shot
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.weights import hash_weights, locate_model, weight_files
from gcbook.files.errors import InputError
from gcbook.files.extras import import_extra

WEIGHTS = "open_clip_model.safetensors"
"""The weights where the folder holds those of another library too."""

FETCHED = ("hf_model_name", "hf_model_config")
"""Entries that ask for an encoder of the Hub."""


def locate_open_clip(name: str) -> Path:
    """Return the folder of ``MODEL/WEIGHTS``, fetched where it is not here.

    Raises:
        InputError: OpenCLIP is not installed, knows no such model or weights, or has the weights
            nowhere on the Hub.
        DataNotFoundError: they are neither here nor can be fetched.
    """
    open_clip: Any = import_extra("open_clip", f"open_clip:{name} is OpenCLIP's")
    model, _, tag = name.partition("/")
    tags = [one for known, one in open_clip.list_pretrained() if known == model]
    if not tags:
        near = difflib.get_close_matches(model, open_clip.list_models())
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise InputError(
            f"open_clip:{name}: expected MODEL/WEIGHTS of open_clip.list_pretrained(), found no "
            f"model {model!r}.{hint}"
        )
    repository = open_clip.get_pretrained_cfg(model, tag).get("hf_hub", "").strip("/")
    if not repository:
        raise InputError(
            f"open_clip:{name}: expected weights of {model} that are on the Hub, one of "
            f"{', '.join(tags)}; found {tag!r}."
        )
    return locate_model(repository, weights=WEIGHTS)


@adapter(
    "open_clip *",
    kind="clip",
    title="OpenCLIP, zero-shot",
    options=("template", "ensemble"),
    mark="open_clip_config.json:model_cfg",
    scheme="open_clip",
    locate="locate_open_clip",
)
def load_open_clip(
    checkpoint: Checkpoint, ensemble: bool | None = None
) -> DiscriminativeClassifier:
    """Make a classifier of a folder in OpenCLIP's format.

    Args:
        checkpoint: the folder.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.

    Raises:
        InputError: OpenCLIP is not installed, the folder asks for a network from elsewhere, or the
            weights are of another network.
    """
    open_clip: Any = import_extra("open_clip", f"{checkpoint.path} is a model of OpenCLIP")
    config = checkpoint.read_json("open_clip_config.json")
    towers = {**config["model_cfg"]["text_cfg"], **config["model_cfg"]["vision_cfg"]}
    asked = [entry for entry in FETCHED if entry in towers]
    asked += [name for name in [str(towers.get("timm_model_name"))] if ":" in name]
    if asked:
        raise InputError(
            f"{checkpoint.path / 'open_clip_config.json'}: model_cfg: expected encoders that the "
            f"library brings, found {', '.join(asked)}, which would be fetched from elsewhere."
        )
    own = checkpoint.path / WEIGHTS
    files = [own] if own.is_file() else weight_files(checkpoint.path)
    place = f"local-dir:{checkpoint.path.resolve()}"
    model = fill_network(
        lambda: open_clip.create_model(
            place, load_weights=False, pretrained_image=False, pretrained_text=False
        ),
        files,
        checkpoint,
        "the model in open_clip_config.json",
    )
    tokenizer = open_clip.get_tokenizer(place)
    preprocess = _preprocess(model.visual.preprocess_cfg, checkpoint.path)
    scale, bias = model.logit_scale.float().exp(), getattr(model, "logit_bias", None)

    def text_vectors(prompts: Sequence[str]) -> torch.Tensor:
        return model.encode_text(tokenizer(list(prompts)).to(checkpoint.device))

    def log_probs(cosines: torch.Tensor) -> torch.Tensor:
        if bias is None:
            return (scale * cosines).log_softmax(1)
        return logsigmoid(scale * cosines + bias.float())

    # The files of another library in the folder do not count.
    digest = sha256(" ".join([str(config), *map(hash_weights, files)]).encode()).hexdigest()
    return zero_shot(
        checkpoint,
        preprocess,
        text_vectors,
        model.encode_image,
        log_probs,
        ensemble,
        weights=digest,
    )


def _preprocess(about: dict[str, Any], where: Path) -> TorchvisionPreprocess:
    size = about["size"]
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) != 1 or about["resize_mode"] not in ("shortest", "squash"):
        raise InputError(
            f"{where}: preprocess_cfg: expected a square size, and resize_mode shortest or squash; "
            f"found {size} and {about['resize_mode']!r}."
        )
    side = sides.pop()
    return TorchvisionPreprocess(
        crop_size=side,
        resize_size=side,
        interpolation=about["interpolation"],
        mean=tuple(about["mean"]),
        std=tuple(about["std"]),
        squash=about["resize_mode"] == "squash",
    )
