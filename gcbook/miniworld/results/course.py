"""What the miniatures answer at checkpoints of their training."""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import has_course, label_of, model_card, training_trials
from gcbook.stats.clustered import clustered_means
from gcbook.stats.metrics import conflicts_in, cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_sums

PAPERS = "exp:7"
"""The weighting of the paper; the other one that checkpoints were decided under is "uniform"."""


def course_answers(models: Sequence[str]) -> pd.DataFrame:
    """Answers at checkpoints, of the models that have them.

    Args:
        models: names of shipped models, of one world.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them with ``step, images`` (seen
        by then) and ``weighting``, "" where none applies. The observers are the models' labels.

    Raises:
        DataNotFoundError: none of them has any.
    """
    tables = []
    for model in filter(has_course, models):
        trials = training_trials(model)
        images = trials["step"] * int(model_card(model)["batch_size"])
        tables.append(mark(trials.assign(observer=label_of(model), images=images)))
    if not tables:
        raise DataNotFoundError(
            f"expected the responses of {' or '.join(models)} along its training, found none; "
            "tools/score_checkpoints.py makes them from the folder of a run."
        )
    return pd.concat(tables, ignore_index=True)


def first_and_last(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Which cue prevails at the first checkpoint, at the last, and whether shape bias moved.

    Args:
        answers: from `course_answers`.

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
