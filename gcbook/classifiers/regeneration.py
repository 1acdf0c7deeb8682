r"""Mask part of an image's tokens and regenerate them, a few more of them in every step.

The rule is that of MaskGIT and Muse (Chang et al., 2022, 2023) as diffusers' ``AmusedScheduler``
has it. In step s of S, all masked tokens are sampled; those in which the network had least
confidence, :math:`\log p + \tau_s g` with Gumbel noise g, are masked again, so many that a share
:math:`\cos(\frac{\pi}{2} \frac{s}{S})` (or :math:`1 - \frac{s}{S}`) of those masked at first is
left; tokens that were never masked stay. No guidance.

Tokens are sampled as the largest of logits + Gumbel noise, with noise of the image and the draw
alone: neither the other images of a batch nor the class change it, so that two classes get
different tokens only where the network's predictions differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import cos, pi

import numpy as np
import torch

from gcbook.classifiers.protocol import shared_rows
from gcbook.files.errors import InputError

Stream = Callable[[str], np.random.Generator]
"""Gives the generator of one image's draw for a named purpose, the same whenever asked."""


@dataclass(frozen=True)
class Remask:
    """How many tokens each step leaves masked, and how much chance decides which.

    Args:
        steps: number of steps; one network evaluation each.
        masking_schedule: "cosine" or "linear".
        temperature: of the noise on confidence, in the first step and in the last.
    """

    steps: int
    masking_schedule: str = "cosine"
    temperature: tuple[float, float] = (2.0, 0.0)

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise InputError(f"steps: expected at least 1, found {self.steps}.")
        if self.masking_schedule not in ("cosine", "linear"):
            raise InputError(
                f"masking_schedule: expected cosine or linear, found {self.masking_schedule!r}."
            )

    def share(self, step: int) -> float:
        """Return the share of the first masked tokens that step 0 ≤ s < steps leaves masked."""
        done = (step + 1) / self.steps
        return cos(done * pi / 2) if self.masking_schedule == "cosine" else 1 - done

    def heat(self, step: int) -> float:
        """Return the temperature of step 0 ≤ s < steps."""
        return float(np.linspace(*self.temperature, self.steps)[step])

    def as_dict(self) -> dict[str, object]:
        """Return the rule, ready for JSON."""
        return asdict(self) | {"temperature": list(self.temperature)}


def regenerate(
    tokens: torch.Tensor,
    predict: Callable[[torch.Tensor], torch.Tensor],
    streams: Sequence[Stream],
    *,
    mask_token: int,
    mask_ratio: float,
    remask: Remask,
) -> torch.Tensor:
    """Return images' tokens with a share of them regenerated.

    Args:
        tokens: int64 (N, L).
        predict: maps tokens (N, L), some masked, to logits (N, L, number of codes).
        streams: one a row; rows that share one get the same mask and noise.
        mask_token: the id that stands for a masked token.
        mask_ratio: share of the tokens that are masked at first, rounded to whole tokens.
        remask: the rule of the steps.

    Returns:
        int64 (N, L), nothing masked; where the share is less than a token, what was given, without
        asking the network.
    """
    length = tokens.shape[1]
    n_masked = round(mask_ratio * length)
    if n_masked == 0:
        return tokens.clone()
    order = _gumbel_rows(streams, "mask", length).to(tokens.device)
    current = tokens.masked_fill(_ranks(order) < n_masked, mask_token)
    for step in range(remask.steps):
        unknown = current == mask_token
        logits = predict(current).float()
        sampled = torch.where(unknown, _sample(logits, streams, step), current)
        if step == remask.steps - 1:
            return sampled
        left = _left(unknown.sum(1), n_masked * remask.share(step))
        chosen = logits.log_softmax(-1).gather(-1, sampled.unsqueeze(-1)).squeeze(-1)
        noise = _gumbel_rows(streams, f"confidence {step}", length)
        confidence = chosen + remask.heat(step) * noise.to(logits)
        confidence = confidence.masked_fill(~unknown, torch.inf)
        current = sampled.masked_fill(_ranks(confidence) < left[:, None], mask_token)
    return current


def _left(unknown: torch.Tensor, wanted: float) -> torch.Tensor:
    """Return how many of each row's masked tokens stay masked: fewer than were, but one."""
    fewer = torch.minimum(unknown - 1, torch.full_like(unknown, int(wanted)))
    return torch.minimum(fewer.clamp(min=1), unknown)


def _sample(logits: torch.Tensor, streams: Sequence[Stream], step: int) -> torch.Tensor:
    found = torch.empty(logits.shape[:2], dtype=torch.long, device=logits.device)
    first, index = shared_rows(streams)
    # One draw's noise is as large as one image's logits: rows that share it use it together.
    for place, row in enumerate(first):
        rows = [at for at, of in enumerate(index) if of == place]
        noise = _gumbel(streams[row](f"tokens {step}"), *logits.shape[1:])
        found[rows] = (logits[rows] + torch.from_numpy(noise).to(logits)).argmax(-1)
    return found


def _gumbel_rows(streams: Sequence[Stream], name: str, length: int) -> torch.Tensor:
    first, index = shared_rows(streams)
    noise = np.stack([_gumbel(streams[row](name), length) for row in first])
    return torch.from_numpy(noise)[index]


def _gumbel(generator: np.random.Generator, *shape: int) -> np.ndarray:
    # From float64: a float32 exponential is 0 now and then, and its Gumbel number infinite.
    return -np.log(generator.standard_exponential(shape)).astype(np.float32)


def _ranks(values: torch.Tensor) -> torch.Tensor:
    return values.argsort(stable=True, dim=1).argsort(stable=True, dim=1)
