"""Pages whose prose stands in a Markdown file and whose tables a build fills in."""

import re
from collections.abc import Mapping
from pathlib import Path

from gcbook.files.errors import GcbookError

_PLACE = re.compile(r"\{\{ (\w+) \}\}")


def fill_template(name: str, values: Mapping[str, object]) -> str:
    """A page of the book from ``gcbook/book/NAME.md``.

    Args:
        name: of the file, without ending.
        values: what goes to each place ``{{ name }}`` of it.

    Raises:
        GcbookError: a place has no value, or a value no place.
    """
    path = Path(__file__).with_name(f"{name}.md")
    text = path.read_text(encoding="utf-8")
    if (places := set(_PLACE.findall(text))) != set(values):
        raise GcbookError(
            f"{path}: expected places for {', '.join(sorted(values))}; found "
            f"{', '.join(sorted(places))}."
        )
    return _PLACE.sub(lambda place: str(values[place[1]]), text)
