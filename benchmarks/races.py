r"""The published rules of races, with which ``cost.py`` compares the package's; how q is learned.

**clark-jaini** (Clark & Jaini, 2023, Algorithm 1) drops a class if the two-sided p of a paired
t-test is below a cutoff,

.. math:: T = \frac{\bar d}{s_d / \sqrt n}, \quad n - 1 \text{ degrees of freedom}.

It needs independent draws, so uniform times. Where the differences do not vary they speak for
themselves: a class whose errors equal the best one's in every draw is never dropped, one that is
worse by the same amount in every draw is.

**li** (Li et al., 2023) keeps the best few classes after a first stage of draws, and gives those
all further ones.
"""

import json
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.noise.draws import level_of
from gcbook.scoring.racing import RULES, Field, Race

PUBLISHED = json.loads(DATA.path("races/published.json").read_text("utf-8"))
"""Constants with which the rules were published."""


@dataclass(frozen=True)
class ClarkJaini(Race):
    """Drop classes that are clearly worse than the best one.

    Args:
        p: a class is dropped when a paired t-test of its weighted errors against those of the
            current best gives a smaller p.
    """

    rule = "clark-jaini"
    min_draws: int = PUBLISHED["clark-jaini"]["min_draws"]
    p: float = PUBLISHED["clark-jaini"]["p"]
    max_draws: int = PUBLISHED["clark-jaini"]["max_draws"]

    def out(self, field: Field) -> np.ndarray:
        return paired_p(field.n, field.total, field.squares) < self.p


@dataclass(frozen=True)
class Li(Race):
    """Keep the best classes after the first ``min_draws`` draws, and those that tie with them.

    Args:
        keep: how many.
    """

    rule = "li"
    min_draws: int = PUBLISHED["li"]["min_draws"]
    keep: int = PUBLISHED["li"]["keep"]
    max_draws: int = PUBLISHED["li"]["max_draws"]

    def next_test(self, n: int) -> int:
        return self.min_draws if n < self.min_draws else self.max_draws

    def out(self, field: Field) -> np.ndarray:
        last = np.sort(field.sums, axis=1)[:, : self.keep][:, -1:]
        return (field.n == self.min_draws) & (field.sums > last)


RULES |= {each.rule: each for each in (ClarkJaini, Li)}


def paired_p(n: np.ndarray | int, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return the two-sided p of paired t-tests, from sums of differences.

    Args:
        n: how many differences, at least 2.
        total: their sums.
        squares: sums of their squares, of the same shape.

    Returns:
        p of each. Differences without variance: 1 where they are 0, else 0.
    """
    n = np.asarray(n, dtype=np.float64)
    mean = total / n
    variance = np.maximum(squares - total * mean, 0.0) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / np.sqrt(variance / n)
    return np.where(squares == 0, 1.0, 2 * stdtr(n - 1, -t))


def learn_q(errors: np.ndarray, t: np.ndarray, bins: int = 20) -> tuple[float, ...]:
    """Learn at which times classes differ, for `gcbook.scoring.racing.ExpectedGain`.

    The density of draws that makes the mean of weighted differences least variable is proportional
    to their root mean square at each time. Differences are those to an image's best class, in
    standard deviations of the means of its classes, so that images count alike.

    Args:
        errors: weighted errors (images, draws, classes) of a fixed number of draws.
        t: their times, (images, draws).
        bins: how many bins of equal width over (0, 1].

    Returns:
        q of each bin, mean 1.

    Raises:
        InputError: a bin has no draw.
    """
    means = errors.mean(axis=1)
    best = means.argmin(axis=1)[:, None, None]
    difference = errors - np.take_along_axis(errors, best, axis=2)
    difference /= means.std(axis=1)[:, None, None]
    level = level_of(t, bins).ravel()
    n_draws = np.bincount(level, minlength=bins)
    if not n_draws.all():
        raise InputError(f"q: expected draws in each of {bins} bins of t, found none in some.")
    q = np.sqrt(np.bincount(level, (difference**2).mean(axis=2).ravel(), bins) / n_draws)
    return tuple((q / q.mean()).tolist())
