"""What the worked example of a large model costs, and what the paper leads one to expect of it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from gcbook.classifiers.zoo import n_evaluations
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import quoted_value, table1
from gcbook.stats.summaries import Summaries

__all__ = ["cost_table", "expectation"]

DATASET = "cue-conflict"
SECONDS_AN_HOUR = 3600


def cost_table(
    kind: str, images: int, draws: Sequence[int], rates: Sequence[float]
) -> pd.DataFrame:
    """Hours that a run takes, by draws and by evaluations a second.

    Args:
        kind: of model, as in the zoo.
        images: number of images.
        draws: draws of (t, noise) an image, one row each.
        rates: network evaluations a second, one column each.

    Returns:
        Columns ``draws, evaluations`` and ``hours_0, hours_1, …``, one for each rate in order.
    """
    table = pd.DataFrame({"draws": list(draws)})
    table["evaluations"] = [
        n_evaluations(kind, images, number, len(CATEGORIES)) for number in draws
    ]
    for index, rate in enumerate(rates):
        table[f"hours_{index}"] = table["evaluations"] / rate / SECONDS_AN_HOUR
    return table


def expectation(summaries: Summaries) -> dict[str, Any]:
    """What the paper printed of Stable Diffusion, and how far chance alone moves such a number.

    Returns:
        ``shape_bias, ood_accuracy, error_consistency`` (Table 1), ``lowest_generative`` and
        ``highest_generative`` (section 5), and for scale the pooled humans' shape bias on the same
        images with its interval, ``humans, humans_low, humans_high``; ``images`` in the set.
    """
    printed = table1().set_index("key").to_dict("index")["stable_diffusion"]
    rows = summaries.estimates
    row = rows[
        (rows["metric"] == "shape_bias")
        & (rows["dataset"] == DATASET)
        & (rows["observer"] == HUMANS)
        & (rows["category"] == "")
    ].iloc[0]
    return {
        "shape_bias": float(printed["shape_bias"]),
        "ood_accuracy": float(printed["ood_accuracy"]),
        "error_consistency": float(printed["error_consistency"]),
        "lowest_generative": quoted_value("generative_shape_bias_lowest"),
        "highest_generative": quoted_value("generative_shape_bias_highest"),
        "humans": float(row["value"]),
        "humans_low": float(row["low"]),
        "humans_high": float(row["high"]),
        "images": EXPERIMENTS[DATASET].n_images,
    }
