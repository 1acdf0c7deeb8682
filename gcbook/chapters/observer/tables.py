"""What the reader is compared with on the cue conflicts of the experiment."""

import pandas as pd

from gcbook.chapters.observer.pack import CONFIDENCE
from gcbook.chapters.observer.parts import NETWORKS, published_answers
from gcbook.stats.jeffreys import jeffreys_interval
from gcbook.stats.metrics import shape_bias

_DATASET = "cue-conflict"


def observer_rows() -> pd.DataFrame:
    """Shape bias of people and networks on the cue conflicts that the reader is shown.

    Returns:
        ``kind`` ("Humans" or "Discriminative model"), ``observer`` (label), ``shape_bias, low,
        high`` (Jeffreys), ``shape_accuracy, texture_accuracy`` and ``n`` (images); the most
        shape-biased first.
    """
    answers = published_answers(_DATASET).assign(dataset=_DATASET)
    found = shape_bias(answers, ["row", "label"]).rename(columns={"label": "observer"})
    shape, texture = (found["n"] * found[f"{cue}_accuracy"] for cue in ("shape", "texture"))
    low, high = jeffreys_interval(shape.round(), (shape + texture).round(), CONFIDENCE)
    kinds = found["row"].replace(NETWORKS, "Discriminative model")
    found = found.assign(kind=kinds, low=low, high=high)
    columns = ["kind", "observer", "shape_bias", "low", "high"]
    columns += ["shape_accuracy", "texture_accuracy", "n"]
    by = ["shape_bias", "observer"]
    return found.sort_values(by, ascending=[False, True], ignore_index=True)[columns]
