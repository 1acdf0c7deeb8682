"""The numbers that the introduction's sentences quote."""

from typing import Any

import pandas as pd

from gcbook.files.markdown import escape_markdown
from gcbook.paper.observers import HUMANS, PUBLISHED_SOURCES
from gcbook.paper.published import table1
from gcbook.stats.shape_tables import bias_by_category, pooled_bias
from gcbook.stats.summaries import Summaries

__all__ = ["headline"]

_PLACE = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
_GENERATIVE = ("imagen", "stable_diffusion", "parti")


def headline(summaries: Summaries) -> dict[str, Any]:
    """What the paper says of the generative classifiers, beside humans and ResNet-50 recomputed.

    Returns:
        ``NAME_METRIC`` for the names ``imagen, stable_diffusion, parti`` (Table 1) and ``humans,
        resnet50`` (recomputed), and the metrics ``shape_bias, ood_accuracy, error_consistency``;
        ``lowest_human, highest_human`` (shape bias of individuals); ``best_network`` (in Markdown)
        and ``best_shape_bias`` (the most shape-biased network); ``networks``, and how many of them
        have a shape bias under one half (``below_half``) and under the lowest human's
        (``below_humans``).
    """
    printed = table1().set_index("key").to_dict("index")
    values: dict[str, Any] = {
        f"{key}_{metric}": float(printed[key][metric]) for key in _GENERATIVE for metric in _PLACE
    }
    for metric, dataset in _PLACE.items():
        for name in (HUMANS, "resnet50"):
            values[f"{name}_{metric}"] = _value(summaries.estimates, metric, name, dataset)
    bias = pooled_bias(bias_by_category(summaries))
    recomputed = bias[bias["source"] == "recomputed"]
    people = recomputed[(recomputed["kind"] == "Humans") & (recomputed["observer"] != "Humans")]
    # Sorted, the most shape-biased first.
    models = recomputed[recomputed["kind"] != "Humans"]
    networks = models["shape_bias"]
    lowest = people["shape_bias"].min()
    return values | {
        "lowest_human": float(lowest),
        "highest_human": float(people["shape_bias"].max()),
        "best_network": escape_markdown(models["observer"].iloc[0]),
        "best_shape_bias": float(networks.iloc[0]),
        "networks": len(networks),
        "below_half": int((networks < 0.5).sum()),
        "below_humans": int((networks < lowest).sum()),
    }


def _value(estimates: pd.DataFrame, metric: str, observer: str, dataset: str) -> float:
    """One published observer's aggregate; against the humans, where two are compared."""
    found = estimates[
        (estimates["metric"] == metric)
        & (estimates["source"].eq(PUBLISHED_SOURCES[0]) | (observer == HUMANS))
        & (estimates["observer"] == observer)
        & estimates["other"].isin(["", HUMANS])
        & (estimates["dataset"] == dataset)
        & (estimates["condition"] == "")
        & (estimates["category"] == "")
    ]["value"]
    return float(found.iloc[0]) if len(found) else float("nan")
