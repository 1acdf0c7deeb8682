r"""The variational bound of a diffusion model with a known denoiser, term by term.

With T steps of decreasing signal-to-noise ratio :math:`\mathrm{SNR}_i = \alpha_i^2/\sigma_i^2`, the
bound of a number x is a sum of three parts (Ho et al., 2020; Kingma et al., 2021):

.. math::
    -\log p(x) \le
    \underbrace{\mathrm{KL}\big(q(x_T|x)\,\|\,N(0, 1)\big)}_\text{prior}
    + \underbrace{\mathbb E\,\big[-\log N(x; \hat x(x_1), 1/\mathrm{SNR}_1)\big]}_\text{recon.}
    + \underbrace{\tfrac12 \sum_{i=2}^{T} (\mathrm{SNR}_{i-1} - \mathrm{SNR}_i)\,
    \mathbb E\,(x - \hat x(x_i))^2}_\text{diffusion}

What is bounded is the density of the chain of T steps, which is not quite that of the numbers: for
a single x the bound can lie on either side of the true -log p(x), while its mean over the numbers
cannot lie below theirs. Expectations over the noise are taken by Gauss-Hermite quadrature.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gcbook.noise.mixture import Mixture
from gcbook.noise.schedules import CosineSchedule

Floats = npt.NDArray[np.float64]

COSINE = CosineSchedule()

MOST, LEAST = 10.0, -10.0
"""Log-SNR of the first and of the last step: next to no noise, and next to nothing else."""

NODES = 64
"""Points of the quadrature."""


@dataclass(frozen=True)
class BoundTerms:
    """Parts of the bound of numbers x, in nats; each array has x's shape.

    Attributes:
        prior: what is left of x in the last step.
        reconstruction: what the first step leaves open.
        diffusion: all steps between.
    """

    prior: Floats
    reconstruction: Floats
    diffusion: Floats

    @property
    def total(self) -> Floats:
        """The bound of -log p(x)."""
        return self.prior + self.reconstruction + self.diffusion


def time_of(log_snr: npt.ArrayLike) -> Floats:
    """Return the time at which the cosine schedule has a log-SNR.

    >>> time_of([0.0]).tolist()
    [0.5]
    """
    found: Floats = 2 / np.pi * np.arctan(np.exp(-np.asarray(log_snr, dtype=np.float64) / 2))
    return found


def step_times(steps: int) -> Floats:
    """Return times of the cosine schedule, evenly spaced in log-SNR, from `MOST` to `LEAST`.

    Args:
        steps: how many, at least 2.
    """
    return time_of(np.linspace(MOST, LEAST, steps))


def expected_errors(model: Mixture, x: npt.ArrayLike, times: npt.ArrayLike) -> Floats:
    """Return the mean over the noise of the squared error of the clean number.

    Args:
        model: whose perfect denoiser guesses.
        x: clean numbers.
        times: of the cosine schedule.

    Returns:
        float64 (times, ...), of x's shape after the first axis.
    """
    clean = np.asarray(x, dtype=np.float64)
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    found = []
    at = np.asarray(times, dtype=np.float64)
    for alpha, sigma in zip(COSINE.alpha(at), COSINE.sigma(at), strict=True):
        guess = model.posterior_mean(alpha * clean[..., None] + sigma * points, alpha, sigma)
        found.append(((clean[..., None] - guess) ** 2) @ weights)
    return np.stack(found)


def bound_terms(model: Mixture, x: npt.ArrayLike, steps: int) -> BoundTerms:
    """Compute the bound of -log p(x) under a model's perfect denoiser.

    Args:
        model: of the numbers.
        x: clean numbers.
        steps: T, at least 2.
    """
    clean = np.asarray(x, dtype=np.float64)
    times = step_times(steps)
    alpha, sigma = COSINE.alpha(times), COSINE.sigma(times)
    ratio = (alpha / sigma) ** 2
    errors = expected_errors(model, clean, times)
    falls = (ratio[:-1] - ratio[1:]).reshape(-1, *[1] * clean.ndim)
    diffusion = (falls / 2 * errors[1:]).sum(0)
    prior = (alpha[-1] ** 2 * clean**2 + sigma[-1] ** 2 - 1) / 2 - np.log(sigma[-1])
    reconstruction = (np.log(2 * np.pi / ratio[0]) + ratio[0] * errors[0]) / 2
    return BoundTerms(prior, reconstruction, diffusion)
