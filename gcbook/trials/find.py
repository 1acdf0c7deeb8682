"""Where trial files lie: folders, zip archives and single CSVs in the model-vs-human layout.

The layout is ``raw-data/<dataset>/<dataset>_<observer>_session-1.csv``, which is also how GitHub
archives the repositories that hold the published trials. This module only finds the files, says
which dataset and source each belongs to, and reads their bytes; `gcbook.trials.table` parses them.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from gcbook.files.archives import files_in, is_zip
from gcbook.files.artefacts import is_store
from gcbook.files.errors import InputError
from gcbook.files.naming import check_name
from gcbook.files.untrusted import LARGEST_CSV, read_file
from gcbook.paper.experiments import DATASETS
from gcbook.trials.originals import locate_trials

COMMIT = re.compile(r"-(?:[0-9a-f]{40}|main|master)$")
"""What GitHub puts after the name of a repository in that of its archive."""

PUBLISHED = "published"
"""What stands for the published trials where trials are named."""

_RAW_DATA = "raw-data"

# Names that other repositories give the same datasets (wichmann-lab/error-consistency).
_ALIASES = {name.lower(): name for name in DATASETS} | {
    "edges": "edge",
    "silhouettes": "silhouette",
}
_FOREIGN_PREFIX = "texture-shape_"

# What whole archives of the two repositories hold besides the 17 datasets: sets whose images were
# never part of the benchmark, and the toolbox's own tables of accuracies.
_IGNORED = re.compile(
    r"noise-generalisation_.*|(texture-shape_)?(original|greyscale|texture)|performances"
)


@dataclass(frozen=True)
class TrialFile:
    """One CSV file: where it is (for messages), what it belongs to, and how to get its bytes."""

    place: str
    dataset: str
    source: str
    read: Callable[[], bytes]


def find_trial_files(path: str | Path, source: str | None = None) -> list[TrialFile]:
    """Find the trial files in a folder, a zip archive, or at a single CSV.

    Args:
        path: what to look into.
        source: overrides the source that the path tells.

    Raises:
        InputError: nothing is there, nothing in it is a trial file, an archive is damaged or
            reaches outside its folder, a file belongs to none of the 17 datasets, or a source
            has a name that `gcbook.files.naming` refuses.
    """
    root = Path(path).expanduser()
    members = list(_members(root))
    if any(_RAW_DATA in inner.parts for inner, _, _ in members):
        members = [member for member in members if _RAW_DATA in member[0].parts]
    files = []
    for inner, place, read in members:
        if _IGNORED.fullmatch(inner.parent.name):
            continue
        dataset = dataset_of(inner)
        if dataset is None:
            raise InputError(
                f"{place}: neither the folder {inner.parent.name!r} nor the start of the file name "
                "is one of the 17 datasets; put the file in a folder named like its dataset, or "
                f"name it <dataset>_<observer>_session-1.csv, with one of: {', '.join(DATASETS)}."
            )
        named = check_name(source or _source(inner, root), f"{place}: the source's name")
        files.append(TrialFile(place, dataset, named, read))
    if not files and is_store(root):
        raise InputError(
            f"{root}: expected trials, found a store of scores. Make trials of it first: gcbook "
            f"decide {root} -o {root}-trials."
        )
    if not files:
        raise InputError(
            f"{root}: expected trial files (raw-data/<dataset>/<dataset>_<observer>_session-1.csv)"
            ", found none; point to the folder that holds raw-data."
        )
    return sorted(files, key=lambda file: file.place)


def trial_paths(named: Iterable[str | Path]) -> list[str | Path]:
    """Replace the name "published" by where the published trials lie on this machine.

    Args:
        named: paths, or that name; a file or folder that is called so comes first.

    Raises:
        DataNotFoundError: the published trials are not here; it says how to get them.
    """
    return [
        path
        for each in named
        for path in (
            locate_trials() if str(each) == PUBLISHED and not Path(each).exists() else [each]
        )
    ]


def known_dataset(name: str) -> str | None:
    """Return the dataset that a folder is named for, under any name in use, or None.

    >>> known_dataset("texture-shape_edges")
    'edge'
    """
    return _ALIASES.get(name.removeprefix(_FOREIGN_PREFIX).lower().replace("_", "-"))


def dataset_of(file: PurePath) -> str | None:
    """Return the dataset that a file's folder tells, or else its name; None if neither does.

    >>> dataset_of(PurePath("mine/edge_resnet50_session-1.csv"))
    'edge'
    """
    if _IGNORED.fullmatch(file.parent.name):
        return None
    prefix, mark, _ = file.name.removeprefix(_FOREIGN_PREFIX).partition("_")
    return known_dataset(file.parent.name) or (known_dataset(prefix) if mark else None)


def _members(root: Path) -> Iterator[tuple[PurePath, str, Callable[[], bytes]]]:
    """Yield the CSV files at a path: where each lies, its name for messages, and its bytes."""
    if not root.exists():
        raise InputError(
            f"{root}: expected a folder, a zip archive or a CSV file with trials, found nothing; "
            "check the path."
        )
    archive = not _is_csv(root) and is_zip(root)
    files: Iterable[tuple[PurePath, str, Callable[[], bytes]]]
    if root.is_dir() or archive:
        files = files_in(root, LARGEST_CSV)
    elif _is_csv(root):
        files = [(root, str(root), partial(read_file, root, LARGEST_CSV))]
    else:
        expected = "a readable zip archive" if root.suffix.lower() == ".zip" else "a CSV file"
        raise InputError(
            f"{root}: expected {expected}, found something else (a download cut short, or another "
            "kind of file); fetch or export it again."
        )
    for inner, place, read in files:
        if _is_csv(inner):
            # The folders above the one that was named tell the source, if they hold raw-data, and
            # a lone file may stand in its dataset's folder.
            where = inner if archive else PurePath(*Path(os.path.realpath(place)).parts[1:])
            yield where, place, read


def _is_csv(file: PurePath) -> bool:
    return file.name.lower().endswith(".csv")


def _source(inner: PurePath, root: Path) -> str:
    parts = list(inner.parent.parts)
    if _RAW_DATA in parts:
        parts = parts[: len(parts) - 1 - parts[::-1].index(_RAW_DATA)]
    elif parts and known_dataset(parts[-1]):
        parts = parts[:-1]
    # An archive without a top folder is called as its file is.
    return COMMIT.sub("", parts[-1] if parts else root.stem)
