"""What the miniatures answer at checkpoints of their training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import model_card, recipe_of, shipped_models, training_trials
from gcbook.stats.clustered import clustered_means
from gcbook.stats.metrics import CUE_METRICS, blind_bias, conflicts_in, cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares, cue_sums
from gcbook.stats.words import number, span

__all__ = [
    "MEASURES",
    "PAPERS",
    "course_answers",
    "course_sentence",
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

EARLY = 0.1
"""Share of a training after which a first copy does not show what was learned first."""


def course_answers(models: Sequence[str] | None = None) -> pd.DataFrame:
    """Answers at checkpoints, of the models that have them.

    Args:
        models: names; by default the shipped ones of seed 0.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them with ``step, images`` (seen
        by then) and ``weighting``, "" where none applies; no rows where no model has checkpoints.
    """
    tables = [pd.DataFrame(columns=["observer", "dataset", "weighting", "step", "images"])]
    if models is None:
        models = [name for name in shipped_models() if not recipe_of(name)[1]]
    for model in models:
        try:
            trials = training_trials(model)
        except DataNotFoundError:
            continue
        images = trials["step"] * int(model_card(model)["batch_size"])
        tables.append(mark(trials.assign(images=images)))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


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
    if answers.empty:
        return pd.DataFrame(columns=columns)
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
    if answers.empty:
        return pd.DataFrame(columns=["model", "weighting"])
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


def course_sentence(ends: pd.DataFrame, weighting: str = PAPERS) -> str:
    """Say of each model which cue came first, and where it ended.

    Args:
        ends: from `first_and_last`.
        weighting: of the models that have one.

    Returns:
        MyST Markdown, an item a model.
    """
    items = []
    for row in ends[ends["weighting"].isin(["", weighting])].to_dict("records"):
        first, last = (
            f"{row[f'{end}_shape']:.0%} shape, {row[f'{end}_texture']:.0%} texture: "
            f"{_leader(row[f'{end}_low'], row[f'{end}_high'])}"
            for end in ("first", "last")
        )
        if row["first"] == row["last"]:
            items.append(
                f"- {row['model']}: after {row['first']:,} images, {first}. There is one "
                "checkpoint only, and so no course to see."
            )
            continue
        items.append(
            f"- {row['model']}: after {row['first']:,} images, {first}. After {row['last']:,} "
            f"images, {last}. {_moved(row['change'], row['change_low'], row['change_high'])} "
            f"{_blind(row)}"
            + (
                f" Its first copy is from {row['first'] / row['last']:.0%} of its training: what "
                "it learned before was not kept."
                if row["first"] > EARLY * row["last"]
                else ""
            )
        )
    return "\n".join(items) or (
        "No model of this version comes with responses along its training, so there is nothing to "
        "see here."
    )


def _leader(low: float, high: float) -> str:
    if np.isnan(low):
        return "no interval was computed, so which one leads is open"
    if low > 0:
        return "the shape leads"
    return "the texture leads" if high < 0 else "no cue leads beyond the interval"


def _blind(row: Mapping[Any, Any]) -> str:
    first, last = (blind_bias(row[f"{end}_shape"]) for end in ("first", "last"))
    return (
        f"That of an observer blind to texture, with the same shape accuracies, would have gone "
        f"from {number(first, '.2f')} to {number(last, '.2f')}."
    )


def _moved(change: float, low: float, high: float) -> str:
    if np.isnan(change):
        return "Its shape bias is not defined at both ends, since it names no cue at one of them."
    if np.isnan(low):
        return f"Its shape bias changed by {number(change, '+.2f')}; no interval was computed."
    verb = "rose" if low > 0 else "fell" if high < 0 else "did not clearly move"
    return f"Its shape bias {verb} ({number(change, '+.2f')}, {span(low, high, '.2f')})."
