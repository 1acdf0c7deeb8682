"""Which outputs of a network belong to which category, as its user says in a CSV file.

Columns ``label`` and ``category``, a line an output; outputs that are not listed are left out::

    label,category
    tabby,cat
    Egyptian cat,cat
    17,dog

A label is the output's name, whatever its case, or its number, counted from 0.
"""

import csv
import difflib
import io
from collections.abc import Sequence
from pathlib import Path

from gcbook.files.errors import InputError
from gcbook.files.gate import LARGEST_CSV, read_text

COLUMNS = ("label", "category")


def read_outputs(file: Path, outputs: Sequence[str], labels: Sequence[str]) -> dict[int, str]:
    """Return the category of each output that has one.

    Args:
        file: the CSV.
        outputs: the network's own name of each output.
        labels: the categories.

    Raises:
        InputError: there is no such output or category, or an output is listed twice.
    """
    reader = csv.DictReader(io.StringIO(read_text(file, LARGEST_CSV).removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise InputError(
            f"{file}: expected a CSV with the columns label and category, found "
            f"{', '.join(reader.fieldnames or ()) or 'nothing'}."
        )
    places = {name.strip().lower(): index for index, name in enumerate(outputs)}
    found: dict[int, str] = {}
    for row in reader:
        name, category = (str(row[column] or "").strip() for column in COLUMNS)
        where = f"{file}: line {reader.line_num}"
        index = places.get(name.lower(), int(name) if name.isdecimal() else -1)
        if not 0 <= index < len(outputs):
            near = difflib.get_close_matches(name.lower(), places, n=3)
            hint = f" Near it: {', '.join(near)}." if near else ""
            raise InputError(
                f"{where}: label: expected the name of one of the network's {len(outputs):,} "
                f"outputs, or its number from 0, found {name!r}.{hint}"
            )
        if category not in labels:
            raise InputError(
                f"{where}: category: expected one of {', '.join(labels)}; found {category!r}."
            )
        if index in found:
            raise InputError(
                f"{where}: expected every output once, found {name!r} again, which is "
                f"{found[index]} above."
            )
        found[index] = category
    return found


def read_own_labels(
    file: Path, outputs: Sequence[str], labels: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return which outputs belong to each label; the arguments are those of `read_outputs`.

    Raises:
        InputError: as by `read_outputs`, or a category has no output.
    """
    found = read_outputs(file, outputs, labels)
    lacking = [label for label in labels if label not in found.values()]
    if lacking:
        raise InputError(
            f"{file}: expected an output for every category, found none for {', '.join(lacking)}."
        )
    return [tuple(index for index, of in found.items() if of == label) for label in labels]
