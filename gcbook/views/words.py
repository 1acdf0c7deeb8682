"""Numbers as words of a sentence, also where there is no number.

A chapter run without bootstrap draws has no intervals, and its sentences must still read well.
"""

import math

__all__ = ["number", "span"]

MISSING = "not computed"


def number(value: float, form: str = ".3f") -> str:
    """A number with a proper minus sign, or that there is none.

    >>> number(0.2139), number(float("nan"))
    ('0.214', 'not computed')
    """
    return MISSING if math.isnan(value) else format(value, form).replace("-", "−")


def span(low: float, high: float, form: str = ".3f") -> str:
    """The ends of an interval, or that there is none.

    >>> span(0.142, 0.299), span(float("nan"), float("nan"))
    ('0.142 to 0.299', 'interval not computed')
    """
    if math.isnan(low) or math.isnan(high):
        return f"interval {MISSING}"
    return f"{number(low, form)} to {number(high, form)}"
