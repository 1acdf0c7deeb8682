"""Sets of images on disk: a folder or a zip of ``<dataset>/<category>/<name>.png``.

Zips are read where they lie. The order of the images is `gcbook.stimuli.stimulus.in_order`'s.
"""

import difflib
import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gcbook.files.archives import files_in, is_zip
from gcbook.files.errors import InputError
from gcbook.files.naming import check_name
from gcbook.files.untrusted import LARGEST_PICTURE
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.stimuli.images import IMAGE_SUFFIXES
from gcbook.stimuli.stimulus import Stimulus, StimulusSet, in_order
from gcbook.trials.find import COMMIT, known_dataset
from gcbook.trials.originals import SOURCES, locate, published_names
from gcbook.trials.parse import image_ids, parse_condition

PUBLISHED_SETS = ("cue-conflict", "edge", "silhouette")
"""The sets that can be opened by name: `gcbook fetch stimuli` gets them."""

# Folders of rgeirhos/texture-vs-shape that are called otherwise than the benchmark's datasets.
_FOLDERS = {
    "filled-silhouettes": "silhouette",
    "style-transfer": "cue-conflict",
    "style-transfer-preprocessed-512": "cue-conflict",
}

# The toolbox keeps images flat, in <dataset>/dnn/session-1, with the category in the name:
# number_experiment_observer_condition_category_…
_INNER_FOLDERS = re.compile(r"dnn|session[-_]?\d+")
_CONDITION, _CATEGORY, _N_PARTS = 3, 4, 6


def open_stimuli(source: str | Path, *, dataset: str = "") -> StimulusSet:
    """Find the images of one dataset; none is read yet.

    Args:
        source: a folder or zip with folders named for the categories, also further down
            (GitHub's archive of a repository, say); or the name of a published set. The folder
            above the categories names the dataset. The flat layout of the model-vs-human toolbox,
            with the category in the file name, will do as well.
        dataset: chooses among several datasets; where there is one, names it.

    Raises:
        InputError: nothing is there, no dataset or several, a category that is not one of these,
            a condition that the dataset does not have, one image twice, or a name that
            `gcbook.files.naming` refuses.
        DataNotFoundError: a published set is not on this machine.
    """
    root, dataset, listed = _locate(source, dataset)
    files = [
        _File(inner, name, content)
        for inner, name, content in files_in(root, LARGEST_PICTURE)
        if inner.suffix.lower() in IMAGE_SUFFIXES and (listed is None or inner.as_posix() in listed)
    ]
    found: dict[PurePosixPath, list[tuple[_File, str]]] = {}
    strays: dict[PurePosixPath, list[_File]] = {}
    for file in files:
        sorted_in = _sort_in(file.inner)
        if sorted_in is None:
            strays.setdefault(file.inner.parent.parent, []).append(file)
        else:
            found.setdefault(sorted_in[0], []).append((file, sorted_in[1]))
    if not found:
        example = f"{len(files)} images elsewhere, such as {files[0].place}" if files else "none"
        raise InputError(
            f"{root}: expected images in folders named for their categories "
            f"({', '.join(CATEGORIES)}); found {example}."
        )
    whole = Path(os.path.realpath(root))
    root_name = COMMIT.sub("", whole.name if whole.is_dir() else whole.stem)
    folder = _choose(found, dataset, root, root_name)
    if foreign := [file for file in strays.get(folder, ()) if len(file.inner.parts) > 1]:
        names = sorted({file.inner.parent.name for file in foreign})
        raise InputError(
            f"{foreign[0].place}: expected folders named {', '.join(CATEGORIES)}; found "
            f"{', '.join(names)} ({len(foreign)} images). Rename or move what is no category."
        )
    name = canonical_set(folder.name or root_name)
    if dataset and len(found) == 1:
        name = canonical_set(dataset)
        if PurePosixPath(name).parts != (name,) or "\\" in name or name == "..":
            raise InputError(f"dataset: expected a name that a folder can have, found {dataset!r}.")
    return StimulusSet(name, _make(found[folder], name))


@dataclass(frozen=True)
class _File:
    inner: PurePosixPath
    place: str
    content: Callable[[], bytes]


