"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.worked_example.lite import lite_facts
from gcbook.chapters.worked_example.races import race_facts
from gcbook.chapters.worked_example.tables import (
    HALF_PRECISION,
    KIND_TITLES,
    LARGE,
    MINIATURE,
    OPEN_WEIGHTS,
)
from gcbook.claims import Interval, Number
from gcbook.classifiers.zoo import zoo
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, PROMPT_TEMPLATE, imagenet_classes
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import table1, table2, table3
from gcbook.stats.summaries import Summaries

PAPERS_LARGE = ("imagen", "stable_diffusion", "parti", "muse", "clip", "vit_22b_ft_384")
"""The paper's large models, in the order in which it has them; one ViT-22B for its three."""
_PRINTED = "stable_diffusion"
"""The large model in the paper's tables."""


def printed_rows() -> pd.DataFrame:
    """What the paper prints of Stable Diffusion's shape bias, as the figure marks it.

    Returns:
        ``label, texture_share`` (1 minus shape bias).
    """
    bias = float(table1().set_index("key")["shape_bias"][_PRINTED])
    label = f"Stable Diffusion, as printed: {1 - bias:.2f}"
    return pd.DataFrame({"label": [label], "texture_share": [round(1 - bias, 4)]})


def worked_example_facts(
    summaries: Summaries,
    outcome: pd.DataFrame,
    costs: pd.DataFrame,
    parameters: Any,
    races: pd.DataFrame,
    beside: pd.DataFrame,
) -> SimpleNamespace:
    """Return every number of the chapter's text under a name.

    Args:
        summaries: for the pooled humans' shape bias and its interval.
        outcome: from `gcbook.chapters.worked_example.tables.outcome_rows`.
        costs: from ``cost_rows`` of the same module.
        parameters: of the chapter.
        races: from `gcbook.chapters.worked_example.races.race_rows`.
        beside: from `gcbook.chapters.worked_example.lite.beside_rows`.
    """
    rows = summaries.estimates
    humans = rows[
        (rows["metric"] == "shape_bias")
        & (rows["dataset"] == "cue-conflict")
        & (rows["observer"] == HUMANS)
        & (rows["category"] == "")
    ].iloc[0]
    stands = {entry.stands_for for entry in zoo().values() if not entry.source.package}
    large = zoo()[LARGE].parameters or 0
    per_image, in_all = (costs.set_index("kind")[name] for name in ("per_image", "all_evaluations"))
    some = parameters.images * int(per_image[KIND_TITLES["diffusion"]])
    every = int(in_all[KIND_TITLES["diffusion"]])
    return SimpleNamespace(
        **_printed(),
        **_outcome(outcome),
        **race_facts(races),
        **lite_facts(beside),
        miniature=MINIATURE,
        humans=Number(humans["value"], ".1%"),
        humans_interval=Interval(humans["low"], humans["high"], ".1%"),
        humans_spread=Number(humans["high"] - humans["low"]),
        images=Number(parameters.images, ",.0f"),
        draws=parameters.noise_draws,
        evaluations=Number(some, ",.0f"),
        hours=Number(some / parameters.evaluations_per_second / 3600, ".1f"),
        all_evaluations=Number(every / 1e6, ".1f"),
        all_hours=Number(every / parameters.evaluations_per_second / 3600, ".1f"),
        per_second=Number(parameters.evaluations_per_second, ",g"),
        labels=len(CATEGORIES),
        prompt=PROMPT_TEMPLATE.format("dog"),
        diffusion_per_image=int(per_image[KIND_TITLES["diffusion"]]),
        discriminative_per_image=int(per_image[KIND_TITLES["discriminative"]]),
        million=Number(large / 1e6, ",.0f"),
        weights_gb=Number(large * HALF_PRECISION / 1e9, ".1f"),
        systems=len(PAPERS_LARGE),
        public=len(OPEN_WEIGHTS),
        without=[key for key in PAPERS_LARGE if key not in stands],
        classes=f"{IMAGENET_CLASSES:,}",
        mapped=len(imagenet_classes()),
    )


def _printed() -> dict[str, Number]:
    """What the paper prints of Stable Diffusion, each number from the table with most digits."""
    first, second, third = (
        each().set_index("key").to_dict("index")[_PRINTED] for each in (table1, table2, table3)
    )
    return {
        "shape_bias": Number(first["shape_bias"], ".0%"),
        "ood_accuracy": Number(third["ood_accuracy"]),
        "error_consistency": Number(second["error_consistency"]),
        "ood_accuracy_short": Number(first["ood_accuracy"], ".2f"),
        "error_consistency_short": Number(first["error_consistency"], ".2f"),
    }


def _outcome(outcome: pd.DataFrame) -> dict[str, Any]:
    """The miniature's shape bias under the paper's weighting and with equal weights."""
    paper, equal = outcome.to_dict("records")
    found: dict[str, Any] = {"miniature_images": int(paper["n"])}
    for name, row in (("paper", paper), ("equal", equal)):
        found |= {
            f"{name}_bias": Number(row["shape_bias"], ".2f"),
            f"{name}_interval": Interval(row["shape_bias_low"], row["shape_bias_high"], ".2f"),
            f"{name}_shape": Number(row["shape_accuracy"], ".0%"),
            f"{name}_texture": Number(row["texture_accuracy"], ".0%"),
        }
    return found
