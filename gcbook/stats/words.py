"""Numbers as words of a sentence, also where there is no number.

A chapter run without bootstrap draws has no intervals, and its sentences must still read well.
"""

import math
from collections.abc import Iterable

MISSING = "not computed"


def number(value: float, form: str = ".3f") -> str:
    """A number with a proper minus sign, or that there is none. A zero has no sign.

    >>> number(0.2139), number(-0.0027, "+.2f"), number(float("nan"))
    ('0.214', '0.00', 'not computed')
    """
    if math.isnan(value):
        return MISSING
    shown = format(value, form).replace("-", "−")
    return shown.lstrip("+−") if set(shown) <= set("+−0.%") else shown


def percent(confidence: float) -> str:
    """A confidence as a sentence gives it, with the digits that it has.

    >>> percent(0.95), percent(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * confidence:g}%"


def undecided(draws: int, confidence: float) -> str:
    """Say that no test can be decided with so few draws at this confidence; "" where it can.

    >>> undecided(500, 0.999)
    'cannot be decided with these draws: 1,000 are needed'
    >>> undecided(500, 0.95)
    ''
    """
    # Pages use the other words of this module, and need no statistics for them.
    from gcbook.stats.maxt import draws_needed

    needed = draws_needed(confidence)
    return "" if draws >= needed else f"cannot be decided with these draws: {needed:,} are needed"


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a", "b"]), listed(["a"]), listed([])
    ('a, b and c', 'a and b', 'a', 'none')
    """
    words = list(words)
    if len(words) < 2:
        return "".join(words) or "none"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def plural(number: int, one: str) -> str:
    """Return a number with its noun.

    >>> plural(1, "model"), plural(1234, "model")
    ('1 model', '1,234 models')
    """
    return f"{number:,} {one}{'' if number == 1 else 's'}"
