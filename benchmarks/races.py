r"""Clark and Jaini's rule of races, with which ``cost.py`` compares the package's.

Algorithm 1 of Clark & Jaini (2023) drops a class if the two-sided p of a paired t-test is below a
cutoff,

.. math:: T = \frac{\bar d}{s_d / \sqrt n}, \quad n - 1 \text{ degrees of freedom}.

It needs independent draws, so uniform times. Where the differences do not vary they speak for
themselves: a class whose errors equal the best one's in every draw is never dropped, one that is
worse by the same amount in every draw is.
"""

import json
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from gcbook.files.manifest import DATA
from gcbook.scoring.racing import RULES, Field, Race

PUBLISHED = json.loads(DATA.path("races/published.json").read_text("utf-8"))["clark-jaini"]
"""Constants with which the rule was published."""


@dataclass(frozen=True)
class ClarkJaini(Race):
    """Drop classes that are clearly worse than the best one.

    Args:
        p: a class is dropped when a paired t-test of its weighted errors against those of the
            current best gives a smaller p.
    """

    rule = "clark-jaini"
    min_draws: int = PUBLISHED["min_draws"]
    p: float = PUBLISHED["p"]
    max_draws: int = PUBLISHED["max_draws"]

    def out(self, field: Field) -> np.ndarray:
        return paired_p(field.n, field.total, field.squares) < self.p


RULES[ClarkJaini.rule] = ClarkJaini


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
