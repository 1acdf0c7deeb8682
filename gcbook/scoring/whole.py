"""From images to trials in one call.

`gcbook score` and `gcbook decide` do the same in two: raw scores are kept between them, from which
other weightings make other trials without the network. Here they are kept where a store is named.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from gcbook.classifiers.checks import check_prediction
from gcbook.classifiers.devices import pick_device
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Classifier
from gcbook.files.artefacts import is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.naming import did_you_mean
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring import engine
from gcbook.scoring.decisions import check_observer, decide, to_trials
from gcbook.scoring.report import ProgressMode
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.folders import open_stimuli
from gcbook.stimuli.stimulus import Stimulus, StimulusSet

SHOWN = 5
"""How many images are named."""


class UnscoredWarning(UserWarning):
    """Images that could not be scored are not in the trials."""


def score(
    classifier: Classifier | str | Path,
    images: str | Path | Iterable[Stimulus],
    *,
    dataset: str = "",
    limit: int | None = None,
    store: str | Path | None = None,
    name: str = "",
    progress: ProgressMode = "auto",
    **settings: Any,
) -> pd.DataFrame:
    """Let a classifier answer on images.

    Args:
        classifier: from `gcbook.wrap` or `gcbook.load_classifier`, or a name that the latter knows.
        images: a folder or zip with folders named for the categories, the name of a set that
            ``gcbook fetch stimuli`` got, or stimuli of one dataset
            (`gcbook.stimuli.folders.open_stimuli`).
        dataset: which of several datasets, or a name for the only one; images of one of the 17
            datasets bear its name, or they are compared with nobody.
        limit: at most so many images, balanced over categories.
        store: folder in which the raw scores are kept. The same call goes on with what it holds;
            `gcbook.scoring.decisions.decide` makes other trials of it. Without one the scores are
            kept only if the call fails or is interrupted, in a folder that the error names.
        name: the observer's name, to which ``at`` and ``blur`` add theirs; by default the
            classifier's.
        progress: ``"auto"``, ``"bar"``, ``"lines"`` or ``"silent"``.
        settings: fields of `gcbook.scoring.settings.ScoringSettings`, such as ``draws=32``,
            ``seed=0``, ``weighting="exp:7"`` (the paper's), ``norm="l2"`` and ``batch_size=64``,
            which are the defaults, or ``at=64``: images of 64 pixels a side.

    Returns:
        One row an image, with the columns of `gcbook.trials.parse.COLUMNS`, as
        `gcbook.report`, the metrics and `gcbook.trials.table.write_trials` take them.

    Warns:
        UnscoredWarning: some images could not be scored, and have no row.

    Raises:
        InputError: images, settings, store or classifier do not go together, or the first is none.
        GcbookError: no image could be scored.
    """
    asked = _settings(settings)
    if isinstance(classifier, str | Path):
        classifier = load_classifier(
            classifier, device=pick_device(asked.device), dtype=asked.dtype
        )
        check_prediction(classifier)
    if not all(hasattr(classifier, part) for part in ("prepare", "measure", "describe")):
        raise InputError(
            "classifier: expected one from gcbook.wrap or gcbook.load_classifier, or the name of a "
            f"model; found an object of type {type(classifier).__name__}. gcbook.wrap makes one of "
            "a module, a pipeline or a function."
        )
    observer = check_observer((name or classifier.name) + asked.detail.name)
    stimuli = _stimuli(images, dataset, limit)
    if store is not None:
        engine.score(stimuli, classifier, asked, store, progress=progress)
        return _trials(Store.open(Path(store).expanduser()), asked, observer, stimuli)
    folder = Path(tempfile.mkdtemp(prefix="gcbook-scores-"))
    try:
        engine.score(stimuli, classifier, asked, folder / "store", progress=progress)
        trials = _trials(Store.open(folder / "store"), asked, observer, stimuli)
    except BaseException as error:
        if is_store(folder / "store"):
            error.add_note(f"gcbook.score(…, store={str(folder / 'store')!r}) goes on from there")
        else:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return trials


def _settings(given: dict[str, Any]) -> ScoringSettings:
    known = [each.name for each in fields(ScoringSettings)]
    if unknown := [name for name in given if name not in known]:
        raise InputError(
            f"score: expected settings among {', '.join(known)}; found {', '.join(unknown)}."
            f"{did_you_mean(unknown, known)}"
        )
    if isinstance(weighting := given.get("weighting"), str):
        given = given | {"weighting": parse_weighting(weighting)}
    return ScoringSettings(**given)


def _stimuli(
    images: str | Path | Iterable[Stimulus], dataset: str, limit: int | None
) -> tuple[Stimulus, ...]:
    if isinstance(images, str | Path):
        found = open_stimuli(images, dataset=dataset)
    else:
        listed = tuple(images)
        strange = [each for each in listed if not isinstance(each, Stimulus)]
        if strange:
            raise InputError(
                "images: expected a folder, a zip, the name of a set, or stimuli from "
                "gcbook.stimuli.folders.open_stimuli; found an object of type "
                f"{type(strange[0]).__name__}. Save arrays as DATASET/CATEGORY/NAME.png."
            )
        if dataset:
            raise InputError("dataset: expected none for stimuli, which know theirs; leave it out.")
        found = StimulusSet("", listed)
    if limit is not None:
        if limit < 1:
            raise InputError(f"limit: expected at least 1, found {limit}.")
        found = found.first(limit)
    return found.stimuli


def _trials(
    store: Store, asked: ScoringSettings, observer: str, stimuli: tuple[Stimulus, ...]
) -> pd.DataFrame:
    likelihood = store.traits.likelihood
    weights = store.weights() if likelihood else store.weights(asked.weighting.name, asked.norm)
    table = decide(store, weights)
    decided = table[table["image_id"].isin({each.image_id for each in stimuli})]
    names = {each.imagename for each in stimuli}
    failed = {each: why for each, why in store.failed().items() if each in names}
    if not len(decided):
        why = next(iter(failed.values()), "")
        raise GcbookError(
            f"score: expected at least one image that can be scored, found none of {len(names)}: "
            f"{why}"
        )
    if failed:
        listed = "; ".join(f"{each}: {why}" for each, why in list(failed.items())[:SHOWN])
        more = f" and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
        warnings.warn(
            f"{len(failed)} of {len(names)} images could not be scored ({listed}{more})",
            UnscoredWarning,
            stacklevel=3,
        )
    return to_trials(decided, observer, store.dataset)
