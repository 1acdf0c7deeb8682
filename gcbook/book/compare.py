"""What differs between two runs of a chapter, or two builds: parameters, claims, text, figures.

An executed notebook holds all of it: the parameters and what it was made from in its metadata, the
states of the claims in an output, the values of the text's expressions in the cells, and below each
figure and table its rows as CSV. Notebooks come from anybody: they pass the gate, and what has
another form than ours counts as not there.

A number differs by *more than its interval* if the value of either run lies outside of the interval
that the other gives it, and stays *inside* if neither does.
"""

import csv
import html
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from gcbook.claims.check import CLAIMS_MIME
from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, parse_json, read_file, refused
from gcbook.files.markdown import one_line
from gcbook.stats.words import plural

_LARGEST = 128 * MIB
_MOST_NOTEBOOKS = 200
_MOST_CELLS = 2_000_000
"""Cells of all tables of a run."""

_CSV = re.compile(
    r'<a class="gc-download" download="(?P<name>[\w-]+)\.csv" '
    r'href="data:text/csv;charset=utf-8,(?P<data>[^"]*)"'
)
_END = re.compile(r"(?P<of>.*?)(?:^|_|, )(?P<end>low|high|lower end|upper end)", re.IGNORECASE)
_PLACES = ("executed", "_build/executed", ".")
"""Where a folder may hold its notebooks: a book, a checkout, a run."""

Against = Literal["outside", "inside", "no interval"]

Row = Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """What an executed notebook says.

    Attributes:
        parameters: by name.
        made_from: hashes and versions of what it was made from, by name.
        claims: sentence and state of each, by name.
        text: the values of the text's expressions, by expression.
        tables: rows of each figure and table, by label.
    """

    parameters: Mapping[str, Any]
    made_from: Mapping[str, str]
    claims: Mapping[str, tuple[str, str]]
    text: Mapping[str, str]
    tables: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Attributes:
        what: a name, sentence or expression.
        before, after: its values, None where there is none.
    """

    what: str
    before: Any
    after: Any


@dataclass(frozen=True)
class NumberChange(Change):
    """A number of a table that differs.

    Attributes:
        column: of the table.
        against: where the values lie, measured by the intervals of the other run.
    """

    column: str
    against: Against


@dataclass(frozen=True)
class TableChange:
    """What differs in a figure or table.

    Attributes:
        label: its name.
        rows: how many both runs have.
        added, removed: rows of the one or the other alone, by the words in them.
        numbers: those that differ, of rows that both have.
        intervals: how many numbers are the same and have another interval.
    """

    label: str
    rows: int
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    numbers: Sequence[NumberChange] = ()
    intervals: int = 0

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.numbers or self.added or self.removed or self.intervals)

    def count(self, against: Against) -> int:
        """How many numbers differ by more than their intervals, say."""
        return sum(each.against == against for each in self.numbers)


@dataclass(frozen=True)
class Comparison:
    """What differs in a chapter.

    Attributes:
        chapter: its name.
        parameters, made_from, claims, text: as in `Run`; of claims the states, by sentence.
        tables: figures and tables with a difference.
    """

    chapter: str
    parameters: Sequence[Change] = ()
    made_from: Sequence[str] = ()
    claims: Sequence[Change] = ()
    text: Sequence[Change] = ()
    tables: Sequence[TableChange] = ()

    def __bool__(self) -> bool:
        """Whether anything differs that a reader would see."""
        return bool(self.parameters or self.claims or self.text or self.tables)


@dataclass(frozen=True)
class Compared:
    """Two runs or builds beside each other.

    Attributes:
        chapters: of each that both have, what differs.
        added, removed: chapters that one of them alone has.
    """

    chapters: Sequence[Comparison]
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    names: tuple[str, str] = field(default=("", ""))

    @property
    def differ(self) -> bool:
        """Whether there is a difference."""
        return bool(self.added or self.removed or any(self.chapters))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; chapters without a difference are left out."""
        return {
            "before": self.names[0],
            "after": self.names[1],
            "differ": self.differ,
            "chapters_added": list(self.added),
            "chapters_removed": list(self.removed),
            "chapters": [asdict(each) for each in self.chapters if each],
        }


