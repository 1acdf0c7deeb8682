r"""What the variational bound of a diffusion model with a known denoiser is made of.

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
cannot lie below theirs. Here are the steps and the errors, whose expectations over the noise are
taken by Gauss-Hermite quadrature; the chapter *A world small enough to know everything* adds them
up.
"""

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
