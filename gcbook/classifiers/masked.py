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
tokens, generate them anew under each prompt, and take the class whose image lies closest to the
original in pixels. They found it near chance: where a model cannot draw a class it sticks to the
original, and so that class comes closest. The paper gives neither mask ratio nor steps; both are
settings here, and recorded.

Both use the same random numbers for all classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from gcbook.classifiers.protocol import Clip, Draw, describe_as
from gcbook.classifiers.regeneration import Remask, Stream, regenerate
from gcbook.classifiers.tokens import MaskedNetwork, check_prompts, torch_dtype
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_generator, timestep
from gcbook.paper.categories import CATEGORIES

__all__ = ["MaskedBound", "MaskedClassifier", "MaskedRegeneration", "load_masked"]


class MaskedClassifier:
    """What both ways share: names and the description.

    Args:
        network: the model.
        labels: names of the classes, in the order of their indices.
        name: the observer's name.
        details: what else makes the scores what they are, for `describe`.
    """

    measures: tuple[str, ...]
    joint = False
    deterministic = False
    evaluations = 1
    default_clip: Clip = "none"

    def __init__(
        self,
        network: MaskedNetwork,
        *,
        labels: Sequence[str] = CATEGORIES,
        name: str = "masked",
        details: dict[str, object] | None = None,
    ) -> None:
        self.network = network
        self.labels = tuple(labels)
        self.name = name
        self.details = network.details | (details or {})

    def describe(self) -> dict[str, object]:
        return describe_as("masked", self.name, self.labels, self.details)

    def n_elements(self, prepared: torch.Tensor) -> int:
        return prepared.numel()


class MaskedBound(MaskedClassifier):
    """The bound: each draw is an unbiased estimate of it, in nats."""

    measures: tuple[str, ...] = ("nll",)

    def describe(self) -> dict[str, object]:
        return super().describe() | {"space": "tokens", "method": "bound"}

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.network.encode(self.network.pixels(images))

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        """Draw the rate, kept as t, and a uniform number a token: those below t are masked."""
        pair, second = divmod(index, 2) if rule.antithetic else (index, 0)
        uniform = keyed_generator(rule.seed, image_id, pair, "mask").random(
            tuple(prepared.shape), np.float32
        )
        rate = timestep(rule, image_id, index)
        return Draw(index, rate, noise=1 - uniform if second else uniform)

    def measure(
        self,
        x: torch.Tensor,
        draws: Sequence[Draw],
        labels: torch.Tensor | None,
        clip: Clip,
    ) -> dict[str, torch.Tensor]:
        rate = torch.tensor([draw.t for draw in draws], dtype=torch.float64)
        uniform = torch.from_numpy(np.stack([np.asarray(draw.noise) for draw in draws]))
        hidden = (uniform < rate[:, None]).to(x.device)
        masked = x.masked_fill(hidden, self.network.mask_token)
        logits = self.network.predict(masked, _needed(labels)).float()
        chosen = logits.gather(-1, x.unsqueeze(-1)).squeeze(-1)
        surprise = (logits.logsumexp(-1) - chosen).masked_fill(~hidden, 0)
        return {"nll": surprise.cpu().double().sum(1) / rate}


@dataclass(frozen=True)
class _StreamDraw(Draw):
    """A draw whose noise, too large to be kept, is made again wherever it is needed."""

    stream: Stream | None = field(default=None, repr=False, compare=False)