def _locate(source: str | Path, dataset: str) -> tuple[Path, str, Collection[str] | None]:
    """Return a folder or zip, the dataset, and the only files in it that count."""
    path = Path(source).expanduser()
    if path.is_dir() or is_zip(path):
        return path, dataset, None
    if path.exists():
        raise InputError(
            f"{path}: expected a folder or a zip archive of images, found another kind of file."
        )
    named = known_dataset(str(source))
    if named in PUBLISHED_SETS:
        if dataset and canonical_set(dataset) != named:
            raise InputError(
                f"dataset: {source} has that name already; expected no other, found {dataset!r}. "
                "Leave it out."
            )
        (root,), (origin,) = locate("stimuli"), SOURCES["stimuli"]
        return root, named, published_names(origin, root)
    if named:
        raise InputError(
            f"{source}: nothing is there by that name, and of the 17 datasets only "
            f"{', '.join(PUBLISHED_SETS)} can be named; give the folder or zip of its images, as "
            "the model-vs-human toolbox (bethgelab/model-vs-human) downloads them."
        )
    near = difflib.get_close_matches(str(source).lower(), PUBLISHED_SETS, n=1)
    raise InputError(
        f"{path}: expected a folder or zip of images (<dataset>/<category>/<name>.png), or one of "
        f"{', '.join(PUBLISHED_SETS)}; found nothing there. "
        + (f"Did you mean {near[0]}?" if near else "Check the path.")
    )


def _sort_in(inner: PurePosixPath) -> tuple[PurePosixPath, str] | None:
    """Folder of the dataset and category, or None."""
    if inner.parent.name in CATEGORIES:
        return inner.parent.parent, inner.parent.name
    parts = inner.name.split("_")
    if len(parts) < _N_PARTS or parts[_CATEGORY] not in CATEGORIES:
        return None
    folder = inner.parent
    while _INNER_FOLDERS.fullmatch(folder.name):
        folder = folder.parent
    return folder, parts[_CATEGORY]


def _choose(
    found: dict[PurePosixPath, list[tuple[_File, str]]], dataset: str, place: Path, root_name: str
) -> PurePosixPath:
    if len(found) == 1:
        return next(iter(found))
    wanted = [
        folder
        for folder in found
        if dataset
        and canonical_set(dataset) in (canonical_set(folder.name or root_name), str(folder))
    ]
    if len(wanted) == 1:
        return wanted[0]
    listed = ", ".join(f"{folder} ({len(found[folder])} images)" for folder in sorted(found))
    asked = f"dataset {dataset!r}" if dataset else "one dataset"
    raise InputError(
        f"{place}: expected {asked}, found {len(wanted) or len(found)} of: {listed}. Give the path "
        "of one of these folders, or choose by --dataset."
    )


def canonical_set(name: str) -> str:
    """Return the name that the book has for a folder's images, or the folder's own.

    >>> canonical_set("filled-silhouettes"), canonical_set("mine")
    ('silhouette', 'mine')
    """
    return _FOLDERS.get(name) or known_dataset(name) or name


def _make(files: Sequence[tuple[_File, str]], dataset: str) -> tuple[Stimulus, ...]:
    names = [file.inner.name for file, _ in files]
    # What a name of the 17 datasets carries before its last part differs between observers. Other
    # people's names are theirs to choose.
    identities = image_ids(names).tolist() if dataset in EXPERIMENTS else names
    check_name(dataset, "dataset")
    places: dict[str, str] = {}
    stimuli = []
    for (file, category), name, image_id in zip(files, names, identities, strict=True):
        check_name(name, f"{PurePosixPath(file.place).parent}: image")
        if image_id in places:
            raise InputError(
                f"{file.place}: expected every image once, found {image_id} a second time (first: "
                f"{places[image_id]}). Rename or remove one of the two."
            )
        places[image_id] = file.place
        condition = _condition(dataset, name, file.place)
        stimuli.append(
            Stimulus(image_id, name, category, condition, dataset, file.place, file.content)
        )
    return in_order(stimuli)


def _condition(dataset: str, name: str, place: str) -> str:
    experiment = EXPERIMENTS.get(dataset)
    if experiment is None or not experiment.parametric:
        return SINGLE_CONDITION
    parts = name.split("_")
    text = parts[_CONDITION] if len(parts) >= _N_PARTS else ""
    condition = parse_condition(dataset, text)
    if condition is None:
        raise InputError(
            f"{place}: expected a name with the condition as its fourth part "
            f"(0001_xx_dnn_<condition>_<category>_…), one of {', '.join(experiment.conditions)} "
            f"for {dataset}; found {text!r}. Name it as the model-vs-human toolbox does."
        )
    return condition
