"""Tiny pipelines asked through diffusers' own objects, step by step and without shortcuts.

What `gcbook.classifiers.pipelines` does is compared with these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    DDPMPipeline,
    DDPMScheduler,
    DiTPipeline,
    FlowMatchEulerDiscreteScheduler,
    IFPipeline,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
)

from gcbook.paper.categories import CATEGORIES


@dataclass
class Reference:
    """A pipeline's own way.

    Attributes:
        network: (x_t, network's own time, class) → what it predicts, of x_t's channels.
        encode: pixels in [0, 1] (N, 3, H, W) → where errors are taken.
        scheduler: the one that was saved.
        texts: class → what its text encoders make of the prompt.
        encode_prompt: class → the same from the pipeline's own method.
    """

    network: Callable[[torch.Tensor, float, int], torch.Tensor]
    encode: Callable[[torch.Tensor], torch.Tensor]
    scheduler: Any
    size: int
    texts: Callable[[int], tuple[torch.Tensor, ...]] | None = None
    encode_prompt: Callable[[int], tuple[torch.Tensor, ...]] | None = None

    @property
    def is_flow(self) -> bool:
        return isinstance(self.scheduler, FlowMatchEulerDiscreteScheduler)

    @torch.no_grad()
    def clean(self, x_t: torch.Tensor, t: float, label: int) -> torch.Tensor:
        """The clean image according to the scheduler's own ``step``."""
        if self.is_flow:
            # One Euler step from sigma = t to 0, on a schedule that the shift leaves alone.
            scheduler = FlowMatchEulerDiscreteScheduler.from_config(
                self.scheduler.config, shift=1.0
            )
            scheduler.set_timesteps(sigmas=[t])
            output = self.network(x_t, scheduler.timesteps[0], label)
            return scheduler.step(output, scheduler.timesteps[0], x_t).prev_sample
        index = round(t * self.scheduler.config.num_train_timesteps) - 1
        scheduler = DDPMScheduler.from_config(
            self.scheduler.config,
            variance_type="fixed_small",
            clip_sample=False,
            thresholding=False,
        )
        output = self.network(x_t, index, label)
        return scheduler.step(output, index, x_t).pred_original_sample


def reference(name: str, folder: Path) -> Reference:
    """Open a tiny pipeline; ``name`` is "sd", "if", "sd3", "unet" or "dit", up to a hyphen."""
    return OPENERS[name.split("-")[0]](folder)


def prompt(label: int) -> str:
    return f"A bad photo of a {CATEGORIES[label]}."


def _tokens(tokenizer: Any, text: str, length: int) -> Any:
    return tokenizer(
        text, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
    )


def _stable_diffusion(folder: Path) -> Reference:
    pipe = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)

    def texts(label: int) -> tuple[torch.Tensor, ...]:
        return (pipe.text_encoder(_tokens(pipe.tokenizer, prompt(label), 77).input_ids)[0],)

    return Reference(
        network=lambda x, i, label: pipe.unet(x, i, texts(label)[0].expand(len(x), -1, -1)).sample,
        encode=lambda pixels: 0.18215 * pipe.vae.encode(2 * pixels - 1).latent_dist.mean,
        scheduler=pipe.scheduler,
        size=32,
        texts=texts,
        encode_prompt=lambda label: pipe.encode_prompt(prompt(label), "cpu", 1, True, "")[:1],
    )


def _deep_floyd(folder: Path) -> Reference:
    pipe = IFPipeline.from_pretrained(folder, safety_checker=None, watermarker=None)

    def texts(label: int) -> tuple[torch.Tensor, ...]:
        tokens = _tokens(pipe.tokenizer, prompt(label).lower(), 77)
        return (pipe.text_encoder(tokens.input_ids, tokens.attention_mask)[0],)

    def network(x: torch.Tensor, i: float, label: int) -> torch.Tensor:
        text = texts(label)[0].expand(len(x), -1, -1)
        return pipe.unet(x, i, text).sample.split(3, dim=1)[0]

    return Reference(
        network=network,
        encode=lambda pixels: 2 * pixels - 1,
        scheduler=pipe.scheduler,
        size=16,
        texts=texts,
        encode_prompt=lambda label: pipe.encode_prompt(prompt(label))[:1],
    )


