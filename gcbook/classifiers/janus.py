"""Janus and Janus-Pro (Wu et al., 2024; Chen et al., 2025) over transformers' implementation.

One language model has two ways out: a text head, and a generation head over the 16,384 codes of
its image tokenizer. Image tokens have their own embeddings as well. The prompt is what the
processor makes in its image mode: the chat template with the prompt as the user's turn, then the
begin-of-image token. Images of 384 × 384 are 24 × 24 tokens.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import normalize

from gcbook.classifiers.autoregressive import (
    AutoregressiveClassifier,
    hidden_after_prompts,
    token_log_prob,
)
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.files.errors import InputError


def load_janus(checkpoint: Checkpoint) -> AutoregressiveClassifier:
    """Make a classifier of a folder in the format of transformers' JanusForConditionalGeneration.

    Raises:
        InputError: there is no chat template, without which the prompt is another one.
    """
    from transformers import AutoProcessor, JanusForConditionalGeneration

    folder, device = checkpoint.path, checkpoint.device
    # Tokens are the data: they must not depend on the dtype of what predicts them.
    model = checkpoint.whole(JanusForConditionalGeneration, float32=("vqmodel",))
    network = model.model
    processor = read_pretrained(AutoProcessor, folder)
    if not processor.chat_template:
        raise InputError(
            f"{folder}: expected the chat template that Janus was trained with, in "
            "chat_template.jinja, found none; fetch the whole repository."
        )
    vqmodel = network.vqmodel
    patch = 2 ** (len(vqmodel.config.channel_multiplier) - 1)
    fit = ImageFit(vqmodel.config.num_patches * patch)
    texts = [_prompt(processor, prompt) for prompt in checkpoint.prompts]
    embed = network.language_model.get_input_embeddings()
    with torch.no_grad():
        embedded = [embed(_ids(processor, text).to(device)) for text in texts]

    def tokenize(images: Sequence[np.ndarray]) -> torch.Tensor:
        # One at a time: no neighbour in a batch may tip a token.
        pixels = (2 * fit.fit(images) - 1).to(device)
        return torch.cat([nearest_codes(vqmodel, image) for image in pixels.split(1)])

    @torch.no_grad()
    def log_prob(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        image = model.prepare_embeddings_for_image_generation(tokens)
        hidden = hidden_after_prompts(network.language_model, embedded, image, label)
        n_codes = vqmodel.config.num_embeddings
        return token_log_prob(hidden, tokens, network.generation_head, n_codes)

    return AutoregressiveClassifier(
        tokenize,
        log_prob,
        **checkpoint.named(prompts=checkpoint.prompts, first_prompt=texts[0], **fit.as_dict()),
    )


@torch.no_grad()
def nearest_codes(vqmodel: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Return Janus's tokens of pixels (N, 3, H, W) in [-1, 1], int64 (N, L).

    The nearest code by angle: latents and codes are both divided by their lengths, as in Janus's
    own quantizer (deepseek-ai/Janus, ``janus/models/vq_model.py``, ``codebook_l2_norm``) and in
    transformers' decoding. Its ``JanusVQVAE.encode`` takes both as they are, which is the same
    only where all codes have one length.
    """
    latents = vqmodel.quant_conv(vqmodel.encoder(pixels)).movedim(1, -1).flatten(1, 2)
    codes = normalize(vqmodel.quantize.embedding.weight, dim=-1)
    return (normalize(latents, dim=-1) @ codes.T).argmax(-1)


def _prompt(processor: Any, prompt: str) -> str:
    turn = {"role": "user", "content": [{"type": "text", "text": prompt}]}
    return processor.apply_chat_template([turn], add_generation_prompt=True)


def _ids(processor: Any, text: str) -> torch.Tensor:
    return processor(text=[text], generation_mode="image", return_tensors="pt").input_ids[0]
