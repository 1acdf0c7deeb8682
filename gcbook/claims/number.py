"""A number that prints as an author wants to read it."""

from gcbook.stats.words import number

__all__ = ["Number"]


class Number(float):
    """A float that knows how it is printed; it compares and computes as any other.

    Inline expressions show the repr of a value, so ``{eval}`facts.humans` `` reads 0.955 and not
    0.9551569506726457. Minus signs are proper ones, and a zero has no sign.

    Args:
        value: the number; NaN where there is none.
        form: how it is printed, as in ``format``.

    >>> Number(0.95516), Number(-0.0371, ".2f"), Number(0.5249, ".0%")
    (0.955, −0.04, 52%)
    >>> f"{Number(0.95516):.1%}", Number(0.95516) > 0.955
    ('95.5%', True)
    """

    form: str

    def __new__(cls, value: float, form: str = ".3f") -> "Number":
        """Make a number."""
        made = super().__new__(cls, value)
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
