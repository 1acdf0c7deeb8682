"""What the miniatures answer at checkpoints of their training."""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import model_card, recipe_of, shipped_models, training_trials
from gcbook.stats.clustered import clustered_means
from gcbook.stats.metrics import CUE_METRICS, conflicts_in, cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares, cue_sums

__all__ = [
    "MEASURES",
    "PAPERS",
    "course_answers",
    "course_shares",
    "first_and_last",
]

MEASURES = {
    "accuracy": "In-distribution accuracy",
    "shape_accuracy": "Cue conflict: names the shape",
    "texture_accuracy": "Cue conflict: names the texture",
    "shape_bias": "Shape bias",
}
"""Columns and what they are called."""

PAPERS = "exp:7"
"""The weighting of the paper; the other one that checkpoints were decided under is "uniform"."""


def course_answers(models: Sequence[str] | None = None) -> pd.DataFrame:
    """Answers at checkpoints, of the models that have them.

    Args:
        models: names; by default the shipped ones of seed 0.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them with ``step, images`` (seen
        by then) and ``weighting``, "" where none applies.
    """
    tables = []
    if models is None:
        models = [name for name in shipped_models() if not recipe_of(name)[1]]
    for model in models:
        try:
            trials = training_trials(model)
        except DataNotFoundError:
            continue
        images = trials["step"] * int(model_card(model)["batch_size"])
        tables.append(mark(trials.assign(images=images)))
    return pd.concat(tables, ignore_index=True)


def course_shares(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, shares of the cues and shape bias at every checkpoint.

    Args:
        answers: from `course_answers`.
        resampling: how the intervals are made.

    Returns:
        ``model, weighting, step, images, measure`` (a title of `MEASURES`), ``n, value, low,
        high``.
    """
    by = ["observer", "weighting", "step", "images"]
    columns = ["model", *by[1:], "measure", "n", "value", "low", "high"]
    plain = answers[answers["dataset"] == "in-distribution"]
    right = accuracies(plain, by, resampling=resampling)
    tables = [right.rename(columns={"accuracy": "value"}).assign(measure=MEASURES["accuracy"])]
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    shares = cue_shares(conflicts, by, resampling=resampling)
    for name in CUE_METRICS:
        named = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
        part = shares.rename(columns=named)[[*by, "n", "value", "low", "high"]]
        tables.append(part.assign(measure=MEASURES[name]))
    table = pd.concat(tables, ignore_index=True).rename(columns={"observer": "model"})
    order = {model: place for place, model in enumerate(dict.fromkeys(answers["observer"]))}
    table = table.sort_values(
        ["measure", "model", "weighting", "step"],
        key=lambda column: column.map(order) if column.name == "model" else column,
        kind="stable",
        ignore_index=True,
    )
    return table[columns]


def first_and_last(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Which cue prevails at the first checkpoint, at the last, and whether shape bias moved.

    Args:
        answers: from `course_answers`.
        resampling: how the intervals are made.

    Returns:
        A row a model and weighting: ``model, weighting, first, last`` (images seen); for each of
        the two, ``…_shape, …_texture`` (shares of answers) and ``…_difference`` (shape minus
        texture) with ``…_low, …_high``; and ``change`` of the shape bias with ``change_low,
        change_high``, NaN where it is undefined at one end.
    """
    rows = []
    conflicts = conflicts_in(answers)
    signs = {"shape": 1.0, "texture": -1.0, "other": 0.0}
    conflicts = conflicts.assign(difference=conflicts["cue"].map(signs))
    for (model, weighting), group in conflicts.groupby(["observer", "weighting"], sort=False):
        ends = sorted(group["images"].unique())[:: max(group["images"].nunique() - 1, 1)]
        chosen = group[group["images"].isin(ends)]
        keys, sums = cue_sums(chosen, ["images"], resampling=resampling)
        lead = clustered_means(chosen, ["images"], "difference", resampling=resampling)
        values = cue_metrics(**sums)
        bias = values["shape_bias"]
        low, high = resampling.interval(bias[-1] - bias[0])
        row: dict[str, object] = {"model": model, "weighting": weighting}
        for name, at in (("first", 0), ("last", -1)):
            row |= {
                name: int(keys["images"].iloc[at]),
                f"{name}_shape": values["shape_accuracy"][at, 0],
                f"{name}_texture": values["texture_accuracy"][at, 0],
                f"{name}_difference": lead["mean"].iloc[at],
                f"{name}_low": lead["low"].iloc[at],
                f"{name}_high": lead["high"].iloc[at],
            }
        row |= {"change": bias[-1, 0] - bias[0, 0], "change_low": low, "change_high": high}
        rows.append(row)
    return pd.DataFrame(rows)
