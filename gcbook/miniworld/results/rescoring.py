"""Are the shipped scores those of the shipped models? A few images of each set, scored anew."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from functools import cache, partial
from pathlib import PurePosixPath
from typing import Any, Literal

import numpy as np
import pandas as pd

from gcbook.files import processes
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.shipped import (
    RACED,
    model_folder,
    raced_sets,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import TEST_SETS, make_test_set
from gcbook.stimuli.stimulus import Stimulus

RELATIVE = 2e-3
"""Most that a score may differ, as a share of it: another machine rounds otherwise."""
ABSOLUTE = 1e-6

OTHER_RELATIVE = 0.1
"""The same where the image is not to the last grey level the one that was scored.

Making the test sets anew, another machine may round a few pixels otherwise. Three of them, by one
level, move the score of a small convolutional network by up to 2.5 %; another model's scores are
much further off.
"""
OTHER_ABSOLUTE = {"nll": 0.1}
"""In nats; errors are means over all pixels, and hardly notice a few."""

BATCH = 64
"""Evaluations at a time: more than that leave a processor's caches and take longer each."""

IMAGES_A_RACE = 12
"""A race takes about as many evaluations as so many images with few draws."""


def rescore(
    model: str, test_sets: Sequence[str], *, n_images: int = 12, draws: int = 4, seed: int = 0
) -> pd.DataFrame:
    """Score a few images of test sets with a shipped model.

    Args:
        test_sets: names, with `gcbook.miniworld.results.shipped.RACED` and a slash before those
            whose races are meant.
        n_images: of each set, drawn at random; of races fewer, see `IMAGES_A_RACE`.
        draws: the first so many of those that are shipped; a race takes all it needs.

    Returns:
        Columns ``test_set, image_id, label, draw, measure`` (those of the scorer, and t and log_snr
        where the model has them), ``shipped, again``, NaN where one is missing, and
        ``same_image``, whether the image's file is the one that was scored.

    Raises:
        DataNotFoundError: model or scores do not come with this package.
    """
    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.engine import scored_once

    classifier = load_classifier(model_folder(model), name=model)
    tables = []
    for test_set in test_sets:
        store = shipped_store(model, test_set)
        few = min(draws, store.settings.draws)
        settings = replace(store.settings, draws=few, batch_size=BATCH, device="cpu")
        shown = frozenset(store.images()["condition"])
        number = max(1, n_images // IMAGES_A_RACE) if settings.racing else n_images
        chosen = _chosen(PurePosixPath(test_set).name, shown, number, seed)
        with scored_once(chosen, classifier, settings) as anew:
            again, images = anew.scores(), anew.images()
        measures = list(store.traits.measures)
        measures += [name for name in ("t", "log_snr") if again[name].notna().all()]
        keys = ["image_id", "label", "draw"]
        scores = store.scores()
        same = scores["image_id"].isin(set(again["image_id"]))
        same &= scores["draw"] < settings.max_draws
        both = [
            table.astype({"image_id": str, "label": str}).melt(
                keys, measures, "measure", value_name=name
            )
            for table, name in ((scores[same], "shipped"), (again, "again"))
        ]
        # By rounding alone a race may drop a class a draw sooner or later.
        how: Literal["inner", "outer"] = "inner" if settings.racing else "outer"
        merged = both[0].merge(both[1], on=[*keys, "measure"], how=how)
        hashes = dict(store.images()[["image_id", "sha256"]].to_numpy())
        same_file = {
            name: hashes.get(name) == found
            for name, found in images[["image_id", "sha256"]].to_numpy()
        }
        merged["same_image"] = merged["image_id"].map(same_file).astype(bool)
        tables.append(merged.assign(test_set=test_set))
    table = pd.concat(tables, ignore_index=True)
    return table[["test_set", *keys, "measure", "shipped", "again", "same_image"]]


def check_shipped(
    models: Sequence[str], *, n_images: int = 12, draws: int = 4, seed: int = 0, workers: int = 1
) -> pd.DataFrame:
    """Check the shipped scores of models, on every test set that can be made here.

    Args:
        models: names, of such as have their weights here.
        n_images: of each set.
        draws: the first so many.
        workers: processes at a time, each for a model.

    Returns:
        A row a model: ``model, test_sets, images, other_images`` (that were made otherwise here by
        some pixel or byte, see `OTHER_RELATIVE`), ``scores`` (numbers compared) and
        ``largest_difference``, relative, of the images that are the same, NaN if none is.

    Raises:
        GcbookError: a score differs by more than rounding can explain, or is missing.
    """
    check = partial(_check_model, n_images=n_images, draws=draws, seed=seed)
    rows = _in_processes(check, sorted(models, key=_cost, reverse=True), workers)
    found = {row["model"]: row for row in rows}
    return pd.DataFrame([found[model] for model in models])


def _in_processes(
    check: Callable[[str], dict[str, Any]], models: Sequence[str], workers: int
) -> Iterator[dict[str, Any]]:
    """Check models, the first ones first, each in one process with one thread if in several."""
    if min(workers, len(models)) <= 1:
        yield from map(check, models)
        return
    # Networks this small lose more than they gain by several threads.
    with processes.workers(workers, _take_one_thread) as pool:
        for future in as_completed([pool.submit(check, model) for model in models]):
            yield future.result()


def _take_one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _cost(model: str) -> int:
    """What scoring a model takes, roughly: as much as it has scores."""
    return sum(
        path.stat().st_size
        for name in shipped_sets(model)
        for path in shipped_store(model, name).score_files()
    )


def _check_model(model: str, *, n_images: int, draws: int, seed: int) -> dict[str, Any]:
    """A row of `check_shipped`."""
    test_sets = [name for name in TEST_SETS if name in shipped_sets(model)]
    test_sets += [f"{RACED}/{name}" for name in raced_sets(model)]
    table = rescore(model, test_sets, n_images=n_images, draws=draws, seed=seed)
    difference = (table["again"] - table["shipped"]).abs()
    wrong = table[~(difference <= _allowed(table))]
    if len(wrong):
        missing = int(wrong[["shipped", "again"]].isna().any(axis=1).sum())
        first = wrong.iloc[0]
        raise GcbookError(
            f"{model}: expected the shipped scores when scoring anew, found {len(wrong)} of "
            f"{len(table)} that differ ({missing} of them missing), such as {first.measure} "
            f"{first.again:.6g} instead of {first.shipped:.6g} ({first.test_set}, "
            f"{first.image_id}, {first.label}, draw {first.draw}). Model and scores are not of "
            "one version: run tools/score_miniatures.py."
        )
    same = table["same_image"]
    relative = difference / table["shipped"].abs().clip(lower=ABSOLUTE / RELATIVE)
    images = table.drop_duplicates(["test_set", "image_id"])
    return {
        "model": model,
        "test_sets": len(test_sets),
        "images": len(images),
        "other_images": int((~images["same_image"]).sum()),
        "scores": len(table),
        "largest_difference": float(relative[same].max()),
    }


@cache
def _chosen(
    test_set: str, conditions: frozenset[str], n_images: int, seed: int
) -> tuple[Stimulus, ...]:
    """The images of a test set to score, in its order; the set is made once for all models."""
    made = make_test_set(test_set)
    stimuli = [each for each in made if each.condition in conditions]
    rng = np.random.default_rng([seed, zlib.crc32(test_set.encode())])
    chosen = rng.choice(len(stimuli), min(n_images, len(stimuli)), replace=False)
    return tuple(stimuli[index] for index in sorted(chosen))


def _allowed(table: pd.DataFrame) -> pd.Series:
    """By how much each score may differ from the shipped one."""
    size, same = table["shipped"].abs(), table["same_image"]
    other = table["measure"].map(OTHER_ABSOLUTE).fillna(ABSOLUTE)
    return (RELATIVE * size + ABSOLUTE).where(same, OTHER_RELATIVE * size + other)
