"""The paper's Table 1 beside recomputed values, and the tests of shape bias against the humans."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.paper.observers import HUMANS, HUMANS_TITLE, PUBLISHED_SOURCES, show_once, unique_labels
from gcbook.paper.published import published_models, quoted_value, table1
from gcbook.stats.benchmark_tables import comparable_with_paper
from gcbook.stats.resampling import holm
from gcbook.stats.shape_tables import POOLED, fig1_overview, round_values
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number, span

__all__ = [
    "against_humans",
    "against_humans_sentence",
    "category_facts",
    "neither_facts",
    "network_sentence",
    "same_ratio_sentence",
    "smallest_p_sentence",
    "table1_recomputed",
]


def against_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Is each network less shape-biased than the humans, by more than chance?

    Holm's correction is made here, over the tests that the table shows.

    Returns:
        ``observer, difference`` (network minus humans), ``low, high, p, p_holm`` (Holm-corrected),
        ``differs`` (at the level of the intervals); nearest to the humans first. Empty where
        nothing was resampled.
    """
    tests = summaries.tests[summaries.tests["family"] == "shape_bias:humans"].dropna(subset="p")
    # Own trials may bring humans of their own; the comparison is with the published ones.
    tests = tests[tests["b_source"] == PUBLISHED_SOURCES[0]]
    tests = show_once(tests.rename(columns={"a_source": "source", "a": "observer"}))
    if observers:
        tests = tests[tests["observer"].isin(list(observers))]
    tests = tests.assign(
        observer=unique_labels(tests["source"], tests["observer"]),
        p_holm=holm(tests["p"].to_numpy()) if len(tests) else tests["p"],
    )
    tests["differs"] = tests["p_holm"] < 1 - summaries.provenance["confidence"]
    ordered = tests.sort_values("difference", ascending=False, ignore_index=True)
    # Digits of p are few and matter; the least is 2 / (draws + 1).
    rounded = ordered.round({"difference": 4, "low": 4, "high": 4, "p_holm": 6})
    return rounded[["observer", "difference", "low", "high", "p", "p_holm", "differs"]]


def against_humans_sentence(rows: pd.DataFrame) -> str:
    """What `against_humans` comes to, in words.

    >>> against_humans_sentence(pd.DataFrame({"difference": []}))
    'Without bootstrap draws, no network can be tested against the humans.'
    """
    if rows.empty:
        return "Without bootstrap draws, no network can be tested against the humans."
    below = rows["differs"].astype(bool) & (rows["difference"] < 0)
    nearest = rows.iloc[0]
    said = (
        f"Of {len(rows)} networks, {below.sum()} have a smaller shape bias than the humans after "
        f"Holm's correction. Nearest to them is {nearest['observer']}, with a difference of "
        f"{number(nearest['difference'])} ({span(nearest['low'], nearest['high'])}); the largest "
        f"corrected p-value is {rows['p_holm'].max():.2g}."
    )
    return said


def smallest_p_sentence(rows: pd.DataFrame, draws: int) -> str:
    """How many of the tests have the smallest p-value, and the least that so many draws allow.

    >>> smallest_p_sentence(pd.DataFrame({"p": [0.1, 0.02, 0.02]}), draws=99)
    'The smallest p-value, 0.02, stands in 2 of 3 rows; 99 draws allow none below 0.02.'
    """
    if rows.empty:
        return "Nothing was resampled."
    least = rows["p"].min()
    return (
        f"The smallest p-value, {least:.1g}, stands in {(rows['p'] == least).sum()} of "
        f"{len(rows)} rows; {draws:,} draws allow none below {2 / (draws + 1):.1g}."
    )


def category_facts(table: pd.DataFrame) -> dict[str, Any]:
    """How shape bias depends on the category, as values for ``text``.

    Args:
        table: from `gcbook.stats.shape_tables.bias_by_category`.

    Returns:
        ``weakest``, the three categories with the humans' lowest shape bias, in words; for the
        categories with the lowest and the highest shape bias of the median network their names and
        that value, ``hardest, hardest_median, easiest, easiest_median``; and for the latter the
        least and the most shape-biased network, ``easiest_low`` and ``easiest_high``.
    """
    overview = fig1_overview(table)
    weakest = overview.nsmallest(3, "humans")
    ordered = overview.dropna(subset="models_median").sort_values("models_median")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return {
        "weakest": ", ".join(
            f"{name} ({value:.2f})"
            for name, value in zip(weakest["category"], weakest["humans"], strict=True)
        ),
        "hardest": str(first["category"]),
        "hardest_median": float(first["models_median"]),
        "easiest": str(last["category"]),
        "easiest_median": float(last["models_median"]),
        "easiest_low": float(last["models_low"]),
        "easiest_high": float(last["models_high"]),
    }


def neither_facts(accuracies: pd.DataFrame) -> dict[str, Any]:
    """How often observers name neither cue: the ends of the range and whose they are.

    Args:
        accuracies: from `gcbook.stats.shape_tables.cue_accuracies`.

    Returns:
        ``rarely, rarely_who, often, often_who``.
    """
    rows = accuracies[accuracies["category"] == POOLED].sort_values("other_answers")
    rows = rows[rows["observer"] != HUMANS_TITLE]
    first, last = rows.iloc[0], rows.iloc[-1]
    return {
        "rarely": float(first["other_answers"]),
        "rarely_who": str(first["observer"]),
        "often": float(last["other_answers"]),
        "often_who": str(last["observer"]),
    }


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


def network_sentence(averages: pd.DataFrame, observer: str = "ResNet-50") -> str:
    """How the two averages of one network compare, and which of them the paper prints.

    Args:
        averages: from `gcbook.stats.shape_tables.pooled_bias`.
        observer: a label.
    """
    rows = averages[averages["observer"] == observer]
    if rows.empty:
        return f"{observer} is not among the observers shown."
    row = rows.iloc[0]
    printed = table1().set_index("key")["shape_bias_printed"].to_dict()["resnet50"]
    return (
        f"For {observer} the pooled value is {number(row['shape_bias'])} "
        f"({span(row['low'], row['high'])}), the mean over categories "
        f"{number(row['category_mean'])} ({span(row['mean_low'], row['mean_high'])}); the paper "
        f"prints {printed}."
    )


def same_ratio_sentence(accuracies: pd.DataFrame, first: str, second: str) -> str:
    """Two observers whose shape biases are alike and whose accuracies are not.

    Args:
        accuracies: from `gcbook.stats.shape_tables.cue_accuracies`.
        first, second: labels.
    """
    rows = accuracies[accuracies["category"] == POOLED].set_index("observer")
    pooled = rows.to_dict("index")
    missing = [name for name in (first, second) if name not in pooled]
    if missing:
        return f"Not among the observers shown: {' and '.join(missing)}."
    one, other = pooled[first], pooled[second]
    return (
        f"Compare two marks near one line: {first} has a shape bias of "
        f"{number(one['shape_bias'])}, {second} of {number(other['shape_bias'])}. But {first} "
        f"names the shape of {number(one['shape_accuracy'], '.0%')} of the images, and neither cue "
        f"on {number(one['other_answers'], '.0%')}; {second} the shape of "
        f"{number(other['shape_accuracy'], '.0%')}, and neither on "
        f"{number(other['other_answers'], '.0%')}."
    )
