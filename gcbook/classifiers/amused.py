"""aMUSEd (Patil et al., 2024) in diffusers' ``AmusedPipeline`` format.

A U-ViT over the codes of a VQ model, conditioned on CLIP: the states before the text encoder's
last layer, its projected pooled output, and five numbers: width and height of the original image,
the corner of its crop, and an aesthetic score. They are set as the pipeline sets them: the whole
image at the model's resolution, score 6. There is no guidance.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.masked import MaskedBound, MaskedNetwork, MaskedRegeneration, Remask
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.token_networks import naming_classifier, read_naming
from gcbook.classifiers.tokens import VQTokenizer
from gcbook.files.errors import InputError

AESTHETIC_SCORE = 6
"""What the pipeline asks for unless told otherwise, on the scale of LAION's predictor."""


def load_amused(
    checkpoint: Checkpoint,
    method: Literal["bound", "regenerate"] = "bound",
    mask_ratio: float | None = None,
    steps: int | None = None,
) -> MaskedBound | MaskedRegeneration:
    """Make a classifier of a folder in the format; the prompts are encoded once.

    Args:
        checkpoint: the folder.
        method: "bound" or "regenerate"; see `gcbook.classifiers.masked`.
        mask_ratio: for "regenerate": share of the tokens to be regenerated, in [0, 1]; by
            default a half.
        steps: for "regenerate": in how many steps, one network evaluation each; by default 12.
    """
    if method not in ("bound", "regenerate"):
        raise InputError(f"method: expected bound or regenerate, found {method!r}.")
    if method == "bound" and (mask_ratio, steps) != (None, None):
        raise InputError(
            f"{checkpoint.path}: mask_ratio and steps are settings of method='regenerate'; the "
            "bound masks at random rates."
        )
    tokenizer, predict, scheduler = _open(checkpoint, checkpoint.prompts)
    network = MaskedNetwork(
        tokenizer.pixels, tokenizer.encode, tokenizer.decode, predict, scheduler.mask_token_id
    )
    named = checkpoint.named(prompts=checkpoint.prompts, **tokenizer.fit.as_dict())
    if method == "bound":
        return MaskedBound(network, **named)
    return MaskedRegeneration(
        network,
        mask_ratio=0.5 if mask_ratio is None else mask_ratio,
        remask=Remask(12 if steps is None else steps, scheduler.masking_schedule),
        **named,
    )


def load_amused_naming(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a U-ViT that was trained to name the class of unmasked codes.

    Raises:
        InputError: a part is missing, or the prompt is longer than the text encoder reads.
    """
    names, prompt = read_naming(checkpoint)
    tokenizer, predict, _ = _open(checkpoint, [prompt])

    def logits(tokens: torch.Tensor) -> torch.Tensor:
        return predict(tokens, tokens.new_zeros(len(tokens)))[..., : len(names)].mean(dim=1)

    return naming_classifier(tokenizer, logits, names, checkpoint)


def _open(
    checkpoint: Checkpoint, prompts: Sequence[str]
) -> tuple[VQTokenizer, Callable[[torch.Tensor, torch.Tensor], torch.Tensor], Any]:
    """Return the tokenizer, `MaskedNetwork.predict`, and the scheduler's configuration."""
    from diffusers import AmusedScheduler

    device, dtype = checkpoint.device, checkpoint.dtype
    transformer = checkpoint.ready(checkpoint.network("transformer", "UVit2DModel"))
    vqvae = checkpoint.network("vqvae", "VQModel", dtype=torch.float32)
    scheduler = AmusedScheduler.from_config(
        checkpoint.read_json("scheduler/scheduler_config.json")
    ).config
    mask = scheduler.mask_token_id
    if mask not in range(transformer.config.vocab_size):
        raise InputError(
            f"{checkpoint.path}: scheduler: mask_token_id: expected one of the transformer's "
            f"{transformer.config.vocab_size} tokens, found {mask!r}."
        )
    side = transformer.config.sample_size
    size = side * 2 ** (len(vqvae.config.block_out_channels) - 1)
    pooled, states = _encode_prompts(checkpoint, prompts)
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

    return VQTokenizer(vqvae, ImageFit(size)), predict, scheduler


@torch.no_grad()
def _encode_prompts(
    checkpoint: Checkpoint, prompts: Sequence[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pooled (K, D) and per-token (K, P, D) states, float32."""
    tokenizer = checkpoint.tokenizer()
    encoder = checkpoint.network("text_encoder", "CLIPTextModelWithProjection", dtype=torch.float32)
    length = tokenizer.model_max_length
    found = []
    for prompt in prompts:
        ids = tokenizer(prompt, padding="max_length", max_length=length, return_tensors="pt")
        if ids.input_ids.shape[1] > length:
            raise InputError(
                f"prompts: expected at most {length} tokens, found {ids.input_ids.shape[1]} in "
                f"{prompt!r}."
            )
        output = encoder(ids.input_ids.to(checkpoint.device), output_hidden_states=True)
        found.append((output.text_embeds, output.hidden_states[-2]))
    pooled, states = zip(*found, strict=True)
    return torch.cat(pooled), torch.cat(states)
