"""From the bytes of trial files to one validated table.

Files are parsed as text, a dataset at a time, and validated column by column by their distinct
values, which is what makes hundreds of files quick. What is kept of a column of text is a category
a row: a tenth of the memory. A value that is refused is traced back to its file and line.
"""

import csv
import io
import itertools
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from pandas.api.types import union_categoricals

from gcbook.files.errors import InputError
from gcbook.files.naming import FORMULA, PLAIN, SPREADSHEET, UNSEEN
from gcbook.paper.categories import CATEGORIES, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.paper.observers import HUMAN_NAME, HUMANS
from gcbook.trials.find import TrialFile
from gcbook.trials.timing import IMAGE_MS, MOST_OFF, TOLERANCE_MS, OffTimeWarning, off_time

COLUMNS = (
    "observer",
    "observer_kind",
    "dataset",
    "session",
    "trial",
    "condition",
    "image_id",
    "category",
    "response",
    "rt",
    "source",
    "imagename",
)
"""Columns of a trials table, which has a row for each image that an observer answered on.

- ``observer``: who answered, such as ``subject-01`` or ``resnet50``.
- ``observer_kind``: ``human`` or ``model``.
- ``dataset``: one of the 17, or the name of another set of images.
- ``session``, ``trial``: whole numbers; a model has one session.
- ``condition``: how much the image is distorted, as the dataset names it; ``0`` where a dataset has
  one condition.
- ``image_id``: which image it is, the same for all observers.
- ``category``: what it shows, one of the 16; of a cue conflict, the shape.
- ``response``: the answer, one of the 16, or ``na`` where none came in time.
- ``rt``: response time in seconds; NaN for models.
- ``source``: where the trials come from; ``gcbook`` for those made here.
- ``imagename``: the image's file.
"""

ANSWER_COLUMNS = tuple(
    name for name in COLUMNS if name not in ("session", "trial", "rt", "imagename")
)
"""Of these, what statistics need."""

FILE_COLUMNS = (
    "subj",
    "session",
    "trial",
    "rt",
    "object_response",
    "category",
    "condition",
    "imagename",
)
"""Columns of a trial file, in order; human files may spell them with capitals, and models have no
response times, so that ``rt`` may be missing."""

SHOWN = "image_ms"
"""How long the image was shown, in milliseconds: a column of the files of the book's experiment."""

_MISSING = frozenset({"", "nan", "na", "n/a", "none", "null"})
_IMAGE_ID = r"(?:^|_)(?P<image_id>(?:n\d{8}_)?[^_]+)$"
_CUE_CONFLICT_IMAGE = r"^([a-z]+)\d+-[a-z]+\d+\.\w+$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_CORRECT = "Correct the value."
_LARGEST = 2**53
"""From here on a number read as text would not be the one that is written there."""

_LONGEST_HEADER = 2**14

MOST_OBSERVERS = 2_000
"""Names of observers that are read at a time; kappa compares each with each, on every condition."""

MOST_TRIALS = 10_000_000
"""Trials that are read at a time, fifty times those of the 90 people and 34 networks."""

_ANSWERS = pd.CategoricalDtype(pd.Index(sorted(RESPONSES), dtype="str"))
"""Of categories and responses alike, so that they can be compared."""


def parse_trial_files(files: Sequence[TrialFile], columns: Sequence[str] = COLUMNS) -> pd.DataFrame:
    """Parse and validate trial files.

    Args:
        files: where they are.
        columns: which of `COLUMNS` to return; all are validated.

    Returns:
        One row a trial, in the order of files and lines. Text is categories, sorted, those of
        ``category`` and ``response`` the same; names of images are plain text.

    Raises:
        InputError: something is not as expected; the message names file, line and remedy.

    Warns:
        OffTimeWarning: images were shown too long or too briefly; see `gcbook.trials.timing`.
    """
    tables, n_trials, off = [], [], []
    for (dataset, source), alike in itertools.groupby(files, lambda f: (f.dataset, f.source)):
        some = list(alike)
        rows = [_parse(file) for file in some]
        lengths = [len(each) for each in rows]
        text, place = pa.concat_tables(rows), _place_in(some, lengths)
        table = _to_table(dataset, source, text, place)
        shown = _times(_Text.of(text[SHOWN]), SHOWN, "milliseconds", place)
        off.append(off_time(shown, table[["observer", "session"]]))
        tables.append(table[[*columns]])
        n_trials += lengths
        _check_number(sum(n_trials), MOST_TRIALS, "trials", some)
    trials = joined(tables)
    _check_number(trials["observer"].nunique(), MOST_OBSERVERS, "observers", files)
    _refuse_duplicates(trials, _place_in(files, n_trials))
    return _without(trials, np.concatenate(off), files)


