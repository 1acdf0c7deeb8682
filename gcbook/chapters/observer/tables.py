"""What the reader is compared with on the cue conflicts of the experiment."""

import pandas as pd

from gcbook.chapters.observer.pack import CONFIDENCE
from gcbook.chapters.observer.parts import published_answers
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.jeffreys import jeffreys_interval
from gcbook.stats.metrics import shape_bias

__all__ = ["observer_rows"]

_DATASET = "cue-conflict"


def observer_rows() -> pd.DataFrame:
    """Shape bias of people and networks on the cue conflicts that the reader is shown.

    Returns:
        ``kind`` ("Humans" or "Discriminative model"), ``observer`` (label), ``shape_bias, low,
        high`` (Jeffreys), ``shape_accuracy, texture_accuracy`` and ``n`` (images); the most
        shape-biased first.
    """
    answers = published_answers(_DATASET).assign(dataset=_DATASET)
    found = shape_bias(answers, ["row", "label"])
    named = found["n"] * (found["shape_accuracy"] + found["texture_accuracy"])
    low, high = jeffreys_interval(
        (found["n"] * found["shape_accuracy"]).round(), named.round(), CONFIDENCE
    )
    human = found["row"] == HUMANS_TITLE
    kinds = human.map({True: HUMANS_TITLE, False: "Discriminative model"})
    table = found.assign(kind=kinds, observer=found["label"], low=low, high=high)
    columns = ["kind", "observer", "shape_bias", "low", "high"]
    columns += ["shape_accuracy", "texture_accuracy", "n"]
    return table.sort_values(["shape_bias", "observer"], ascending=[False, True])[
        columns
    ].reset_index(drop=True)
