"""What the search for a world like ResNet-50's looked at, and what the world that it chose matches.

Both are of validation silhouettes, on which the world was chosen; they are no test of it.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from gcbook.miniworld.training.calibration import (
    WHOLE,
    Measured,
    Training,
    best,
    distance,
    targets,
)

__all__ = ["matched_rows", "search_rows"]


def search_rows(done: Sequence[Training]) -> pd.DataFrame:
    """Return a row a training, in the order in which they were made.

    Args:
        done: from `gcbook.miniworld.training.calibration.read_log`.

    Returns:
        ``misleading, damage, contrast_low, contrast_high, steps, seed, accuracy`` (in
        distribution), ``shape_bias``, ``outside`` (how far that is outside ResNet-50's interval),
        ``distance`` (mean over the other five targets) and ``minutes`` of a core.
    """
    rows = []
    for each in done:
        candidate, measured = each.candidate, each.measured or {}
        outside, rest = distance(measured)
        rows.append(
            {
                "misleading": candidate.misleading,
                "damage": candidate.damage,
                "contrast_low": candidate.texture_ratio[0],
                "contrast_high": candidate.texture_ratio[1],
                "steps": each.steps,
                "seed": each.seed,
                "accuracy": (each.counts or {})["in_distribution"],
                "shape_bias": measured["shape_bias"],
                "outside": round(outside, 4),
                "distance": round(rest, 4),
                "minutes": each.minutes,
            }
        )
    return pd.DataFrame(rows)


def matched_rows(done: Sequence[Training], others: Mapping[str, Measured]) -> pd.DataFrame:
    """Compare the chosen world's networks with ResNet-50.

    Args:
        done: as in `search_rows`, with a candidate that has all whole trainings.
        others: what to show beside it, by the name of its column.

    Returns:
        A row a target: ``measure``, ResNet-50's ``target, low, high``; ``chosen``, the mean over
        seeds, and ``least, most`` of them; ``matched``, whether the mean is within the interval;
        and a column for each of the others.

    Raises:
        InputError: the search has not come as far.
    """
    world = best(done)
    seeds = [
        each.measured
        for each in done
        if each.candidate == world and each.steps == WHOLE and each.measured
    ]
    rows = []
    for name, (target, low, high) in targets().items():
        values = [measured[name] for measured in seeds]
        mean = sum(values) / len(values)
        rows.append(
            {
                "measure": name,
                "target": target,
                "low": low,
                "high": high,
                "chosen": round(mean, 4),
                "least": min(values),
                "most": max(values),
                "matched": low <= mean <= high,
                **{column: measured[name] for column, measured in others.items()},
            }
        )
    return pd.DataFrame(rows)
