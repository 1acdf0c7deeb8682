"""Text-to-image pipelines: Stable Diffusion 1 and 2, Stable Diffusion 3, IF.

Prompts are embedded by the pipelines' own ``encode_prompt``: padding, pad token, truncation and
which layer is taken are part of what a network was trained with.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines.folder import PipelineFolder
from gcbook.classifiers.pipelines.targets import (
    Target,
    flow_denoiser,
    latent_space,
    pixel_space,
    square,
)
from gcbook.files.errors import InputError
from gcbook.noise.schedules import FlowSchedule

__all__ = ["load_deep_floyd", "load_stable_diffusion", "load_stable_diffusion_3"]

Embed = Callable[[str], tuple[torch.Tensor, ...]]


def load_stable_diffusion(
    folder: PipelineFolder, target: Target, prompts: list[str]
) -> DiffusionClassifier:
    """Make a classifier of Stable Diffusion 1 or 2 (Rombach et al., 2022)."""
    from diffusers import StableDiffusionPipeline

    unet = _denoiser(folder, target, "unet", "UNet2DConditionModel")
    config = unet.config
    space = latent_space(
        square(config.sample_size, folder), config.in_channels, folder, target.device
    )
    pipeline: Any = StableDiffusionPipeline(
        tokenizer=folder.tokenizer("tokenizer"),
        text_encoder=_network(folder, target, "text_encoder", "CLIPTextModel"),
        unet=unet,
        **dict.fromkeys(("vae", "scheduler", "safety_checker", "feature_extractor")),
        requires_safety_checker=False,
    )
    (texts,) = _embed(
        prompts,
        lambda prompt: pipeline.encode_prompt(prompt, target.device, 1, False)[:1],
        target,
    )
    _free_text_encoders(pipeline)
    unet.to(target.device)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return unet(x_t, index, encoder_hidden_states=texts[label]).sample

    return target.discrete_classifier(folder, predict, space, prompts=prompts)


def load_deep_floyd(
    folder: PipelineFolder, target: Target, prompts: list[str]
) -> DiffusionClassifier:
    """Make a classifier of IF's first stage (DeepFloyd, 2023), an open Imagen."""
    from diffusers import IFPipeline

    unet = _denoiser(folder, target, "unet", "UNet2DConditionModel")
    config = unet.config
    space = pixel_space(
        square(config.sample_size, folder), config.in_channels, folder, target.device
    )
    pipeline: Any = IFPipeline(
        tokenizer=folder.tokenizer("tokenizer"),
        text_encoder=_network(folder, target, "text_encoder", "T5EncoderModel"),
        **dict.fromkeys(("unet", "scheduler", "safety_checker", "feature_extractor")),
        watermarker=None,
        requires_safety_checker=False,
    )
    (texts,) = _embed(
        prompts,
        lambda prompt: pipeline.encode_prompt(prompt, False, device=target.device)[:1],
        target,
    )
    _free_text_encoders(pipeline)
    unet.to(target.device)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return unet(x_t, index, encoder_hidden_states=texts[label]).sample

    return target.discrete_classifier(folder, predict, space, prompts=prompts)


def load_stable_diffusion_3(
    folder: PipelineFolder, target: Target, prompts: list[str]
) -> DiffusionClassifier:
    """Make a classifier of Stable Diffusion 3 or 3.5 (Esser et al., 2024).

    A pipeline saved without its third text encoder, T5, is given zeros in its place, as it was in
    part of its training.
    """
    from diffusers import StableDiffusion3Pipeline

    scheduler = folder.read_json("scheduler/scheduler_config.json")
    if "FlowMatch" not in str(scheduler.get("_class_name")):
        raise InputError(
            f"{folder.path}: scheduler: expected one of flow matching, found "
            f"{scheduler.get('_class_name')}."
        )
    n_steps = scheduler.get("num_train_timesteps", 1000)
    transformer = _denoiser(folder, target, "transformer", "SD3Transformer2DModel")
    config = transformer.config
    space = latent_space(
        square(config.sample_size, folder), config.in_channels, folder, target.device
    )
    clip = "CLIPTextModelWithProjection"
    has_t5 = folder.has("text_encoder_3")
    pipeline: Any = StableDiffusion3Pipeline(
        tokenizer=folder.tokenizer("tokenizer"),
        tokenizer_2=folder.tokenizer("tokenizer_2"),
        tokenizer_3=folder.tokenizer("tokenizer_3") if has_t5 else None,
        text_encoder=_network(folder, target, "text_encoder", clip),
        text_encoder_2=_network(folder, target, "text_encoder_2", clip),
        text_encoder_3=(
            _network(folder, target, "text_encoder_3", "T5EncoderModel") if has_t5 else None
        ),
        transformer=transformer,
        **dict.fromkeys(("vae", "scheduler", "image_encoder", "feature_extractor")),
    )
    texts, pooled = _embed(
        prompts,
        lambda prompt: pipeline.encode_prompt(
            prompt, None, None, target.device, do_classifier_free_guidance=False
        )[::2],
        target,
    )
    _free_text_encoders(pipeline)
    transformer.to(target.device)

    def predict(x_t: torch.Tensor, timestep: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return transformer(
            hidden_states=x_t,
            timestep=timestep,
            encoder_hidden_states=texts[label],
            pooled_projections=pooled[label],
        ).sample

    denoise = flow_denoiser(predict, n_steps, target)
    return target.classifier(
        folder, denoise, FlowSchedule(), space, prediction="flow", prompts=prompts
    )


def _denoiser(folder: PipelineFolder, target: Target, part: str, class_name: str) -> Any:
    # Where it waits until the texts are embedded: T5-XXL alone can fill a GPU.
    return folder.network(part, class_name, device=torch.device("cpu"), dtype=target.dtype)


def _free_text_encoders(pipeline: Any) -> None:
    for name in ("text_encoder", "text_encoder_2", "text_encoder_3"):
        if getattr(pipeline, name, None) is not None:
            setattr(pipeline, name, None)


def _network(folder: PipelineFolder, target: Target, part: str, class_name: str) -> Any:
    return folder.network(part, class_name, device=target.device, dtype=target.dtype)


def _embed(prompts: Sequence[str], embed: Embed, target: Target) -> list[torch.Tensor]:
    """Return, stacked over prompts, each of the tensors that the network is given for a text.

    Raises:
        InputError: two prompts are the same to the text encoders.
    """
    rows = [embed(prompt) for prompt in prompts]
    for second in range(len(rows)):
        for first in range(second):
            if all(map(torch.equal, rows[first], rows[second])):
                raise InputError(
                    "prompts: expected prompts that the text encoder tells apart, found "
                    f"{prompts[first]!r} and {prompts[second]!r}, which are the same to it: too "
                    "long, so that the ends are cut off, or of words that it does not know."
                )
    return [
        torch.cat(tensors).to(target.device, target.dtype) for tensors in zip(*rows, strict=True)
    ]
