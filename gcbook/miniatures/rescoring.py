"""Are the shipped scores those of the shipped models? A few images of each set, scored anew."""

import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.errors import GcbookError
from gcbook.miniatures.shipped import model_folder, shipped_sets, shipped_store
from gcbook.stimuli.testsets import TEST_SETS, make_test_set

__all__ = ["RELATIVE", "check_shipped", "rescore"]

RELATIVE = 2e-3
"""Most that a score may differ, as a share of it: another machine rounds otherwise."""
ABSOLUTE = 1e-6


def rescore(
    model: str, test_sets: Sequence[str], *, n_images: int = 12, draws: int = 4, seed: int = 0
) -> pd.DataFrame:
    """Score a few images of test sets with a shipped model.

    Args:
        model: its name.
        test_sets: names.
        n_images: of each set, drawn at random.
        draws: the first so many of those that are shipped.
        seed: of the choice.

    Returns:
        Columns ``test_set, image_id, label, draw, measure, shipped, again``.

    Raises:
        DataNotFoundError: model or scores do not come with this package.
    """
    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.engine import score

    classifier = load_classifier(model_folder(model), name=model)
    tables = []
    for test_set in test_sets:
        store = shipped_store(model, test_set)
        stimuli = make_test_set(test_set).stimuli
        rng = np.random.default_rng([seed, zlib.crc32(test_set.encode())])
        chosen = rng.choice(len(stimuli), min(n_images, len(stimuli)), replace=False)
        settings = replace(store.settings, draws=min(draws, store.settings.draws), device="cpu")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "scores"
            score(
                [stimuli[index] for index in sorted(chosen)],
                classifier,
                settings,
                place,
                progress="silent",
            )
            again = type(store).open(place).scores()
        measures = list(store.traits.measures)
        keys = ["image_id", "label", "draw"]
        scores = store.scores()
        same = scores["image_id"].isin(set(again["image_id"])) & (scores["draw"] < settings.draws)
        both = [
            table.astype({"image_id": str, "label": str}).melt(
                keys, measures, "measure", value_name=name
            )
            for table, name in ((scores[same], "shipped"), (again, "again"))
        ]
        merged = both[0].merge(both[1], on=[*keys, "measure"], how="outer")
        tables.append(merged.assign(test_set=test_set))
    table = pd.concat(tables, ignore_index=True)
    return table[["test_set", *keys, "measure", "shipped", "again"]]


def check_shipped(
    models: Sequence[str],
    *,
    n_images: int = 12,
    draws: int = 4,
    seed: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Check the shipped scores of models, on every test set that can be made here.

    Args:
        models: names.
        n_images: of each set.
        draws: the first so many.
        seed: of the choice.
        report: takes a line after each model.

    Returns:
        A row a model: ``model, test_sets, images, scores`` (numbers compared) and
        ``largest_difference``, relative.

    Raises:
        GcbookError: a score differs by more than rounding can explain, or is missing.
    """
    rows = []
    for model in models:
        test_sets = [name for name in TEST_SETS if name in shipped_sets(model)]
        table = rescore(model, test_sets, n_images=n_images, draws=draws, seed=seed)
        difference = (table["again"] - table["shipped"]).abs()
        allowed = RELATIVE * table["shipped"].abs() + ABSOLUTE
        wrong = table[~(difference <= allowed)]
        if len(wrong):
            first = wrong.iloc[0]
            raise GcbookError(
                f"{model}: expected the shipped scores when scoring anew, found {len(wrong)} of "
                f"{len(table)} that differ, such as {first.measure} {first.again:.6g} instead of "
                f"{first.shipped:.6g} ({first.test_set}, {first.image_id}, {first.label}, draw "
                f"{first.draw}). Model and scores are not of one version: run "
                "tools/score_miniatures.py."
            )
        relative = difference / table["shipped"].abs().clip(lower=ABSOLUTE / RELATIVE)
        rows.append(
            {
                "model": model,
                "test_sets": len(test_sets),
                "images": len(table[["test_set", "image_id"]].drop_duplicates()),
                "scores": len(table),
                "largest_difference": float(relative.max()),
            }
        )
        report(f"{model}: {rows[-1]['scores']:,} scores agree")
    return pd.DataFrame(rows)
