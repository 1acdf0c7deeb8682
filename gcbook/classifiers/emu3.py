"""Emu3 (Wang et al., 2024) over transformers' implementation.

Text and images share one vocabulary and one head. After the prompt the processor writes the
begin-of-image token, the number of rows and columns, and the token after which codes come, row by
row with a line end after each. Emu3's own sampler allows the visual tokens alone where a code
stands and the line end alone where a row ends; so here the softmax is over the visual tokens, and
line ends are read but, being certain, add nothing to log p.
"""

from collections.abc import Sequence
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import linear

from gcbook.classifiers.autoregressive import (
    AutoregressiveClassifier,
    hidden_after_prompts,
    token_log_prob,
)
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.classifiers.registry import adapter
from gcbook.files.errors import InputError


@adapter(
    "Emu3ForConditionalGeneration",
    kind="autoregressive",
    title="Emu3",
    options=("template", "resolution"),
)
def load_emu3(checkpoint: Checkpoint, resolution: int | None = None) -> AutoregressiveClassifier:
    """Make a classifier of a folder in the format of transformers' Emu3ForConditionalGeneration.

    Args:
        checkpoint: the folder.
        resolution: side of the images in pixels, a multiple of 8; by default that of the area
            which the processor generates, 720. An image of 720 is 8,100 tokens.

    Raises:
        InputError: the resolution does not do, or the vocabulary has not one visual token a code.
    """
    from transformers import AutoProcessor, Emu3ForConditionalGeneration

    folder, device = checkpoint.path, checkpoint.device
    # Tokens are the data: they must not depend on the dtype of what predicts them.
    model = checkpoint.whole(Emu3ForConditionalGeneration, float32=("vqmodel",))
    processor = read_pretrained(AutoProcessor, folder)
    vqmodel = model.model.vqmodel
    size = resolution or isqrt(processor.image_area)
    side, rest = divmod(size, vqmodel.vision_spatial_factor)
    if rest:
        raise InputError(
            f"resolution: expected a multiple of {vqmodel.vision_spatial_factor}, found {size}."
        )
    visual = _visual_ids(model, folder).to(device)
    line_end = model.vocabulary_mapping.eol_token_id
    code_of = visual.new_full((int(visual.max()) + 1,), -1)
    code_of[visual] = torch.arange(len(visual), device=device)
    fit = ImageFit(size)
    mean, std = (
        torch.tensor(values).reshape(-1, 1, 1)
        for values in (processor.image_processor.image_mean, processor.image_processor.image_std)
    )
    if not (std > 0).all():
        raise InputError(f"{folder}: image_std: expected numbers above 0, found {std.flatten()}.")
    embed = model.get_input_embeddings()
    ids = [_ids(processor, prompt, size) for prompt in checkpoint.prompts]
    with torch.no_grad():
        embedded = [embed(row.to(device)) for row in ids]
    head_weight = model.lm_head.weight[visual]
    is_code = torch.arange(side * (side + 1), device=device) % (side + 1) < side

    @torch.no_grad()
    def tokenize(images: Sequence[np.ndarray]) -> torch.Tensor:
        pixels = ((fit.fit(images) - mean) / std).to(device)
        sizes = torch.tensor([[size, size]])
        # One at a time: no neighbour in a batch may tip a token.
        rows = [model.model.get_image_tokens(image, sizes) for image in pixels.split(1)]
        return code_of[torch.stack(rows).long()[:, is_code]]

    @torch.no_grad()
    def log_prob(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        sequence = tokens.new_full((len(tokens), len(is_code)), line_end)
        sequence[:, is_code] = visual[tokens]
        hidden = hidden_after_prompts(model.model.text_model, embedded, embed(sequence), label)
        return token_log_prob(
            hidden[:, is_code], tokens, lambda state: linear(state, head_weight), len(visual)
        )

    first = processor.tokenizer.decode(ids[0])
    return AutoregressiveClassifier(
        tokenize,
        log_prob,
        **checkpoint.named(prompts=checkpoint.prompts, first_prompt=first, **fit.as_dict()),
    )


def _visual_ids(model: Any, folder: Path) -> torch.Tensor:
    """Return the id of each code's visual token, int64 (number of codes,)."""
    mapping = model.vocabulary_mapping.img2bpe
    n_codes = model.config.vq_config.codebook_size
    if sorted(mapping) != list(range(n_codes)):
        raise InputError(
            f"{folder}: expected a visual token in vocabulary_map for each of {n_codes} codes, "
            f"found {len(mapping)}."
        )
    return torch.tensor([mapping[code] for code in range(n_codes)])


def _ids(processor: Any, prompt: str, size: int) -> torch.Tensor:
    inputs = processor(
        text=[prompt],
        return_for_image_generation=True,
        ratio="1:1",
        image_area=size * size,
        return_tensors="pt",
    )
    return inputs.input_ids[0]
