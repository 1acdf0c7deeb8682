"""The numbers that the chapter's text and its claims are about."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.claims import Number

__all__ = ["agreement_facts", "bound_facts", "weight_facts"]

_NAMES = {"elbo": "bound", "exp:7": "paper", "uniform": "equal", "exact": "exact"}
_SPACINGS = {"log-SNR": "even", "t": "times"}


def bound_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """How the bound closes.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.bound_rows`.

    Returns:
        ``first_steps, last_steps``; the gap there for steps evenly spaced in log-SNR, ``even_first,
        even_last``; ``even_divides, times_divides``, by how much the last doubling divides it for
        steps evenly spaced in log-SNR and in t; ``least_gap`` of all; in nats.
    """
    facts: dict[str, Any] = {"least_gap": Number(rows["gap"].min(), ".2f")}
    for spacing, name in _SPACINGS.items():
        group = rows[rows["spacing"] == spacing]
        gaps = group["gap"].tolist()
        facts[f"{name}_divides"] = Number(gaps[-2] / gaps[-1], ".1f")
    even = rows[rows["spacing"] == "log-SNR"]
    for end, place in (("first", 0), ("last", -1)):
        facts[f"{end}_steps"] = Number(even["steps"].iloc[place], ",.0f")
        facts[f"even_{end}"] = Number(even["gap"].iloc[place], ".3g" if place == 0 else ".2f")
    return facts


def weight_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """From which times the difference between the classes comes.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.weight_rows`.

    Returns:
        For the ``bound``, the ``paper`` and ``equal`` weights ``…_middle``, the t below which half
        of the difference lies.
    """
    return {
        f"{_NAMES[str(weighting)]}_middle": Number(
            float(np.interp(0.5, group["below"], group["t"])), ".2f"
        )
        for weighting, group in rows.groupby("weighting", sort=False)
    }


def agreement_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """How often each score decides right, and as what.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.agreement_rows`.

    Returns:
        ``…_right``, ``…_as_bayes`` and ``…_as_coarse`` for ``exact``, ``paper`` and ``equal``, and
        for the bound with the fewest steps, ``few``.
    """
    facts = {}
    for row in rows.to_dict("records"):
        name = _NAMES.get(row["score"])
        if name is None:
            # The bound comes with few steps first.
            if "few_right" in facts:
                continue
            name = "few"
        for column in ("right", "as_bayes", "as_coarse"):
            facts[f"{name}_{column}"] = Number(row[column], ".0%")
    return facts
