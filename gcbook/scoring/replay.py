"""Races run on errors that are there already: what they would have cost, and what they change."""

import numpy as np

from gcbook.scoring.racing import Races
from gcbook.scoring.settings import Racing

__all__ = ["race_lengths", "race_outcomes", "race_summary"]


def race_outcomes(errors: np.ndarray, rule: Racing) -> tuple[np.ndarray, np.ndarray]:
    """Run the race of each image.

    Args:
        errors: weighted errors of independent draws, lower is better, (N, draws, classes).
        rule: when classes are dropped; at most as many draws as there are errors are taken.

    Returns:
        The draw at which each class was dropped, int64 (N, classes), 0 for those that never were;
        and the winner, int64 (N,).
    """
    n, n_draws, classes = errors.shape
    races = Races(n, classes, rule)
    dropped = np.zeros((n, classes), dtype=np.int64)
    for draw in range(n_draws):
        going = np.flatnonzero(~races.finished)
        if not len(going):
            break
        races.add(going, errors[going, draw])
        dropped[~races.alive & (dropped == 0)] = draw + 1
    return dropped, np.nanargmin(np.where(races.alive, races.sums, np.nan), axis=1)


def race_summary(errors: np.ndarray, label: np.ndarray, rule: Racing) -> dict[str, float]:
    """What racing costs and what it changes, against all draws for every class.

    Args:
        errors: see `race_outcomes`.
        label: true classes, (N,).
        rule: when classes are dropped.

    Returns:
        ``images``; ``nfe`` and ``nfe_fixed``, network evaluations an image; ``saved``, the share
        saved; ``same``, the share of decisions that are the same; ``accuracy`` and
        ``accuracy_fixed``; ``unfinished``, the share of races in which several classes were left
        after the last draw, and ``unfinished_part``, the share of all evaluations that they took.
    """
    dropped, winner = race_outcomes(errors, rule)
    most = min(errors.shape[1], rule.max_draws)
    length = race_lengths(dropped, most)
    evaluations = np.where(dropped > 0, dropped, length[:, None]).sum(1)
    fixed = errors[:, :most].sum(1).argmin(1)
    full = most * errors.shape[2]
    undecided = (dropped == 0).sum(1) > 1
    return {
        "images": len(errors),
        "nfe": float(evaluations.mean()),
        "nfe_fixed": float(full),
        "saved": float(1 - evaluations.mean() / full),
        "same": float((winner == fixed).mean()),
        "accuracy": float((winner == label).mean()),
        "accuracy_fixed": float((fixed == label).mean()),
        "unfinished": float(undecided.mean()),
        "unfinished_part": float(evaluations[undecided].sum() / evaluations.sum()),
    }


def race_lengths(dropped: np.ndarray, most: int) -> np.ndarray:
    """Draws until each race was over: when all classes but one were dropped, else all there are.

    Args:
        dropped: from `race_outcomes`.
        most: draws that there are.

    Returns:
        int64 (N,).
    """
    decided = (dropped > 0).sum(1) == dropped.shape[1] - 1
    return np.where(decided, dropped.max(1), most)
