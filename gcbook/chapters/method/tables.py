"""Tables behind the method chapter: who saw what, and how uncertain a ratio of answers is."""

from collections.abc import Sequence

import pandas as pd
from scipy.stats import binomtest

from gcbook.claims import margins
from gcbook.miniworld.results.answers import evaluations
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS, HUMANS_TITLE
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.shape_tables import POOLED, bias_by_category
from gcbook.stats.summaries import Summaries

COSTS = ("mini-pixel", "mini-latent", "mini-masked", "mini-ar", "mini-cnn")
"""Miniatures of the kinds whose decisions cost differently."""

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

_TITLES = {"shape_bias": "Shape bias", "accuracy": "Accuracy", "kappa": "Error consistency"}


def dataset_overview(summaries: Summaries, settings: SummarySettings) -> pd.DataFrame:
    """The datasets with their conditions and the numbers of images, observers and trials.

    Args:
        summaries: any.
        settings: which conditions count.

    Returns:
        ``dataset`` (title), ``counted_of`` (conditions that count, of all, as "5 of 8"), ``images``
        (an observer sees), ``humans, human_trials, networks``; one row a dataset, in the usual
        order.
    """
    counts = summaries.published.counts
    human = counts["observer_kind"] == "human"
    trials = counts[human].groupby("dataset")["n"].sum()
    # A network that both published sources hold is one network.
    observers = counts.groupby(["dataset", human])["observer"].nunique()
    present = set(counts["dataset"])
    rows = [
        {
            "dataset": experiment.title,
            "counted_of": f"{len(settings.counted(experiment))} of {len(experiment.conditions)}",
            "images": experiment.n_images,
            "humans": observers.get((name, True), 0),
            "human_trials": trials.get(name, 0),
            "networks": observers.get((name, False), 0),
        }
        for name, experiment in EXPERIMENTS.items()
        if name in present
    ]
    return pd.DataFrame(rows)


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
        ``observer, shape_bias``; ``low, high`` (exemplars resampled); ``independent_low,
        independent_high`` (images independent); ``ratio``, width over width; one row an observer.
    """
    table = bias_by_category(summaries, observers)
    kept = (table["kind"] != HUMANS_TITLE) | (table["observer"] == HUMANS_TITLE)
    pooled = table[kept & (table["category"] == POOLED)].reset_index(drop=True)
    named = pooled["shape_answers"] + pooled["texture_answers"]
    ends = [
        binomtest(int(shape), int(n)).proportion_ci(confidence, method="wilson")
        for shape, n in zip(pooled["shape_answers"], named, strict=True)
    ]
    widths = pooled[["observer", "shape_bias", "low", "high"]].assign(
        independent_low=[end.low for end in ends], independent_high=[end.high for end in ends]
    )
    independent = widths["independent_high"] - widths["independent_low"]
    return widths.assign(ratio=(widths["high"] - widths["low"]) / independent).round(4)


def margin_rows() -> pd.DataFrame:
    """Which difference matters: ``measure`` (title), ``margin`` and its ``reason``."""
    rows = [
        {"measure": _TITLES[name], "margin": each.margin, "reason": " ".join(each.reason.split())}
        for name, each in margins().items()
    ]
    return pd.DataFrame(rows)


def between_people(summaries: Summaries) -> pd.DataFrame:
    """By how much two people differ who saw the same images of a dataset.

    Returns:
        A row a pair of people and metric: ``metric`` (as in ``margins.yml``), ``dataset, a, b`` and
        ``apart``, the size of the difference; of error consistency, that of their means with the
        other people.
    """
    rows = summaries.estimates
    single = (rows["observer_kind"] == "human") & (rows["observer"] != HUMANS)
    rows = rows[single & (rows["dataset"] != "") & (rows["condition"] == "")]
    rows = rows[(rows["category"] == "") & rows["other"].isin(["", HUMANS])]
    rows = rows.assign(metric=rows["metric"].replace("error_consistency", "kappa"))
    each = rows.loc[rows["metric"].isin(list(_TITLES)), ["metric", "dataset", "observer", "value"]]
    pairs = each.merge(each, on=["metric", "dataset"], suffixes=("", "_b"))
    pairs = pairs[pairs["observer"] < pairs["observer_b"]]
    pairs = pairs.assign(apart=(pairs["value"] - pairs["value_b"]).abs())
    pairs = pairs.rename(columns={"observer": "a", "observer_b": "b"})
    return pairs[["metric", "dataset", "a", "b", "apart"]].reset_index(drop=True)


def evaluations_of() -> dict[str, int]:
    """Network evaluations of one decision with all stored draws, by miniature of `COSTS`."""
    return {model: evaluations(shipped_store(model, "in-distribution")) for model in COSTS}
