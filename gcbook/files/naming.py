"""What a name from outside may be: of an observer, an image, a dataset, a source.

Names come from files, folders and options, and stand in tables, on pages, in CSV files and on
terminals. There a control character steers the terminal, an invisible one makes two names look
alike, a mark of direction turns what follows it around, and a spreadsheet computes what begins as
a formula. Such names are refused, never changed.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import chain

from gcbook.files.errors import InputError

UNSEEN = (
    "["
    "\0-\x1f\x7f-\x9f"  # control characters, C0 and C1
    "\u2028\u2029"  # ends of lines and paragraphs
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks of direction
    "\xad\u034f\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # of no width
    "\u115f\u1160\u3164\uffa0"  # Hangul's fillers: letters without a shape
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # shorthand, music, tags
    "]"
)
"""Characters that nobody sees, a class for `re` and for Arrow alike. The joiners U+200C and U+200D
are none of them: Persian, Hindi and others are written with them."""

FORMULA = "^ *[-=+@\uff0d\uff1d\uff0b\uff20]"
"""How a name begins that a spreadsheet would compute, also where the sign is a wide one."""

PLAIN = (
    "a name in one line, without control characters, marks of direction and invisible characters"
)
SPREADSHEET = (
    "a name that does not begin with =, +, - or @, which a spreadsheet would run as a formula"
)
"""What is expected instead of the two."""


def check_name(name: str, place: str, remedy: str = "Rename it.") -> str:
    r"""Return a name from outside as it is.

    Args:
        name: of anything.
        place: where it stands, or what it is of, for the message.
        remedy: what to do about another one.

    Raises:
        InputError: it holds what nobody sees, or begins as a formula.

    >>> check_name("ViT-L/16 (IN-21k)", "--name")
    'ViT-L/16 (IN-21k)'
    >>> check_name("=1+1", "--name")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gcbook.files.errors.InputError: --name: expected a name that does not begin with =, +, ...
    """
    for pattern, expected in ((UNSEEN, PLAIN), (FORMULA, SPREADSHEET)):
        if re.search(pattern, name):
            raise InputError(f"{place}: expected {expected}; found {name!r}. {remedy}")
    return name


def did_you_mean(names: str | Iterable[str], known: Iterable[str]) -> str:
    """A question for the end of a message, with a space before it; "" where nothing is near.

    Args:
        names: one that is not known, or several.
        known: those that are.

    >>> did_you_mean("edgs", ["edge", "sketch"])
    ' Did you mean edge?'
    """
    # As names are written: without capitals, with hyphens.
    plain = {each.lower().replace("_", "-"): each for each in known}
    typed = [
        each.lower().replace("_", "-") for each in ([names] if isinstance(names, str) else names)
    ]
    close = (get_close_matches(each, plain, n=3, cutoff=0.6) for each in typed)
    found = dict.fromkeys(plain[each] for each in chain.from_iterable(close))
    return f" Did you mean {' or '.join(found)}?" if found else ""
