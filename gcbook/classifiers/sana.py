"""Sana (Xie et al., 2024) in diffusers' ``SanaPipeline`` format.

Linear attention over the latents of an autoencoder that makes images 32 times as small, conditioned
on Gemma's states. As in the pipeline, the prompt stands behind an instruction to describe it at
length; of the states those of the prompt are taken. Its sampler rounds the network's time to whole
steps; here it is given the time itself, as in flow matching.
"""

from inspect import signature

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines import assemble, embed, latent_space, side_of, waiting
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.schedulers import read_process

TOKENS = 300
"""What the pipeline keeps of a prompt."""


@adapter(
    "SanaPipeline",
    kind="diffusion",
    title="Sana",
    options=("template", "compile"),
)
def load_sana(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of a Sana.

    Raises:
        InputError: a part is missing, damaged or of another class.
    """
    from diffusers import SanaPipeline

    process = read_process(checkpoint, "flow")
    transformer = waiting(checkpoint, "transformer", "SanaTransformer2DModel")
    config = transformer.config
    space = latent_space(
        checkpoint, config.in_channels, side_of(checkpoint, config), "AutoencoderDC"
    )
    instruction = signature(SanaPipeline.__call__).parameters["complex_human_instruction"].default
    texts, masks = embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, False, device=checkpoint.device, complex_human_instruction=instruction
        )[:2],
        text_encoder="Gemma2Model",
    )
    checkpoint.ready(transformer)

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return transformer(
            x_t,
            encoder_hidden_states=texts[label],
            encoder_attention_mask=masks[label],
            timestep=time * config.timestep_scale,
        ).sample

    return assemble(checkpoint, process, predict, space, prompts=checkpoint.prompts)
