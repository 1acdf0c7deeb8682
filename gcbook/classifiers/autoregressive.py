r"""Autoregressive text-to-image models as classifiers (Jaini et al., 2024, Eq. 1; Parti there).

.. math::
    \mathrm{score}(x, y) = \log p_\theta(c \mid y) = \sum_{i=1}^{L} \log p_\theta(c_i \mid
    c_1, \dots, c_{i-1}, y), \qquad c = \mathrm{tokens}(x)

One forward pass a class gives it exactly: all tokens go in at once, moved by one place, so that
what predicts a token has seen those before it and no other.

It is the likelihood of the *tokens*, not of the pixels. The tokenizer loses detail, and what it
loses can decide nothing. The number of tokens and of codes differs between models, so that nats
of one are not nats of another.
"""

from collections.abc import Callable, Sequence
from typing import Any, Unpack

import numpy as np
import torch
from torch.nn.functional import normalize
from torch.nn.utils.rnn import pad_sequence

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.classifiers.protocol import Adapter, Clip, Draws, Labels, Measured, Named
from gcbook.files.errors import InputError

Tokenize = Callable[[Sequence[np.ndarray]], torch.Tensor]
LogProb = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

LOGITS_AT_ONCE = 2**26
"""How many float32 logits are held at a time: a quarter of a gigabyte."""


class AutoregressiveClassifier(Adapter):
    """Any exact log p(tokens | class) as a classifier. Nothing is random: one draw is enough.

    Args:
        tokenize: maps images (a list of arrays (H, W, 3) in [0, 1]) to tokens, int64 (N, L).
        log_prob: ``log_prob(tokens (N, L), label (N,) int64) -> (N, L)``, for each token the
            natural log of its probability given the class and the tokens before it.
        named: see `gcbook.classifiers.protocol.Named`.
    """

    kind = "autoregressive"
    parts = ("tokenize", "log_prob")
    measures: tuple[str, ...] = ("nll",)
    deterministic = True

    def __init__(self, tokenize: Tokenize, log_prob: LogProb, **named: Unpack[Named]) -> None:
        super().__init__({"space": "tokens"}, **named)
        self.tokenize = tokenize
        self.log_prob = log_prob

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.tokenize(images)

    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
        # Thousands of nats, of which classes differ by a few: float32 sums would round those.
        return {"nll": -self.log_prob(x, self.one_each(labels)).cpu().double().sum(1)}


def token_log_prob(
    hidden: torch.Tensor,
    tokens: torch.Tensor,
    head: Callable[[torch.Tensor], torch.Tensor],
    n_codes: int,
) -> torch.Tensor:
    """Return log p of every token, float32 (N, L).

    Args:
        hidden: states (N, L, D), each one that which predicts the token of its place.
        tokens: codes, int64 (N, L).
        head: maps states (N, l, D) to logits (N, l, n_codes). It is called for a few places at a
            time: all logits of a large image can be larger than the model.
        n_codes: size of the vocabulary of images.
    """
    places = max(1, LOGITS_AT_ONCE // (len(tokens) * n_codes))
    found = []
    for states, wanted in zip(hidden.split(places, 1), tokens.split(places, 1), strict=True):
        logits = head(states).float()
        chosen = logits.gather(-1, wanted.unsqueeze(-1)).squeeze(-1)
        found.append(chosen - logits.logsumexp(-1))
    return torch.cat(found, 1)


def hidden_after_prompts(
    network: Any,
    prompts: Sequence[torch.Tensor],
    image: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    """Run a causal network over prompts and images; return the states that predict the images.

    The last state of the prompt predicts the first image token, the state of each image token the
    next. Padding stands at the end, where a causal network cannot see it and no position shifts,
    so that a score depends on its own prompt alone.

    Args:
        network: a decoder of transformers.
        prompts: embeddings of each class's prompt, (P_k, D).
        image: embeddings of the image tokens, (N, M, D).
        labels: class of each, int64 (N,).

    Returns:
        (N, M, D); the state in place i has seen the prompt and the first i image tokens.
    """
    classes = labels.tolist()
    rows = [torch.cat([prompts[k], tokens[:-1]]) for k, tokens in zip(classes, image, strict=True)]
    padded = pad_sequence(rows, batch_first=True)
    states = network(inputs_embeds=padded, use_cache=False).last_hidden_state
    places = torch.arange(image.shape[1], device=states.device)
    first = torch.tensor([len(prompts[k]) for k in classes], device=states.device) - 1
    row = torch.arange(len(classes), device=states.device)
    return states[row[:, None], first[:, None] + places]


def load_janus(checkpoint: Checkpoint) -> AutoregressiveClassifier:
    """Make a classifier of a folder in the format of transformers' JanusForConditionalGeneration.

    Janus and Janus-Pro (Wu et al., 2024; Chen et al., 2025): one language model has two ways out, a
    text head and a generation head over the 16,384 codes of its image tokenizer. Image tokens have
    their own embeddings as well. The prompt is what the processor makes in its image mode: the chat
    template with the prompt as the user's turn, then the begin-of-image token. Images of 384 × 384
    are 24 × 24 tokens.
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
    said = [[{"type": "text", "text": prompt}] for prompt in checkpoint.prompts]
    turns = [[{"role": "user", "content": content}] for content in said]
    texts = [processor.apply_chat_template(each, add_generation_prompt=True) for each in turns]
    embed = network.language_model.get_input_embeddings()
    asked = [processor(text=[text], generation_mode="image", return_tensors="pt") for text in texts]
    with torch.no_grad():
        embedded = [embed(each.input_ids[0].to(device)) for each in asked]

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
