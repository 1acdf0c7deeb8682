"""Tables behind the figures on shape bias (Figs. 1 and 12 of the paper).

Shape bias is S / (S + T), with S answers naming the shape and T naming the texture of cue-conflict
images. Fig. 1 puts 1 minus it on its axis, the fraction of texture decisions.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import (
    GENERATIVE,
    HUMANS_TITLE,
    OWN,
    choose_observers,
    kind_titles,
    published_rows,
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


def fig1_overview(table: pd.DataFrame) -> pd.DataFrame:
    """Fig. 1 in short: humans and the range of the published networks in each category.

    Args:
        table: from `bias_by_category`.

    Returns:
        ``category``; the humans' pooled ``humans, humans_low, humans_high``; over the models
        ``models_low, models_median, models_high`` (least, median and largest shape bias) and the
        names of the two at the ends, ``least`` and ``most``.
    """
    each = published_rows(table[table["category"].isin(CATEGORIES)])
    humans = each[each["observer"] == HUMANS_TITLE].set_index("category")
    models = each[each["kind"] != HUMANS_TITLE].dropna(subset="shape_bias").set_index("observer")
    bias = models.groupby("category")["shape_bias"]
    overview = pd.DataFrame(
        {
            "humans": humans["shape_bias"],
            "humans_low": humans["low"],
            "humans_high": humans["high"],
            "models_low": bias.min(),
            "models_median": bias.median(),
            "models_high": bias.max(),
            "least": bias.idxmin(),
            "most": bias.idxmax(),
        }
    )
    overview = overview.reindex(list(CATEGORIES)).rename_axis("category").reset_index()
    return overview.round(_DIGITS)


def pooled_bias(table: pd.DataFrame) -> pd.DataFrame:
    """The averages of `bias_by_category`, one row an observer, most shape-biased first.

    Returns:
        ``observer, kind, source`` ("recomputed" or "published"), ``shape_bias, low, high``
        (pooled), ``category_mean`` and its interval ``mean_low, mean_high``.
    """
    pooled = table[table["category"].isin([POOLED, PUBLISHED])]
    means = table[table["category"] == CATEGORY_MEAN].rename(
        columns={"shape_bias": "category_mean", "low": "mean_low", "high": "mean_high"}
    )
    joined = pooled.merge(
        means[["observer", "category_mean", "mean_low", "mean_high"]], on="observer", how="left"
    )
    joined["source"] = np.where(joined["category"] == PUBLISHED, "published", "recomputed")
    ordered = joined.sort_values("shape_bias", ascending=False, ignore_index=True)
    return ordered[
        [
            "observer",
            "kind",
            "source",
            "shape_bias",
            "low",
            "high",
            "category_mean",
            "mean_low",
            "mean_high",
        ]
    ]


def people_and_networks(ranking: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Recomputed shape biases of single humans and of networks, by observer.

    Args:
        ranking: from `pooled_bias`.
    """
    recomputed = ranking[ranking["source"] == "recomputed"].set_index("observer")
    human = recomputed["kind"] == HUMANS_TITLE
    people = recomputed[human].drop(index=HUMANS_TITLE, errors="ignore")
    return people["shape_bias"], recomputed.loc[~human, "shape_bias"]


def category_spread(table: pd.DataFrame) -> pd.DataFrame:
    """Fig. 12: the box of every observer over the 16 shape categories.

    A box spans the quartiles; whiskers reach to the last value within 1.5 times its length. Of the
    paper's generative classifiers only ``average`` is there.

    Args:
        table: from `bias_by_category`.

    Returns:
        ``observer, kind, average`` (pooled), ``categories`` (with a defined shape bias),
        ``whisker_low, q1, median, q3, whisker_high``, and ``outliers`` in words; highest median
        first.
    """
    values = _categories(table)
    grouped = values.groupby(["observer", "kind"], sort=False)["shape_bias"]
    boxes = grouped.agg(categories="count", median="median")
    boxes = boxes.assign(q1=grouped.quantile(0.25), q3=grouped.quantile(0.75))
    inside = values[~values["outlier"]].groupby(["observer", "kind"], sort=False)["shape_bias"]
    boxes = boxes.join(inside.agg(whisker_low="min", whisker_high="max"))
    outliers = category_outliers(table)
    words = outliers["category"] + " " + outliers["shape_bias"].map("{:.2f}".format).astype("str")
    named = words.groupby(outliers["observer"]).agg(", ".join).rename("outliers")
    averages = pooled_bias(table).rename(columns={"shape_bias": "average"})
    joined = averages[["observer", "kind", "average"]].merge(
        boxes.reset_index(), on=["observer", "kind"], how="left"
    )
    joined = joined.join(named, on="observer")
    public = joined["median"].notna()
    joined["outliers"] = joined["outliers"].fillna("none").where(public, "not public")
    joined["categories"] = joined["categories"].fillna(0).astype("int64")
    joined["place"] = joined["median"].fillna(joined["average"])
    ordered = joined.sort_values(["place", "average"], ascending=False, ignore_index=True)
    columns = ["whisker_low", "q1", "median", "q3", "whisker_high", "outliers"]
    return ordered.round(_DIGITS)[["observer", "kind", "average", "categories", *columns]]


def category_outliers(table: pd.DataFrame) -> pd.DataFrame:
    """What lies outside the whiskers: ``observer, kind, category, shape_bias``."""
    values = _categories(table)
    return values.loc[
        values["outlier"], ["observer", "kind", "category", "shape_bias"]
    ].reset_index(drop=True)


def cue_accuracies(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """How often shape and texture were named at all, beside the ratio that shape bias is.

    Returns:
        ``observer, kind, category`` (`POOLED` or one of the 16), ``shape_accuracy,
        texture_accuracy`` (shares of all conflict images), ``other_answers`` (share that named
        neither) and ``shape_bias``.
    """
    rows = _estimates(summaries, observers)
    rows = rows[rows["metric"].isin(CUE_METRICS) & (rows["category"] != CATEGORY_MEAN)]
    wide = rows.pivot(
        index=["observer_label", "kind", "category"], columns="metric", values="value"
    ).reset_index()
    wide = wide.sort_values(["kind", "observer_label", "category"], key=_rank, ignore_index=True)
    wide["other_answers"] = 1 - wide["shape_accuracy"] - wide["texture_accuracy"]
    named = wide.rename(columns={"observer_label": "observer"}).rename_axis(columns=None)
    columns = ["shape_accuracy", "texture_accuracy", "other_answers", "shape_bias"]
    return named[["observer", "kind", "category", *columns]].round(_DIGITS)


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


def _categories(table: pd.DataFrame) -> pd.DataFrame:
    values = table[table["category"].isin(CATEGORIES)].dropna(subset="shape_bias")
    grouped = values.groupby("observer")["shape_bias"]
    first, third = grouped.transform("quantile", 0.25), grouped.transform("quantile", 0.75)
    reach = 1.5 * (third - first)
    bias = values["shape_bias"]
    return values.assign(outlier=(bias < first - reach) | (bias > third + reach))
