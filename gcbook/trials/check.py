"""Trials that did not come from `gcbook.trials.table.read_trials`, checked as if they had.

A table made by hand can hold anything, and statistics would make something of it: an answer that is
no category is a wrong one, a missing one is none at all, and of an image that stands twice the last
answer wins.
"""

from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.trials.parse import ANSWER_COLUMNS
from gcbook.trials.table import read_trials

_ALLOWED = {
    "response": RESPONSES,
    "category": CATEGORIES,
    "observer_kind": ("human", "model"),
}
_CUE_CONFLICT = r"([a-z]+)\d+-([a-z]+)\d+\.\w+"


def checked_trials(trials: "pd.DataFrame | str | Path", what: str = "trials") -> pd.DataFrame:
    """Return trials that statistics can take.

    Args:
        trials: a table with `gcbook.trials.parse.ANSWER_COLUMNS`, or the path of a folder, zip or
            CSV file to read.
        what: what they are called, for messages.

    Raises:
        InputError: there are none; a column or a value is missing; an answer, a category, a kind or
            a condition is not one that there is; a cue conflict's name does not say its cues; or an
            observer answered on an image twice.
    """
    if isinstance(trials, str | Path):
        return read_trials(trials)
    if not isinstance(trials, pd.DataFrame):
        raise InputError(
            f"{what}: expected a table of trials (gcbook.score makes one) or a path of files; "
            f"found an object of type {type(trials).__name__}."
        )
    missing = [name for name in ANSWER_COLUMNS if name not in trials]
    if missing:
        raise InputError(
            f"{what}: expected the columns {', '.join(ANSWER_COLUMNS)}; found none called "
            f"{', '.join(missing)}. gcbook.score and gcbook.trials.table.read_trials make all of "
            "them."
        )
    if not len(trials):
        raise InputError(f"{what}: expected at least one trial, found none.")
    for name in ANSWER_COLUMNS:
        remedy = f' Write "{NO_ANSWER}" where nobody answered.' if name == "response" else ""
        _refuse(trials, trials[name].isna(), what, name, f"a value in every row.{remedy}")
        if known := _ALLOWED.get(name):
            _refuse(trials, ~trials[name].isin(known), what, name, f"one of {', '.join(known)}")
    for dataset, rows in trials.groupby("dataset", observed=True):
        if dataset in EXPERIMENTS:
            there = EXPERIMENTS[str(dataset)].conditions
            strange = ~rows["condition"].isin(there)
            _refuse(rows, strange, what, "condition", f"one of {', '.join(there)}")
        if dataset == "cue-conflict":
            wrong = ~rows["image_id"].astype("str").str.fullmatch(_CUE_CONFLICT)
            form = "the name of a cue conflict, such as cat1-dog2.png"
            _refuse(rows, wrong, what, "image_id", form)
    identity = ["source", "observer", "dataset", "condition", "image_id", "category"]
    once = "every observer once on an image"
    _refuse(trials, trials.duplicated(identity), what, "image_id", once)
    return trials


def one_observer(trials: pd.DataFrame, observer: str | None, what: str) -> pd.DataFrame:
    """Return the trials of one observer.

    Args:
        trials: checked ones.
        observer: its name; None where the trials are of one alone.
        what: what the trials are called, for messages.

    Raises:
        InputError: there is no such observer, or several.
    """
    chosen = trials if observer is None else trials[trials["observer"] == observer]
    found = chosen[["source", "observer"]].drop_duplicates()
    people = chosen.loc[chosen["observer_kind"] == "human", "dataset"].nunique()
    if people > 1:
        raise InputError(
            f"{what}: expected one observer; found people of {people} datasets, in each of which "
            f'{found["observer"].iloc[0]} is somebody else. observer="humans" pools them; or '
            "choose the rows of one dataset."
        )
    if len(found) == 1:
        return chosen
    if found["observer"].nunique() == 1:
        raise InputError(
            f"{what}: expected trials of {found['observer'].iloc[0]} from one source, found "
            f"{' and '.join(sorted(map(str, found['source'])))}. Choose the rows of one."
        )
    have = sorted(map(str, set(trials["observer"])))
    listed = ", ".join(have[:8]) + (f" and {len(have) - 8} more" if len(have) > 8 else "")
    raise InputError(
        f"{what}: expected the trials of {observer or 'one observer'}, found {listed}. Choose by "
        "observer=…, or by rows of the table; gcbook.report takes several."
    )


def _refuse(rows: pd.DataFrame, bad: pd.Series, what: str, column: str, expected: str) -> None:
    if bad.any():
        first = rows[bad].iloc[0]
        raise InputError(
            f"{what}: {column}: expected {expected}; found {first[column]!r} in {int(bad.sum())} "
            f"of {len(rows)} rows, the first of {first['observer']} on {first['image_id']}."
        )