def _without(
    trials: pd.DataFrame, off: npt.NDArray[np.bool_], files: Sequence[TrialFile]
) -> pd.DataFrame:
    if not off.any():
        return trials
    said = (
        f"{off.sum()} of {len(off)} images were shown more than {TOLERANCE_MS} ms longer or "
        f"shorter than {IMAGE_MS} ms, or in a session with more than {MOST_OFF:.0%} of such images"
    )
    if off.all():
        raise InputError(
            f"{files[0].place}: expected images that were shown for {IMAGE_MS} ms; found that "
            f"{said}. Take part again on another computer, or without time limit."
        )
    warnings.warn(f"{said}; their trials are left out.", OffTimeWarning, stacklevel=4)
    return trials[~off].reset_index(drop=True)


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of `parse_trial_files` below each other, with the categories of all."""
    columns = {}
    for name in tables[0]:
        parts = [table[name] for table in tables]
        if isinstance(parts[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.Series(union_categoricals(parts, sort_categories=True))
        else:
            columns[name] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns)


def image_ids(names: Sequence[str] | pa.StringArray) -> pd.Series:
    """Return which image each name stands for, whatever observer, session or trial it carries.

    >>> image_ids(["0001_hp_dnn_0.7_boat_10_n03662601_12531.png", "cat1-dog2.png"]).tolist()
    ['n03662601_12531.png', 'cat1-dog2.png']
    """
    parts = pc.extract_regex(pa.array(names, pa.string()), pattern=_IMAGE_ID)
    return pc.struct_field(parts, "image_id").to_pandas().astype("str")


def parse_condition(dataset: str, text: str) -> str | None:
    """Return a condition's name, or None if the dataset has no such condition.

    The number parsed decides, as in the toolbox.

    >>> parse_condition("uniform-noise", "0.90")
    '0.9'
    """
    experiment = EXPERIMENTS[dataset]
    if text in experiment.conditions:
        return text
    if not experiment.parametric and text.lower() in _MISSING:
        return SINGLE_CONDITION
    by_value: Mapping[object, str] = {_value(name): name for name in experiment.conditions}
    return by_value.get(_value(text))


Place = Callable[[int], str]
"""Turns a row of the table back into a file and a line, for messages."""


def _place_in(files: Sequence[TrialFile], n_trials: Sequence[int]) -> Place:
    """Of the rows of some files, one after another."""

    def place(row: int) -> str:
        ends = np.cumsum(n_trials)
        number = int(np.searchsorted(ends, row, side="right"))
        file, first = files[number], ends[number] - n_trials[number]
        reader = csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline=""))
        lines = [reader.line_num for record in reader if record]
        return f"{file.place}, line {lines[row - first + 1]}"

    return place


@dataclass(frozen=True)
class _Text:
    """A column of text.

    Attributes:
        codes: (rows,), the number of each row's value.
        values: the distinct values.
    """

    codes: npt.NDArray[np.int32]
    values: pa.StringArray

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "_Text":
        coded = column.combine_chunks().dictionary_encode()
        return cls(coded.indices.to_numpy(), coded.dictionary)

    def refuse(
        self, bad: npt.ArrayLike, column: str, expected: str, place: Place, remedy: str = _CORRECT
    ) -> None:
        """Refuse the values, (values,), that are bad."""
        _refuse(np.asarray(bad)[self.codes], self.at, column, expected, place, remedy)

    def at(self, row: int) -> str:
        return str(self.values[int(self.codes[row])].as_py())

    def as_category(
        self, values: Sequence[str] | pd.Series, dtype: pd.CategoricalDtype | None = None
    ) -> "pd.Categorical[Any]":
        """A category a row, of what each distinct value reads as."""
        read = pd.Categorical(pd.Series(values, dtype="str"), dtype=dtype)
        return pd.Categorical.from_codes(read.codes[self.codes], dtype=read.dtype)


def _parse(file: TrialFile) -> pa.Table:
    content = file.read().removeprefix(b"\xef\xbb\xbf")
    if b"\0" in content:
        raise InputError(
            f"{file.place}: expected a CSV text file, found binary data; export it again."
        )
    header = content.split(b"\n", 1)[0][:_LONGEST_HEADER].decode("utf-8", "replace").strip()
    found = [name.strip().strip('"').lower() for name in header.split(",")]
    absent = [name for name in FILE_COLUMNS if name not in found and name != "rt"]
    if absent:
        raise InputError(
            f"{file.place}, line 1: expected the comma-separated columns "
            f"{', '.join(FILE_COLUMNS)} (rt may be missing); missing {', '.join(absent)}, found "
            f"{header[:120]!r}. Add or rename the columns."
        )
    if twice := [name for name in (*FILE_COLUMNS, SHOWN) if found.count(name) > 1]:
        raise InputError(
            f"{file.place}, line 1: expected every column once, found {', '.join(twice)} twice. "
            "Remove or rename one of the two."
        )
    invalid: list[tuple[int | None, int, int]] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        invalid.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=found, skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=note),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(found, pa.string()),
                include_columns=[name for name in (*FILE_COLUMNS, SHOWN) if name in found],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError(
            f"{file.place}{_first_undecodable(content)}: expected a UTF-8 CSV file with trials, "
            "found other characters; export it as UTF-8."
        ) from error
    if invalid:
        number, expected, actual = invalid[0]
        raise InputError(
            f"{file.place}, line {number}: expected {expected} fields, found {actual}; mend the "
            "line."
        )
    if len(table) == 0:
        raise InputError(f"{file.place}: expected trials, found a header only; export it again.")
    for name in ("rt", SHOWN):
        if name not in found:
            table = table.append_column(name, pa.array(["NaN"] * len(table)))
    return table.select([*FILE_COLUMNS, SHOWN])


def _check_number(found: int, most: int, what: str, files: Sequence[TrialFile]) -> None:
    if found > most:
        where = files[0].place + (f" and {len(files) - 1} more files" if len(files) > 1 else "")
        raise InputError(
            f"{where}: expected {most:,} {what} at most, found {found:,}. Read fewer at a time."
        )


def _first_undecodable(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f", line {line}"
    return ""


def _to_table(dataset: str, source: str, rows: pa.Table, place: Place) -> pd.DataFrame:
    text = {name: _Text.of(rows[name]) for name in FILE_COLUMNS}
    given = {name: text[name].values.to_pylist() for name in ("category", "object_response")}
    response = [NO_ANSWER if each == "NA" else each for each in given["object_response"]]
    for name, read, allowed in (
        ("category", given["category"], CATEGORIES),
        ("object_response", response, RESPONSES),
    ):
        bad = [each not in allowed for each in read]
        text[name].refuse(bad, name, ", ".join(allowed), place)
    observers = text["subj"].values.to_pylist()
    expected = f"the observer's name ({HUMANS!r} is kept for all humans together)"
    nameless = [each.strip().lower() in ("", HUMANS) for each in observers]
    text["subj"].refuse(nameless, "subj", expected, place)
    for name in ("subj", "imagename"):
        for pattern, expected in ((UNSEEN, PLAIN), (FORMULA, SPREADSHEET)):
            bad = pc.match_substring_regex(text[name].values, pattern)
            text[name].refuse(bad, name, expected, place)
    observer = pd.Series(observers, dtype="str")
    human = observer.str.match(HUMAN_NAME)
    table = {
        "observer": text["subj"].as_category(observer),
        "observer_kind": text["subj"].as_category(np.where(human, "human", "model").tolist()),
        "dataset": _constant(dataset, len(rows)),
        "session": _integers(text["session"], "session", place),
        "trial": _integers(text["trial"], "trial", place),
        "condition": _conditions(dataset, text["condition"], place),
        "image_id": text["imagename"].as_category(image_ids(text["imagename"].values)),
        "category": text["category"].as_category(given["category"], _ANSWERS),
        "response": text["object_response"].as_category(response, _ANSWERS),
        "rt": _times(text["rt"], "rt", "seconds", place),
        "source": _constant(source, len(rows)),
        "imagename": rows["imagename"].to_pandas().astype("str"),
    }
    if dataset == "cue-conflict":
        _refuse_other_shapes(text["imagename"], text["category"], place)
    return pd.DataFrame(table, columns=COLUMNS)


def _refuse(
    bad: npt.NDArray[np.bool_],
    found: Callable[[int], str],
    column: str,
    expected: str,
    place: Place,
    remedy: str = _CORRECT,
) -> None:
    """Refuse rows, and say of the first what was found there."""
    rows = np.flatnonzero(bad)
    if len(rows):
        more = f" ({len(rows) - 1} more like it)" if len(rows) > 1 else ""
        row = int(rows[0])
        raise InputError(
            f"{place(row)}: expected as {column} {expected}; found {found(row)!r}{more}. {remedy}"
        )


def _refuse_other_shapes(images: _Text, categories: _Text, place: Place) -> None:
    """Refuse cue conflicts whose name does not tell the shape, or another than the category."""
    shape = image_ids(images.values).str.extract(_CUE_CONFLICT_IMAGE, expand=False)
    expected = "<shape><n>-<texture><n>.png at the end of a cue-conflict image's name"
    images.refuse(shape.isna(), "imagename", expected, place)
    said = categories.values.to_pandas().to_numpy(dtype=object)[categories.codes]
    other = shape.to_numpy(dtype=object)[images.codes] != said
    expected = "the shape that a cue-conflict image's name begins with"

    def found(row: int) -> str:
        return f"{said[row]} of {image_ids([images.at(row)])[0]}"

    _refuse(other, found, "category", expected, place)


def _constant(value: str, n: int) -> "pd.Categorical[Any]":
    return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index([value]))


def _integers(text: _Text, column: str, place: Place) -> npt.NDArray[np.int64]:
    numbers, _ = _numbers(text.values)
    bad = ~((numbers >= 0) & (numbers <= _LARGEST) & (numbers == np.floor(numbers)))
    text.refuse(bad, column, "a whole number from 0", place)
    return numbers.astype(np.int64)[text.codes]


def _times(text: _Text, column: str, unit: str, place: Place) -> npt.NDArray[np.float64]:
    times, is_number = _numbers(text.values)
    untold = pc.is_in(pc.utf8_lower(text.values), pa.array(sorted(_MISSING))).to_numpy(False)
    bad = ~untold & ~(is_number & (times >= 0) & (times < np.inf))
    text.refuse(bad, column, f"{unit} from 0, or NaN where no time was measured", place)
    return times[text.codes]


def _numbers(values: pa.StringArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Numbers, NaN where there is none, and whether there is one."""
    trimmed = pc.utf8_trim_whitespace(values)
    is_number = pc.match_substring_regex(trimmed, _NUMBER)
    numbers = pc.cast(pc.if_else(is_number, trimmed, "nan"), pa.float64())
    return numbers.to_numpy(), is_number.to_numpy(False)


