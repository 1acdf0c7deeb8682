r"""Masked image-token models (MaskGIT, Muse, aMUSEd) as classifiers, in two ways.

`MaskedBound`: a bound on the likelihood of the tokens c. With a rate r uniform in (0, 1), each
token is masked with probability r, and

.. math::
    -\log p_\theta(c \mid y) \le \mathbb{E}_{r, m}\Big[ \frac{1}{r} \sum_{i\,:\,m_i = 1} -\log
    p_\theta(c_i \mid c_{\bar m}, y) \Big],

the average over all orders in which tokens could be revealed one by one (Uria et al., 2014;
Sahoo et al., 2024). A draw that masks nothing counts as 0: that, too, is part of the average, and
leaving it out would bias small rates upwards.

`MaskedRegeneration`: what Jaini et al. (2024, Appendix B) tried with Muse. Mask part of the
tokens, regenerate them under each prompt, and take the class whose image lies closest to the
original in pixels. They found it near chance: where a model cannot draw a class it sticks to the
original, and so that class comes closest. The paper gives neither mask ratio nor steps; both are
settings here, and recorded.

Both use the same random numbers for all classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
import torch

from gcbook.classifiers.protocol import (
    Adapter,
    Clip,
    Draw,
    Draws,
    Labels,
    Measured,
    Named,
    mean_errors,
    shared_rows,
)
from gcbook.classifiers.regeneration import Remask, Stream, regenerate
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_generator, timestep


@dataclass(frozen=True)
class MaskedNetwork:
    """A masked model, loaded.

    Attributes:
        pixels: images (a list of arrays (H, W, 3) in [0, 1]) to the model's resolution, (N, 3,
            size, size) in [0, 1].
        encode: those pixels to tokens, int64 (N, L).
        decode: tokens to pixels (N, 3, size, size) in [0, 1].
        predict: ``predict(tokens, label) -> logits``: tokens int64 (N, L) with ``mask_token``
            where masked, label int64 (N,); logits (N, L, number of codes).
        mask_token: the id that stands for a masked token.
    """

    pixels: Callable[[Sequence[np.ndarray]], torch.Tensor]
    encode: Callable[[torch.Tensor], torch.Tensor]
    decode: Callable[[torch.Tensor], torch.Tensor]
    predict: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    mask_token: int


class MaskedBound(Adapter):
    """The bound: each draw is an unbiased estimate of it, in nats.

    Args:
        network: the model.
        named: see `gcbook.classifiers.protocol.Named`.
    """

    kind = "masked"
    parts = ("network",)
    measures: tuple[str, ...] = ("nll",)

    def __init__(self, network: MaskedNetwork, **named: Unpack[Named]) -> None:
        super().__init__({"space": "tokens", "method": "bound"}, **named)
        self.network = network

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.network.encode(self.network.pixels(images))

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        """Draw the rate, kept as t, and a uniform number a token: those below t are masked."""
        generator = keyed_generator(rule.seed, image_id, index, "mask")
        uniform = generator.random(tuple(prepared.shape), np.float32)
        return Draw(index, timestep(rule, image_id, index), noise=uniform)

    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
        rate = torch.tensor([draw.t for draw in draws], dtype=torch.float64)
        uniform = torch.from_numpy(np.stack([np.asarray(draw.noise) for draw in draws]))
        hidden = (uniform < rate[:, None]).to(x.device)
        masked = x.masked_fill(hidden, self.network.mask_token)
        logits = self.network.predict(masked, self.one_each(labels)).float()
        chosen = logits.gather(-1, x.unsqueeze(-1)).squeeze(-1)
        surprise = (logits.logsumexp(-1) - chosen).masked_fill(~hidden, 0)
        return {"nll": surprise.cpu().double().sum(1) / rate}


@dataclass(frozen=True)
class _StreamDraw(Draw):
    """A draw whose noise, too large to be kept, is made again wherever it is needed."""

    stream: Stream = field(repr=False, compare=False, kw_only=True)


class MaskedRegeneration(Adapter):
    """Mask, regenerate, compare in pixels: errors are means over elements in [-1, 1].

    Args:
        network: the model.
        mask_ratio: share of the tokens to be regenerated, in [0, 1].
        remask: how, in how many steps.
        named: see `gcbook.classifiers.protocol.Named`.

    Raises:
        InputError: no such share.
    """

    kind = "masked"
    parts = ("network",)
    measures: tuple[str, ...] = ("error_l2", "error_l1")

    def __init__(
        self, network: MaskedNetwork, *, mask_ratio: float, remask: Remask, **named: Unpack[Named]
    ) -> None:
        if not 0 <= mask_ratio <= 1:
            raise InputError(f"mask_ratio: expected a share in [0, 1], found {mask_ratio}.")
        known = {"space": "pixels", "method": "regenerate", "mask_ratio": mask_ratio}
        super().__init__(known | remask.as_dict(), **named)
        self.network = network
        self.mask_ratio = mask_ratio
        self.remask = remask
        self.evaluations = remask.steps

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return 2 * self.network.pixels(images) - 1

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        def stream(name: str) -> np.random.Generator:
            return keyed_generator(rule.seed, image_id, index, name)

        return _StreamDraw(index, self.mask_ratio, stream=stream)

    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
        label = self.one_each(labels)
        # Classes share a draw: its image is encoded once.
        first, index = shared_rows(draws)
        tokens = torch.cat([self.network.encode((x[row, None] + 1) / 2) for row in first])
        generated = regenerate(
            tokens[index],
            lambda masked: self.network.predict(masked, label),
            [draw.stream for draw in draws if isinstance(draw, _StreamDraw)],
            mask_token=self.network.mask_token,
            mask_ratio=self.mask_ratio,
            remask=self.remask,
        )
        return mean_errors(x - (2 * self.network.decode(generated) - 1))