class MaskedRegeneration(MaskedClassifier):
    """Mask, generate anew, compare in pixels: errors are means over elements in [-1, 1].

    Args:
        network: the model.
        mask_ratio: share of the tokens to be generated anew, in [0, 1].
        remask: how, in how many steps.
        labels: see `MaskedClassifier`, as are the others.

    Raises:
        InputError: no such share.
    """

    measures: tuple[str, ...] = ("error_l2", "error_l1")

    def __init__(
        self,
        network: MaskedNetwork,
        *,
        mask_ratio: float,
        remask: Remask,
        labels: Sequence[str] = CATEGORIES,
        name: str = "masked",
        details: dict[str, object] | None = None,
    ) -> None:
        if not 0 <= mask_ratio <= 1:
            raise InputError(f"mask_ratio: expected a share in [0, 1], found {mask_ratio}.")
        super().__init__(network, labels=labels, name=name, details=details)
        self.mask_ratio = mask_ratio
        self.remask = remask
        self.evaluations = remask.steps

    def describe(self) -> dict[str, object]:
        return super().describe() | {
            "space": "pixels",
            "method": "regenerate",
            "mask_ratio": self.mask_ratio,
            **self.remask.as_dict(),
        }

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return 2 * self.network.pixels(images) - 1

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        if rule.antithetic:
            raise InputError("antithetic: sampled tokens have no opposite; leave the setting out.")

        def stream(name: str) -> np.random.Generator:
            return keyed_generator(rule.seed, image_id, index, name)

        return _StreamDraw(index, self.mask_ratio, stream=stream)

    def measure(
        self,
        x: torch.Tensor,
        draws: Sequence[Draw],
        labels: torch.Tensor | None,
        clip: Clip,
    ) -> dict[str, torch.Tensor]:
        label = _needed(labels)
        # Classes share a draw: its image is encoded once.
        first = {id(draw): row for row, draw in enumerate(draws)}
        tokens = {key: self.network.encode((x[row, None] + 1) / 2)[0] for key, row in first.items()}
        generated = regenerate(
            torch.stack([tokens[id(draw)] for draw in draws]),
            lambda masked: self.network.predict(masked, label),
            [_stream(draw) for draw in draws],
            mask_token=self.network.mask_token,
            mask_ratio=self.mask_ratio,
            remask=self.remask,
        )
        difference = (x - (2 * self.network.decode(generated) - 1)).flatten(1)
        return {
            "error_l2": difference.square().mean(1),
            "error_l1": difference.abs().mean(1),
        }


def load_masked(
    path_or_id: str | Path,
    prompts: Sequence[str],
    *,
    labels: Sequence[str] = CATEGORIES,
    name: str = "",
    device: str = "cpu",
    dtype: str = "float32",
    method: Literal["bound", "regenerate"] = "bound",
    mask_ratio: float = 0.5,
    steps: int = 12,
) -> MaskedBound | MaskedRegeneration:
    """Make a classifier from a masked model in aMUSEd's format.

    Args:
        path_or_id: a local folder or a Hub id, such as amused/amused-256.
        prompts: one a class, in the order of ``labels``.
        labels: names of the classes.
        name: the observer's name; by default the last part of ``path_or_id``.
        device: where the networks run.
        dtype: of the transformer: float32, float16 or bfloat16; the image tokenizer and the
            softmax are float32 always.
        method: "bound" or "regenerate"; see the module.
        mask_ratio: for "regenerate": share of the tokens to be generated anew, in [0, 1].
        steps: for "regenerate": in how many steps; one network evaluation each.

    Raises:
        InputError: another format, or no such method, ratio or number of steps.
    """
    from gcbook.classifiers.amused import load_amused

    check_prompts(prompts, labels)
    if method not in ("bound", "regenerate"):
        raise InputError(f"method: expected bound or regenerate, found {method!r}.")
    network = load_amused(path_or_id, prompts, device=device, dtype=torch_dtype(dtype))
    common: dict[str, Any] = {
        "labels": labels,
        "name": name or Path(path_or_id).name,
        "details": {"prompts": list(prompts), "dtype": dtype},
    }
    if method == "bound":
        return MaskedBound(network, **common)
    remask = Remask(steps, network.masking_schedule)
    return MaskedRegeneration(network, mask_ratio=mask_ratio, remask=remask, **common)


def _stream(draw: Draw) -> Stream:
    if not isinstance(draw, _StreamDraw) or draw.stream is None:
        raise InputError("MaskedRegeneration.measure: expected draws of its own, found others.")
    return draw.stream


def _needed(labels: torch.Tensor | None) -> torch.Tensor:
    if labels is None:
        raise InputError("MaskedClassifier.measure: expected one label an image, found None.")
    return labels
