"""The search for a world like ResNet-50's, what the chosen world matches, what is expected in it.

What is matched is measured on validation silhouettes, on which the world was chosen; it is no test.
"""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import pandas as pd
import yaml

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.consistency import kappa_of, pair_kappas
from gcbook.miniworld.results.noised import ONE_DRAW, TRAINED
from gcbook.miniworld.results.panel import make_panel
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import parts_of, shipped_models
from gcbook.miniworld.training.calibration import (
    WHOLE,
    Candidate,
    Measured,
    Training,
    best,
    read_log,
    targets,
)
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, cue_shares

__all__ = [
    "CALIBRATED",
    "CALIBRATED_WORLD",
    "UNCALIBRATED",
    "RESNET50",
    "consistency_outcome",
    "matched_rows",
    "measured_by_default",
    "outcome_rows",
    "predicted_consistency",
    "search_rows",
    "trainings",
    "world_title",
]

RESNET50, CALIBRATED, UNCALIBRATED = "ResNet-50", "Calibrated world", "Default world"
"""What is compared, by the names that tables and figures give it."""

CALIBRATED_WORLD = "calibrated"
"""Its name in `gcbook.miniworld.named`."""

_FOLDER = resources.files("gcbook") / "data" / "calibration"


def trainings() -> list[Training]:
    """Return the trainings of the search, in the order in which they were made."""
    return read_log(str(_FOLDER / "trainings.jsonl"))


def measured_by_default() -> Measured:
    """Return the measures of the default world's ``mini-cnn``, means over its seeds."""
    stored: Measured = json.loads((_FOLDER / "default.json").read_text(encoding="utf-8"))
    return stored


