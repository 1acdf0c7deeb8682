"""Numbers and intervals that print as an author wants to read them."""

import math

from gcbook.stats.words import number


class Number(float):
    """A float that knows how it is printed; it compares and computes as any other.

    Inline expressions show the repr of a value, so ``{eval}`facts.humans` `` reads 0.955 and not
    0.9551569506726457. Minus signs are proper ones, and a zero has no sign.

    Args:
        value: the number; NaN or None where there is none.
        form: how it is printed, as in ``format``.

    >>> Number(0.95516), Number(-0.0371, ".2f"), Number(0.5249, ".0%")
    (0.955, −0.04, 52%)
    >>> f"{Number(0.95516):.1%}", Number(0.95516) > 0.955
    ('95.5%', True)
    """

    form: str

    def __new__(cls, value: float | None, form: str = ".3f") -> "Number":
        made = super().__new__(cls, math.nan if value is None else value)
        made.form = form
        return made

    def __repr__(self) -> str:
        """Return the number as it is printed."""
        return format(self, self.form)

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        """Return the number in another form; by default in its own."""
        return "nan" if self != self else number(float(self), form or self.form)

    def __reduce__(self) -> tuple[type["Number"], tuple[float, str]]:
        """Keep the form in copies."""
        return Number, (float(self), self.form)


class Interval(tuple[float, float]):
    """The two ends of an interval, which print as one.

    Args:
        low, high: the ends; NaN or None where there are none.
        form: how they are printed, as in ``format``.

    >>> Interval(0.1422, 0.2989), max(Interval(0.1422, 0.2989)) < 0.3
    (0.142 to 0.299, True)
    >>> Interval(0.71, 0.73) - Interval(0.55, 0.57), Interval(0.71, 0.73) - 0.7
    (0.140 to 0.180, 0.010 to 0.030)
    """

    form: str

    def __new__(cls, low: float | None, high: float | None, form: str = ".3f") -> "Interval":
        made = super().__new__(cls, (Number(low, form), Number(high, form)))
        made.form = form
        return made

    def __sub__(self, other: "Interval | float") -> "Interval":
        """Return the interval of a difference, as wide as it can be whatever the two share.

        For differences that were not resampled together: a difference varies by no more than its
        two sides do in sum. A number, such as a printed one, has no width.
        """
        low, high = other if isinstance(other, Interval) else (other, other)
        return Interval(self[0] - high, self[1] - low, self.form)

    def __repr__(self) -> str:
        """Return the ends as they are printed."""
        low, high = self
        return "nan" if math.isnan(low) or math.isnan(high) else f"{low} to {high}"

    __str__ = __repr__

    def __reduce__(self) -> tuple[type["Interval"], tuple[float, float, str]]:
        """Keep the form in copies."""
        return Interval, (*self, self.form)
