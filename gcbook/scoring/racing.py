r"""Racing: classes that can hardly win any more get no further draws.

After a draw each class y that is left is compared with the best one b, the one of the smallest mean
weighted error, by the differences :math:`d_i = w_{t_i} (e_{y,i} - e_{b,i})` over the n draws that
both have had. Noise and time are shared by the classes. A race ends when one class is left, or with
the most draws that are allowed; the best of what is left is the answer.

A class is dropped when too little is to be expected from going on with it (Chick & Inoue, 2001):
with the variance of the differences shrunk towards the mean :math:`\bar v` over the image's classes
that are left,

.. math::
    v = \frac{k \bar v + \sum_i (d_i - \bar d)^2}{k + n - 1}, \qquad
    s = \sqrt{v / n}, \qquad z = \bar d / s,

the error by which y would be better than b, if it is, has the expectation :math:`s\,\varphi(z) -
\bar d\,\Phi(-z)`. Below c standard deviations of the means of the classes at the first test, y
goes. Times are drawn by importance: evenly through a mixture of a density q, high where classes
differ much, and the uniform one. Errors are divided by its density, so that their mean over draws
is an unbiased estimate of that over uniform times, whatever q is (`Weights.at`). The usual q goes
with the root mean square of the weighted differences at each time: so their mean varies least.

`benchmarks/cost.py` compares this with Clark and Jaini's rule (2023), in `benchmarks/races.py`.

Sums are added up draw by draw in one order, so that a race that is taken up again, or replayed from
stored errors, goes exactly as it went.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtr

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import refused
from gcbook.noise.weightings import PAPER, Weighting

USUAL = "usual.json"
"""File of the usual race, in the package's ``races``."""

MOST_BINS = 1000


@dataclass(frozen=True)
class Field:
    """N races at one time, with L classes each; NaN where a class is dropped.

    Attributes:
        n: draws that were counted, (N, 1).
        sums: of weighted errors, (N, L).
        total: sums of the differences to the best class, (N, L).
        squares: sums of their squares, (N, L).
        spread: standard deviation of the means of all classes at the first test, (N, 1).
    """

    n: np.ndarray
    sums: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    spread: np.ndarray


class Race(ABC):
    """When a class is dropped, and when a race ends.

    Attributes:
        rule: its name.
        min_draws: no class is dropped before so many draws are in.
        max_draws: the race ends here even if several classes are left.
    """

    rule: ClassVar[str]
    min_draws: int
    max_draws: int

    def __post_init__(self) -> None:
        if not 2 <= self.min_draws <= self.max_draws:
            raise InputError(
                f"{self.rule}: expected 2 <= min_draws <= max_draws, found {self.min_draws} and "
                f"{self.max_draws}."
            )

    @property
    def density(self) -> tuple[float, ...]:
        """Of t, as `gcbook.noise.draws.DrawRule` has it."""
        return ()

    def next_test(self, n: int) -> int:
        """Return the next number of draws, after n, at which a class may be dropped."""
        return max(self.min_draws, n + 1)

    @abstractmethod
    def out(self, field: Field) -> np.ndarray:
        """Tell which classes are to be dropped, bool (N, L); those that are dropped are ignored."""


