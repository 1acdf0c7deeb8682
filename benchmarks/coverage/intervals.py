"""The intervals that are held against each other.

``values`` are (replications, 1 + draws), the value first, unless said otherwise. A procedure that
is called as in the package calls it, so that what ships is what is simulated.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import beta, t

from gcbook.stats.agreement import kappa, kappa_bias, sums_of
from gcbook.stats.resampling import Factor, Resampling, centred, correct_bias, halve_bias

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]
Ends = tuple[Floats, Floats]
Intervals = dict[str, Ends]

Z = float(ndtri(0.975))
OURS, BEFORE, PLAIN, KLEIN = "this book", "before", "percentile", "Klein et al. (2025)"
SVYCIPROP, MIXED = "svyciprop", "crossed mixed model"
CATEGORIES = 16


def percentile(values: Floats) -> Ends:
    """The plain percentile bootstrap, with the value inside."""
    low, high = np.nanquantile(values[:, 1:], (0.025, 0.975), axis=1)
    return np.fmin(low, values[:, 0]), np.fmax(high, values[:, 0])


def normal(values: Floats, freedom: float = np.inf) -> Ends:
    """The value, and as many standard errors on either side as t's quantile says."""
    reach = t.ppf(0.975, freedom) * np.nanstd(values[:, 1:], axis=1)
    return values[:, 0] - reach, values[:, 0] + reach


@dataclass(frozen=True)
class Draws:
    """Weights of images within categories under three bootstraps, each (1 + draws, images).

    Attributes:
        plain: multinomial, whatever the category.
        within: multinomial of n - 1 of the n images of a category, times n / (n - 1).
        bayesian: Gamma((n - 2) / n) within a category, made to sum to n: the Bayesian bootstrap
            (Rubin, 1981) with the variance of ``within``.
        half: (4, 1 + draws), Gamma(1/2) images for the cells of right and wrong.
    """

    plain: Floats
    within: Floats
    bayesian: Floats
    half: Floats

    @classmethod
    def of(cls, n: int, draws: int, rng: np.random.Generator) -> "Draws":
        """Draw them for n images, alike many in each category."""
        each = n // CATEGORIES
        resampling = Resampling(draws, seed=int(rng.integers(2**31)))
        strata = {f"{i}": each for i in range(CATEGORIES)}
        drawn = rng.standard_gamma((each - 2) / each, size=(draws, CATEGORIES, each))
        drawn *= each / drawn.sum(axis=2, keepdims=True)
        return cls(
            resampling.weights(Factor({"images": n})).astype(np.float32),
            resampling.weights(Factor(strata, rescaled=True)).astype(np.float32),
            np.concatenate([np.ones((1, n)), drawn.reshape(draws, n)]).astype(np.float32),
            resampling.half_images("images"),
        )


class Kappas:
    """Kappa, or a mean of kappas that are added condition by condition, under every bootstrap."""

    def __init__(self) -> None:
        self.sums: dict[str, Floats] = {}
        self.known: dict[str, Floats] = {}

    def add(self, draws: Draws, both: Floats, a: Floats, b: Floats) -> None:
        """Add a condition.

        Args:
            draws: of its images.
            both, a, b: (images, replications), where both are right, where a is, where b is.
        """
        found: dict[str, Floats] = {}
        for name in ("plain", "within", "bayesian"):
            weights = getattr(draws, name)
            cells = cells_of(weights, both, a, b)
            value = kappa(*cells)
            more = kappa(*(cell + half for cell, half in zip(cells, draws.half[:, :, None])))
            more = np.where(np.isnan(value[:1]), np.nan, more)
            found[name] = value
            found[f"{name}, half"] = more
            found[f"{name}, halfway"] = halve_bias(more.T).T
        bias = kappa_bias(*sums_of(*(cell[0] for cell in cells)))
        found["bias"] = np.where(np.isnan(value[0]), np.nan, bias)[None]
        for name, each in found.items():
            self.sums[name] = self.sums.get(name, 0) + np.nan_to_num(each)
            self.known[name] = self.known.get(name, 0) + np.isfinite(each)

    def means(self) -> dict[str, Floats]:
        """(replications, 1 + draws) of each bootstrap; NaN where no condition is defined."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return {name: (each / self.known[name]).T for name, each in self.sums.items()}


def cells_of(weights: Floats, both: Floats, a: Floats, b: Floats) -> list[Floats]:
    """Both right, only a, only b, both wrong: each (1 + draws, replications)."""
    n = weights.sum(axis=1, keepdims=True).astype(float)
    of_both, of_a, of_b = ((weights @ each).astype(float) for each in (both, a, b))
    rest = np.maximum(n - of_a - of_b + of_both, 0)
    return [of_both, np.maximum(of_a - of_both, 0), np.maximum(of_b - of_both, 0), rest]


def kappas(means: dict[str, Floats], over_datasets: bool = False) -> Intervals:
    """Candidates for kappa, for a mean of kappas and for a difference of two means.

    Args:
        means: from `Kappas.means`, or their differences.
        over_datasets: whether the mean is over many conditions, where the package before moved
            the draws once more.
    """
    bias = means["bias"][:, 0]
    half = means["plain, halfway"]
    return {
        KLEIN: percentile(means["plain"]),
        BEFORE: percentile(centred(half, bias) if over_datasets else half),
        "within": percentile(means["within"]),
        "within, half": percentile(means["within, half"]),
        "within, halfway": percentile(means["within, halfway"]),
        "within, halfway, centred": percentile(centred(means["within, halfway"], bias)),
        "Bayesian": percentile(means["bayesian, half"]),
        "Bayesian, halfway": percentile(means["bayesian, halfway"]),
        "Bayesian, halfway, centred": percentile(centred(means["bayesian, halfway"], bias)),
        "normal": normal(means["within, half"]),
    }