def compare_runs(before: Path, after: Path) -> Compared:
    """Compare two runs of chapters, or two builds.

    Args:
        before, after: each an executed notebook, its page, or a folder of them: what `gcbook run`
            wrote, a book that `gcbook build` wrote, or a checkout in which one was built.

    Raises:
        InputError: there is no executed notebook, one cannot be read, or the two have no chapter in
            common.
    """
    first, second = notebooks_of(before), notebooks_of(after)
    both = [name for name in first if name in second]
    if not both and len(first) == len(second) == 1:
        # Two notebooks that are called otherwise are two runs all the same.
        second = dict(zip(first, second.values(), strict=True))
        both = list(first)
    if not both:
        raise InputError(
            f"compare: expected two runs of one chapter, or two books; found {', '.join(first)} in "
            f"{before} and {', '.join(second)} in {after}."
        )
    return Compared(
        [compare_chapter(name, read_run(first[name]), read_run(second[name])) for name in both],
        [name for name in second if name not in first],
        [name for name in first if name not in second],
        (str(before), str(after)),
    )


def notebooks_of(place: Path) -> dict[str, Path]:
    """The executed notebooks at a place, by the name of their chapter.

    Raises:
        InputError: there is none.
    """
    remedy = (
        "Name a notebook that gcbook run wrote, its page or its folder, a folder that gcbook build "
        "-p wrote, or a checkout in which the book was built."
    )
    if place.suffix == ".html" and place.is_file():
        place = place.with_suffix(".ipynb")
        remedy = "A page is compared by the notebook beside it: keep the two together."
    if place.suffix == ".ipynb" and place.is_file():
        return {place.stem: place}
    inside = place.parent if place.name == "html" else place
    for folder in (inside / name for name in _PLACES):
        found = sorted(folder.glob("*.ipynb")) if folder.is_dir() else []
        if len(found) > _MOST_NOTEBOOKS:
            raise InputError(
                f"{folder}: expected {_MOST_NOTEBOOKS} notebooks at most, found {len(found)}. "
                f"{remedy}"
            )
        if found:
            return {path.stem: path for path in found}
    raise InputError(f"{place}: expected an executed notebook, found none. {remedy}")


def read_run(place: Path) -> Run:
    """Read an executed notebook.

    Raises:
        InputError: it is none.
    """
    expected = "a notebook that gcbook has executed"
    notebook = parse_json(read_file(place, _LARGEST), place)
    with refused(place, expected, "Run the chapter again."):
        inputs = notebook["metadata"]["gcbook"]["inputs"]
        cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
        texts = {}
        for cell in cells:
            for each in cell["metadata"].get("user_expressions", []):
                result = each["result"].get("data", {})
                if set(result) == {"text/plain"}:
                    texts[str(each["expression"])] = str(result["text/plain"])
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        claims = {
            str(claim["name"]): (str(claim["sentence"]), str(claim["state"]))
            for output in outputs
            for claim in output.get("data", {}).get(CLAIMS_MIME, [])
        }
        return Run(
            dict(inputs["parameters"]),
            dict(_made_from(inputs)),
            claims,
            texts,
            dict(_tables(outputs, place)),
        )


