"""Is a weakness on high-pass images the weighting's, or that of a small input (Section 4)?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from gcbook.classifiers.protocol import Draw
from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.miniworld.results.panel import counted
from gcbook.miniworld.results.shipped import (
    model_folder,
    shipped_models,
    shipped_store,
)
from gcbook.miniworld.results.weighting import answers_under
from gcbook.miniworld.testsets import make_test_set
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies
from gcbook.stimuli.stimulus import StimulusSet

__all__ = [
    "DECAYS",
    "PAPER",
    "SETS",
    "answers_to_reduced",
    "decay_rows",
    "high_pass_stores",
    "reduce_and_enlarge",
    "reduced_rows",
]

DECAYS = (0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Values of k in exp(−kt)."""
PAPER = 7
SETS = {
    "in-distribution": "As in training",
    "high-pass": "High-pass",
    "low-pass": "Low-pass",
    "silhouette": "Silhouettes",
}
"""Test sets that are compared; of the filtered ones the conditions that the benchmark counts."""


def high_pass_stores() -> dict[str, dict[str, Store]]:
    """Return the diffusion miniatures of seed 0 with their scores on `SETS`."""
    found: dict[str, dict[str, Store]] = {}
    for model in shipped_models():
        if "-seed" in model:
            continue
        stores = {name: shipped_store(model, name) for name in SETS}
        if all("error_l2" in store.traits.measures for store in stores.values()):
            found[model] = stores
    return found


def decay_rows(
    stores: Mapping[str, Mapping[str, Store]],
    decays: Sequence[float] = DECAYS,
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Accuracy on each test set under exp(−kt), from stored errors.

    Args:
        stores: from `high_pass_stores`.
        decays: values of k, the paper's among them.
        resampling: how the intervals are made.

    Returns:
        ``model, test_set`` (a title), ``k, n, accuracy, low, high``; ``change, change_low,
        change_high``, how much more accurate than under the paper's k on the same images; and
        ``commonest``, the share of the commonest answer.
    """
    changes = ["change", "change_low", "change_high"]
    columns = ["model", "test_set", "k", "n", "accuracy", "low", "high", *changes, "commonest"]
    tables = []
    names = [f"exp:{k:g}" for k in decays]
    for model, of_model in stores.items():
        for test_set, store in of_model.items():
            answers = answers_under(store, names)
            answers = answers[_counts(answers)]
            found = accuracies(answers, ["weighting"], resampling=resampling)
            tables.append(
                found.merge(_since_paper(answers, resampling), on="weighting")
                .merge(_commonest(answers, ["weighting"]), on="weighting")
                .assign(
                    model=model,
                    test_set=SETS[test_set],
                    k=found["weighting"].str.removeprefix("exp:").astype(float),
                )
            )
    table = pd.concat(tables, ignore_index=True)[columns]
    ordered = ordered_rows(table, ["model", "test_set", "k"], {"test_set": SETS.values()})
    return ordered.round(dict.fromkeys(columns[4:], 4))


def reduce_and_enlarge(images: np.ndarray, factor: float) -> np.ndarray:
    """Shrink images by a factor and enlarge them to their old size.

    Args:
        images: float32 (N, H, W, C) in [0, 1].
        factor: at least 1; 1 leaves them as they are.

    Returns:
        Likewise.
    """
    if factor == 1:
        return images
    pixels = torch.from_numpy(images).movedim(-1, 1)
    height, width = pixels.shape[-2:]
    small = (round(height / factor), round(width / factor))
    # As a network with a small input is shown images: averaged, not only sampled.
    less = F.interpolate(pixels, small, mode="bilinear", antialias=True)
    back = F.interpolate(less, (height, width), mode="bilinear", align_corners=False)
    return back.clamp(0, 1).movedim(1, -1).numpy()


def answers_to_reduced(
    models: Sequence[str], factors: Sequence[float], test_sets: Sequence[str] = tuple(SETS)
) -> pd.DataFrame:
    """Ask classifiers about images that were reduced and enlarged again.

    Args:
        models: names of shipped discriminative miniatures.
        factors: of the reduction.
        test_sets: names.

    Returns:
        Marked trials with ``factor``.
    """
    from gcbook.classifiers.load import load_classifier

    sets = {name: make_test_set(name) for name in test_sets}
    pixels = {name: np.stack([one.read() for one in each]) for name, each in sets.items()}
    tables = []
    for model in models:
        classifier = load_classifier(model_folder(model), name=model)
        for name, stimuli in sets.items():
            for factor in factors:
                shown = list(reduce_and_enlarge(pixels[name], factor))
                prepared = classifier.prepare(shown)
                draws = [Draw(0)] * len(shown)
                nll = classifier.measure(prepared, draws, None, "none")["nll"]
                labels = [classifier.labels[place] for place in nll.argmin(1).tolist()]
                tables.append(_trials(stimuli, model, labels).assign(factor=float(factor)))
    return mark(pd.concat(tables, ignore_index=True))


def reduced_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy on each test set by the factor by which its images were reduced.

    Args:
        answers: from `answers_to_reduced`.
        resampling: how the intervals are made.

    Returns:
        ``model, test_set`` (a title), ``factor, n, accuracy, low, high`` and ``commonest``, the
        share of the commonest answer.
    """
    rows = answers[_counts(answers)]
    by = ["observer", "dataset", "factor"]
    found = accuracies(rows, by, resampling=resampling)
    found = found.merge(_commonest(rows, by), on=by)
    found = found.assign(test_set=found["dataset"].map(SETS)).rename(columns={"observer": "model"})
    columns = ["model", "test_set", "factor", "n", "accuracy", "low", "high", "commonest"]
    return found[columns].round(dict.fromkeys(columns[4:], 4))


def _since_paper(answers: pd.DataFrame, resampling: Resampling) -> pd.DataFrame:
    """How much more accurate each weighting is than the paper's, image by image."""
    right = answers["right"].astype(float)
    papers = answers["weighting"] == f"exp:{PAPER}"
    under_papers = right[papers].set_axis(answers.loc[papers, "image_id"])
    paired = answers.assign(change=right - answers["image_id"].map(under_papers))
    found = clustered_columns(paired, ["weighting"], ["change"], resampling=resampling)
    return found.drop(columns="n")


def _commonest(answers: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The share of the commonest answer: where it is near 1, accuracy shows no ability."""
    shares = answers.groupby(by)["response"].value_counts(normalize=True)
    return shares.groupby(by).max().rename("commonest").reset_index()


def _counts(answers: pd.DataFrame) -> pd.Series:
    return counted(answers) | ~answers["dataset"].isin(["high-pass", "low-pass"])


def _trials(stimuli: StimulusSet, model: str, labels: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": SOURCE,
            "observer": model,
            "dataset": stimuli.dataset,
            "condition": [one.condition for one in stimuli],
            "image_id": [one.image_id for one in stimuli],
            "imagename": [one.imagename for one in stimuli],
            "category": [one.category for one in stimuli],
            "response": labels,
        }
    )
