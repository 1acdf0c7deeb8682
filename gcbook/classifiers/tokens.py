r"""What models over image tokens share: a vector-quantized tokenizer, and sums of log p.

A tokenizer maps an image to the indices of its nearest codes, row by row, and back. A network
then gives :math:`\log p(c_i \mid \cdot)` for every token, a log-softmax in float32 over the codes
of images and nothing else: what the model's own sampler draws from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn.functional import pad

from gcbook.classifiers.images import ImageFit
from gcbook.files.errors import InputError

__all__ = [
    "AutoregressiveNetwork",
    "MaskedNetwork",
    "VQTokenizer",
    "check_prompts",
    "hidden_after_prompts",
    "token_log_prob",
    "torch_dtype",
]

Tokenize = Callable[[Sequence[np.ndarray]], torch.Tensor]

LOGITS_AT_ONCE = 2**26
"""How many float32 logits are held at a time: a quarter of a gigabyte."""


@dataclass(frozen=True)
class AutoregressiveNetwork:
    """An autoregressive model, loaded.

    Attributes:
        tokenize: images (a list of arrays (H, W, 3) in [0, 1]) to tokens, int64 (N, L).
        log_prob: ``log_prob(tokens (N, L), label (N,)) -> (N, L)``, float32, nats.
        details: what else makes the scores what they are.
    """

    tokenize: Tokenize
    log_prob: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    details: dict[str, object]


@dataclass(frozen=True)
class MaskedNetwork:
    """A masked model, loaded.

    Attributes:
        pixels: images (a list of arrays (H, W, 3) in [0, 1]) to the model's resolution, (N, 3,
            size, size) in [0, 1].
        encode: those pixels to tokens, int64 (N, L).
        decode: tokens to pixels (N, 3, size, size) in [0, 1].
        predict: ``predict(tokens, label) -> logits``: tokens int64 (N, L) with ``mask_token``
            where masked, label int64 (N,); logits (N, L, number of codes).
        mask_token: the id that stands for a masked token.
        masking_schedule: of its sampler, "cosine" or "linear".
        details: what else makes the scores what they are.
    """

    pixels: Tokenize
    encode: Callable[[torch.Tensor], torch.Tensor]
    decode: Callable[[torch.Tensor], torch.Tensor]
    predict: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    mask_token: int
    masking_schedule: str = "cosine"
    details: dict[str, object] = field(default_factory=dict)


class VQTokenizer:
    """A diffusers ``VQModel`` that takes and gives pixels in [0, 1], as aMUSEd's.

    It runs in float32 and takes one image at a time, so that neither the network's dtype nor the
    images that happen to share a batch tip a token between two codes of nearly one distance.

    Args:
        vqvae: the model in float32, on its device.
        fit: brings images to its resolution.
    """

    def __init__(self, vqvae: Any, fit: ImageFit) -> None:
        self.vqvae = vqvae
        self.fit = fit
        self.n_codes = int(vqvae.config.num_vq_embeddings)
        factor = 2 ** (len(vqvae.config.block_out_channels) - 1)
        if fit.size % factor:
            raise InputError(
                f"resolution: expected a multiple of {factor}, the tokenizer's patch, found "
                f"{fit.size}."
            )
        self.side = fit.size // factor

    def pixels(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return images at the model's resolution, (N, 3, size, size) in [0, 1], on its device."""
        return self.fit.fit(images).to(self.vqvae.device)

    @torch.no_grad()
    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the tokens of pixels (N, 3, size, size) in [0, 1], int64 (N, L)."""
        rows = []
        for image in pixels.float().split(1):
            codes = self.vqvae.quantize(self.vqvae.encode(image).latents)[2][2]
            rows.append(codes.reshape(1, -1))
        return torch.cat(rows)

    @torch.no_grad()
    def decode(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the pixels of tokens (N, L), float32 (N, 3, size, size) in [0, 1]."""
        config = self.vqvae.config
        width = config.vq_embed_dim or config.latent_channels
        shape = (len(tokens), self.side, self.side, width)
        if not config.lookup_from_codebook:
            tokens = self.vqvae.quantize.get_codebook_entry(tokens, shape)
        return self.vqvae.decode(tokens, force_not_quantize=True, shape=shape).sample.clamp(0, 1)

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.encode(self.pixels(images))


def token_log_prob(
    hidden: torch.Tensor,
    tokens: torch.Tensor,
    head: Callable[[torch.Tensor], torch.Tensor],
    n_codes: int,
) -> torch.Tensor:
    """Return log p of every token, float32 (N, L).

    Args:
        hidden: states (N, L, D), each one that which predicts the token of its place.
        tokens: codes, int64 (N, L).
        head: maps states (N, l, D) to logits (N, l, n_codes). It is called for a few places at a
            time: all logits of a large image can be larger than the model.
        n_codes: size of the vocabulary of images.
    """
    places = max(1, LOGITS_AT_ONCE // (len(tokens) * n_codes))
    found = []
    for states, wanted in zip(hidden.split(places, 1), tokens.split(places, 1), strict=True):
        logits = head(states).float()
        chosen = logits.gather(-1, wanted.unsqueeze(-1)).squeeze(-1)
        found.append(chosen - logits.logsumexp(-1))
    return torch.cat(found, 1)


def hidden_after_prompts(
    network: Callable[[torch.Tensor], torch.Tensor],
    prompts: Sequence[torch.Tensor],
    image: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    """Run a causal network over prompts and images; return the states that predict the images.

    The last state of the prompt predicts the first image token, the state of each image token the
    next. Padding stands at the end, where a causal network cannot see it and no position shifts,
    so that a score depends on its own prompt alone.

    Args:
        network: maps embeddings (N, S, D) to states (N, S, D), each seeing what is before it.
        prompts: embeddings of each class's prompt, (P_k, D).
        image: embeddings of the image tokens, (N, M, D).
        labels: class of each, int64 (N,).

    Returns:
        (N, M, D); the state in place i has seen the prompt and the first i image tokens.
    """
    classes = labels.tolist()
    lengths = [len(prompts[k]) for k in classes]
    width = max(lengths)
    rows = [
        pad(torch.cat([prompts[k], tokens[:-1]]), (0, 0, 0, width - len(prompts[k])))
        for k, tokens in zip(classes, image, strict=True)
    ]
    states = network(torch.stack(rows))
    places = torch.arange(image.shape[1], device=states.device)
    first = torch.tensor(lengths, device=states.device) - 1
    row = torch.arange(len(classes), device=states.device)
    return states[row[:, None], first[:, None] + places]


def check_prompts(prompts: Sequence[str], labels: Sequence[str]) -> None:
    """Raise InputError unless there is one prompt a class."""
    if len(prompts) != len(labels):
        raise InputError(f"prompts: expected one a class, {len(labels)}; found {len(prompts)}.")


def torch_dtype(name: str) -> torch.dtype:
    """Return torch's dtype of that name.

    >>> torch_dtype("bfloat16")
    torch.bfloat16
    """
    known = {
        "float32": torch.float32,
        "float16": torch.float16,
        "bfloat16": torch.bfloat16,
    }
    if name not in known:
        raise InputError(f"dtype: expected one of {', '.join(known)}; found {name!r}.")
    return known[name]