def _made_from(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = {"template": "notebook", "code": "code of gcbook", "data": "data of gcbook"}
    for key, name in names.items():
        yield name, str(inputs[key])
    for part in ("files", "libraries"):
        for name, known in inputs[part].items():
            yield str(name), str(known)


def _tables(outputs: Iterable[Any], place: Path) -> Iterator[tuple[str, list[Row]]]:
    left = _MOST_CELLS
    for output in outputs:
        source = output.get("data", {}).get("text/html", "")
        text = "".join(source) if isinstance(source, list) else str(source)
        for found in _CSV.finditer(text):
            content = unquote(html.unescape(found["data"]))
            rows: list[Row] = []
            for row in csv.DictReader(io.StringIO(content), restkey="", restval=""):
                left -= len(row)
                if left < 0:
                    raise InputError(
                        f"{place}: expected tables of {_MOST_CELLS:,} cells in all at most, found "
                        "more. Compare smaller runs."
                    )
                rows.append({str(name): str(value) for name, value in row.items()})
            yield found["name"], rows


def compare_chapter(name: str, before: Run, after: Run) -> Comparison:
    """Say what differs between two runs of a chapter."""
    sentences = {key: words for run in (before, after) for key, (words, _) in run.claims.items()}
    states = [{key: state for key, (_, state) in run.claims.items()} for run in (before, after)]
    tables = [
        compare_tables(label, before.tables.get(label, []), after.tables.get(label, []))
        for label in dict.fromkeys([*before.tables, *after.tables])
    ]
    return Comparison(
        name,
        _changes(before.parameters, after.parameters),
        [each.what for each in _changes(before.made_from, after.made_from)],
        [Change(sentences[each.what], each.before, each.after) for each in _changes(*states)],
        _changes(before.text, after.text),
        [each for each in tables if each],
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    return [
        Change(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def compare_tables(label: str, before: Sequence[Row], after: Sequence[Row]) -> TableChange:
    """Compare two tables, row by row.

    Rows belong together whose words are the same; of several such rows, in their order. Columns
    hold numbers if they do in both tables.

    >>> rows = [{"who": "a", "x": "1", "x_low": "0", "x_high": "3"}]
    >>> changed = compare_tables("tab-x", rows, [rows[0] | {"x": "2"}]).numbers
    >>> [(each.what, each.column, each.before, each.after, each.against) for each in changed]
    [('a', 'x', 1.0, 2.0, 'inside')]
    """
    columns = [
        name for name in (before or after or [{}])[0] if name in (after or before or [{}])[0]
    ]
    numeric = [name for name in columns if _is_numeric(name, before) and _is_numeric(name, after)]
    words = [name for name in columns if name not in numeric]
    first, second = (_by_words(rows, words) for rows in (before, after))
    both = [key for key in first if key in second]
    ends = _ends(columns)
    values = [name for name in numeric if not any(name in pair for pair in ends.values())]
    found, intervals = [], 0
    for key in both:
        for column in values:
            pair = ends.get(column)
            x, y = (_number(rows[key].get(column, "")) for rows in (first, second))
            if not _same(x, y):
                lies = _lies(x, y, first[key], second[key], pair)
                found.append(NumberChange(_shown(key), x, y, column, lies))
            elif pair:
                sides = (
                    tuple(_number(rows[key].get(end, "")) for end in pair)
                    for rows in (first, second)
                )
                intervals += not all(map(_same, *sides))
    return TableChange(
        label,
        len(both),
        [_shown(key) for key in second if key not in first],
        [_shown(key) for key in first if key not in second],
        found,
        intervals,
    )


def _lies(
    x: float | None, y: float | None, before: Row, after: Row, ends: tuple[str, str] | None
) -> Against:
    if ends is None or x is None or y is None:
        return "no interval"
    known, outside = False, False
    for value, row in ((y, before), (x, after)):
        low, high = (_number(row.get(end, "")) for end in ends)
        if low is not None and high is not None:
            known = True
            outside |= not low <= value <= high
    return "outside" if outside else "inside" if known else "no interval"


def _ends(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The columns of the ends of intervals, by the column that they belong to.

    >>> _ends(["x", "x_low", "x_high", "Bias", "Bias, lower end", "Bias, upper end"])
    {'x': ('x_low', 'x_high'), 'Bias': ('Bias, lower end', 'Bias, upper end')}
    >>> _ends(["n", "value", "low", "high"])
    {'value': ('low', 'high')}
    """
    found: dict[str, dict[str, str]] = {}
    last = ""
    for name in columns:
        end = _END.fullmatch(name)
        if end is None:
            last = name
            continue
        of = end["of"] if end["of"] in columns else last
        side = "low" if end["end"].lower().startswith("low") else "high"
        found.setdefault(of, {})[side] = name
    return {of: (each["low"], each["high"]) for of, each in found.items() if len(each) == 2}


def _by_words(rows: Sequence[Row], words: Sequence[str]) -> dict[tuple[str, ...], Row]:
    found: dict[tuple[str, ...], Row] = {}
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.get(name, "") for name in words)
        number = seen[key] = seen.get(key, 0) + 1
        found[(*key, str(number)) if number > 1 else key] = row
    return found


def _is_numeric(column: str, rows: Sequence[Row]) -> bool:
    """Whether a column has numbers, and nothing else."""
    values = [row.get(column, "") for row in rows]
    given = [value for value in values if value]
    return all(_number(value) is not None for value in given) and (bool(given) or not rows)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _same(x: float | None, y: float | None) -> bool:
    if x is None or y is None:
        return x is y
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12)


def _shown(key: tuple[str, ...]) -> str:
    return ", ".join(filter(None, key))


SHOWN = 12
"""Lines of a list that are printed; the rest are counted."""


def in_words(found: Compared, most: int = SHOWN) -> Iterator[str]:
    """Say what differs, a line each; what is named in files is on one line and cannot do harm.

    Args:
        found: from `compare_runs`.
        most: how many lines of a list are said.
    """
    for words, names in (("added", found.added), ("removed", found.removed)):
        if names:
            yield f"chapters {words}: {', '.join(map(one_line, names))}"
    same = [each.chapter for each in found.chapters if not each]
    if same:
        yield f"no difference: {', '.join(map(one_line, same))}"
    for chapter in filter(None, found.chapters):
        yield one_line(chapter.chapter)
        if chapter.made_from:
            yield f"  made from another {', '.join(map(one_line, chapter.made_from))}"
        for title, changes in (
            ("parameters", chapter.parameters),
            ("claims", chapter.claims),
            ("values in the text", chapter.text),
        ):
            if changes:
                yield f"  {title}: {len(changes)} changed"
                yield from _limited([_change(each) for each in changes], most)
        for table in chapter.tables:
            yield f"  {one_line(table.label)}: {_summary(table)}"
            # What is farther than its interval comes first.
            order = {"outside": 0, "no interval": 1, "inside": 2}
            numbers = sorted(table.numbers, key=lambda each: order[each.against])
            lines = [_number_change(each) for each in numbers]
            lines += [f"added: {one_line(each)}" for each in table.added]
            lines += [f"removed: {one_line(each)}" for each in table.removed]
            yield from _limited(lines, most)


def _summary(table: TableChange) -> str:
    parts = [
        f"{plural(table.count('outside'), 'number')} changed by more than the interval",
        f"{table.count('inside')} changed inside of it",
        f"{table.count('no interval')} changed that have none",
        f"{plural(table.intervals, 'interval')} of the same numbers changed",
        f"{plural(len(table.added), 'row')} added",
        f"{len(table.removed)} removed",
    ]
    told = [part for part in parts if not part.startswith("0 ")]
    return f"{', '.join(told)} ({table.rows} rows in both)"


def _change(change: Change) -> str:
    values = ("none" if each in (None, "") else one_line(str(each)) for each in _ends_of(change))
    return f"{one_line(change.what)}: {' -> '.join(values)}"


def _number_change(change: NumberChange) -> str:
    values = ("none" if each is None else f"{each:.4g}" for each in _ends_of(change))
    where = f"{one_line(change.what)}, " if change.what else ""
    return f"{where}{one_line(change.column)}: {' -> '.join(values)} ({change.against})"


def _ends_of(change: Change) -> tuple[Any, Any]:
    return change.before, change.after


def _limited(lines: Sequence[str], most: int) -> Iterator[str]:
    for line in lines[:most]:
        yield f"    {line}"
    if len(lines) > most:
        yield f"    and {len(lines) - most} more (--json names all)"
