"""Tables behind the figures on shape bias (Figs. 1 and 12 of the paper).

Shape bias is S / (S + T), with S answers naming the shape and T naming the texture of cue-conflict
images. Fig. 1 puts 1 minus it on its axis, the fraction of texture decisions.
"""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import (
    GENERATIVE,
    HUMANS_TITLE,
    OWN,
    choose_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.paper.published import table1
from gcbook.stats.metrics import CUE_METRICS, pool_humans
from gcbook.stats.summaries import Summaries

POOLED = "pooled"
CATEGORY_MEAN = "category mean"
PUBLISHED = "published average"
"""What stands in the column ``category`` of rows that are not about one category."""

_DIGITS = 4
"""Of fractions: those that figures need."""
_WHO = ["source", "observer", "observer_kind"]


def bias_by_category(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Fig. 1: shape bias of every observer in every shape category, and its averages.

    Args:
        summaries: with the cue-conflict dataset.
        observers: models to keep; none keeps all. Humans always stay.

    Returns:
        ``observer, kind, category`` (one of the 16, `POOLED`, `CATEGORY_MEAN` or `PUBLISHED`),
        ``texture_share`` (1 − shape bias), ``shape_bias, low, high`` (fractions), and the answers
        behind them, ``shape_answers`` and ``texture_answers``. The paper's averages come last,
        without interval and answers.

    Raises:
        InputError: the summaries lack the cue-conflict dataset, or a model that was asked for.
    """
    rows = _estimates(summaries, observers)
    wide = rows[rows["metric"].isin(["shape_bias", "shape_bias_category_mean"])]
    wide = wide.merge(_answers(summaries), on=[*_WHO, "category"], how="left")
    wide = wide.rename(columns={"value": "shape_bias"}).sort_values(
        ["kind", "observer_label", "category"], key=_rank, ignore_index=True
    )
    shown = wide.assign(observer=wide["observer_label"])
    table = pd.concat([shown, published_bias()], ignore_index=True)
    table["texture_share"] = 1 - table["shape_bias"]
    return table.round(_DIGITS)[
        [
            "observer",
            "kind",
            "category",
            "texture_share",
            "shape_bias",
            "low",
            "high",
            "shape_answers",
            "texture_answers",
        ]
    ]


def published_bias() -> pd.DataFrame:
    """The paper's average shape bias of the three generative classifiers.

    Returns:
        ``observer, kind, category`` (`PUBLISHED`) and ``shape_bias`` as printed in Table 1.
    """
    printed = table1().set_index("key")["shape_bias"]
    return pd.DataFrame(
        {
            "observer": list(GENERATIVE.values()),
            "kind": list(GENERATIVE.values()),
            "category": PUBLISHED,
            "shape_bias": [float(printed[key]) for key in GENERATIVE],
        }
    )


def _estimates(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Shape metrics of every observer, once each, with label, kind and named averages."""
    table = summaries.estimates
    table = table[(table["dataset"] == "cue-conflict") & (table["other"] == "")]
    table = table[table["metric"].isin([*CUE_METRICS, "shape_bias_category_mean"])]
    if table.empty:
        raise InputError(
            "shape bias: expected cue-conflict among the datasets, found none of its trials. Add "
            "it to the parameter datasets."
        )
    table = choose_observers(show_once(table), observers)
    category = table["category"].where(table["category"] != "", POOLED)
    category = category.where(table["metric"] != "shape_bias_category_mean", CATEGORY_MEAN)
    return table.assign(
        category=category,
        kind=kind_titles(table["source"], table["observer_kind"]),
        observer_label=unique_labels(table["source"], table["observer"]),
    )


def _answers(summaries: Summaries) -> pd.DataFrame:
    """Answers naming shape and texture, per observer and category and pooled."""
    counts = pd.concat([summaries.counts, pool_humans(summaries.counts)])
    counts = counts[counts["cue"].isin(["shape", "texture"])]
    counts = pd.concat([counts, counts.assign(category=POOLED)])
    wide = counts.pivot_table(
        index=[*_WHO, "category"], columns="cue", values="n", aggfunc="sum", observed=True
    )
    wide = wide.reindex(columns=["shape", "texture"]).fillna(0).astype("int64")
    return wide.add_suffix("_answers").rename_axis(columns=None).reset_index()


def _rank(column: pd.Series) -> pd.Series:
    """Sort key: humans before models, pooled humans last of them, averages after categories."""
    if column.name == "kind":
        order = {name: i for i, name in enumerate((HUMANS_TITLE, "Discriminative model", *OWN))}
        return column.map(order)
    if column.name == "category":
        order = {name: i for i, name in enumerate((*CATEGORIES, POOLED, CATEGORY_MEAN))}
        return column.map(order)
    number = column.str.extract(r"^Human (\d+)", expand=False)
    return number.str.zfill(4).fillna(column.str.lower())
