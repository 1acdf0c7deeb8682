"""FLUX.1 (Black Forest Labs, 2024) in diffusers' ``FluxPipeline`` format.

A transformer over patches of 2 x 2 latents, conditioned on T5's states and CLIP's pooled one.

- *dev* is distilled for guidance: its network is given the strength of a guidance that is built
  into its answer. Here it is 1 unless ``guidance`` says otherwise, which stands for none; what the
  network then predicts is what its distillation made of its teacher. Its pipeline's default, 3.5,
  sharpens images beyond those that a noised one may come from.
- *schnell* has no such input: it is distilled to a few steps, so that its prediction at a time is
  closer to a sample than to a mean.

Both say so in the description and in a warning.
"""

import warnings
from typing import Any

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines import assemble, downsampling, embed, latent_space, waiting
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.schedulers import read_process
from gcbook.files.errors import InputError

RESOLUTION = 1024
"""What the pipeline draws unless told otherwise; no configuration says it."""

T5_TOKENS = {True: 512, False: 256}
"""What prompts are padded to for T5, with built-in guidance and without: the authors' values."""

STEPS = 1000
"""The network multiplies the time that it is given by this."""

NO_GUIDANCE = 1.0
MOST_GUIDANCE = 100.0


class DistilledWarning(UserWarning):
    """The network was distilled: it does not predict what a diffusion model is trained to."""


@adapter(
    "FluxPipeline",
    kind="diffusion",
    title="FLUX.1 dev and schnell",
    options=("template", "compile", "guidance", "resolution"),
)
def load_flux(
    checkpoint: Checkpoint, guidance: float | None = None, resolution: int = RESOLUTION
) -> DiffusionClassifier:
    """Make a classifier of FLUX.1.

    Args:
        checkpoint: the folder.
        guidance: what a network that is distilled for guidance is given; by default 1.
        resolution: side of the images in pixels.

    Warns:
        DistilledWarning: always, and says which distillation it was.

    Raises:
        InputError: a part is missing, damaged or of another class, ``guidance`` for a network that
            takes none, or a resolution that does not divide into patches.
    """
    from diffusers import FluxPipeline

    process = read_process(checkpoint, "flow")
    transformer = waiting(checkpoint, "transformer", "FluxTransformer2DModel")
    guided = bool(transformer.config.guidance_embeds)
    strength = _strength(checkpoint, guided, guidance)
    vae = checkpoint.read_json("vae/config.json")
    patch = 2 * downsampling(vae)
    if resolution < patch or resolution % patch:
        raise InputError(
            f"resolution: expected a multiple of {patch} for {checkpoint.path}, found {resolution}."
        )
    side = 2 * resolution // patch
    space = latent_space(checkpoint, transformer.config.in_channels // 4, side)
    texts, pooled = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, None, checkpoint.device, max_sequence_length=T5_TOKENS[guided]
        )[:2],
        text_encoder="CLIPTextModel",
        text_encoder_2="T5EncoderModel",
    )
    checkpoint.ready(transformer)
    like: dict[str, Any] = {"device": checkpoint.device, "dtype": checkpoint.dtype}
    places = FluxPipeline._prepare_latent_image_ids(1, side // 2, side // 2, **like)
    text_places = torch.zeros(texts.shape[1], 3, **like)

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        n, channels, height, width = x_t.shape
        given = None if strength is None else torch.full((n,), strength, device=x_t.device)
        velocity = transformer(
            hidden_states=FluxPipeline._pack_latents(x_t, n, channels, height, width),
            timestep=time / STEPS,
            guidance=given,
            pooled_projections=pooled[label],
            encoder_hidden_states=texts[label],
            txt_ids=text_places,
            img_ids=places,
        ).sample
        return FluxPipeline._unpack_latents(velocity, height, width, 1)

    return assemble(
        checkpoint,
        process,
        predict,
        space,
        prompts=checkpoint.prompts,
        distilled="for guidance" if guided else "to a few steps",
        guidance=strength,
    )


def _strength(checkpoint: Checkpoint, guided: bool, asked: float | None) -> float | None:
    if not guided:
        if asked is not None:
            raise InputError(
                f"guidance: {checkpoint.path} has a network that takes none (guidance_embeds in "
                "transformer/config.json); leave it out."
            )
        warnings.warn(
            f"{checkpoint.name}: distilled to a few steps; what it predicts is closer to a sample "
            "than to the mean that the score asks for. Its errors are not those of a model trained "
            "by flow matching alone.",
            DistilledWarning,
            stacklevel=2,
        )
        return None
    strength = NO_GUIDANCE if asked is None else asked
    if not 0 <= strength <= MOST_GUIDANCE:
        raise InputError(f"guidance: expected a number from 0 to {MOST_GUIDANCE:g}, found {asked}.")
    warnings.warn(
        f"{checkpoint.name}: distilled for guidance; its network is given guidance {strength:g}"
        f"{', which stands for none' if strength == NO_GUIDANCE else ''}.",
        DistilledWarning,
        stacklevel=2,
    )
    return strength
