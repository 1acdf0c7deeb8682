"""The numbers that the introduction's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD, resnet_leads
from gcbook.miniworld.results.shipped import select_models
from gcbook.miniworld.results.sweep import measures_under
from gcbook.miniworld.results.weighting import PAPER
from gcbook.paper.observers import published_rows
from gcbook.paper.published import table2
from gcbook.stats.benchmark_tables import table1_quoted, table1_recomputed
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import fig1_overview, people_and_networks, pooled_bias
from gcbook.stats.shares import cue_shares
from gcbook.stats.summaries import Summaries, observer_numbers


def introduction_facts(summaries: Summaries, bias: pd.DataFrame) -> SimpleNamespace:
    """Every number of the introduction under a name.

    Args:
        summaries: any.
        bias: from `gcbook.stats.shape_tables.bias_by_category`.

    Returns:
        `gcbook.stats.benchmark_tables.table1_quoted`; ``others_most_consistent``, the highest error
        consistency in Table 2 after Imagen's; the shape bias of the ``least_human``;
        ``best_network`` and ``best_shape_bias``, the most shape-biased network; intervals of
        people's shape bias in each category (``people_by_category``), and of the difference between
        any person and any network (``people_over_networks``); ``networks``, and how many of them
        have a shape bias under one half (``below_half``); of the public decisions
        ``public_humans, public_human_trials, public_networks, public_network_trials``; and, of
        pixel diffusion in the calibrated world over all its seeds, shape bias and accuracy on plain
        images under the paper's weighting
        (``pixel_paper, accuracy_paper``) and with equal weights (``pixel_equal,
        accuracy_equal``), beside the shape bias of the world's ResNet, ``resnet_of_world``; and
        intervals: of either's lead over that ResNet, and of what equal weights change in accuracy.
    """
    resampling = summaries.settings.resampling
    asked = {"pixel_paper_lead": None, "pixel_equal_lead": "uniform"}
    leads = resnet_leads(
        {name: ("mini-pixel", weighting) for name, weighting in asked.items()},
        resampling=resampling,
    )
    even, _ = measures_under(
        "mini-pixel", CALIBRATED_WORLD, [0, PAPER], resampling=resampling
    ).to_dict("records")
    consistency = table2().set_index("key")["error_consistency"].drop("imagen")
    public = observer_numbers(summaries.published)
    counted = ("humans", "human_trials", "networks", "network_trials")
    return SimpleNamespace(
        **{name: Number(value, ".2f") for name, value in table1_quoted(summaries).items()},
        others_most_consistent=Number(consistency.max(), ".2f"),
        people_by_category=_ends(fig1_overview(bias), "humans_"),
        **_recomputed(table1_recomputed(summaries)),
        **_networks(pooled_bias(published_rows(bias))),
        **{f"public_{name}": public[name] for name in counted},
        pixel_paper=_shape_bias("mini-pixel", f"exp:{PAPER}"),
        pixel_equal=_shape_bias("mini-pixel", "uniform"),
        resnet_of_world=_shape_bias("mini-cnn"),
        accuracy_paper=_accuracy(f"exp:{PAPER}"),
        accuracy_equal=_accuracy("uniform"),
        **{name: Interval(*ends) for name, ends in leads.items()},
        accuracy_change=Interval(even["change_low"], even["change_high"]),
    )


def _recomputed(rows: pd.DataFrame) -> dict[str, Interval]:
    """Intervals of what can be recomputed of Table 1."""
    by_model = rows.set_index("model")
    return {
        f"{key}_{metric}_interval": _ends(by_model.loc[[name]], f"{metric}_")[0]
        for key, name in (("humans", "Humans"), ("resnet50", "ResNet-50"))
        for metric in ("ood_accuracy", "error_consistency")
    }


def _ends(rows: pd.DataFrame, prefix: str = "") -> tuple[Interval, ...]:
    return tuple(Interval(*each) for each in rows[[f"{prefix}low", f"{prefix}high"]].to_numpy())


def _shape_bias(recipe: str, weighting: str | None = None) -> Number:
    """Shape bias on the calibrated world's cue conflicts, all seeds pooled."""
    answers = miniature_answers(["cue-conflict"], _models(recipe), weighting=weighting)
    shares = cue_shares(answers, ["dataset"], resampling=Resampling(draws=0))
    return Number(shares["shape_bias"].item(), ".2f")


def _accuracy(weighting: str) -> Number:
    """Accuracy of pixel diffusion on the calibrated world's plain images, all seeds pooled."""
    answers = miniature_answers(["in-distribution"], _models("mini-pixel"), weighting=weighting)
    return Number(answers["right"].mean(), ".2f")


def _models(recipe: str) -> tuple[str, ...]:
    return tuple(select_models(CALIBRATED_WORLD, [recipe]))


def _networks(bias: pd.DataFrame) -> dict[str, Any]:
    """Where the networks stand beside the least shape-biased person."""
    people, networks = people_and_networks(bias)
    ends = bias.set_index("observer")[["low", "high"]]
    person, network = (
        Interval(ends["low"].reindex(who).min(), ends["high"].reindex(who).max())
        for who in (people.index, networks.index)
    )
    return {
        "least_human": Number(people.min(), ".2f"),
        "best_network": str(networks.idxmax()) if len(networks) else None,
        "best_shape_bias": Number(networks.max(), ".2f"),
        "networks": len(networks),
        "below_half": int((networks < 0.5).sum()),
        "people_over_networks": person - network,
    }
