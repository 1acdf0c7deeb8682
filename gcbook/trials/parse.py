"""From the bytes of trial files to one validated table.

Files are parsed as text and validated column by column once they stand in one table, by the
distinct values, which is what makes hundreds of files quick. A value that is refused is traced back
to its file and line.
"""

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.paper.observers import HUMAN_NAME, HUMANS
from gcbook.trials.find import TrialFile

__all__ = ["COLUMNS", "FILE_COLUMNS", "image_ids", "parse_condition", "parse_trial_files"]

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
"""Columns of the trials table. ``rt`` is in seconds, NaN for models."""

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

_MISSING = frozenset({"", "nan", "na", "n/a", "none", "null"})
_IMAGE_ID = r"(?:^|_)(?P<image_id>(?:n\d{8}_)?[^_]+)$"
_CUE_CONFLICT_IMAGE = r"^([a-z]+)\d+-[a-z]+\d+\.\w+$"
_CONTROL = r"[\x00-\x1f\x7f\x{85}\x{2028}\x{2029}]"
_LARGEST = 2**53
"""From here on a number read as text would not be the one that is written there."""


def parse_trial_files(files: Sequence[TrialFile]) -> pd.DataFrame:
    """Parse and validate trial files.

    Returns:
        One row a trial with the columns `COLUMNS`, in the order of files and lines.

    Raises:
        InputError: something is not as expected; the message names file, line and remedy.
    """
    tables = [_parse(file) for file in files]
    origin = np.repeat(np.arange(len(files)), [len(table) for table in tables])
    number = np.concatenate([np.arange(len(table)) for table in tables])

    def place(row: int) -> str:
        file = files[origin[row]]
        reader = csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline=""))
        lines = [reader.line_num for record in reader if record]
        return f"{file.place}, line {lines[int(number[row]) + 1]}"

    about = pd.DataFrame(
        [(file.dataset, file.source) for file in files], columns=["dataset", "source"], dtype="str"
    )
    about = about.iloc[origin].reset_index(drop=True)
    rows = pa.concat_tables(tables)
    names = rows["imagename"].to_pandas().astype("str")  # mostly distinct
    coded = {name: rows[name].dictionary_encode().to_pandas() for name in FILE_COLUMNS[:-1]}
    del tables, rows  # a second copy of all text
    trials = _to_table(coded | {"imagename": names}, about, place)
    _refuse_duplicates(trials, place)
    return trials


def image_ids(names: Sequence[str] | pd.Series) -> pd.Series:
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


def _parse(file: TrialFile) -> pa.Table:
    try:
        content = file.read().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise InputError(
            f"{file.place}: expected a file that can be read, found that it cannot: "
            f"{(error.strerror or str(error)).lower()}. Mend that, or move it away."
        ) from error
    if b"\0" in content:
        raise InputError(
            f"{file.place}: expected a CSV text file, found binary data; export it again."
        )
    header = content.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    found = [name.strip().strip('"').lower() for name in header.split(",")]
    absent = [name for name in FILE_COLUMNS if name not in found and name != "rt"]
    if absent:
        raise InputError(
            f"{file.place}, line 1: expected the comma-separated columns "
            f"{', '.join(FILE_COLUMNS)} (rt may be missing); missing {', '.join(absent)}, found "
            f"{header[:120]!r}. Add or rename the columns."
        )
    invalid: list[tuple[int | None, int, int]] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        invalid.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(content),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=found, skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=note),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(found, pa.string()),
                include_columns=[name for name in FILE_COLUMNS if name in found],
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
    if "rt" not in found:
        table = table.append_column("rt", pa.array(["NaN"] * len(table)))
    return table.select(FILE_COLUMNS)


