r"""Autoregressive text-to-image models as classifiers (Jaini et al., 2024, Eq. 1; Parti there).

.. math::
    \mathrm{score}(x, y) = \log p_\theta(c \mid y) = \sum_{i=1}^{L} \log p_\theta(c_i \mid
    c_1, \dots, c_{i-1}, y), \qquad c = \mathrm{tokens}(x)

One forward pass a class gives it exactly: all tokens go in at once, moved by one place, so that
what predicts a token has seen those before it and no other.

It is the likelihood of the *tokens*, not of the pixels. The tokenizer loses detail, and what it
loses can decide nothing. The number of tokens and of codes differs between models, so that nats
of one are not nats of another.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gcbook.classifiers.protocol import Clip, Draw, describe_as
from gcbook.classifiers.tokens import Tokenize, check_prompts, torch_dtype
from gcbook.classifiers.weights import hash_weights, locate_model
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

__all__ = ["AutoregressiveClassifier", "load_autoregressive"]

LogProb = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class AutoregressiveClassifier:
    """Any exact log p(tokens | class) as a classifier. Nothing is random: one draw is enough.

    Args:
        tokenize: maps images (a list of arrays (H, W, 3) in [0, 1]) to tokens, int64 (N, L).
        log_prob: ``log_prob(tokens (N, L), label (N,) int64) -> (N, L)``, for each token the
            natural log of its probability given the class and the tokens before it.
        labels: names of the classes, in the order of their indices.
        name: the observer's name.
        details: what else makes the scores what they are, for `describe`.
    """

    measures: tuple[str, ...] = ("nll",)
    joint = False
    deterministic = True
    evaluations = 1
    default_clip: Clip = "none"

    def __init__(
        self,
        tokenize: Tokenize,
        log_prob: LogProb,
        *,
        labels: Sequence[str] = CATEGORIES,
        name: str = "autoregressive",
        details: dict[str, object] | None = None,
    ) -> None:
        self.tokenize = tokenize
        self.log_prob = log_prob
        self.labels = tuple(labels)
        self.name = name
        self.details = dict(details or {})

    def describe(self) -> dict[str, object]:
        return describe_as("autoregressive", self.name, self.labels, self.details, space="tokens")

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.tokenize(images)

    def n_elements(self, prepared: torch.Tensor) -> int:
        return prepared.numel()

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        return Draw(index)

    def measure(
        self,
        x: torch.Tensor,
        draws: Sequence[Draw],
        labels: torch.Tensor | None,
        clip: Clip,
    ) -> dict[str, torch.Tensor]:
        if labels is None:
            raise InputError(
                "AutoregressiveClassifier.measure: expected one label an image, found None."
            )
        # Thousands of nats, of which classes differ by a few: float32 sums would round those.
        return {"nll": -self.log_prob(x, labels).cpu().double().sum(1)}


def load_autoregressive(
    path_or_id: str | Path,
    prompts: Sequence[str],
    *,
    labels: Sequence[str] = CATEGORIES,
    name: str = "",
    device: str = "cpu",
    dtype: str = "float32",
    resolution: int | None = None,
) -> AutoregressiveClassifier:
    """Make a classifier from an autoregressive text-to-image model.

    Args:
        path_or_id: a folder with T5-VQ (`gcbook.classifiers.t5vq`), or one in transformers'
            format with Janus or Janus-Pro (`gcbook.classifiers.janus`) or Emu3
            (`gcbook.classifiers.emu3`); or a Hub id of one.
        prompts: one a class, in the order of ``labels``.
        labels: names of the classes.
        name: the observer's name; by default the last part of ``path_or_id``.
        device: where the network runs.
        dtype: of the transformer: float32, float16 or bfloat16; tokenizers of images and the
            softmax are float32 always.
        resolution: side of the images in pixels, for a model that has no fixed one (Emu3).

    Raises:
        InputError: the model is of a kind that is not known here, or is not complete.
    """
    check_prompts(prompts, labels)
    folder = locate_model(path_or_id)
    kind = _kind(folder)
    place: dict[str, Any] = {"device": device, "dtype": torch_dtype(dtype)}
    if resolution is not None and kind != "emu3":
        raise InputError(f"resolution: {folder} has a fixed one; leave the setting out.")
    # Each imports diffusers or transformers: seconds that only its own kind need pay.
    if kind == "t5vq":
        from gcbook.classifiers.t5vq import load_t5vq

        network = load_t5vq(folder, prompts, **place)
    elif kind == "janus":
        from gcbook.classifiers.janus import load_janus

        network = load_janus(folder, prompts, **place)
    else:
        from gcbook.classifiers.emu3 import load_emu3

        network = load_emu3(folder, prompts, resolution=resolution, **place)
    return AutoregressiveClassifier(
        network.tokenize,
        network.log_prob,
        labels=labels,
        name=name or Path(path_or_id).name,
        details={
            "weights": hash_weights(folder),
            "prompts": list(prompts),
            "dtype": dtype,
            **network.details,
        },
    )


KINDS = {
    "T5VQPipeline": "t5vq",
    "JanusForConditionalGeneration": "janus",
    "Emu3ForConditionalGeneration": "emu3",
}
"""What ``_class_name`` of model_index.json, or ``architectures`` of config.json, may say."""


def _kind(folder: Path) -> str:
    found: list[str] = []
    for file, key in (("model_index.json", "_class_name"), ("config.json", "architectures")):
        path = folder / file
        if path.is_file():
            value = json.loads(path.read_text(encoding="utf-8")).get(key) or []
            found += [value] if isinstance(value, str) else value
    for architecture in found:
        if architecture in KINDS:
            return KINDS[architecture]
    raise InputError(
        f"{folder}: expected an autoregressive text-to-image model, with _class_name in "
        f"model_index.json or architectures in config.json one of {', '.join(KINDS)}; found "
        f"{', '.join(found) or 'neither file'}. Janus and Emu3 are read in transformers' own "
        "format: deepseek-community/Janus-Pro-1B and BAAI/Emu3-Gen-hf, for example."
    )