def _stable_diffusion_3(folder: Path) -> Reference:
    # Diffusers wants to be told of parts that were left out, though the index says so.
    t5 = ("text_encoder_3", "tokenizer_3")
    absent = {part: None for part in t5 if not (folder / part).is_dir()}
    pipe = StableDiffusion3Pipeline.from_pretrained(folder, **absent)

    def texts(label: int) -> tuple[torch.Tensor, ...]:
        clips = [
            encoder(_tokens(tokenizer, prompt(label), 77).input_ids, output_hidden_states=True)
            for encoder, tokenizer in (
                (pipe.text_encoder, pipe.tokenizer),
                (pipe.text_encoder_2, pipe.tokenizer_2),
            )
        ]
        width = pipe.transformer.config.joint_attention_dim
        both = torch.cat([clip.hidden_states[-2] for clip in clips], dim=-1)
        wide = torch.cat([both, torch.zeros(1, 77, width - both.shape[-1])], dim=-1)
        if pipe.text_encoder_3 is None:
            t5 = torch.zeros(1, 256, width)
        else:
            t5 = pipe.text_encoder_3(_tokens(pipe.tokenizer_3, prompt(label), 256).input_ids)[0]
        pooled = torch.cat([clip.text_embeds for clip in clips], dim=-1)
        return torch.cat([wide, t5], dim=1), pooled

    def network(x: torch.Tensor, time: float, label: int) -> torch.Tensor:
        text, pooled = texts(label)
        times = torch.full((len(x),), float(time))
        return pipe.transformer(
            x, text.expand(len(x), -1, -1), pooled.expand(len(x), -1), times
        ).sample

    return Reference(
        network=network,
        encode=lambda pixels: (pipe.vae.encode(2 * pixels - 1).latent_dist.mean - 0.0609) * 1.5305,
        scheduler=pipe.scheduler,
        size=32,
        texts=texts,
        encode_prompt=lambda label: pipe.encode_prompt(prompt(label), None, None)[::2],
    )


def _class_conditional_unet(folder: Path) -> Reference:
    pipe = DDPMPipeline.from_pretrained(folder)
    return Reference(
        network=lambda x, i, label: (
            pipe.unet(x, i, class_labels=torch.full((len(x),), 16 - label)).sample
        ),
        encode=lambda pixels: 2 * pixels - 1,
        scheduler=pipe.scheduler,
        size=16,
    )


IMAGENET = [
    "airliner",
    "brown bear",
    "mountain bike",
    "robin",
    "speedboat",
    "water bottle",
    "sports car",
    "tabby",
    "folding chair",
    "wall clock",
    "golden retriever",
    "African elephant",
    "computer keyboard",
    "cleaver",
    "rotisserie",
    "trailer truck",
]


def _dit(folder: Path) -> Reference:
    pipe = DiTPipeline.from_pretrained(folder)

    def network(x: torch.Tensor, i: float, label: int) -> torch.Tensor:
        classes = torch.tensor(pipe.get_label_ids([IMAGENET[label]]) * len(x))
        times = torch.full((len(x),), i)
        return pipe.transformer(x, timestep=times, class_labels=classes).sample.chunk(2, dim=1)[0]

    return Reference(
        network=network,
        encode=lambda pixels: 0.18215 * pipe.vae.encode(2 * pixels - 1).latent_dist.mean,
        scheduler=pipe.scheduler,
        size=32,
    )


OPENERS: dict[str, Callable[[Path], Reference]] = {
    "sd": _stable_diffusion,
    "if": _deep_floyd,
    "sd3": _stable_diffusion_3,
    "unet": _class_conditional_unet,
    "dit": _dit,
}
