r"""Forward diffusion: how an image is noised.

A clean image x becomes :math:`x_t = \alpha_t x + \sigma_t \varepsilon` with standard normal
:math:`\varepsilon`; t runs from 0 (clean) to 1 (noise alone). A *schedule* gives
:math:`\alpha_t` and :math:`\sigma_t`; :math:`\mathrm{SNR}_t = \alpha_t^2 / \sigma_t^2` is what
makes schedules comparable, since the same t is another signal-to-noise ratio under another one
(Kingma et al., 2021).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gcbook.files.errors import InputError


class Schedule(Protocol):
    """How much of the image and how much noise there is at time t in [0, 1]."""

    def alpha(self, t: np.ndarray) -> np.ndarray:
        """Return the factor of the image, float64 of t's shape, falling from 1."""

    def sigma(self, t: np.ndarray) -> np.ndarray:
        """Return the standard deviation of the noise, float64 of t's shape, rising to 1."""

    def snap(self, t: np.ndarray) -> np.ndarray:
        """Return the nearest times at which a network of this schedule can be asked."""

    def as_dict(self) -> dict[str, object]:
        """Return what `read_schedule` needs to make it again, ready for JSON."""


@dataclass(frozen=True)
class CosineSchedule:
    r"""Variance preserving, :math:`\alpha_t = \cos(\pi t / 2)` (Nichol & Dhariwal, 2021)."""

    def alpha(self, t: np.ndarray) -> np.ndarray:
        return np.cos(np.pi / 2 * np.asarray(t, dtype=np.float64))

    def sigma(self, t: np.ndarray) -> np.ndarray:
        return np.sin(np.pi / 2 * np.asarray(t, dtype=np.float64))

    def snap(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(t, dtype=np.float64)

    def as_dict(self) -> dict[str, object]:
        return {"name": "cosine"}


@dataclass(frozen=True)
class FlowSchedule:
    r"""Straight paths from image to noise: :math:`\alpha_t = 1 - t, \sigma_t = t`.

    Rectified flow and flow matching (Liu et al., 2023; Lipman et al., 2023); the SD3 family.
    """

    def alpha(self, t: np.ndarray) -> np.ndarray:
        return 1 - np.asarray(t, dtype=np.float64)

    def sigma(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(t, dtype=np.float64)

    def snap(self, t: np.ndarray) -> np.ndarray:
        return np.asarray(t, dtype=np.float64)

    def as_dict(self) -> dict[str, object]:
        return {"name": "flow"}


@dataclass(frozen=True)
class DiscreteSchedule:
    r"""The T steps of a DDPM (Ho et al., 2020): index i stands for t = (i + 1)/T.

    Args:
        alphas_cumprod: :math:`\bar\alpha_i = \alpha_t^2` of every step, falling within (0, 1).
    """

    alphas_cumprod: tuple[float, ...]

    def __post_init__(self) -> None:
        values = np.asarray(self.alphas_cumprod, dtype=np.float64)
        if values.ndim != 1 or not len(values) or not np.all((values >= 0) & (values <= 1)):
            raise InputError(
                "DiscreteSchedule: expected alphas_cumprod, one number in [0, 1] a step; found "
                f"{len(values)} numbers from {values.min(initial=np.inf):.3g} to "
                f"{values.max(initial=-np.inf):.3g}."
            )
        if np.any(np.diff(values) > 0):
            raise InputError(
                "DiscreteSchedule: expected alphas_cumprod that never rise, found a rise."
            )

    @property
    def n_steps(self) -> int:
        """The number of steps T."""
        return len(self.alphas_cumprod)

    @cached_property
    def _table(self) -> np.ndarray:
        return np.asarray(self.alphas_cumprod, dtype=np.float64)

    def index(self, t: np.ndarray) -> np.ndarray:
        """Return the step 0 ≤ i < T whose interval (i/T, (i + 1)/T] holds t."""
        # A time that (i + 1)/T gave must find its i again, also when rounded to 32 bits: networks
        # are given those, and 3e-8 of t is 1.2e-4 of one of 4,000 steps.
        steps = np.ceil(np.asarray(t, dtype=np.float64) * self.n_steps - 2e-4).astype(np.int64) - 1
        return np.clip(steps, 0, self.n_steps - 1)

    def alpha(self, t: np.ndarray) -> np.ndarray:
        return np.sqrt(self._table[self.index(t)])

    def sigma(self, t: np.ndarray) -> np.ndarray:
        return np.sqrt(1 - self._table[self.index(t)])

    def snap(self, t: np.ndarray) -> np.ndarray:
        return (self.index(t) + 1) / self.n_steps

    def as_dict(self) -> dict[str, object]:
        return {"name": "discrete", "alphas_cumprod": self._table.tolist()}


def read_schedule(stored: dict[str, object]) -> Schedule:
    """Make the schedule that `Schedule.as_dict` described.

    Raises:
        InputError: the description is of no schedule known here.
    """
    match stored:
        case {"name": "cosine"}:
            return CosineSchedule()
        case {"name": "flow"}:
            return FlowSchedule()
        case {"name": "discrete", "alphas_cumprod": list(values)}:
            return DiscreteSchedule(tuple(map(float, values)))
    raise InputError(
        f"expected a schedule named cosine, flow or discrete, found {stored.get('name')!r}."
    )


def log_snr(schedule: Schedule, t: np.ndarray) -> np.ndarray:
    r"""Return :math:`\log(\alpha_t^2 / \sigma_t^2)`; infinite where there is no noise or no image.

    >>> float(log_snr(FlowSchedule(), np.array(0.5)))
    0.0
    """
    with np.errstate(divide="ignore"):
        return 2 * (np.log(schedule.alpha(t)) - np.log(schedule.sigma(t)))
