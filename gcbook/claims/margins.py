"""Which difference matters, and the words that a condition has for *more*, *less* and *equal*.

An interval that contains zero does not show that two values are equal: the fewer the data, the more
often it does. Equality is shown where the interval of the difference lies within a margin that was
declared beforehand (two one-sided tests: Schuirmann, 1987; with a 95% interval each at 2.5%). The
margins stand once, in ``margins.yml`` beside this module.

In a condition each word of a sentence has one form:

========================================  ==========================================
more, above, leads                        ``above(difference_interval, 0)``
less, below, behind                       ``below(difference_interval, 0)``
equal, close, about as, alike             ``within(difference_interval, kappa_margin)``
no more than, not worse than              ``below(difference_interval, kappa_margin)``
far, well, clearly more                   ``above(difference_interval, kappa_margin)``
cannot tell                               ``undecided(difference_interval, kappa_margin)``
all, every, none                          the same of a tuple of intervals
========================================  ==========================================

Numbers that are only printed have no interval; they are compared as printed.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from gcbook.claims.number import Interval

Intervals = Interval | Sequence[Interval]
"""One interval, or several of which the same is asked."""


class Margin(BaseModel):
    """The smallest difference of a metric that matters.

    Attributes:
        margin: on the metric's own scale.
        reason: why this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float = Field(gt=0, lt=1)
    reason: str = Field(min_length=1)


@cache
def margins() -> dict[str, Margin]:
    """The margins by metric: ``shape_bias, accuracy, kappa``."""
    import yaml

    stored = yaml.safe_load(Path(__file__).with_name("margins.yml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Margin]).validate_python(stored)


def above(intervals: Intervals, bound: float) -> bool:
    """Whether every interval lies above a number.

    >>> above(Interval(0.01, 0.04), 0), above([Interval(0.01, 0.04), Interval(-0.01, 0.1)], 0)
    (True, False)
    """
    return all(low > bound for low, _ in _each(intervals))


def below(intervals: Intervals, bound: float) -> bool:
    """Whether every interval lies below a number.

    >>> below(Interval(-0.01, 0.04), 0.05)
    True
    """
    return all(high < bound for _, high in _each(intervals))


def within(intervals: Intervals, margin: float) -> bool:
    """Whether every interval of a difference lies closer to 0 than the margin: equality is shown.

    >>> within(Interval(-0.01, 0.04), 0.05), within(Interval(-0.01, 0.06), 0.05)
    (True, False)
    """
    return above(intervals, -margin) and below(intervals, margin)


def undecided(intervals: Intervals, margin: float) -> bool:
    """Whether no interval of a difference tells: each contains 0, and reaches beyond the margin.

    >>> undecided(Interval(-0.01, 0.06), 0.05), undecided(Interval(-0.01, 0.04), 0.05)
    (True, False)
    """
    return all(
        low <= 0 <= high and not within(Interval(low, high), margin)
        for low, high in _each(intervals)
    )


def _each(intervals: Intervals) -> tuple[Interval, ...]:
    found = (intervals,) if isinstance(intervals, Interval) else intervals
    several = isinstance(found, Sequence) and len(found) > 0
    if not several or not all(isinstance(each, Interval) for each in found):
        raise TypeError(f"expected one interval or several, found {intervals!r}")
    return tuple(found)
