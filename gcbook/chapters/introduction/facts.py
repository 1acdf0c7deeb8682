"""The numbers that the introduction's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Number
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import select_models
from gcbook.miniworld.results.weighting import PAPER
from gcbook.paper.published import table2
from gcbook.stats.benchmark_tables import table1_quoted
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
        ``best_network`` and ``best_shape_bias``, the most shape-biased network; people's shape bias
        in the category where it is lowest, ``least_category``; ``networks``, and how many of them
        have a shape bias under one half (``below_half``) and under the least human's
        (``below_humans``); of the public decisions ``public_humans, public_human_trials,
        public_networks, public_network_trials``; and, of pixel diffusion in the calibrated world
        over all its seeds, shape bias and accuracy on plain images under the paper's weighting
        (``pixel_paper, accuracy_paper``) and with equal weights (``pixel_equal,
        accuracy_equal``), beside the shape bias of the world's ResNet, ``resnet_of_world``.
    """
    consistency = table2().set_index("key")["error_consistency"].drop("imagen")
    public = observer_numbers(summaries)
    counted = ("humans", "human_trials", "networks", "network_trials")
    return SimpleNamespace(
        **{name: Number(value, ".2f") for name, value in table1_quoted(summaries).items()},
        others_most_consistent=Number(consistency.max(), ".2f"),
        least_category=Number(fig1_overview(bias)["humans"].min(), ".2f"),
        **_networks(pooled_bias(bias)),
        **{f"public_{name}": public[name] for name in counted},
        pixel_paper=_shape_bias("mini-pixel", f"exp:{PAPER}"),
        pixel_equal=_shape_bias("mini-pixel", "uniform"),
        resnet_of_world=_shape_bias("mini-cnn"),
        accuracy_paper=_accuracy(f"exp:{PAPER}"),
        accuracy_equal=_accuracy("uniform"),
    )


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
    return tuple(select_models("calibrated", [recipe]))


def _networks(bias: pd.DataFrame) -> dict[str, Any]:
    """Where the networks stand beside the least shape-biased person."""
    people, networks = people_and_networks(bias)
    return {
        "least_human": Number(people.min(), ".2f"),
        "best_network": str(networks.idxmax()) if len(networks) else None,
        "best_shape_bias": Number(networks.max(), ".2f"),
        "networks": len(networks),
        "below_half": int((networks < 0.5).sum()),
        "below_humans": int((networks < people.min()).sum()),
    }
