"""Parti's recipe (Yu et al., 2022) in an open format: a T5 over the codes of a VQ model.

The encoder reads the prompt, the decoder writes image codes row by row. A folder holds::

    model_index.json   _class_name "T5VQPipeline", resolution, image_token_offset
    tokenizer/         a fast tokenizer of transformers
    transformer/       T5ForConditionalGeneration
    vqvae/             diffusers' VQModel, which takes and gives pixels in [0, 1], as aMUSEd's

T5 has one vocabulary for both sides: ids below ``image_token_offset`` are text, and code c of the
VQ model is id ``image_token_offset + c``. The decoder begins with its ``decoder_start_token_id``
and stops after ``(resolution / patch)²`` codes; there is no end token, since every image has as
many. Its softmax is taken over the codes of images alone.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence

from gcbook.classifiers.autoregressive import AutoregressiveClassifier, token_log_prob
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.token_networks import naming_classifier, read_naming
from gcbook.classifiers.tokens import VQTokenizer
from gcbook.files.errors import InputError

PIPELINE = "T5VQPipeline"


def save_t5vq(
    folder: str | Path,
    *,
    transformer: Any,
    tokenizer: Any,
    vqvae: Any,
    resolution: int,
    image_token_offset: int,
) -> None:
    """Write a T5-VQ model in the format above.

    Args:
        folder: made if it is missing.
        transformer: T5ForConditionalGeneration.
        tokenizer: of prompts; adds what the encoder was trained to see, such as an end token.
        vqvae: diffusers' VQModel.
        resolution: side of the images in pixels.
        image_token_offset: the id of the VQ model's code 0.
    """
    _check(transformer.config, vqvae.config, image_token_offset, str(folder))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    transformer.save_pretrained(folder / "transformer")
    vqvae.save_pretrained(folder / "vqvae")
    tokenizer.save_pretrained(folder / "tokenizer")
    index = {
        "_class_name": PIPELINE,
        "resolution": resolution,
        "image_token_offset": image_token_offset,
        "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
        "transformer": ["transformers", "T5ForConditionalGeneration"],
        "vqvae": ["diffusers", "VQModel"],
    }
    text = json.dumps(index, indent=2) + "\n"
    (folder / "model_index.json").write_text(text, encoding="utf-8")


def load_t5vq(checkpoint: Checkpoint) -> AutoregressiveClassifier:
    """Make a classifier of a T5-VQ folder; the prompts are encoded once."""
    tokenize, decode, head = _open(checkpoint, checkpoint.prompts)
    n_codes = tokenize.n_codes
    _, offset = _index(checkpoint)

    @torch.no_grad()
    def log_prob(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        codes = slice(offset, offset + n_codes)
        states = decode(tokens[:, :-1], label)
        return token_log_prob(states, tokens, lambda each: head(each, codes), n_codes)

    return AutoregressiveClassifier(
        tokenize,
        log_prob,
        **checkpoint.named(prompts=checkpoint.prompts, **tokenize.fit.as_dict()),
    )


def load_t5vq_naming(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a T5 that was trained to name the class behind the last code.

    Raises:
        InputError: model_index.json lacks an entry, or the parts do not fit one another.
    """
    names, prompt = read_naming(checkpoint)
    tokenize, decode, head = _open(checkpoint, [prompt])

    @torch.no_grad()
    def logits(tokens: torch.Tensor) -> torch.Tensor:
        last = decode(tokens, tokens.new_zeros(len(tokens)))[:, -1]
        return head(last, slice(len(names)))

    return naming_classifier(tokenize, logits, names, checkpoint)


def _open(
    checkpoint: Checkpoint, prompts: Sequence[str]
) -> tuple[
    VQTokenizer,
    Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    Callable[[torch.Tensor, slice], torch.Tensor],
]:
    """Return the tokenizer, what reads codes, and what its states say of the vocabulary.

    The second gives states (N, L + 1, D) of codes (N, L) and prompts (N,), those before the first
    code included; the third logits of some ids.
    """
    resolution, offset = _index(checkpoint)
    model = checkpoint.network("transformer", "T5ForConditionalGeneration")
    vqvae = checkpoint.network("vqvae", "VQModel", dtype=torch.float32)
    _check(model.config, vqvae.config, offset, str(checkpoint.path))
    tokenize = VQTokenizer(vqvae, ImageFit(resolution))
    text, mask = _encode_prompts(model, checkpoint.tokenizer(), prompts)
    # T5 v1.0 scales its decoder's output, v1.1 does not; the configuration tells.
    scale = model.config.d_model**-0.5 if model.config.scale_decoder_outputs else 1.0

    def head(states: torch.Tensor, ids: slice) -> torch.Tensor:
        return torch.nn.functional.linear(states * scale, model.lm_head.weight[ids])

    def decode(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        start = tokens.new_full((len(tokens), 1), model.config.decoder_start_token_id)
        states: torch.Tensor = model.decoder(
            input_ids=torch.cat([start, tokens + offset], 1),
            encoder_hidden_states=text[label],
            encoder_attention_mask=mask[label],
            use_cache=False,
        ).last_hidden_state
        return states

    return tokenize, decode, head


def _encode_prompts(
    model: Any, tokenizer: Any, prompts: Sequence[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the encoder's states (K, P, D) and their mask (K, P); padding is all zero."""
    # Each alone: the states of one prompt cannot depend on how long another is.
    states = []
    for prompt in prompts:
        ids = tokenizer(prompt, return_tensors="pt").input_ids.to(model.device)
        with torch.no_grad():
            states.append(model.encoder(input_ids=ids).last_hidden_state[0])
    ones = [torch.ones(len(state), dtype=torch.long, device=state.device) for state in states]
    return pad_sequence(states, batch_first=True), pad_sequence(ones, batch_first=True)


def _index(checkpoint: Checkpoint) -> tuple[int, int]:
    values: list[Any] = [checkpoint.index.get(key) for key in ("resolution", "image_token_offset")]
    if not all(isinstance(value, int) for value in values):
        raise InputError(
            f"{checkpoint.path}: expected whole numbers resolution and image_token_offset in "
            f"model_index.json, found {values[0]!r} and {values[1]!r}; write the folder with "
            "save_t5vq."
        )
    return values[0], values[1]


def _check(transformer: Any, vqvae: Any, offset: int, where: str) -> None:
    if offset < 0:
        raise InputError(f"{where}: image_token_offset: expected 0 or more, found {offset}.")
    needed = offset + vqvae.num_vq_embeddings
    if transformer.vocab_size < needed:
        raise InputError(
            f"{where}: expected a transformer with at least {needed} ids, {offset} of text and "
            f"{vqvae.num_vq_embeddings} of image codes; found {transformer.vocab_size}."
        )
    if transformer.decoder_start_token_id is None:
        raise InputError(
            f"{where}: expected decoder_start_token_id in the transformer's configuration, "
            "found none."
        )
