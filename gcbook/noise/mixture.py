r"""Numbers for images: two classes on a line, of which everything is known.

Each class is a mixture of Gaussians of one variance, :math:`p(x) = \sum_k \pi_k N(x; m_k, s^2)`.
Noised, :math:`x_t = \alpha_t x + \sigma_t \varepsilon`, it stays one, with means
:math:`\alpha_t m_k` and variance :math:`v_t = \alpha_t^2 s^2 + \sigma_t^2`, so that its density,
its score and the best guess of the clean number have closed forms. It is `gcbook.classifiers.toy`
in one dimension, where integrals can be done to many digits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, softmax

__all__ = ["Mixture", "make_pair"]

Floats = npt.NDArray[np.float64]

SPACING = 4 / 3
"""Between clumps of one class; those of the other lie in the middle."""
CLUMPS = 6


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
        _, total, logs = self._clumps(x, alpha, sigma)
        found: Floats = logsumexp(logs, axis=0) - 0.5 * np.log(2 * np.pi * total)
        return found

    def posterior_mean(self, x_t: npt.ArrayLike, alpha: float, sigma: float) -> Floats:
        """Return the mean of the clean number given the noised one: the perfect denoiser."""
        offset, total, logs = self._clumps(x_t, alpha, sigma)
        share = softmax(logs, axis=0)
        nearer = (share * offset).sum(0)
        found: Floats = np.tensordot(self.means, share, 1) + alpha * self.sd**2 / total * nearer
        return found

    def score(self, x_t: npt.ArrayLike, alpha: float, sigma: float) -> Floats:
        """Return the slope of the log-density of noised numbers."""
        offset, total, logs = self._clumps(x_t, alpha, sigma)
        found: Floats = -(softmax(logs, axis=0) * offset).sum(0) / total
        return found

    def sample(self, n: int, generator: np.random.Generator) -> Floats:
        """Draw n numbers."""
        clump = generator.choice(len(self.means), size=n, p=self.weights)
        return np.asarray(self.means)[clump] + self.sd * generator.standard_normal(n)

    def quadrature(self, nodes: int = 40) -> tuple[Floats, Floats]:
        """Return numbers and weights that give means over the mixture, each (clumps · nodes,)."""
        points, weights = np.polynomial.hermite_e.hermegauss(nodes)
        numbers = np.add.outer(np.asarray(self.means), self.sd * points)
        shares = np.outer(self.weights, weights / weights.sum())
        return numbers.ravel(), shares.ravel()

    def _clumps(self, x: npt.ArrayLike, alpha: float, sigma: float) -> tuple[Floats, float, Floats]:
        """Offsets from the clumps' noised centres, their variance, and unscaled log-densities.

        Clumps come first, (clumps, ...): sums over a last axis of six are slow.
        """
        values = np.asarray(x, dtype=np.float64)
        means, weights = (
            np.reshape(each, (-1, *[1] * values.ndim)) for each in (self.means, self.weights)
        )
        offset, total = values - alpha * means, alpha**2 * self.sd**2 + sigma**2
        return offset, total, np.log(weights) - offset**2 / (2 * total)


def make_pair(coarse_sd: float = 1.1, fine_sd: float = 0.2) -> dict[str, Mixture]:
    """Make the two classes, mirror images of each other.

    On the whole A lies to the left of B, which is a coarse cue; their clumps alternate, a fine one.

    Args:
        coarse_sd: standard deviation of the cloud that the shares of the clumps follow.
        fine_sd: standard deviation of a clump.
    """
    places = SPACING * (np.arange(CLUMPS) - (CLUMPS - 1) / 2) - SPACING / 4
    shares = np.exp(-((places + SPACING / 2) ** 2) / (2 * coarse_sd**2))
    weights = tuple((shares / shares.sum()).tolist())
    a = Mixture(tuple(places.tolist()), weights, fine_sd)
    return {"A": a, "B": Mixture(tuple((-places).tolist()), weights, fine_sd)}
