r"""What diffusers' pipelines have in common, as classifiers: from a folder's parts to a classifier.

=============================  ==========  ===============  ====================================
class in ``model_index.json``  errors in   process          classes are
=============================  ==========  ===============  ====================================
``StableDiffusionPipeline``    latents     discrete or edm  prompts (CLIP)
``StableDiffusionXLPipeline``  latents     discrete or edm  prompts (two CLIPs)
``StableDiffusion3Pipeline``   latents     flow             prompts (two CLIPs, T5 if any)
``FluxPipeline``               latents     flow             prompts (CLIP, T5)
``PixArtAlphaPipeline``,       latents     discrete         prompts (T5)
``PixArtSigmaPipeline``
``SanaPipeline``               latents     flow             prompts (Gemma)
``IFPipeline``                 pixels      discrete         prompts (T5)
``DiTPipeline``                latents     discrete or edm  class ids
``DDPMPipeline``,              pixels      discrete or edm  class ids
``DDIMPipeline``
=============================  ==========  ===============  ====================================

What is the same for all:

- Images are resized to the size that the network was made for (`gcbook.classifiers.preprocess`) and
  scaled to [-1, 1]. Latents are :math:`(\mu - \mathrm{shift}) \cdot \mathrm{scale}` with
  :math:`\mu` the mean of the autoencoder's posterior, computed in float32 whatever the network's
  type: half precision overflows in some of these autoencoders.
- The process of noise, the network's time and its scalings: `gcbook.classifiers.schedulers`.
- Prompts are embedded once by the pipeline's own ``encode_prompt``: padding, pad token, truncation
  and which layer is taken are part of what a network was trained with. They are embedded one by
  one and padded to the length that the pipeline pads to, so that a class's embedding depends on no
  other class; then the text encoders are dropped. IF's, PixArt's and Sana's captions are
  lower-cased and stripped: their further cleaning is for links and mark-up.
- A network that also predicts a variance has twice the channels; the second half is left out.
- No guidance: one evaluation a class. A network that is distilled for guidance wants its value as
  an input; which it is given stands in the description (``guidance``). Safety checkers are not
  loaded.
- ``dtype`` is the network's and its text encoders'; :math:`x_t`, :math:`\hat x` and errors are
  float32.
"""

import math
from collections.abc import Callable, Sequence
from inspect import signature
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import Decode, DiffusionClassifier, Encode
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.schedulers import Predict, Process
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


def waiting(checkpoint: Checkpoint, part: str, *classes: str) -> Any:
    """Load a network on the CPU until texts are embedded: T5-XXL alone can fill a GPU."""
    return checkpoint.network(part, *classes, device="cpu")


def embed(
    checkpoint: Checkpoint,
    encode: Callable[[Any, str], tuple[torch.Tensor, ...]],
    *,
    transformer: Any = None,
    **encoders: str,
) -> list[torch.Tensor]:
    """Return, stacked over prompts, each of the tensors that the network is given for a text.

    Args:
        checkpoint: the pipeline's.
        encode: asks the pipeline for one prompt's tensors.
        transformer: where the pipeline asks that for its sizes.
        encoders: parts that are text encoders, and their classes.

    Raises:
        InputError: two prompts are the same to the text encoders.
    """
    import diffusers

    # A pipeline of text encoders alone, which are let go with it when this is done.
    kind = getattr(diffusers, checkpoint.format)
    needed = [one.name for one in signature(kind).parameters.values() if one.default is one.empty]
    parts = dict.fromkeys(needed) | ({} if transformer is None else {"transformer": transformer})
    for part, class_name in encoders.items():
        parts[part] = checkpoint.network(part, class_name)
        name = part.replace("text_encoder", "tokenizer")
        parts[name] = checkpoint.tokenizer(name)
    if "safety_checker" in needed:
        parts["requires_safety_checker"] = False
    pipeline, prompts = kind(**parts), checkpoint.prompts
    rows = [encode(pipeline, prompt) for prompt in prompts]
    for (first, one), (second, other) in combinations(zip(prompts, rows, strict=True), 2):
        if all(map(torch.equal, one, other)):
            raise InputError(
                "prompts: expected prompts that the text encoder tells apart, found "
                f"{first!r} and {second!r}, which are the same to it: too long, so that the ends "
                "are cut off, or of words that it does not know."
            )
    stacked = (torch.cat(tensors).to(checkpoint.device) for tensors in zip(*rows, strict=True))
    # Masks of tokens are whole numbers, and stay so.
    return [one.to(checkpoint.dtype) if one.is_floating_point() else one for one in stacked]


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


def latent_space(
    checkpoint: Checkpoint, channels: int, side: int, codec: str = "AutoencoderKL"
) -> Space:
    """Images are latents (N, channels, side, side) of the pipeline's autoencoder.

    Args:
        checkpoint: the pipeline.
        channels: that the network has.
        side: of the latents that it was made for.
        codec: class of the autoencoder.

    Raises:
        InputError: the autoencoder's latents have other channels.
    """
    vae = checkpoint.network("vae", codec, dtype=torch.float32)
    config = vae.config
    if config.latent_channels != channels:
        raise InputError(
            f"{checkpoint.path}: expected a network of {config.latent_channels} channels, as the "
            f"autoencoder's latents have; found {channels}. Inpainting and upscaling models, whose "
            "networks are given more than the noised image, are not known here."
        )
    image_fit = ImageFit(side * downsampling(config))

    def each_channel(name: str, otherwise: float) -> torch.Tensor:
        values = config.get(name)
        filled = [otherwise] * channels if values is None else values
        return torch.tensor(filled, device=checkpoint.device).reshape(1, -1, 1, 1)

    shift = each_channel("latents_mean", 0.0) + (config.get("shift_factor") or 0.0)
    scale = config.scaling_factor / each_channel("latents_std", 1.0)

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
    """Return the side for which a network was made, by its configuration.

    Raises:
        InputError: it was made for no one square.
    """
    size = network.sample_size
    sides = {size} if isinstance(size, int) else set(size or ())
    if len(sides) != 1:
        raise InputError(
            f"{checkpoint.path}: expected a network made for one square size, found sample_size "
            f"{size}."
        )
    return int(sides.pop())


def assemble(
    checkpoint: Checkpoint, process: Process, predict: Predict, space: Space, **details: object
) -> DiffusionClassifier:
    """Put the parts together; pixels are clipped by default, latents are not."""
    known = {
        "weights": checkpoint.weights,
        "pipeline": checkpoint.format,
        "prediction": process.prediction,
        **space.described,
    }
    return DiffusionClassifier(
        process.denoiser(predict),
        process.schedule,
        space.encode,
        decode=space.decode,
        fit=space.fit,
        labels=checkpoint.labels,
        name=checkpoint.name,
        clip="static" if space.described["space"] == "pixels" else "none",
        details=known | details,
    )
