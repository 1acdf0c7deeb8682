"""Images as tokens: the indices of their nearest codes, row by row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError


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
        shape = (len(tokens), self.side, self.side, self.vqvae.quantize.vq_embed_dim)
        if not self.vqvae.config.lookup_from_codebook:
            tokens = self.vqvae.quantize.get_codebook_entry(tokens, shape)
        return self.vqvae.decode(tokens, force_not_quantize=True, shape=shape).sample.clamp(0, 1)

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.encode(self.pixels(images))