def _first_undecodable(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f", line {line}"
    return ""


def _to_table(text: Mapping[str, pd.Series], about: pd.DataFrame, place: Place) -> pd.DataFrame:
    allowed = ", ".join(CATEGORIES)
    _refuse(~text["category"].isin(CATEGORIES), text["category"], "category", allowed, place)
    response = _distinct(text["object_response"], _responses)
    _refuse(~response.isin(RESPONSES), response, "object_response", ", ".join(RESPONSES), place)
    expected = f"the observer's name ({HUMANS!r} is kept for all humans together)"
    _refuse(_distinct(text["subj"], _nameless), text["subj"], "subj", expected, place)
    expected = "a name in one line, without control characters"
    _refuse(_distinct(text["subj"], _broken), text["subj"], "subj", expected, place)
    _refuse(_broken(text["imagename"]), text["imagename"], "imagename", expected, place)
    table = pd.DataFrame(
        {
            "observer": text["subj"].astype("str"),
            "observer_kind": _distinct(text["subj"], _kinds),
            "dataset": about["dataset"],
            "session": _integers(text["session"], "session", place),
            "trial": _integers(text["trial"], "trial", place),
            "condition": _conditions(about["dataset"], text["condition"], place),
            "image_id": _distinct(text["imagename"], image_ids),
            "category": text["category"].astype("str"),
            "response": response,
            "rt": _seconds(text["rt"], place),
            "source": about["source"],
            "imagename": text["imagename"],
        },
        columns=COLUMNS,
    )
    conflicts = table[table["dataset"] == "cue-conflict"]
    shape = _distinct(conflicts["image_id"], _shapes)
    expected = "<shape><n>-<texture><n>.png at the end of a cue-conflict image's name"
    _refuse(shape.isna(), conflicts["imagename"], "imagename", expected, place)
    expected = "the shape that a cue-conflict image's name begins with"
    said = conflicts["category"] + " of " + conflicts["image_id"]
    _refuse(shape != conflicts["category"], said, "category", expected, place)
    return table


def _refuse(bad: pd.Series, values: pd.Series, column: str, expected: str, place: Place) -> None:
    rows = bad.index[bad.to_numpy()]
    if len(rows):
        more = f" ({len(rows) - 1} more like it)" if len(rows) > 1 else ""
        raise InputError(
            f"{place(int(rows[0]))}: expected as {column} {expected}; found "
            f"{values[rows[0]]!r}{more}. Correct the value."
        )


def _distinct(values: pd.Series, read: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Read a column by its distinct values, which are far fewer."""
    codes, distinct = pd.factorize(values)
    return read(pd.Series(distinct, dtype="str")).take(codes).set_axis(values.index)


def _responses(given: pd.Series) -> pd.Series:
    return given.where(given != "NA", NO_ANSWER)


def _shapes(images: pd.Series) -> pd.Series:
    return images.str.extract(_CUE_CONFLICT_IMAGE, expand=False)


def _nameless(observers: pd.Series) -> pd.Series:
    return observers.str.strip().str.lower().isin(["", HUMANS])


def _kinds(observers: pd.Series) -> pd.Series:
    human = observers.str.match(HUMAN_NAME)
    return pd.Series(np.where(human, "human", "model"), dtype="str")


def _broken(names: pd.Series) -> pd.Series:
    return pc.match_substring_regex(pa.array(names, pa.string()), _CONTROL).to_pandas()


def _numbers(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce").astype("float64")


def _integers(values: pd.Series, column: str, place: Place) -> pd.Series:
    numbers = _distinct(values, _numbers)
    bad = ~numbers.between(0, _LARGEST) | (numbers % 1 != 0)
    _refuse(bad, values, column, "a whole number from 0", place)
    return numbers.astype("int64")


def _seconds(values: pd.Series, place: Place) -> pd.Series:
    expected = "seconds from 0, or NaN where there is no response time"
    _refuse(_distinct(values, _no_time), values, "rt", expected, place)
    return _distinct(values, _numbers)


def _no_time(values: pd.Series) -> pd.Series:
    numbers = _numbers(values)
    untold = numbers.isna() & ~values.str.lower().isin(_MISSING)
    return untold | (numbers < 0) | np.isinf(numbers)


def _conditions(dataset: pd.Series, values: pd.Series, place: Place) -> pd.Series:
    pairs = pd.DataFrame({"dataset": dataset, "condition": values}).groupby(
        ["dataset", "condition"], sort=True, observed=True
    )
    names = [parse_condition(*pair) or "" for pair in pairs.size().index]
    canonical = pd.Series(names, dtype="str").take(pairs.ngroup().to_numpy()).set_axis(values.index)
    unknown = np.flatnonzero((canonical == "").to_numpy())
    if len(unknown):
        row = int(unknown[0])
        name = dataset.iloc[row]
        raise InputError(
            f"{place(row)}: expected as condition of {name} one of "
            f"{', '.join(EXPERIMENTS[name].conditions)}; found {values.iloc[row]!r}. Correct the "
            "value, or move the file to the folder of its dataset."
        )
    return canonical


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
    second = np.flatnonzero(trials.duplicated(keys).to_numpy())
    if not len(second):
        return
    row = trials.iloc[int(second[0])]
    same = (trials[keys] == row[keys]).all(axis=1).to_numpy()
    first = int(np.flatnonzero(same)[0])
    raise InputError(
        f"{place(int(second[0]))}: expected one trial of {row.observer} on {row.image_id} in "
        f"{row.dataset}, found a second one (the first: {place(first)}; {len(second)} in all). "
        "Leave one of the two out, or read the files as different sources."
    )
