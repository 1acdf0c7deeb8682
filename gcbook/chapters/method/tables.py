"""Tables behind the method chapter: who saw what, and how uncertain a ratio of answers is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import HUMANS, HUMANS_TITLE
from gcbook.stats.shape_tables import POOLED, bias_by_category
from gcbook.stats.summaries import Summaries

__all__ = [
    "CUE_EXEMPLARS",
    "EXAMPLES",
    "counted_conditions",
    "dataset_overview",
    "interval_widths",
]

CUE_EXEMPLARS = {"shapes": 160, "textures": 48}
"""How many exemplars of each the cue-conflict images are made of."""

EXAMPLES = (
    "alexnet",
    "vgg16",
    "bagnet33",
    "simclr_resnet50x1",
    "resnet50",
    "resnet50-trained-on-SIN",
)
"""Networks whose two intervals are compared."""

_DIGITS = 4


def dataset_overview(summaries: Summaries, conditions: str = "benchmark") -> pd.DataFrame:
    """The datasets with their conditions and the numbers of images, observers and trials.

    Args:
        summaries: any.
        conditions: "benchmark" leaves some out of aggregates, "all" none.

    Returns:
        ``dataset`` (title), ``kind`` ("parametric" or "single"), ``counted`` (conditions that the
        benchmark counts), ``conditions`` (all), ``counted_of`` (both, as "5 of 8"), ``images`` (an
        observer sees), ``humans, human_trials, networks, network_trials``; one row a dataset, in
        the usual order.
    """
    counts = summaries.counts
    human = counts["observer_kind"] == "human"
    trials = counts.groupby(["dataset", human])["n"].sum()
    # A network that both published sources hold is one network.
    observers = counts.groupby(["dataset", human])["observer"].nunique()
    present = set(counts["dataset"])
    rows = [
        {
            "dataset": experiment.title,
            "kind": "parametric" if experiment.parametric else "single",
            "counted": len(experiment.conditions if conditions == "all" else experiment.included),
            "conditions": len(experiment.conditions),
            "images": experiment.n_images,
            "humans": observers.get((name, True), 0),
            "human_trials": trials.get((name, True), 0),
            "networks": observers.get((name, False), 0),
            "network_trials": trials.get((name, False), 0),
        }
        for name, experiment in EXPERIMENTS.items()
        if name in present
    ]
    table = pd.DataFrame(rows)
    of = table["counted"].astype("str") + " of " + table["conditions"].astype("str")
    table.insert(4, "counted_of", of)
    return table


def counted_conditions(summaries: Summaries, conditions: str = "benchmark") -> pd.DataFrame:
    """The conditions of the parametric datasets, which count, and how the humans fare in each.

    Args:
        summaries: any.
        conditions: "benchmark" leaves some out of aggregates, "all" none.

    Returns:
        ``dataset`` (title), ``condition`` (as trials have it, from easy to hard), ``status``
        ("counted", "left out: unchanged" or "left out: too hard"), ``human_accuracy`` (pooled).
    """
    estimates = summaries.estimates
    found = estimates[
        (estimates["metric"] == "accuracy") & (estimates["observer"] == HUMANS)
    ].set_index(["dataset", "condition"])["value"]
    present = set(found.index.get_level_values("dataset"))
    rows = [
        {
            "dataset": EXPERIMENTS[name].title,
            "condition": condition,
            "status": "counted" if conditions == "all" else _status(name, condition),
            "human_accuracy": float(found.get((name, condition), np.nan)),
        }
        for name in DATASETS
        if EXPERIMENTS[name].parametric and name in present
        for condition in EXPERIMENTS[name].conditions
    ]
    return pd.DataFrame(rows).round({"human_accuracy": _DIGITS})


def interval_widths(
    summaries: Summaries, observers: Sequence[str] = (), confidence: float = 0.95
) -> pd.DataFrame:
    """Intervals of pooled shape bias: images taken as independent, against exemplars resampled.

    The first is Wilson's interval for the share of shape answers among those that name shape or
    texture, as if every answer were a coin of its own.

    Args:
        summaries: with the cue-conflict dataset.
        observers: models to keep; none keeps all. Of the humans, only all together are kept.
        confidence: of the first interval; that of the second is in the summaries.

    Returns:
        ``observer, kind, method`` ("independent images" or "resampled exemplars"), ``shape_bias,
        low, high, width`` and ``ratio``, the second width over the first; two rows an observer.
    """
    table = bias_by_category(summaries, observers)
    kept = (table["kind"] != HUMANS_TITLE) | (table["observer"] == HUMANS_TITLE)
    pooled = table[kept & (table["category"] == POOLED)].reset_index(drop=True)
    named = pooled["shape_answers"] + pooled["texture_answers"]
    ends = [
        binomtest(int(shape), int(n)).proportion_ci(confidence, method="wilson")
        for shape, n in zip(pooled["shape_answers"], named, strict=True)
    ]
    independent = pooled.assign(
        method="independent images",
        low=[end.low for end in ends],
        high=[end.high for end in ends],
    )
    resampled = pooled.assign(method="resampled exemplars")
    both = pd.concat([independent, resampled], ignore_index=True)
    both["width"] = both["high"] - both["low"]
    width = both.pivot(index="observer", columns="method", values="width")
    ratio = width["resampled exemplars"] / width["independent images"]
    both["ratio"] = both["observer"].map(ratio)
    columns = ["observer", "kind", "method", "shape_bias", "low", "high", "width", "ratio"]
    ordered = both.sort_values(["shape_bias", "observer"], ascending=False, kind="stable")
    return ordered[columns].round(dict.fromkeys(columns[3:], _DIGITS)).reset_index(drop=True)


def _status(dataset: str, condition: str) -> str:
    experiment = EXPERIMENTS[dataset]
    if condition in experiment.unchanged:
        return "left out: unchanged"
    return "left out: too hard" if condition in experiment.too_hard else "counted"
