"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.method.tables import CUE_EXEMPLARS, between_people
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.steps import Steps
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import quoted_value
from gcbook.stats.agreement import (
    error_consistency,
    expected_consistency,
    kappa_bound,
    observed_consistency,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.metrics import accuracy, shape_bias
from gcbook.stats.summaries import Summaries, observer_numbers

_EXAMPLE = "ResNet-50"
_MOST_DRAWS = 1000
"""For five images; more change nothing that could be seen."""


def method_facts(
    summaries: Summaries,
    settings: SummarySettings,
    widths: pd.DataFrame,
    conflicts: pd.DataFrame,
    five: pd.DataFrame,
    trials_of_five: pd.DataFrame,
    denoised: Steps,
    costs: Mapping[str, int],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        summaries: any.
        settings: their conventions, and those of the intervals of five images.
        widths: from `gcbook.chapters.method.tables.interval_widths`.
        conflicts: the cue conflicts of `gcbook.stimuli.pictures.pictures_of`.
        five, trials_of_five: from `gcbook.chapters.method.pictures`: ``five_images`` and
            ``five_trials``.
        denoised: from ``denoised_conflict`` of the same module.
        costs: from `gcbook.chapters.method.tables.evaluations_of`.
    """
    return SimpleNamespace(
        **_observers(summaries.published),
        **_conditions(summaries, settings),
        **_conflicts(conflicts),
        **_five(five, trials_of_five, settings),
        **_intervals_of_five(trials_of_five, settings),
        **_widths(widths),
        **_between_people(summaries),
        **CUE_EXEMPLARS,
        **_printed(),
        **_costs(costs),
        copies=denoised.copies,
        gain=Number(float(np.log(denoised.copies)), ".1f"),
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


def _conditions(summaries: Summaries, settings: SummarySettings) -> dict[str, Any]:
    """Where the benchmark cuts: people's median accuracy on either side."""
    shown = [EXPERIMENTS[name] for name in PARAMETRIC]
    side = {(each.name, condition): "too_hard" for each in shown for condition in each.too_hard}
    side |= {(each.name, c): "counted" for each in shown for c in settings.counted(each)}
    rows = summaries.estimates
    people = rows[(rows["metric"] == "accuracy") & (rows["observer"] == HUMANS)]
    values = people.set_index(["dataset", "condition"])["value"]
    median = values.groupby(values.index.map(side.get)).median()
    return {
        "counted_median": Number(median.get("counted", np.nan), ".2f"),
        "too_hard_median": Number(median.get("too_hard", np.nan), ".2f"),
    }


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


def _five(five: pd.DataFrame, trials: pd.DataFrame, settings: SummarySettings) -> dict[str, Any]:
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
        "kappa": Number(error_consistency(person, network, settings.zero_division)),
        "bound": Number(float(bound)),
        "gap": Number(gap, ".1f"),
        "squared_gap": Number(gap**2, ".2f"),
    }


def _intervals_of_five(trials: pd.DataFrame, settings: SummarySettings) -> dict[str, Any]:
    """How little five images tell."""
    few = SummarySettings(
        datasets=("cue-conflict",),
        resampling=replace(settings.resampling, draws=min(settings.resampling.draws, _MOST_DRAWS)),
        zero_division=settings.zero_division,
        # Of each category there is one image.
        within_categories=False,
    )
    rows = estimate(trials, few).estimates.dropna(subset="value")
    network = rows[
        (rows["observer"] == "network")
        & (rows["dataset"] == "cue-conflict")
        & (rows["condition"] == "")
        & (rows["category"] == "")
        & rows["other"].isin(["", HUMANS])
    ]
    found = network.set_index("metric").to_dict("index")
    bias, kappa = found["shape_bias"], found["error_consistency"]
    return {
        "five_bias": Interval(bias["low"], bias["high"], ".2f"),
        "five_kappa": Interval(kappa["low"], kappa["high"], ".2f"),
    }


def _widths(widths: pd.DataFrame) -> dict[str, Any]:
    """Two intervals of one network, and how the widths compare over those shown."""
    row = widths.set_index("observer").reindex([_EXAMPLE]).iloc[0].to_dict()
    return {
        "example_bias": Number(row["shape_bias"]),
        "wide": Interval(row["low"], row["high"]),
        "narrow": Interval(row["independent_low"], row["independent_high"]),
        "too_narrow": Number(row["ratio"], ".1f"),
        "least_ratio": Number(widths["ratio"].min(), ".1f"),
    }


def _between_people(summaries: Summaries) -> dict[str, Any]:
    """What two people differ by, which the margins follow."""
    apart = between_people(summaries).groupby("metric")["apart"].agg(["median", "max"])
    names = ("shape_bias", "accuracy", "kappa")
    median, largest = (apart[each].reindex(list(names)) for each in ("median", "max"))
    return {
        **{f"people_apart_{name}": Number(median[name]) for name in names},
        "people_range_shape_bias": Number(largest["shape_bias"]),
    }


def _costs(costs: Mapping[str, int]) -> dict[str, Any]:
    """Network evaluations of a decision, and of all cue conflicts with a diffusion model."""
    names = {
        "diffusion": "mini-pixel",
        "latent": "mini-latent",
        "masked": "mini-masked",
        "autoregressive": "mini-ar",
        "cnn": "mini-cnn",
    }
    conflicts = EXPERIMENTS["cue-conflict"].n_images * costs["mini-pixel"]
    found = {name: costs[model] for name, model in names.items()}
    draws = costs["mini-pixel"] // len(CATEGORIES)
    return {**found, "draws": draws, "conflict_evaluations": Number(conflicts, ",.0f")}


def _printed() -> dict[str, Any]:
    """What the paper says of its models."""
    names = {
        "imagen": "imagen_resolution",
        "parti": "parti_resolution",
        "stable_diffusion": "stable_diffusion_resolution",
        "toolbox": "n_toolbox_models",
    }
    return {
        **{name: int(quoted_value(key)) for name, key in names.items()},
        "parti_size": int(quoted_value("parti_parameters") / 1e9),
        "version": Number(quoted_value("stable_diffusion_version"), ".1f"),
    }
