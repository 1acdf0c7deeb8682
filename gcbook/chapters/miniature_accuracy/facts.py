"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.results.kinds import short_name
from gcbook.miniworld.results.panel import OOD_SETS
from gcbook.miniworld.results.scores import SET_TITLES

_RESNET = "mini-cnn"
_SHAPE_SETS = ("cue-conflict", "silhouette", "edge")
_MEASURES = {"OOD accuracy": "ood", "accuracy, low-pass": "blur", "accuracy, high-pass": "fine"}


def miniature_accuracy_facts(
    robustness: pd.DataFrame, differences: pd.DataFrame, by_set: pd.DataFrame
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        robustness, differences: from `gcbook.chapters.miniature_accuracy.tables`:
            ``robustness_rows`` and ``difference_rows``.
        by_set: from `gcbook.miniworld.results.scores.accuracy_by_set`.

    Returns:
        Of each miniature, under its name without "mini-" (``pixel``, ``cnn_noise``), its accuracy
        ``X_high_pass``. How far the generators are behind the ResNet, ``ood_X_behind`` and
        ``blur_X_behind`` with ``…_interval``, and ahead of it in the paper's Table 1,
        ``X_printed_ahead``; how far others are ahead of pixel diffusion on high-pass images,
        ``fine_X`` and its interval. The ``least_loss`` out of distribution; of how many
        ``miniatures`` high-pass is the hardest set (``hardest_high_pass``); and the ResNet's lead
        over the best generator where shape is all that counts (``least_lead_by_shape``) and
        elsewhere (``most_lead_elsewhere``).
    """
    facts: dict[str, Any] = {
        "sets": len(OOD_SETS),
        "miniatures": len(robustness),
        "least_loss": Number(robustness["lost"].min(), ".2f"),
    }
    values = by_set.pivot(index="recipe", columns="dataset", values="value")
    ood = values.reindex(columns=[SET_TITLES[name] for name in OOD_SETS])
    high_pass = SET_TITLES["high-pass"]
    facts["hardest_high_pass"] = int((ood[high_pass] == ood.min(axis=1)).sum())
    for recipe, right in ood[high_pass].items():
        facts[f"{short_name(str(recipe))}_high_pass"] = Number(right, ".0%")
    for row in differences.to_dict("records"):
        measure, name = _MEASURES[row["measure"]], short_name(row["a"])
        # Who the paper's claim puts ahead is said to be so far behind, or ahead.
        if measure == "fine":
            facts[f"fine_{name}"] = Number(row["difference"], ".2f")
            facts[f"fine_{name}_interval"] = Interval(row["low"], row["high"], ".2f")
        else:
            facts[f"{measure}_{name}_behind"] = Number(-row["difference"])
            facts[f"{measure}_{name}_interval"] = Interval(-row["high"], -row["low"])
        if measure == "ood":
            facts[f"{name}_printed_ahead"] = Number(row["paper"], ".2f")
    return SimpleNamespace(**facts, **_leads(ood))


def _leads(ood: pd.DataFrame) -> dict[str, Any]:
    """How far the ResNet leads the best generator where shape is all that counts, and elsewhere."""
    lead: Any = ood.loc[_RESNET] - ood.drop([_RESNET, f"{_RESNET}-noise"], errors="ignore").max()
    alone = lead.index.isin([SET_TITLES[name] for name in _SHAPE_SETS])
    return {
        "least_lead_by_shape": Number(lead[alone].min(), ".2f"),
        "most_lead_elsewhere": Number(lead[~alone].max(), ".2f"),
    }
