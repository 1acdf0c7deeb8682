r"""Numbers for images: a class on a line, of which everything is known.

The class is a mixture of Gaussians of one variance, :math:`p(x) = \sum_k \pi_k N(x; m_k, s^2)`.
Noised, :math:`x_t = \alpha_t x + \sigma_t \varepsilon`, it stays one, with means
:math:`\alpha_t m_k` and variance :math:`v_t = \alpha_t^2 s^2 + \sigma_t^2`, so that its density
and the best guess of the clean number have closed forms. Classes of `gcbook.classifiers.toy` are
products of two such mixtures, and in one dimension integrals can be done to many digits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Floats = npt.NDArray[np.float64]

NODES = 40
"""Points of the quadrature in each clump."""


@dataclass(frozen=True)
class Mixture:
    """A class.

    Attributes:
        means: centres of the clumps.
        weights: their shares.
        sd: standard deviation of a clump.
    """

    means: tuple[float, ...]
    weights: tuple[float, ...]
    sd: float

    def log_density(self, x: npt.ArrayLike, alpha: float = 1.0, sigma: float = 0.0) -> Floats:
        """Return the logarithm of the density of noised numbers, float64 of x's shape."""
        logs, _, total = self._logs(x, alpha, sigma)
        found: Floats = logsumexp(logs, axis=0) - 0.5 * np.log(2 * np.pi * total)
        return found

    def posterior_mean(self, x_t: npt.ArrayLike, alpha: float, sigma: float) -> Floats:
        """Return the mean of the clean number given the noised one: the perfect denoiser."""
        share, offset, total = self._logs(x_t, alpha, sigma)
        # In place: these arrays are large, and are made for every step of a bound.
        share -= share.max(0)
        np.exp(share, out=share)
        share /= share.sum(0)
        offset *= alpha * self.sd**2 / total
        offset += _first(self.means, offset)
        offset *= share
        found: Floats = offset.sum(0)
        return found

    def quadrature(self) -> tuple[Floats, Floats]:
        """Return numbers and weights that give means over the mixture, each (clumps · NODES,)."""
        points, weights = np.polynomial.hermite_e.hermegauss(NODES)
        numbers = np.add.outer(np.asarray(self.means), self.sd * points)
        shares = np.outer(self.weights, weights / weights.sum())
        return numbers.ravel(), shares.ravel()

    def _logs(self, x: npt.ArrayLike, alpha: float, sigma: float) -> tuple[Floats, Floats, float]:
        """Log-density in each clump less a constant, offset from its centre, and variance.

        Clumps are the first axis: sums over a short last one take several times as long.
        """
        values = np.asarray(x, dtype=np.float64)[None]
        offset = values - alpha * _first(self.means, values)
        total = alpha**2 * self.sd**2 + sigma**2
        logs = offset**2
        logs /= 2 * total
        np.subtract(_first(np.log(self.weights), values), logs, out=logs)
        return logs, offset, total


def _first(values: npt.ArrayLike, like: Floats) -> Floats:
    return np.asarray(values, dtype=np.float64).reshape(-1, *[1] * (like.ndim - 1))