@dataclass(frozen=True)
class ExpectedGain(Race):
    """Drop classes of which too little is to be expected; see the module.

    Args:
        constant: c, the least gain that is worth another draw, in standard deviations of the means
            of the classes. Smaller: more draws, fewer errors.
        prior: k, how many degrees of freedom the mean variance counts as.
        q: density of t by bins of equal width over (0, 1], in any unit; empty: uniform.
        uniform: share of uniform times in the mixture with q, in (0, 1].
    """

    rule = "expected-gain"
    min_draws: int = 3
    constant: float = 1e-3
    prior: float = 4.0
    max_draws: int = 1024
    q: tuple[float, ...] = ()
    uniform: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "q", tuple(float(each) for each in self.q))
        # What is not a number fails every comparison.
        for name, right, expected in (
            ("constant", 0 < self.constant < np.inf, "a number above 0"),
            ("prior", 0 <= self.prior < np.inf, "a number of at least 0"),
            ("uniform", 0 < self.uniform <= 1, "a share in (0, 1]"),
        ):
            if not right:
                raise InputError(
                    f"{self.rule}: expected {name} to be {expected}, found {getattr(self, name)}."
                )
        if len(self.q) > MOST_BINS or not all(0 <= each < np.inf for each in self.q):
            raise InputError(
                f"{self.rule}: expected q as {MOST_BINS} numbers at most, none below 0; found "
                f"{len(self.q)} from {min(self.q):g} to {max(self.q):g}."
            )
        if self.q and not 0 < sum(self.q) < np.inf:
            raise InputError(f"{self.rule}: expected q with a sum above 0, found {sum(self.q):g}.")

    @property
    def density(self) -> tuple[float, ...]:
        q = np.array(self.q)
        return tuple((self.uniform + (1 - self.uniform) * q / q.mean()).tolist()) if self.q else ()

    def out(self, field: Field) -> np.ndarray:
        d = field.total / field.n
        squares = np.maximum(field.squares - field.total * d, 0.0)
        others = field.squares > 0
        n_others = np.maximum(others.sum(axis=1, keepdims=True), 1)
        mean = np.where(others, squares, 0.0).sum(axis=1, keepdims=True) / n_others / (field.n - 1)
        s = np.sqrt((self.prior * mean + squares) / (self.prior + field.n - 1) / field.n)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = d / s
            gain = s * np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - d * ndtr(-z)
        gain = np.where(s > 0, gain, 0.0)
        # The best class, and one that cannot be told from it, stay.
        return others & (gain < self.constant * field.spread)


RULES: dict[str, type[Race]] = {ExpectedGain.rule: ExpectedGain}
"""By their names in a store; `benchmarks/races.py` adds Clark and Jaini's."""


def read_race(stored: Mapping[str, Any]) -> Race:
    """Make a rule of its name and constants, as a store has them."""
    name, constants = stored.get("rule"), {k: v for k, v in stored.items() if k != "rule"}
    if name not in RULES:
        raise InputError(f"race: expected one of {', '.join(RULES)}; found {name!r}.")
    with refused("race", f"constants of {name}", "Score again."):
        return RULES[name](**constants)


def usual_race(weighting: Weighting = PAPER) -> Race:
    """Return the race of `gcbook score --racing`.

    Under the paper's weighting it has the q that was learned from validation images and two
    diffusion models of the miniature world, under others uniform times. Sums are unbiased whatever
    q is; a network whose classes differ at other times needs more draws with it.

    Args:
        weighting: of the run.
    """
    if weighting != PAPER:
        return ExpectedGain()
    stored = json.loads(DATA.path(f"races/{USUAL}").read_text(encoding="utf-8"))
    return ExpectedGain(q=stored["q"])


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

    _STATE = ("dropped", "n_draws", "sums", "_total", "_squares", "_spread")

    def __init__(self, n_images: int, n_labels: int, rule: Race) -> None:
        self.rule = rule
        self.dropped = np.zeros((n_images, n_labels), dtype=np.int64)
        self.n_draws = np.zeros(n_images, dtype=np.int64)
        self.sums = np.zeros((n_images, n_labels))
        # Of the differences between every two classes, so that any of them can be the best.
        self._total = np.zeros((n_images, n_labels, n_labels))
        self._squares = np.zeros((n_images, n_labels, n_labels))
        self._spread = np.zeros(n_images)

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
        for name in self._STATE:
            values = getattr(self, name)
            new = np.zeros_like(values, shape=(added, *values.shape[1:]))
            setattr(self, name, np.concatenate([values, new]))
        return list(range(before, before + added))

    def reset(self, race: int) -> None:
        """Start a race over, for another image."""
        for name in self._STATE:
            getattr(self, name)[race] = 0

    def add(self, races: np.ndarray, errors: np.ndarray) -> None:
        """Count one more draw of some races, and drop what the rule drops.

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
            first = tested[n[tested] == self.rule.min_draws]
            self._spread[races[first]] = np.std(sums[first] / self.rule.min_draws, axis=1)
            best = np.nanargmin(sums[tested], axis=1)
            field = Field(
                n[tested][:, None],
                sums[tested],
                total[tested, :, best],
                squares[tested, :, best],
                self._spread[races[tested]][:, None],
            )
            out = self.rule.out(field) & alive[tested]
            self.dropped[races[tested]] += out * n[tested][:, None]


def replay(errors: np.ndarray, rule: Race) -> Races:
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
