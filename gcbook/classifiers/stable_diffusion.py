"""Stable Diffusion 1, 2, XL and 3, and DeepFloyd IF's first stage.

SDXL (Podell et al., 2023) is given, besides both text encoders' states, the pooled state of the
second and six numbers: original size, corner of the crop, and target size. They are set as the
pipeline sets them: the whole image at the model's resolution. Stable Diffusion 3 (Esser et al.,
2024) saved without its third text encoder, T5, is given zeros in its place, as it was in part of
its training.
"""

from typing import Any

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines import (
    assemble,
    embed,
    latent_space,
    pixel_space,
    side_of,
    waiting,
)
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.schedulers import read_process
from gcbook.files.errors import InputError


@adapter(
    "StableDiffusionPipeline",
    kind="diffusion",
    title="Stable Diffusion 1 and 2",
    options=("template", "compile"),
)
def load_stable_diffusion(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of Stable Diffusion 1 or 2 (Rombach et al., 2022).

    Raises:
        InputError: a part is missing, damaged or of another class.
    """
    unet = waiting(checkpoint, "unet", "UNet2DConditionModel")
    _check_undistilled(checkpoint, unet.config)
    config = unet.config
    # Small ones of photographs have Sana's autoencoder in the place of Stable Diffusion's.
    deep = checkpoint.index.get("vae") == ["diffusers", "AutoencoderDC"]
    codec = "AutoencoderDC" if deep else "AutoencoderKL"
    space = latent_space(checkpoint, config.in_channels, side_of(checkpoint, config), codec)
    return _by_text(checkpoint, unet, space, "CLIPTextModel", "edm", "discrete")


@adapter(
    "IFPipeline",
    kind="diffusion",
    title="DeepFloyd IF, first stage",
    options=("template", "compile"),
)
def load_if(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of IF's first stage (DeepFloyd, 2023); errors as Stable Diffusion's."""
    unet = waiting(checkpoint, "unet", "UNet2DConditionModel")
    return _by_text(
        checkpoint, unet, pixel_space(checkpoint, unet.config), "T5EncoderModel", "discrete"
    )


def _by_text(
    checkpoint: Checkpoint, unet: Any, space: Any, encoder: str, *known: Any
) -> DiffusionClassifier:
    process = read_process(checkpoint, *known)
    (texts,) = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt,
            device=checkpoint.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )[:1],
        text_encoder=encoder,
    )
    checkpoint.ready(unet)

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return unet(x_t, time, encoder_hidden_states=texts[label]).sample

    return assemble(checkpoint, process, predict, space, prompts=checkpoint.prompts)


@adapter(
    "StableDiffusionXLPipeline",
    kind="diffusion",
    title="Stable Diffusion XL, Playground 2.5",
    options=("template", "compile"),
)
def load_stable_diffusion_xl(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of SDXL; errors as `load_stable_diffusion`."""
    unet = waiting(checkpoint, "unet", "UNet2DConditionModel")
    _check_undistilled(checkpoint, unet.config)
    process = read_process(checkpoint, "edm", "discrete")
    config = unet.config
    space = latent_space(checkpoint, config.in_channels, side_of(checkpoint, config))
    texts, pooled = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, None, checkpoint.device, 1, do_classifier_free_guidance=False
        )[::2],
        text_encoder="CLIPTextModel",
        text_encoder_2="CLIPTextModelWithProjection",
    )
    checkpoint.ready(unet)
    size = space.described["resolution"]
    sizes = torch.tensor(
        [[size, size, 0, 0, size, size]], device=checkpoint.device, dtype=checkpoint.dtype
    )

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        added = {"text_embeds": pooled[label], "time_ids": sizes.expand(len(x_t), -1)}
        return unet(x_t, time, encoder_hidden_states=texts[label], added_cond_kwargs=added).sample

    return assemble(checkpoint, process, predict, space, prompts=checkpoint.prompts)


def _check_undistilled(checkpoint: Checkpoint, config: Any) -> None:
    if config.time_cond_proj_dim is not None:
        raise InputError(
            f"{checkpoint.path}: expected a diffusion model, found a latent consistency model "
            "(time_cond_proj_dim in unet/config.json): distilled to a few steps with guidance, it "
            "does not predict the mean of the images that a noised one may come from. Take the "
            "model that it was distilled from."
        )


@adapter(
    "StableDiffusion3Pipeline",
    kind="diffusion",
    title="Stable Diffusion 3 and 3.5",
    options=("template", "compile"),
)
def load_stable_diffusion_3(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of Stable Diffusion 3 or 3.5; errors as `load_stable_diffusion`."""
    process = read_process(checkpoint, "flow")
    transformer = waiting(checkpoint, "transformer", "SD3Transformer2DModel")
    config = transformer.config
    space = latent_space(checkpoint, config.in_channels, side_of(checkpoint, config))
    clip = "CLIPTextModelWithProjection"
    encoders = {"text_encoder": clip, "text_encoder_2": clip}
    if checkpoint.has("text_encoder_3"):
        encoders["text_encoder_3"] = "T5EncoderModel"
    texts, pooled = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, None, None, checkpoint.device, do_classifier_free_guidance=False
        )[::2],
        transformer=transformer,
        **encoders,
    )
    checkpoint.ready(transformer)

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return transformer(
            hidden_states=x_t,
            timestep=time,
            encoder_hidden_states=texts[label],
            pooled_projections=pooled[label],
        ).sample

    return assemble(checkpoint, process, predict, space, prompts=checkpoint.prompts)