def _conditions(dataset: str, text: _Text, place: Place) -> "pd.Categorical[Any]":
    names = [parse_condition(dataset, each) or "" for each in text.values.to_pylist()]
    expected = f"one of {', '.join(EXPERIMENTS[dataset].conditions)}"
    remedy = "Correct the value, or move the file to the folder of its dataset."
    unknown = [not name for name in names]
    text.refuse(unknown, f"condition of {dataset}", expected, place, remedy)
    return text.as_category(names)


def _value(text: str) -> object:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true", "flag"
    try:
        number = float(text)
    except ValueError:
        return text
    return text if math.isnan(number) else number


def _refuse_duplicates(trials: pd.DataFrame, place: Place) -> None:
    keys = ["source", "dataset", "observer", "image_id"]
    second = np.flatnonzero(trials.duplicated(keys))
    if not len(second):
        return
    row = trials.iloc[int(second[0])]
    same = np.all([trials[key] == row[key] for key in keys], axis=0)
    first = int(np.flatnonzero(same)[0])
    raise InputError(
        f"{place(int(second[0]))}: expected one trial of {row.observer} on {row.image_id} in "
        f"{row.dataset}, found a second one (the first: {place(first)}; {len(second)} in all). "
        "Leave one of the two out, or read the files as different sources."
    )
