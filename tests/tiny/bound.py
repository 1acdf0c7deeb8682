r"""The discrete variational bound of a diffusion model's likelihood, from errors.

With steps i = 0 … T − 1, :math:`z_i = \alpha_i x + \sigma_i \varepsilon`, and
:math:`\mathrm{SNR}_i = \alpha_i^2 / \sigma_i^2` (Sohl-Dickstein et al., 2015; Kingma et al., 2021,
eq. 11–13),

.. math::
    -\log p(x) \le
    \underbrace{D_{KL}\left(q(z_{T-1} \mid x) \,\|\, N(0, I)\right)}_\text{prior}
    + \sum_{i=1}^{T-1} \tfrac12 \left(\mathrm{SNR}_{i-1} - \mathrm{SNR}_i\right)
      \mathbb{E} \lVert x - \hat x(z_i, i) \rVert^2
    \underbrace{- \mathbb{E} \log p(x \mid z_0)}_\text{reconstruction},

with :math:`p(x \mid z_0) = N(x; z_0 / \alpha_0, \mathrm{SNR}_0^{-1} I)` for data that are real
numbers. The sum is :math:`\mathbb{E}[w_t \lVert x - \hat x \rVert^2]` over uniform steps under the
weighting ``elbo``: the score of a diffusion classifier under that weighting is the bound, but for
terms that are the same for all classes. Under ``exp:7`` it bounds nothing.

All in nats, per image.
"""

import numpy as np

from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule
from gcbook.noise.variational import COSINE, expected_errors, step_times
from gcbook.noise.weightings import vlb_weights
from tiny.notebooks import names_of_cell

bound_parts = names_of_cell(
    "generative-classifier",
    "bound-parts",
    {"np": np, "COSINE": COSINE, "step_times": step_times, "errors_of_numbers": expected_errors},
)["bound_parts"]
"""The bound of numbers under a perfect denoiser, as the chapter computes it: its three parts."""


def variational_bound(
    step_errors: np.ndarray, mean_square: float, n_elements: int, schedule: DiscreteSchedule
) -> float:
    """Return the lower bound of an image's, or many images' mean, log-likelihood.

    Args:
        step_errors: expected error of the clean image at each step, a mean over elements, of shape
            (T,); the first is not used.
        mean_square: mean over elements of x².
        n_elements: number of elements.
        schedule: of T steps.

    Raises:
        InputError: there is not one error a step.
    """
    errors = np.asarray(step_errors, dtype=np.float64)
    if errors.shape != (schedule.n_steps,):
        raise InputError(
            f"variational_bound: expected {schedule.n_steps} errors, one a step; found an array of "
            f"shape {errors.shape}."
        )
    diffusion = n_elements * float(vlb_weights(schedule)[1:] @ errors[1:])
    return -(
        prior_divergence(mean_square, n_elements, schedule)
        + diffusion
        + reconstruction(n_elements, schedule)
    )


def prior_divergence(mean_square: float, n_elements: int, schedule: DiscreteSchedule) -> float:
    """Return the divergence of the last step from pure noise, in nats.

    Args:
        mean_square: mean over elements of x².
        n_elements: number of elements.
        schedule: its last step counts.
    """
    kept = schedule.alphas_cumprod[-1]
    return n_elements / 2 * float(kept * mean_square - kept - np.log1p(-kept))


def reconstruction(n_elements: int, schedule: DiscreteSchedule) -> float:
    """Return the expected negative log-likelihood of an image given its first step, in nats.

    Args:
        n_elements: number of elements.
        schedule: its first step counts.
    """
    kept = schedule.alphas_cumprod[0]
    return n_elements / 2 * float(np.log(2 * np.pi * (1 - kept) / kept) + 1)
