"""The paper's Table 1, what is printed beside what can be recomputed."""

import numpy as np
import pandas as pd

from gcbook.paper.observers import HUMANS, PUBLISHED_SOURCES
from gcbook.paper.published import published_models, quoted_value, table1
from gcbook.stats.benchmark_tables import comparable_with_paper
from gcbook.stats.shape_tables import round_values
from gcbook.stats.summaries import Summaries

__all__ = ["table1_recomputed"]


def table1_recomputed(summaries: Summaries) -> pd.DataFrame:
    """Table 1 with what can be recomputed beside what is printed; the humans come first.

    Returns:
        ``model, model_type`` and, for each of ``shape_bias, ood_accuracy, error_consistency``, the
        recomputed value (NaN where trials are not public), ``…_low`` and ``…_high``, and
        ``…_published``. Means over other datasets or conditions than the paper's are left out:
        beside its numbers they would look like a failure to reproduce them.
    """
    printed, names = table1(), published_models().set_index("key")
    rows = pd.DataFrame(
        {
            "model": ["Humans", *printed["key"].map(names["name"])],
            "model_type": ["human", *printed["model_type"]],
            "observer": [HUMANS, *printed["key"].map(names["observer"])],
        }
    )
    values = summaries.estimates
    values = values[(values["source"] == PUBLISHED_SOURCES[0]) & (values["category"] == "")]
    # Shape bias belongs to one dataset, the other two are means over all.
    place = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
    for metric, dataset in place.items():
        if dataset == "" and not comparable_with_paper(summaries):
            values = values[values["metric"] != metric]
        found = values[
            (values["metric"] == metric)
            & (values["dataset"] == dataset)
            & values["other"].isin(["", HUMANS])
        ].set_index("observer")
        for end, name in (("value", metric), ("low", f"{metric}_low"), ("high", f"{metric}_high")):
            rows[name] = rows["observer"].map(found[end])
        # Table 1 has no row for the humans; their shape bias is given in the text.
        human = quoted_value("human_shape_bias") if metric == "shape_bias" else np.nan
        rows[f"{metric}_published"] = [human, *printed[metric]]
    return round_values(rows.drop(columns="observer"))
