"""The trials table: who answered what on which image. Read, validate, write.

The file format is that of the model-vs-human toolbox (Geirhos et al., 2021): one CSV an observer
and dataset with the columns ``subj, session, trial, rt, object_response, category, condition,
imagename``. In the table, humans and models have the same columns, so nothing downstream asks who
answered except to group.

Identity. A human is (dataset, observer): ``subject-01`` is another person in every dataset. A
model is (source, observer): two repositories may carry results under one model name. An image is
the last underscore-separated part of its name, preceded by the WordNet id where there is one;
what stands before differs between observers (trial number, session).
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gcbook.files.atomic import write_whole
from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.trials.find import find_trial_files
from gcbook.trials.parse import (
    ANSWER_COLUMNS,
    COLUMNS,
    FILE_COLUMNS,
    parse_trial_files,
)


class MissingImagesWarning(UserWarning):
    """An observer did not see all images of a dataset."""


def read_trials(*paths: str | Path, source: str | None = None) -> pd.DataFrame:
    """Read trials from folders, zip archives and single CSV files into one table.

    Args:
        paths: folders and zips in the layout ``raw-data/<dataset>/*.csv`` (as GitHub archives the
            published trials), or CSV files.
        source: name for where the trials come from; by default the folder or archive that holds
            ``raw-data``, without its commit.

    Returns:
        One row a trial with the columns `COLUMNS`, in the order of paths, files and lines.

    Raises:
        InputError: a file is not as expected. The message names file, line and remedy, and
            nothing is returned: no table is ever half-read.

    Warns:
        MissingImagesWarning: an observer saw only part of a dataset. Such trials are kept, and
            observers are compared on the images both saw.
    """
    coded = _read(paths, source, COLUMNS)
    trials = pd.DataFrame({name: _plain(coded.pop(name)) for name in COLUMNS})
    missing = missing_images(trials)
    if len(missing):
        rows = missing.head(5).itertuples()
        parts = [f"{r.observer} {r.n_seen} of {r.n_images} images of {r.dataset}" for r in rows]
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        warnings.warn(
            f"only part of a dataset was seen: {', '.join(parts)}{more}; observers are compared "
            "on the images both saw.",
            MissingImagesWarning,
            stacklevel=2,
        )
    return trials


def read_answers(*paths: str | Path) -> pd.DataFrame:
    """Read what statistics need of trials, as `read_trials` does, in a tenth of the memory.

    Returns:
        One row a trial with the columns `ANSWER_COLUMNS`, all of them categories; tables of
        several calls are put together by `joined`.
    """
    return _read(paths, None, ANSWER_COLUMNS)


def _read(paths: Sequence[str | Path], source: str | None, columns: Sequence[str]) -> pd.DataFrame:
    if not paths:
        raise InputError("trials: expected at least one folder, zip or CSV, found none.")
    found = [file for path in paths for file in find_trial_files(path, source)]
    # A file that is named twice, alone and with its folder, is read once.
    return parse_trial_files(list({file.place: file for file in found}.values()), columns)


def _plain(column: pd.Series) -> pd.Series:
    return column.astype("str") if isinstance(column.dtype, pd.CategoricalDtype) else column


def missing_images(trials: pd.DataFrame) -> pd.DataFrame:
    """List the observers who did not see all images of a dataset.

    Returns:
        Columns ``source, observer, dataset, n_seen, n_images``; empty if nothing is missing.
    """
    seen = trials.groupby(["source", "observer", "dataset"], sort=True, observed=True).size()
    table = seen.rename("n_seen").reset_index()
    table["n_images"] = table["dataset"].map({n: e.n_images for n, e in EXPERIMENTS.items()})
    return table[table["n_seen"] < table["n_images"]].reset_index(drop=True)


def unmatched_images(trials: pd.DataFrame) -> pd.DataFrame:
    """List the models that saw images which no human saw: those cannot be compared.

    Only datasets in which there are humans count. A model whose image names differ from the
    published ones shares no image with the humans.

    Returns:
        Columns ``source, observer, dataset, n_unmatched, n_seen, example``; empty if all match.
    """
    keys = ["dataset", "image_id", "condition", "category"]
    image = trials.groupby(keys, sort=False, observed=True).ngroup()
    human = trials["observer_kind"] == "human"
    dataset = trials["dataset"]
    # Of many strings, `isin` makes a list of Python's: it is asked for the few that there are.
    new = ~image.isin(image[human]) & dataset.isin(dataset[human].unique())
    asked = ~human & dataset.isin(dataset[new].unique())
    who = ["source", "observer", "dataset"]
    models = trials.loc[asked, [*who, "image_id"]]
    n_seen = models.groupby(who, observed=True).size().rename("n_seen")
    grouped = models[new[asked]].groupby(who, observed=True)["image_id"]
    table = grouped.agg(n_unmatched="size", example="first").join(n_seen).reset_index()
    return table[[*who, "n_unmatched", "n_seen", "example"]]


def write_trials(
    trials: pd.DataFrame, folder: str | Path, *, overwrite: bool = False
) -> list[Path]:
    """Write trials in the layout that the model-vs-human toolbox reads.

    Files are ``<folder>/raw-data/<dataset>/<dataset>_<observer>_session-<n>.csv`` with hyphens for
    the underscores of the observer's name, humans ``…_subject-01_session_1.csv``, as in the
    toolbox's own repository.

    Args:
        trials: a trials table.
        folder: where ``raw-data`` is to stand; made if needed.
        overwrite: replace files that exist. Without it nothing is written if any exists.

    Returns:
        The files written.

    Raises:
        InputError: a file exists, or one observer name comes from two sources, which the format
            cannot keep apart.
    """
    groups = _groups(trials, folder)
    existing = [path for path in groups if path.exists()]
    if existing and not overwrite:
        more = f" and {len(existing) - 1} more" if len(existing) > 1 else ""
        raise InputError(
            f"{existing[0]}{more}: already there, and nothing was written; choose another folder, "
            "or add --overwrite (in Python overwrite=True)."
        )
    for path, rows in groups.items():
        write_trial_file(path, rows)
    return list(groups)


def _groups(trials: pd.DataFrame, folder: str | Path) -> dict[Path, pd.DataFrame]:
    groups: dict[Path, pd.DataFrame] = {}
    keys = ["dataset", "observer", "observer_kind", "session"]
    for (dataset, observer, kind, session), rows in trials.groupby(keys, sort=True, observed=True):
        if rows["source"].nunique() > 1:
            raise InputError(
                f"write_trials: {observer} on {dataset} comes from {sorted(set(rows['source']))}, "
                "and file names cannot keep sources apart; write one source at a time."
            )
        mark = f"session_{session}" if kind == "human" else f"session-{session}"
        name = f"{dataset}_{str(observer).replace('_', '-')}_{mark}.csv"
        path = Path(folder) / "raw-data" / str(dataset) / name
        if path in groups:
            raise InputError(
                f"write_trials: {observer} and another observer on {dataset} would share the file "
                f"{name}, which has - for _; rename one of them."
            )
        groups[path] = rows
    return groups


def write_trial_file(path: str | Path, rows: pd.DataFrame) -> None:
    """Write one observer's trials on one dataset as one CSV file, replacing what is there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    out = rows.rename(columns={"observer": "subj", "response": "object_response"})
    text = out[list(FILE_COLUMNS)].to_csv(index=False, na_rep="NaN", lineterminator="\n")
    # Bytes, so that lines end alike on every system.
    write_whole(path, lambda temporary: temporary.write_bytes(text.encode()))
