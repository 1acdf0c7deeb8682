"""Tables behind the toy's decisions: accuracies, maps, and which cue the errors speak for."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.generative_classifier.tables import (
    DECAYS,
    TIMES,
    cue_decisions,
    grid_points,
    weighted_decisions,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.toy import Toy
from gcbook.noise.schedules import log_snr
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "accuracy_table",
    "evidence_table",
    "region_boxes",
]

_DIGITS = 4


def accuracy_table(
    toy: Toy,
    classifier: DiffusionClassifier,
    images: torch.Tensor,
    label: torch.Tensor,
    errors: np.ndarray,
) -> pd.DataFrame:
    """How well each way of deciding does, and which cue it follows.

    Args:
        toy: the classes.
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2), drawn from the toy.
        label: their true classes.
        errors: from `expected_errors`, of the same images.

    Returns:
        ``rule`` ("one t", "exp(−kt)" or the name of a decision), ``value`` (t or k, else NaN),
        ``accuracy``, ``agreement`` (with the best possible decision) and what `cue_decisions`
        gives.
    """
    best = toy.log_density(images).argmax(1).numpy()
    truth = label.numpy()
    ways = [("one t", float(t), errors[:, i].argmin(1)) for i, t in enumerate(TIMES)]
    ways += [
        ("exp(−kt)", float(k), weighted_decisions(classifier, errors, f"exp:{k}")) for k in DECAYS
    ]
    ways += [
        (name, np.nan, weighted_decisions(classifier, errors, name))
        for name in ("eps", "snr:5", "elbo")
    ]
    ways += [
        ("best possible", np.nan, best),
        ("coarse cue", np.nan, toy.coarse_cue(images).numpy()),
        ("fine cue", np.nan, toy.fine_cue(images).numpy()),
    ]
    rows = [
        {
            "rule": rule,
            "value": value,
            "accuracy": float((decided == truth).mean()),
            "agreement": float((decided == best).mean()),
            **cue_decisions(toy, images, decided),
        }
        for rule, value, decided in ways
    ]
    return pd.DataFrame(rows).round(_DIGITS)


def region_boxes(
    toy: Toy, classifier: DiffusionClassifier, side: int, errors: np.ndarray
) -> pd.DataFrame:
    """Decisions over the square, as boxes of neighbouring cells that are alike.

    Args:
        toy: the classes.
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        side: cells along each side.
        errors: from `expected_errors`, of `grid_points`.

    Returns:
        ``rule`` ("one t", "exp(−kt)" or "best possible"), ``value`` (t or k; 0 for the last),
        ``left, right, low, high`` (in cells from the lower left corner; right and high are the
        first after the box), ``label`` and ``differs`` (1 where the decision is not the best
        possible one).
    """
    best = toy.log_density(grid_points(side)).argmax(1).numpy()
    decisions: dict[tuple[str, float], np.ndarray] = {
        ("one t", float(t)): errors[:, i].argmin(1) for i, t in enumerate(TIMES)
    }
    decisions |= {
        ("exp(−kt)", float(k)): weighted_decisions(classifier, errors, f"exp:{k}") for k in DECAYS
    }
    decisions["best possible", 0.0] = best
    rows = [
        (rule, value, left, right, low, high, toy.labels[key // 2], key % 2)
        for (rule, value), decided in decisions.items()
        for left, right, low, high, key in _boxes(
            (2 * decided + (decided != best)).reshape(side, side)
        )
    ]
    columns = ["rule", "value", "left", "right", "low", "high", "label", "differs"]
    return pd.DataFrame(rows, columns=columns)


def evidence_table(
    toy: Toy, classifier: DiffusionClassifier, images: torch.Tensor, errors: np.ndarray
) -> pd.DataFrame:
    """Which cue the error speaks for at each time, and what weights do to it.

    Args:
        toy: the classes.
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        errors: from `expected_errors`, of the same images.

    Returns:
        ``t``, ``log_snr``, ``gap`` (error of the coarse cue's class minus error of the fine cue's
        class, mean over images where the two differ: positive where the fine cue's class restores
        better; NaN where no two differ), and the weights ``uniform, eps, snr5, elbo``, each
        relative to its largest.
    """
    coarse, fine = toy.coarse_cue(images).numpy(), toy.fine_cue(images).numpy()
    each = np.flatnonzero(coarse != fine)
    gap = errors[each, :, coarse[each]] - errors[each, :, fine[each]]
    mean = gap.mean(0) if len(each) else np.full(len(TIMES), np.nan)
    ratio = log_snr(classifier.schedule, TIMES)
    table = pd.DataFrame({"t": TIMES, "log_snr": ratio, "gap": mean})
    names: Mapping[str, str] = {"uniform": "uniform", "eps": "eps", "snr5": "snr:5", "elbo": "elbo"}
    for column, name in names.items():
        weights = parse_weighting(name).weights(TIMES, ratio, classifier.schedule)
        table[column] = weights / weights.max()
    return table.round(6)


def _boxes(cells: np.ndarray) -> list[tuple[int, int, int, int, int]]:
    """Cover a square of integers by boxes of one value: runs of a row, joined over equal rows."""
    side = len(cells)
    growing: dict[tuple[int, int, int], int] = {}
    done = []
    for row in range(side + 1):
        found = set(_row_runs(cells[row])) if row < side else set()
        ended = [run for run in growing if run not in found]
        done += [(run[0], run[1], growing.pop(run), row, run[2]) for run in ended]
        growing |= {run: growing.get(run, row) for run in found}
    return sorted(done)


def _row_runs(row: np.ndarray) -> list[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return [(a, b, int(row[a])) for a, b in pairwise(edges)]
