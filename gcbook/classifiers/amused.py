"""aMUSEd (Patil et al., 2024) in diffusers' ``AmusedPipeline`` format.

A U-ViT over the codes of a VQ model, conditioned on CLIP: the states before the text encoder's
last layer, its projected pooled output, and five numbers: width and height of the original image,
the corner of its crop, and an aesthetic score. They are set as the pipeline sets them: the whole
image at the model's resolution, score 6. There is no guidance.
"""

from collections.abc import Sequence
from pathlib import Path

import torch

from gcbook.classifiers.images import ImageFit
from gcbook.classifiers.loading import load_weights
from gcbook.classifiers.tokens import MaskedNetwork, VQTokenizer
from gcbook.classifiers.weights import hash_weights, locate_model
from gcbook.files.errors import InputError

__all__ = ["load_amused"]

AESTHETIC_SCORE = 6
"""What the pipeline asks for unless told otherwise, on the scale of LAION's predictor."""


def load_amused(
    path_or_id: str | Path, prompts: Sequence[str], *, device: str, dtype: torch.dtype
) -> MaskedNetwork:
    """Read a folder in the format; the prompts are encoded once.

    Raises:
        InputError: a part is missing, or a prompt is longer than the text encoder reads.
    """
    from diffusers import AmusedScheduler, UVit2DModel, VQModel

    folder = locate_model(path_or_id)
    for part in ("vqvae", "tokenizer", "text_encoder", "transformer", "scheduler"):
        if not (folder / part).is_dir():
            raise InputError(
                f"{folder}: expected aMUSEd's folders vqvae, tokenizer, text_encoder, transformer "
                f"and scheduler, found no {part}."
            )
    transformer = load_weights(UVit2DModel, folder / "transformer", dtype).to(device)
    vqvae = load_weights(VQModel, folder / "vqvae").to(device)
    scheduler = AmusedScheduler.from_pretrained(folder / "scheduler")
    side = transformer.config.sample_size
    size = side * 2 ** (len(vqvae.config.block_out_channels) - 1)
    pooled, states = _encode_prompts(folder, prompts, device)
    micro = torch.tensor([[size, size, 0, 0, AESTHETIC_SCORE]], device=device, dtype=dtype)

    @torch.no_grad()
    def predict(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        logits = transformer(
            tokens.reshape(-1, side, side),
            encoder_hidden_states=states[label].to(dtype),
            pooled_text_emb=pooled[label].to(dtype),
            micro_conds=micro.expand(len(tokens), -1),
        )
        return logits.flatten(2).movedim(1, -1)

    fit = ImageFit(size, "bicubic")
    tokenizer = VQTokenizer(vqvae, fit)
    return MaskedNetwork(
        tokenizer.pixels,
        tokenizer.encode,
        tokenizer.decode,
        predict,
        scheduler.config.mask_token_id,
        scheduler.config.masking_schedule,
        {
            "format": "AmusedPipeline",
            "weights": hash_weights(folder),
            "resolution": size,
            "resize": fit.describe(),
        },
    )


@torch.no_grad()
def _encode_prompts(
    folder: Path, prompts: Sequence[str], device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pooled (K, D) and per-token (K, P, D) states, float32."""
    from transformers import CLIPTextModelWithProjection, CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    encoder = load_weights(CLIPTextModelWithProjection, folder / "text_encoder").to(device)
    length = tokenizer.model_max_length
    found = []
    for prompt in prompts:
        ids = tokenizer(prompt, padding="max_length", max_length=length, return_tensors="pt")
        if ids.input_ids.shape[1] > length:
            raise InputError(
                f"prompts: expected at most {length} tokens, found {ids.input_ids.shape[1]} in "
                f"{prompt!r}."
            )
        output = encoder(ids.input_ids.to(device), output_hidden_states=True)
        found.append((output.text_embeds, output.hidden_states[-2]))
    pooled, states = zip(*found, strict=True)
    return torch.cat(pooled), torch.cat(states)
