"""The search for a world like ResNet-50's, what the chosen world matches, what is expected in it.

What is matched is measured on validation silhouettes, on which the world was chosen; it is no test.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import yaml

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.consistency import kappa_of, pair_kappas
from gcbook.miniworld.results.noised import ONE_DRAW, TRAINED
from gcbook.miniworld.results.panel import make_panel
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import (
    FEW_DRAWS,
    LARGER,
    shipped_models,
)
from gcbook.miniworld.training.calibration import (
    WHOLE,
    Candidate,
    Measured,
    Training,
    best,
    read_log,
    targets,
)
from gcbook.stats.forecasts import interval_score
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, cue_shares, pooled_measures

RESNET50, CALIBRATED, UNCALIBRATED = "ResNet-50", "Calibrated world", "Default world"
"""What is compared, by the names that tables and figures give it."""

CALIBRATED_WORLD = "calibrated"
"""Its name in `gcbook.miniworld.named`."""


def trainings() -> list[Training]:
    """Return the trainings of the search, in the order in which they were made."""
    return read_log(str(DATA.path("calibration/trainings.jsonl")))


def measured_by_default() -> Measured:
    """Return the measures of the default world's ``mini-cnn``, means over its seeds."""
    stored: Measured = json.loads(DATA.path("calibration/default.json").read_text(encoding="utf-8"))
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
        the predicted interval: "yes" or "no". Of the forecast: ``width``, of the interval;
        ``naive``, what a forecaster expects who expects no change; ``interval_score`` and
        ``naive_score`` (`gcbook.stats.forecasts.interval_score`), the latter of an interval that
        is as wide around ``naive``.
    """
    by_noise = noised[noised["tested"] == ONE_DRAW]

    def answered(row: Mapping[str, Any]) -> pd.DataFrame:
        if row.get("noised"):
            return by_noise[by_noise["recipe"] == row["model"]]
        return _answers([CONFLICT], row, CALIBRATED_WORLD)

    rows = _beside(_predicted()["shape_bias"], answered, resampling)
    return _scored(rows, _predicted()["resnet_known"])


def longer_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Compare what was expected of a ResNet that is trained for longer with what came out.

    Args:
        resampling: how the intervals are made, over silhouettes.

    Returns:
        Columns as of `outcome_rows`, without ``paper``; the naive forecaster expects what the
        ResNet does.
    """
    predicted = _predicted()["longer_training"]
    asked = {**predicted, "before": {**next(iter(predicted.values())), "model": "mini-cnn"}}
    answered = partial(_answers, [CONFLICT], world=CALIBRATED_WORLD)
    rows = _beside(asked, answered, resampling)
    return _scored(rows[:-1], float(rows["outcome"].iloc[-1]))


def larger_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Compare what was expected at 64 × 64 pixels, before a model was trained, with what came out.

    Args:
        resampling: how the intervals are made, over silhouettes.

    Returns:
        Columns as of `outcome_rows`, without ``paper``; and ``smaller, smaller_low,
        smaller_high``, what the calibrated world's networks do at 32 × 32 pixels, from as many
        draws of noise, which is what the naive forecaster expects.
    """
    predicted = _predicted()["at_64_pixels"]
    rows, smaller = (
        _beside(predicted, partial(_answers, [CONFLICT], world=world, draws=FEW_DRAWS), resampling)
        for world in (LARGER, CALIBRATED_WORLD)
    )
    outcome = ["outcome", "outcome_low", "outcome_high"]
    names = {name: name.replace("outcome", "smaller") for name in outcome}
    return _scored(rows, smaller["outcome"]).join(smaller[outcome].rename(columns=names))


def larger_leads(*, resampling: Resampling) -> dict[str, dict[str, float]]:
    """Return by how much the generators' shape biases exceed the ResNet's at 64 × 64 pixels.

    Args:
        resampling: how the intervals are made, over silhouettes.

    Returns:
        By the name of the prediction, what `gcbook.stats.shares.change_of` says.
    """
    answers = [
        _answers([PLAIN, CONFLICT], row, LARGER).assign(observer=name)
        for name, row in _predicted()["at_64_pixels"].items()
    ]
    keys, values, _ = pooled_measures(pd.concat(answers), [], resampling=resampling, together=False)
    biases = dict(zip(keys["observer"], values["shape_bias"], strict=True))
    resnet = biases.pop("ResNet")
    return {name: change_of(resnet, bias, resampling) for name, bias in biases.items()}


def resnet_leads(
    asked: Mapping[str, tuple[str, str | None]], *, resampling: Resampling
) -> dict[str, tuple[float, float]]:
    """Return by how much shape biases in the calibrated world exceed its ResNet's.

    It is said of the networks that there are: those of a recipe are pooled, not resampled.

    Args:
        asked: name → recipe and weighting, None for the paper's or for who has none.
        resampling: how the intervals are made, over silhouettes.

    Returns:
        By name, the ends of the interval of the difference.
    """
    biases = {}
    for name, (recipe, weighting) in {**asked, "": ("mini-cnn", None)}.items():
        row = {"model": recipe, "weighting": weighting}
        panel = make_panel(_answers([CONFLICT], row, CALIBRATED_WORLD), resampling)
        biases[name] = panel.shape_bias(recipe)
    resnet = biases.pop("")
    ends = {name: resampling.interval(bias - resnet) for name, bias in biases.items()}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def _answers(
    test_sets: Sequence[str], row: Mapping[str, Any], world: str, draws: int | None = None
) -> pd.DataFrame:
    """Answers by all seeds of a prediction's model, asked as it says."""
    models, weighting = shipped_models(world, (row["model"],)), row.get("weighting")
    return with_recipe(miniature_answers(test_sets, models, weighting=weighting, draws=draws))


