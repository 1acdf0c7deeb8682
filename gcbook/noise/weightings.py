r"""Weights w_t of the errors that a score averages.

The raw error of a draw is that of the predicted clean image. Any other diffusion loss is the same
error under another weight, which is why raw errors are what is kept:

=============  ===========================================================================
``exp:K``      :math:`e^{-Kt}`; the paper's is ``exp:7`` (Clark & Jaini, 2023)
``uniform``    1: the error of the clean image itself
``eps``        :math:`\mathrm{SNR}_t`: the error of the noise, since
               :math:`\varepsilon - \hat\varepsilon = (\hat x - x)\,\alpha_t / \sigma_t`
               (Ho et al., 2020); ``snr`` is the same
``snr:G``      :math:`\min(\mathrm{SNR}_t, G)` (Hang et al., 2023)
``elbo``       :math:`-\tfrac12\,\mathrm{SNR}'_t`: the variational bound of the likelihood
               (Kingma et al., 2021)
=============  ===========================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule, Schedule, log_snr

Norm = Literal["l2", "l1"]
NORMS: tuple[Norm, ...] = ("l2", "l1")

ALLOWED = "exp:K (K >= 0), uniform, eps, snr, snr:G (G > 0), elbo"


@dataclass(frozen=True)
class Weighting:
    """A weighting; those of one name are equal."""

    name: str
    _weights: Callable[[np.ndarray, np.ndarray, Schedule | None, Norm], np.ndarray] = field(
        compare=False, repr=False
    )

    def weights(
        self,
        t: np.ndarray,
        log_snr: np.ndarray,
        schedule: Schedule | None = None,
        norm: Norm = "l2",
    ) -> np.ndarray:
        """Return w_t for errors of a norm, float64 of t's shape.

        Args:
            t: times in (0, 1].
            log_snr: logarithm of the signal-to-noise ratio at each.
            schedule: needed by ``elbo`` alone.
            norm: "l2" weighs mean squares, "l1" mean absolute values.

        Raises:
            InputError: the weighting needs a schedule, or is not defined for the norm.
        """
        t = np.asarray(t, dtype=np.float64)
        return self._weights(t, np.asarray(log_snr, dtype=np.float64), schedule, norm)


def parse_weighting(text: str) -> Weighting:
    """Make a weighting from its name.

    >>> parse_weighting("exp:7").weights(np.array([0.0, 1.0]), np.zeros(2)).round(5).tolist()
    [1.0, 0.00091]

    Raises:
        InputError: there is no such weighting.
    """
    name, colon, number = text.strip().lower().partition(":")
    if not colon and name == "uniform":
        return Weighting("uniform", lambda t, log_snr, schedule, norm: np.ones_like(t))
    if not colon and name in ("eps", "snr"):
        return Weighting(name, lambda t, log_snr, schedule, norm: _snr(log_snr, norm))
    if not colon and name == "elbo":
        return Weighting(name, _elbo)
    value = _number(number) if colon else None
    if name == "exp" and value is not None and value >= 0:
        return Weighting(f"exp:{value:g}", lambda t, log_snr, schedule, norm: np.exp(-value * t))
    if name == "snr" and value is not None and value > 0:
        return Weighting(
            f"snr:{value:g}",
            lambda t, log_snr, schedule, norm: np.minimum(
                _snr(log_snr, norm), value if norm == "l2" else value**0.5
            ),
        )
    raise InputError(f"weighting: expected one of {ALLOWED}; found {text!r}.")


def vlb_weights(schedule: DiscreteSchedule) -> np.ndarray:
    r"""Return the weights of the discrete variational bound, float64 of shape (T,).

    Step i of the bound is :math:`\tfrac12(\mathrm{SNR}_{i-1} - \mathrm{SNR}_i)\lVert x -
    \hat x\rVert^2` summed over elements (Kingma et al., 2021, eq. 13). The first step has no step
    before it and is the reconstruction term, which no error of a clean image measures: weight 0.
    """
    kept = np.asarray(schedule.alphas_cumprod, dtype=np.float64)
    snr = kept / (1 - kept)
    return np.concatenate([[0.0], (snr[:-1] - snr[1:]) / 2])


def _snr(log_snr: np.ndarray, norm: Norm) -> np.ndarray:
    # The error of the noise is (α/σ) times that of the image: squared for squares only.
    return np.exp(log_snr if norm == "l2" else log_snr / 2)


def _elbo(t: np.ndarray, ratio: np.ndarray, schedule: Schedule | None, norm: Norm) -> np.ndarray:
    if norm != "l2":
        raise InputError("weighting elbo: a bound of the likelihood needs the norm l2, found l1.")
    if schedule is None:
        raise InputError("weighting elbo: needs the model's noise schedule, which is not known.")
    if isinstance(schedule, DiscreteSchedule):
        return schedule.n_steps * vlb_weights(schedule)[schedule.index(t)]
    # A central difference in log-SNR, whose slope varies far less than that of the ratio itself;
    # it still has a pole at either end, so that the step must shrink towards them.
    step = np.maximum(1e-3 * np.minimum(t, 1 - t), 1e-7)
    below, above = np.clip(t - step, 1e-8, 1 - 1e-8), np.clip(t + step, 1e-8, 1 - 1e-8)
    logs = [log_snr(schedule, at) for at in (below, above)]
    return -0.5 * np.exp(ratio) * (logs[1] - logs[0]) / (above - below)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


PAPER = parse_weighting("exp:7")
"""The paper's weighting."""
