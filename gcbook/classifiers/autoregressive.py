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
from torch.nn.utils.rnn import pad_sequence

from gcbook.classifiers.protocol import Adapter, Clip, Draws, Labels, Measured, Named

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
