"""The numbers that the chapter's text and its claims are about."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.diffusion_bound.tables import STEPS
from gcbook.claims import Number

_NAMES = {
    "elbo": "bound",
    "exp:7": "paper",
    "uniform": "equal",
    "exact": "exact",
    f"bound, {STEPS[0]} steps": "few",
}


def bound_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """How the bound closes.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.bound_rows`.

    Returns:
        ``first_steps, last_steps``; the gap there for steps evenly spaced in log-SNR, ``even_first,
        even_last``; ``even_divides, times_divides``, by how much the last doubling divides it for
        steps evenly spaced in log-SNR and in t; ``least_gap`` of all; in nats.
    """
    gaps: dict[Any, Any] = rows.groupby("spacing")["gap"].agg(list).to_dict()
    even, steps = gaps["log-SNR"], rows["steps"]
    return {
        "least_gap": Number(rows["gap"].min(), ".2f"),
        "even_divides": Number(even[-2] / even[-1], ".1f"),
        "times_divides": Number(gaps["t"][-2] / gaps["t"][-1], ".1f"),
        "even_first": Number(even[0], ".3g"),
        "even_last": Number(even[-1], ".2f"),
        "first_steps": Number(steps.min(), ",.0f"),
        "last_steps": Number(steps.max(), ",.0f"),
    }


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
    return {
        f"{_NAMES[row['score']]}_{column}": Number(row[column], ".0%")
        for row in rows[rows["score"].isin(_NAMES)].to_dict("records")
        for column in ("right", "as_bayes", "as_coarse")
    }
