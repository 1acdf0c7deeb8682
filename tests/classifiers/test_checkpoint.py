from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import VQModel
from safetensors.torch import load_file, save_file
from tiny import tokens as tiny
from transformers import JanusForConditionalGeneration, T5ForConditionalGeneration

from gcbook.classifiers.checkpoint import load_weights
from gcbook.files.errors import InputError


@pytest.mark.parametrize("value", [None, torch.zeros(3, 3)])
@pytest.mark.parametrize(
    ("part", "kind", "file", "name"),
    [
        (
            "transformer",
            T5ForConditionalGeneration,
            "model.safetensors",
            "decoder.block.0.layer.0.SelfAttention.q.weight",
        ),
        ("vqvae", VQModel, "diffusion_pytorch_model.safetensors", "quantize.embedding.weight"),
    ],
)
def test_weights_that_would_be_random_are_an_error(
    tmp_path: Path, part: str, kind: Any, file: str, name: str, value: torch.Tensor | None
) -> None:
    folder = tiny.t5_vq(tmp_path) / part
    model = load_weights(kind, folder)
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())
    weights = load_file(folder / file)
    del weights[name]
    if value is not None:
        weights[name] = value
    save_file(weights, folder / file, metadata={"format": "pt"})
    with pytest.raises(InputError, match=f"expected all weights of {kind.__name__}"):
        load_weights(kind, folder)


def test_named_modules_keep_their_exact_weights(tmp_path: Path) -> None:
    folder = tiny.janus(tmp_path)
    exact = load_weights(JanusForConditionalGeneration, folder).model
    mixed = load_weights(
        JanusForConditionalGeneration, folder, torch.bfloat16, float32=("vqmodel",)
    ).model
    assert mixed.generation_head.vision_head.weight.dtype == torch.bfloat16
    for one, other in zip(exact.vqmodel.parameters(), mixed.vqmodel.parameters(), strict=True):
        assert torch.equal(one, other)
