"""PixArt-α (Chen et al., 2023) and PixArt-Σ (Chen et al., 2024), in diffusers' formats.

A DiT conditioned on T5's states with their mask. PixArt-α's model of 1,024 pixels is given the
size and the aspect ratio of the image besides, as its pipeline does.
"""

from typing import Any

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines import assemble, embed, latent_space, side_of, waiting
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.schedulers import read_process

TOKENS = {"PixArtAlphaPipeline": 120, "PixArtSigmaPipeline": 300}
"""What the pipelines pad prompts to."""

SIZED = 128
"""Side of the latents of the models that are told the size of the image."""


@adapter(
    "PixArtAlphaPipeline",
    "PixArtSigmaPipeline",
    kind="diffusion",
    title="PixArt-α and PixArt-Σ",
    options=("template", "compile"),
)
def load_pixart(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of a PixArt.

    Raises:
        InputError: a part is missing, damaged or of another class.
    """
    process = read_process(checkpoint, "discrete")
    # The published folders call it by what it was before it had a class of its own.
    transformer = waiting(
        checkpoint, "transformer", "PixArtTransformer2DModel", "Transformer2DModel"
    )
    config = transformer.config
    space = latent_space(checkpoint, config.in_channels, side_of(checkpoint, config))
    texts, masks = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, do_classifier_free_guidance=False, device=checkpoint.device
        )[:2],
        text_encoder="T5EncoderModel",
    )
    checkpoint.ready(transformer)
    added = _added(checkpoint.format, config, checkpoint.device, checkpoint.dtype)
    if added["resolution"] is not None:
        added["resolution"] *= space.described["resolution"]

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return transformer(
            x_t,
            encoder_hidden_states=texts[label],
            encoder_attention_mask=masks[label],
            timestep=index,
            added_cond_kwargs={
                name: one if one is None else one.expand(len(x_t), -1)
                for name, one in added.items()
            },
        ).sample

    return assemble(checkpoint, process, predict, space, prompts=checkpoint.prompts)


def _added(
    name: str, config: Any, device: Any = None, dtype: torch.dtype = torch.float32
) -> dict[str, Any]:
    """Size in units of the resolution, and aspect ratio; None where the pipeline gives none."""
    if name != "PixArtAlphaPipeline" or config.sample_size != SIZED:
        return {"resolution": None, "aspect_ratio": None}
    ones = torch.ones(1, 2, device=device, dtype=dtype)
    return {"resolution": ones, "aspect_ratio": ones[:, :1].clone()}