def _beside(
    predicted: Mapping[str, Mapping[str, Any]],
    answers: Callable[[Mapping[str, Any]], pd.DataFrame],
    resampling: Resampling,
) -> pd.DataFrame:
    """Predictions with what came out, from the answers that each is about."""
    rows = []
    for name, row in predicted.items():
        (found,) = cue_shares(answers(row), ["recipe"], resampling=resampling).to_dict("records")
        outcome = found["shape_bias"]
        rows.append(
            {
                "prediction": name,
                **row,
                "outcome": outcome,
                "outcome_low": found["shape_bias_low"],
                "outcome_high": found["shape_bias_high"],
                "inside": "yes" if row["low"] <= outcome <= row["high"] else "no",
            }
        )
    numbers = dict.fromkeys(["outcome", "outcome_low", "outcome_high"], 4)
    return pd.DataFrame(rows).round(numbers)


def _scored(rows: pd.DataFrame, naive: "float | pd.Series[float]") -> pd.DataFrame:
    """Predictions with their scores, and with those of a forecaster who expects no change."""
    width, coverage = rows["high"] - rows["low"], _predicted()["coverage"]
    rows = rows.assign(width=width, naive=naive)
    low, high = ((rows["naive"] + side * width / 2).clip(0, 1) for side in (-1, 1))
    return rows.assign(
        interval_score=interval_score(rows["low"], rows["high"], rows["outcome"], coverage),
        naive_score=interval_score(low, high, rows["outcome"], coverage),
    ).round(dict.fromkeys(["width", "naive", "interval_score", "naive_score"], 4))


def predicted_difference(name: str) -> tuple[float, float, float]:
    """Return a difference that was predicted, with the ends of its interval.

    Args:
        name: "error_consistency", by how much the ResNet's kappa on cue conflicts is higher with
            pixel diffusion than with the ResNet trained with noise; "noise_at_equal_steps", by how
            much the latter's shape bias exceeds that of one trained as long without.
    """
    row = _predicted()[name]
    return row["predicted"], row["low"], row["high"]


def difference_scores(name: str, outcome: float, naive: float) -> tuple[float, float]:
    """Score the prediction of a difference, and a naive one: as wide around another value.

    Args:
        name: see `predicted_difference`.
        outcome: what came out.
        naive: what the naive forecaster expects.

    Returns:
        Both scores, see `gcbook.stats.forecasts.interval_score`.
    """
    _, low, high = predicted_difference(name)
    ends = [low, naive - (high - low) / 2], [high, naive + (high - low) / 2]
    own, other = interval_score(*ends, outcome, _predicted()["coverage"])
    return float(own), float(other)


def consistency_outcome(
    answers: pd.DataFrame, *, resampling: Resampling
) -> tuple[float, float, float]:
    """By how much the ResNet errs more like pixel diffusion than like itself, trained with noise.

    Args:
        answers: to cue conflicts, of these three in the calibrated world.
        resampling: how the interval is made, over silhouettes.

    Returns:
        Difference of kappa, the mean over seeds, and the ends of its interval: what
        `predicted_difference` is a prediction of.
    """
    plain, noised = TRAINED
    pairs, values, _ = pair_kappas(make_panel(answers, resampling), resampling)
    to_pixel, to_noised = (kappa_of(pairs, values, plain, to) for to in ("mini-pixel", noised))
    low, high = resampling.interval(to_pixel - to_noised)
    return float(to_pixel[0] - to_noised[0]), float(low), float(high)


def _predicted() -> dict[str, Any]:
    stored: dict[str, Any] = yaml.safe_load(
        DATA.path("calibration/predictions.yml").read_text(encoding="utf-8")
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
