r"""What few draws make of a measure of decisions, and a correction to first order.

With few draws, errors are noisy, and a measure of the decisions is off: an accuracy is mostly too
low. Where it is off by about :math:`c / n` with n draws, half of them lose twice as much, and

.. math:: 2 \times \text{all} - \text{mean of the halves}

is free of that. The rest of the series stays. Where a measure has not begun to level off, many
answers depend on which half of the draws gives them, and the correction can be further off than
what it corrects. In the toy of `gcbook.classifiers.toy`, whose answers with endless draws are
known, it holds with fewer than `FEW_OPEN` of the answers open, and not where a fifth is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["FEW_OPEN", "WithDraws", "with_draws"]

FEW_OPEN = 0.08
"""Share of open answers below which the correction may be used."""


@dataclass(frozen=True)
class WithDraws:
    """A measure of the decision on each image, (images,).

    Attributes:
        of_all: with all draws.
        of_halves: the mean of both halves of the draws.
        is_open: whether the halves decide differently.
    """

    of_all: np.ndarray
    of_halves: np.ndarray
    is_open: np.ndarray

    @property
    def corrected(self) -> np.ndarray:
        """What endless draws would make of it, to first order: right in the mean over images."""
        return 2 * self.of_all - self.of_halves


def with_draws(
    errors: np.ndarray, weights: np.ndarray, measure: Callable[[np.ndarray], np.ndarray]
) -> WithDraws:
    """Decide by weighted errors, with all draws and with each half of them.

    >>> errors = np.array([[[[0.0, 1.0]], [[3.0, 1.0]]]])  # the halves of an image's draws
    >>> with_draws(errors, np.ones(1), lambda decided: decided == 1).corrected
    array([1.5])

    Args:
        errors: (images, halves, times, classes): of draws, or means of draws with about one time.
            A model in which nothing is random has one half, and its measure stays as it is.
        weights: of the errors, (times,) or (images, halves, times).
        measure: number or truth by image of decisions, int (images,): places among the classes.
    """
    sums = (weights[..., None] * errors).sum(axis=2)
    halves = sums.argmin(axis=2)
    of_halves = np.mean([measure(decided) for decided in halves.T], axis=0)
    of_all = np.asarray(measure(sums.sum(axis=1).argmin(axis=1)), float)
    return WithDraws(of_all, of_halves, halves.min(axis=1) != halves.max(axis=1))
