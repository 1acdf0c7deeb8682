"""The numbers that the chapter's text and its claims are about."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.method.tables import CUE_EXEMPLARS
from gcbook.claims import Interval, Number
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import quoted_value
from gcbook.stats.agreement import (
    ZeroDivision,
    error_consistency,
    expected_consistency,
    kappa_bound,
    observed_consistency,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.metrics import accuracy, shape_bias
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, observer_numbers

__all__ = ["method_facts"]

_EXAMPLE = "ResNet-50"
_MOST_DRAWS = 1000
"""For five images; more change nothing that could be seen."""


def method_facts(
    summaries: Summaries,
    counted: pd.DataFrame,
    widths: pd.DataFrame,
    conflicts: pd.DataFrame,
    five: pd.DataFrame,
    trials_of_five: pd.DataFrame,
    resampling: Resampling,
    zero_division: ZeroDivision = "nan",
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        summaries: any.
        counted, widths: from `gcbook.chapters.method.tables`: ``counted_conditions`` and
            ``interval_widths``.
        conflicts, five, trials_of_five: from `gcbook.chapters.method.pictures`: ``conflict_rows``,
            ``five_images`` and ``five_trials``.
        resampling: of the intervals of five images.
        zero_division: what kappa is where nobody errs.
    """
    return SimpleNamespace(
        **_observers(summaries),
        **_conditions(counted),
        **_conflicts(conflicts),
        **_five(five, trials_of_five, zero_division),
        **_intervals_of_five(trials_of_five, resampling, zero_division),
        **_widths(widths),
        **CUE_EXEMPLARS,
        **_printed(),
    )


def _observers(summaries: Summaries) -> dict[str, Any]:
    """Who answered how often, and what the paper says of it."""
    found = observer_numbers(summaries)
    present = [EXPERIMENTS[name] for name in summaries.counts["dataset"].unique()]
    trials = ("human_trials", "network_trials")
    return {
        **{name: value for name, value in found.items() if name not in trials},
        **{name: Number(found[name], ",.0f") for name in trials},
        "parametric": sum(each.parametric for each in present),
        "single": sum(not each.parametric for each in present),
        "categories": len(CATEGORIES),
        "humans_printed": int(quoted_value("n_human_observers")),
        "human_trials_printed": int(quoted_value("n_human_trials")),
        "datasets_printed": int(quoted_value("n_datasets")),
        "parametric_printed": int(quoted_value("n_parametric_datasets")),
        "single_printed": int(quoted_value("n_nonparametric_datasets")),
        "cue_images": Number(EXPERIMENTS["cue-conflict"].n_images, ",.0f"),
    }


def _conditions(conditions: pd.DataFrame) -> dict[str, Any]:
    """Where the benchmark cuts."""
    median = conditions.groupby("status")["human_accuracy"].median()
    names = {"counted_median": "counted", "too_hard_median": "left out: too hard"}
    return {fact: Number(median.get(status, np.nan), ".2f") for fact, status in names.items()}


def _conflicts(conflicts: pd.DataFrame) -> dict[str, Any]:
    """Answers to the cue conflicts that are shown."""
    network = conflicts["resnet50"]
    return {
        "shown_answers": int(conflicts["people"].sum()),
        "shown_by_shape": int(conflicts["by_shape"].sum()),
        "shown_by_texture": int(conflicts["by_texture"].sum()),
        "shown_network_by_shape": int((network == conflicts["shape"]).sum()),
        "shown_network_by_texture": int((network == conflicts["texture"]).sum()),
    }


def _five(five: pd.DataFrame, trials: pd.DataFrame, zero_division: ZeroDivision) -> dict[str, Any]:
    """Every metric of the five images."""
    right = {name: five[name] == five["category"] for name in ("person", "network")}
    person, network = right["person"], right["network"]
    bias = shape_bias(trials, ["observer"]).set_index("observer").to_dict("index")
    share = accuracy(trials, ["observer"]).set_index("observer")["accuracy"]
    facts: dict[str, Any] = {}
    for name in right:
        facts[f"{name}_accuracy"] = Number(share[name], ".1f")
        facts[f"{name}_error"] = Number(1 - share[name], ".1f")
        for cue in ("shape", "texture"):
            facts[f"{name}_{cue}"] = Number(bias[name][f"{cue}_accuracy"], ".2f")
        facts[f"{name}_bias"] = Number(bias[name]["shape_bias"])
    gap = abs(share["person"] - share["network"])
    counts = (person & network, person & ~network, ~person & network, ~person & ~network)
    bound = kappa_bound(*(each.sum() for each in counts))
    return facts | {
        "observed": Number(observed_consistency(person, network), ".2f"),
        "expected": Number(expected_consistency(person, network), ".2f"),
        "kappa": Number(error_consistency(person, network, zero_division)),
        "bound": Number(float(bound)),
        "gap": Number(gap, ".1f"),
        "squared_gap": Number(gap**2, ".2f"),
    }


def _intervals_of_five(
    trials: pd.DataFrame, resampling: Resampling, zero_division: ZeroDivision
) -> dict[str, Any]:
    """How little five images tell."""
    settings = SummarySettings(
        datasets=("cue-conflict",),
        resampling=replace(resampling, draws=min(resampling.draws, _MOST_DRAWS)),
        zero_division=zero_division,
    )
    rows = estimate(trials, settings).estimates
    network = rows[
        (rows["observer"] == "network")
        & (rows["dataset"] == "cue-conflict")
        & (rows["condition"] == "")
        & (rows["category"] == "")
        & rows["other"].isin(["", HUMANS])
        & rows["value"].notna()
    ]
    found = network.set_index("metric").to_dict("index")
    of = {"five_bias": "shape_bias", "five_kappa": "error_consistency"}
    return {
        name: Interval(found[metric]["low"], found[metric]["high"], ".2f")
        for name, metric in of.items()
    }


def _widths(widths: pd.DataFrame) -> dict[str, Any]:
    """Two intervals of one network, and how the widths compare over those shown."""
    rows = widths[widths["observer"] == _EXAMPLE].set_index("method")
    ends = {"narrow": "independent images", "wide": "resampled exemplars"}
    facts: dict[str, Any] = {
        name: Interval(*rows.loc[method, ["low", "high"]])
        if len(rows)
        else Interval(np.nan, np.nan)
        for name, method in ends.items()
    }
    return facts | {
        "example_bias": Number(rows["shape_bias"].iloc[0] if len(rows) else np.nan),
        "too_narrow": Number(rows["ratio"].iloc[0] if len(rows) else np.nan, ".1f"),
        "least_ratio": Number(widths["ratio"].min(), ".1f"),
    }


def _printed() -> dict[str, Any]:
    """What the paper says of its models."""
    names = {
        "imagen": "imagen_resolution",
        "parti": "parti_resolution",
        "stable_diffusion": "stable_diffusion_resolution",
        "toolbox": "n_toolbox_models",
        "prompts": "clip_prompts",
    }
    return {
        **{name: int(quoted_value(key)) for name, key in names.items()},
        "parti_size": int(quoted_value("parti_parameters") / 1e9),
        "version": Number(quoted_value("stable_diffusion_version"), ".1f"),
    }
