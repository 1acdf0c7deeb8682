"""What differs between two builds, or two runs of a chapter: numbers of their figures and tables.

An executed notebook holds the rows of each as CSV. Rows belong together whose words are the same;
of several such rows, in their order. A number differs *beyond its interval* if the value of either
build lies outside the interval that the other gives it; a value without one is its own interval.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.untrusted import MIB, parse_json, read_file, refused

_CSV = re.compile(r'download="([\w-]+)\.csv" href="data:text/csv;charset=utf-8,([^"]*)"')
_END = re.compile(r"(.*?)(?:^|_|, )(low|high|lower end|upper end)", re.IGNORECASE)


def compare_builds(before: Path, after: Path) -> list[str]:
    """Say what differs between two executed notebooks or folders of them, a line each.

    Raises:
        InputError: there is no executed notebook, or no figure or table that both have.
    """
    first, second = _read_tables(before), _read_tables(after)
    if not (both := sorted(first.keys() & second.keys())):
        raise InputError(f"{after}: expected a figure or table that {before} has too, found none.")
    lines = [f"{name}: only in one of the two" for name in sorted(first.keys() ^ second.keys())]
    changes = {name: compare_tables(first[name], second[name]) for name in both}
    return lines + [f"{name}: {line}" for name, found in changes.items() for line in found]


def _read_tables(place: Path) -> dict[str, pd.DataFrame]:
    """The rows of all figures and tables, as text, by ``CHAPTER LABEL``."""
    found = [place] if place.is_file() else []
    for folder in ("executed", "_build/executed", "."):  # of a book, a checkout, a run
        found = found or sorted((place / folder).glob("*.ipynb"))
    if not found:
        raise InputError(f"{place}: expected a notebook of gcbook run or gcbook build, found none.")
    tables = {}
    for path in found:
        notebook = parse_json(read_file(path, 128 * MIB), path)
        with refused(path, "a notebook that gcbook has executed", "Run the chapter again."):
            for output in (each for cell in notebook["cells"] for each in cell.get("outputs", [])):
                shown = "".join(output.get("data", {}).get("text/html", ""))
                for label, data in _CSV.findall(shown):
                    rows = io.StringIO(unquote(data))
                    name = f"{path.stem} {label}"
                    tables[name] = pd.read_csv(rows, dtype="str", keep_default_na=False)
    return tables


def compare_tables(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """Say which rows one of two tables lacks, and which numbers differ beyond their intervals.

    >>> rows = pd.DataFrame({"who": ["a", "b"], "x": "1", "x_low": "0", "x_high": "2"})
    >>> list(compare_tables(rows, rows.assign(x=["2", "3"])))
    ['b, x: 1 -> 3']
    """
    columns = [str(name) for name in before if name in after]
    numbers = [name for name in columns if _is_number(before[name]) and _is_number(after[name])]
    x, y = (_by_words(side[columns], numbers) for side in (before, after))
    yield from (f"only in the first: {key[0]}" for key in x.index.difference(y.index))
    yield from (f"only in the second: {key[0]}" for key in y.index.difference(x.index))
    both = x.index.intersection(y.index, sort=False)
    x, y, ends = x.loc[both], y.loc[both], _ends(columns)
    for name in (each for each in numbers if not any(each in pair for pair in ends.values())):
        a, b = x[name], y[name]
        inside = pd.Series(True, index=both)
        for side, value in ((x, b), (y, a)):
            low, high = (side[end].fillna(side[name]) for end in ends.get(name, [name, name]))
            inside &= value.between(low, high)
        beyond = ~(inside | np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
        for (words, _), x_value, y_value in zip(both[beyond], a[beyond], b[beyond], strict=True):
            yield f"{words}, {name}: {x_value:.4g} -> {y_value:.4g}".removeprefix(", ")


def _is_number(values: pd.Series) -> bool:
    return bool(pd.to_numeric(values[values != ""], errors="coerce").notna().all())


def _by_words(rows: pd.DataFrame, numbers: list[str]) -> pd.DataFrame:
    """The numbers, by the words of each row and how many rows above it have the same."""
    words = pd.Series([", ".join(filter(None, row)) for row in rows.drop(columns=numbers).values])
    index = [words, words.groupby(words).cumcount()]
    return rows[numbers].apply(pd.to_numeric, errors="coerce").set_index(index)


def _ends(columns: list[str]) -> dict[str, list[str]]:
    """The ends of an interval, by the column that they name, or that stands before them."""
    found, last = dict[str, list[str]](), ""
    for name in columns:
        end = _END.fullmatch(name)
        last = last if end else name
        if end:
            found.setdefault(end[1] if end[1] in columns else last, []).append(name)
    return {of: pair for of, pair in found.items() if len(pair) == 2}
