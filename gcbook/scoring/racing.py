r"""Racing: classes that are clearly worse than the best one get no further draws.

The rule of Clark & Jaini (2023, Algorithm 1): after every draw, once enough are in, each remaining
class y is compared with the current best b, the one of the smallest mean weighted error, by a
paired t-test over the draws both have had,

.. math::
    d_i = w_{t_i} (e_{y,i} - e_{b,i}), \qquad
    T = \frac{\bar d}{s_d / \sqrt n}, \quad n - 1 \text{ degrees of freedom},

and is dropped if the two-sided p is below a cutoff. The race ends when one class is left, or after
the most draws that are allowed; the best of what is left is the answer.

Where the differences do not vary, the test says nothing, and they speak for themselves: a class
whose errors equal the best one's in every draw is never dropped, one that is worse by the same
amount in every draw is.

Sums are added up draw by draw in one order, so that a race that is taken up again, or replayed from
stored errors, goes exactly as it went.
"""

import numpy as np
from scipy.special import stdtr

from gcbook.scoring.settings import Racing


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


class Races:
    """The races of several images, each at its own draw.

    Args:
        n_images: number of races.
        n_labels: number of classes in each.
        rule: when a class is dropped, and when a race ends.

    Attributes:
        dropped: int (n_images, n_labels), the draw at which a class was dropped, 0 while it is
            alive.
        n_draws: int (n_images,), draws that were counted.
        sums: float64 (n_images, n_labels), weighted errors of the counted draws, meaningful
            only for classes still alive.
    """

    def __init__(self, n_images: int, n_labels: int, rule: Racing) -> None:
        self.rule = rule
        self.dropped = np.zeros((n_images, n_labels), dtype=np.int64)
        self.n_draws = np.zeros(n_images, dtype=np.int64)
        self.sums = np.zeros((n_images, n_labels))
        # Of the differences between every two classes, so that any of them can be the best.
        self._total = np.zeros((n_images, n_labels, n_labels))
        self._squares = np.zeros((n_images, n_labels, n_labels))

    @property
    def alive(self) -> np.ndarray:
        """The classes not dropped, bool (n_images, n_labels)."""
        return self.dropped == 0

    @property
    def best(self) -> np.ndarray:
        """The class of the smallest mean of those that are alive, int (n_images,)."""
        return np.nanargmin(np.where(self.alive, self.sums, np.nan), axis=1)

    @property
    def finished(self) -> np.ndarray:
        """Which races are over, bool (n_images,)."""
        return self.is_finished(slice(None))

    def is_finished(self, race: int | slice) -> np.ndarray:
        """Tell whether a race is over, or which of some are."""
        n = self.n_draws[race]
        decided = (n >= self.rule.min_draws) & ((self.dropped[race] == 0).sum(axis=-1) == 1)
        return decided | (n >= self.rule.max_draws)

    def grow(self) -> list[int]:
        """Make room for as many races again; return the new ones."""
        before = len(self.n_draws)
        added = max(before, 8)
        for name in ("dropped", "n_draws", "sums", "_total", "_squares"):
            values = getattr(self, name)
            new = np.zeros_like(values, shape=(added, *values.shape[1:]))
            setattr(self, name, np.concatenate([values, new]))
        return list(range(before, before + added))

    def reset(self, race: int) -> None:
        """Start a race over, for another image."""
        for values in (self.dropped, self.n_draws, self.sums, self._total, self._squares):
            values[race] = 0

    def add(self, races: np.ndarray, errors: np.ndarray) -> None:
        """Count one more draw of some races, and drop what is now clearly worse.

        Args:
            races: int (N,), which ones, each at most once.
            errors: weighted errors of this draw, (N, n_labels); those of dropped classes are
                ignored.
        """
        alive = self.dropped[races] == 0
        errors = np.where(alive, errors, np.nan)
        difference = errors[:, :, None] - errors[:, None, :]
        total = self._total[races] + difference
        squares = self._squares[races] + difference * difference
        sums = self.sums[races] + errors
        n = self.n_draws[races] + 1
        self._total[races], self._squares[races] = total, squares
        self.sums[races], self.n_draws[races] = sums, n
        tested = np.flatnonzero(n >= self.rule.min_draws)
        if len(tested):
            best = np.nanargmin(sums[tested], axis=1)
            p = paired_p(n[tested][:, None], total[tested, :, best], squares[tested, :, best])
            out = (p < self.rule.p) & alive[tested]
            self.dropped[races[tested]] += out * n[tested][:, None]


def replay(errors: np.ndarray, rule: Racing) -> Races:
    """Run the races that stored errors have been through, as far as they go.

    Args:
        errors: weighted errors (n_images, n_draws, n_labels), NaN where there is none.
        rule: of the races.

    Returns:
        The races, each up to its end or to the first draw that lacks a class that is alive.
    """
    n_images, n_draws, n_labels = errors.shape
    races = Races(n_images, n_labels, rule)
    running = np.arange(n_images)
    for draw in range(n_draws):
        running = running[~races.finished[running]]
        row = errors[running, draw]
        complete = ~(np.isnan(row) & races.alive[running]).any(axis=1)
        running, row = running[complete], row[complete]
        if not len(running):
            break
        races.add(running, row)
    return races