def outcome_rows(noised: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Compare what was expected of other models, before one was trained, with what came out.

    Args:
        noised: answers of the calibrated world's classifiers, from
            `gcbook.miniworld.results.noised.noise_answers`.
        resampling: how the intervals are made, over silhouettes.

    Returns:
        A row a prediction of a shape bias: ``prediction`` (its name), ``model``; ``predicted``,
        and ``low, high``, meant to contain the outcome with a probability of .8; ``paper``, the
        value that the paper prints, missing where it prints none; ``outcome``, on test
        silhouettes, and its ``outcome_low, outcome_high``; and ``inside``, whether it is within
        the predicted interval: "yes" or "no".
    """
    rows = []
    for name, row in _predicted()["shape_bias"].items():
        outcome, low, high = _outcome(row, noised, resampling)
        rows.append(
            {
                "prediction": name,
                **row,
                "outcome": outcome,
                "outcome_low": low,
                "outcome_high": high,
                "inside": "yes" if row["low"] <= outcome <= row["high"] else "no",
            }
        )
    numbers = dict.fromkeys(["outcome", "outcome_low", "outcome_high"], 4)
    return pd.DataFrame(rows).round(numbers)


def _outcome(
    row: Mapping[str, Any], noised: pd.DataFrame, resampling: Resampling
) -> tuple[float, float, float]:
    """Shape bias over all seeds of a prediction's model, asked as it says, and its interval."""
    recipe = row["model"]
    if row.get("noised"):
        answers = noised[(noised["recipe"] == recipe) & (noised["tested"] == ONE_DRAW)]
    else:
        of_world = shipped_models(CALIBRATED_WORLD)
        models = [name for name in of_world if parts_of(name).recipe == recipe]
        weighting = row.get("weighting")
        answers = with_recipe(miniature_answers([CONFLICT], models, weighting=weighting))
    (bias,) = cue_shares(answers, ["recipe"], resampling=resampling).to_dict("records")
    return bias["shape_bias"], bias["shape_bias_low"], bias["shape_bias_high"]


def predicted_consistency() -> tuple[float, float, float]:
    """Return by how much the ResNet was expected to err more like pixel diffusion than like itself.

    Returns:
        Difference of kappa on cue conflicts, to pixel diffusion minus to the ResNet trained with
        noise: what was expected, and the ends of the interval.
    """
    row = _predicted()["error_consistency"]
    return row["predicted"], row["low"], row["high"]


def consistency_outcome(
    answers: pd.DataFrame, *, resampling: Resampling
) -> tuple[float, float, float]:
    """By how much the ResNet errs more like pixel diffusion than like itself, trained with noise.

    Args:
        answers: to cue conflicts, of these three in the calibrated world.
        resampling: how the interval is made, over silhouettes.

    Returns:
        Difference of kappa, the mean over seeds, and the ends of its interval: what
        `predicted_consistency` is a prediction of.
    """
    plain, noised = TRAINED
    pairs, values, _ = pair_kappas(make_panel(answers, resampling), resampling)
    to_pixel, to_noised = (kappa_of(pairs, values, plain, to) for to in ("mini-pixel", noised))
    low, high = resampling.interval(to_pixel - to_noised)
    return float(to_pixel[0] - to_noised[0]), float(low), float(high)


def _predicted() -> dict[str, Any]:
    stored: dict[str, Any] = yaml.safe_load(
        (_FOLDER / "predictions.yml").read_text(encoding="utf-8")
    )
    return stored


def search_rows(done: Sequence[Training]) -> pd.DataFrame:
    """Return a row a whole training.

    Args:
        done: from `trainings`.

    Returns:
        ``world`` (what distinguishes it), ``misleading, damage, contrast_low, contrast_high, seed,
        accuracy`` (in distribution), ``shape_bias`` and ``minutes`` of a core.
    """
    rows = []
    for each in done:
        if each.steps == WHOLE and each.measured and each.counts:
            of = each.candidate
            world = (world_title(of), of.misleading, of.damage, *of.texture_ratio)
            found = (each.counts["in_distribution"], each.measured["shape_bias"], each.minutes)
            rows.append((*world, each.seed, *found))
    columns = ["world", "misleading", "damage", "contrast_low", "contrast_high"]
    columns += ["seed", "accuracy", "shape_bias", "minutes"]
    return pd.DataFrame(rows, columns=columns)


def world_title(candidate: Candidate) -> str:
    """Name a candidate by what it differs in from the others.

    >>> world_title(Candidate(0.25, 0.5))
    'Damage 0.5: contrast 0.27–0.75'
    >>> world_title(Candidate(0.25, 0.0, (0.75, 0.75)))
    'Damage 0: contrast 0.75'
    """
    low, high = candidate.texture_ratio
    contrast = f"{low:g}" if low == high else f"{low:g}–{high:g}"
    return f"Damage {candidate.damage:g}: contrast {contrast}"


def matched_rows(done: Sequence[Training], default: Measured) -> pd.DataFrame:
    """Compare the chosen world's networks with ResNet-50 and with the default world's.

    Args:
        done: as in `search_rows`, with a candidate that has all whole trainings.
        default: from `measured_by_default`.

    Returns:
        Three rows a target, one each of `RESNET50`, `CALIBRATED` and `UNCALIBRATED`: ``measure``
        (title), ``observer, value``; ``low, high``, the ends of ResNet-50's interval or the least
        and the most of the seeds, missing for the default world; and ``matched``, whether the
        chosen world's mean is within ResNet-50's interval, None in the other rows.

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
        title, matched = _title(name), low <= mean <= high
        rows += [
            (title, RESNET50, target, low, high, None),
            (title, CALIBRATED, mean, min(values), max(values), matched),
            (title, UNCALIBRATED, default[name], None, None, None),
        ]
    columns = ["measure", "observer", "value", "low", "high", "matched"]
    return pd.DataFrame(rows, columns=columns).round(4)


def _title(measure: str) -> str:
    name, _, condition = measure.partition("/")
    return f"{SET_TITLES.get(name, 'Shape bias')} {condition}".strip()
