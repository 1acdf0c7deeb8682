r"""Where errors of diffusion models are taken: pixels, or latents of an autoencoder.

Images are resized to the size that the network was made for (`gcbook.classifiers.preprocess`) and
scaled to [-1, 1]. Latents are :math:`(\mu - \mathrm{shift}) \cdot \mathrm{scale}` with :math:`\mu`
the mean of the autoencoder's posterior, computed in float32 whatever the network's type: half
precision overflows in some of these autoencoders.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import Decode, Encode
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError


class Space(NamedTuple):
    """Where errors are taken.

    Attributes:
        encode: how images get there.
        decode: how what is there is seen, pixels in [-1, 1].
        fit: how images become pixels of that size, before any code.
        described: the space in words.
    """

    encode: Encode
    decode: Decode
    fit: Encode
    described: dict[str, object]


def pixel_space(checkpoint: Checkpoint, network: Any) -> Space:
    """Images are (N, 3, size, size) in [-1, 1]; ``network`` is a network's configuration.

    A network of 3 f² channels is given squares of f × f pixels folded into channels, which
    changes the order of the pixels and nothing else (Hoogeboom et al., 2023, "simple diffusion").
    """
    fold = math.isqrt(network.in_channels // 3)
    if network.in_channels != 3 * fold**2 or not fold:
        raise InputError(
            f"{checkpoint.path}: expected a network of images with 3 channels, or 3 f² of squares "
            f"of f × f pixels; found {network.in_channels}."
        )
    fit = ImageFit(side_of(checkpoint, network) * fold)

    def pixels(images: Sequence[np.ndarray]) -> torch.Tensor:
        return (2 * fit.fit(images) - 1).to(checkpoint.device)

    return Space(
        lambda images: F.pixel_unshuffle(pixels(images), fold),
        lambda folded: F.pixel_shuffle(folded, fold),
        pixels,
        {"space": "pixels", **fit.as_dict()} | ({"fold": fold} if fold > 1 else {}),
    )


def latent_space(checkpoint: Checkpoint, channels: int, side: int, codec: str) -> Space:
    """Images are latents (N, channels, side, side) of the pipeline's autoencoder.

    Args:
        checkpoint: the pipeline.
        channels: that the network has.
        side: of the latents that it was made for.
        codec: class of the autoencoder.
    """
    vae = checkpoint.network("vae", codec, dtype=torch.float32)
    config = vae.config
    if config.latent_channels != channels:
        raise InputError(
            f"{checkpoint.path}: expected a network of {config.latent_channels} channels, as the "
            f"autoencoder's latents have; found {channels}. Inpainting and upscaling models, whose "
            "networks are given more than the noised image, are not known here."
        )
    if config.get("latents_mean") or config.get("latents_std"):
        raise InputError(
            f"{checkpoint.path}: expected an autoencoder whose latents have one scale, found "
            "latents_mean or latents_std in vae/config.json, which no pipeline here has."
        )
    image_fit = ImageFit(side * downsampling(config))

    shift, scale = config.get("shift_factor") or 0.0, config.scaling_factor

    def fit(images: Sequence[np.ndarray]) -> torch.Tensor:
        return 2 * image_fit.fit(images) - 1

    def mean(image: torch.Tensor) -> torch.Tensor:
        coded = vae.encode(image.to(checkpoint.device))
        # Sana's autoencoder has no posterior.
        return coded.latent_dist.mode() if "latent_dist" in coded else coded.latent

    def encode(images: Sequence[np.ndarray]) -> torch.Tensor:
        # One by one: an image's latents are the same to the last bit in any batch.
        return (torch.cat([mean(image) for image in fit(images).split(1)]) - shift) * scale

    def decode(latents: torch.Tensor) -> torch.Tensor:
        whole = latents.float() / scale + shift
        return torch.cat([vae.decode(each).sample for each in whole.split(1)])

    return Space(encode, decode, fit, {"space": "latents", **image_fit.as_dict()})


def downsampling(config: Any) -> int:
    """Return the factor between the sides of an image and of its latents, by an autoencoder's."""
    blocks = config.get("block_out_channels") or config.get("encoder_block_out_channels")
    return int(2 ** (len(blocks) - 1))


def side_of(checkpoint: Checkpoint, network: Any) -> int:
    """Return the side for which a network was made, by its configuration."""
    size = network.sample_size
    sides = {size} if isinstance(size, int) else set(size or ())
    if len(sides) != 1:
        raise InputError(
            f"{checkpoint.path}: expected a network made for one square size, found sample_size "
            f"{size}."
        )
    return int(sides.pop())
