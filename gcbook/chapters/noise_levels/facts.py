"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.results.course import PAPERS
from gcbook.miniworld.results.kinds import STANDS_FOR, short_name
from gcbook.miniworld.results.shipped import DRAWS, FEW_DRAWS
from gcbook.noise.schedules import CosineSchedule, FlowSchedule, log_snr
from gcbook.paper.published import quoted_value
from gcbook.stats.metrics import blind_bias


def noise_levels_facts(
    shares: pd.DataFrame,
    differences: pd.DataFrame,
    centres: pd.DataFrame,
    ends: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        shares, differences, centres: from `gcbook.chapters.noise_levels.tables`: ``level_shares``,
            ``cue_differences`` and ``cue_centres``.
        ends: from `gcbook.miniworld.results.course.first_and_last`.

    Returns:
        Of each miniature, under its name without "mini-" (``pixel``, ``cnn_noise``), with levels:
        for each cue its largest share of the answers, ``X_shape_peak``, at which t, ``X_shape_at``;
        at how many levels it is clearly named more often than the other, ``X_shape_levels``; and
        how far the t of the two are ``X_apart``, with ``X_apart_interval``. Along training: the
        ``X_change`` of shape bias and its interval; shape bias of an observer blind to texture,
        ``X_blind_first`` and ``X_blind_last``; and after which share of training the first copy
        was kept, ``X_kept_from``; NaN where no copies were scored. Over miniatures: how many
        ``courses`` there are; in how many texture led first and shape last, ``traded``; and in how
        many shape led from the first copy, ``shape_first``.
    """
    levels = int(differences["level"].nunique())
    facts: dict[str, Any] = {
        "levels": levels,
        "draws": DRAWS["cue-conflict"],
        "draws_a_level": Number(DRAWS["cue-conflict"] / levels, ".3g"),
        "few_draws_a_level": Number(FEW_DRAWS / levels, ".3g"),
        "weight_ratio": Number(np.exp(quoted_value("weighting_decay") * 0.4), ".0f"),
    }
    for model, rows in shares[shares["test_set"] == "cue-conflict"].groupby("model", sort=False):
        facts |= _peaks(rows, differences[differences["model"] == model], short_name(str(model)))
    for row in centres[centres["cue"] == "difference"].to_dict("records"):
        name = short_name(row["model"])
        facts[f"{name}_apart"] = Number(row["t"], ".2f")
        facts[f"{name}_apart_interval"] = Interval(row["low"], row["high"], ".2f")
    return SimpleNamespace(**facts, **_courses(ends), **_clocks())


def _peaks(rows: pd.DataFrame, differences: pd.DataFrame, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    clear = {"shape": differences["low"] > 0, "texture": differences["high"] < 0}
    for cue, named in clear.items():
        of_cue = rows[rows["answer"] == cue]
        peak = of_cue.iloc[int(of_cue["share"].to_numpy().argmax())]
        facts |= {
            f"{name}_{cue}_peak": Number(peak["share"], ".0%"),
            f"{name}_{cue}_at": Interval(peak["t_low"], peak["t_high"], ".3g"),
            f"{name}_{cue}_levels": None if differences["low"].isna().all() else int(named.sum()),
        }
    return facts


def _courses(ends: pd.DataFrame) -> dict[str, Any]:
    chosen = ends[ends["weighting"].isin(["", PAPERS])]
    known = chosen["first_low"].notna().all()
    led = (chosen["first_high"] < 0) & (chosen["last_low"] > 0)
    facts: dict[str, Any] = {
        "courses": len(chosen),
        "traded": int(led.sum()) if known else None,
        "shape_first": int((chosen["first_low"] > 0).sum()) if known else None,
    }
    for model, row in chosen.set_index("model").reindex(list(STANDS_FOR)).iterrows():
        name = short_name(str(model))
        facts |= {
            f"{name}_change": Number(row["change"], "+.2f"),
            f"{name}_change_interval": Interval(row["change_low"], row["change_high"], ".2f"),
            f"{name}_blind_first": Number(blind_bias(row["first_shape"]), ".2f"),
            f"{name}_blind_last": Number(blind_bias(row["last_shape"]), ".2f"),
            f"{name}_kept_from": Number(row["first"] / row["last"], ".0%"),
        }
    return facts


def _clocks() -> dict[str, Any]:
    """The log-SNR of two schedules at t = 0.25, and where the second has that of the first."""
    cosine, flow = (
        float(log_snr(each(), np.asarray(0.25))) for each in (CosineSchedule, FlowSchedule)
    )
    return {
        "cosine_log_snr": Number(cosine, ".2f"),
        "flow_log_snr": Number(flow, ".2f"),
        "flow_time": Number(1 / (1 + np.exp(cosine / 2)), ".2f"),
    }
