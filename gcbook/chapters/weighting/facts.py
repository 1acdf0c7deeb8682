"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.weighting.page import page_agreement
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.kinds import DIFFUSION, short_name
from gcbook.miniworld.results.weighting import PAPER, SETS, Stores, answers_under, read_errors
from gcbook.scoring.diagnostics import TENTHS, decisions_by, level_of
from gcbook.scoring.store import Store
from gcbook.stats.metrics import CUE_METRICS, cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_sums


def weighting_facts(
    stores: Stores,
    sweep: pd.DataFrame,
    shares: pd.DataFrame,
    n_draws: int,
    seed: int,
    *,
    resampling: Resampling = Resampling(),
) -> SimpleNamespace:
    """Every number of the chapter's text under a name, those of a model after ``pixel`` or
    ``latent``; NaN or None for a model that the parameters leave out.

    Args:
        stores: from `gcbook.miniworld.results.weighting.weighing_stores`.
        sweep: from ``sweep_table`` of the same module.
        shares: from ``share_table``.
        n_draws: draws an image on the page.
        seed: of the choice of images on the page.
        resampling: how intervals are made.
    """
    found: dict[str, Any] = page_agreement(stores, n_draws, seed)
    found["page_draws"] = min(n_draws, found["all_draws"])
    for model in DIFFUSION:
        of_model = stores.get(model, {})
        one = {
            **_curve(sweep[sweep["model"] == model]),
            **_change(of_model, resampling),
            **_influence(shares[shares["model"] == model], of_model),
            **_halves(of_model),
        }
        found |= {f"{short_name(model)}_{name}": value for name, value in one.items()}
    return SimpleNamespace(**found)


def _curve(rows: pd.DataFrame) -> dict[str, Any]:
    """Shape bias under the paper's weight, and over k.

    ``near`` are the k whose accuracy lies within the interval under the paper's weight.
    """
    curve = rows[rows["k"].notna()].set_index("k")
    paper = curve.reindex([PAPER]).iloc[0]
    near = curve["accuracy"].between(paper["accuracy_low"], paper["accuracy_high"])
    bias = curve["shape_bias"]
    at_most_k, at_0 = bias.reindex([curve.index.max(), 0])
    return {
        "bias": Number(paper["shape_bias"], ".2f"),
        "bias_at_most_k": Number(at_most_k, ".2f"),
        "bias_at_0": Number(at_0, ".2f"),
        "near_biases": Interval(bias[near].min(), bias[near].max(), ".2f"),
    }


def _change(of_model: Mapping[str, Store], resampling: Resampling) -> dict[str, Any]:
    """By how much equal weights change the shape bias from the paper's, on the same images."""
    change = np.full(1 + resampling.draws, np.nan)
    if of_model:
        names = [f"exp:{PAPER}", "exp:0"]
        answers = answers_under(of_model[SETS[1]], names)
        keys, sums = cue_sums(answers, ["weighting"], resampling=resampling)
        bias = cue_metrics(**sums)["shape_bias"]
        before, after = (bias[keys["weighting"].tolist().index(name)] for name in names)
        change = after - before
    low, high = resampling.interval(change)
    return {
        "change": Number(change[0], "+.2f"),
        "change_interval": Interval(float(low), float(high), "+.2f"),
    }


def _influence(shares: pd.DataFrame, of_model: Mapping[str, Store]) -> dict[str, Any]:
    """Where the weight lies under the paper's weighting, and where the variance between classes."""
    weighting = f"exp:{PAPER}"
    rows = shares[shares["weighting"] == weighting]
    tenths = rows.pivot(index="tenth", columns="part", values="share")
    tenths = tenths.reindex(range(1, TENTHS + 1), columns=["weight", "variance"])
    found: dict[str, Any] = {}
    for part, share in tenths.items():
        reached = tenths.index[share.cumsum() >= 0.5 - 1e-9]
        found[f"first_{part}"] = Number(share[1], ".0%")
        found[f"half_{part}"] = Number(reached.min() / TENTHS, ".1f")
    largest: Any = np.nan if rows.empty else tenths["variance"].idxmax()
    alone = _tenth_agreement(of_model[SETS[1]], largest, weighting) if of_model else np.nan
    return found | {
        "largest_from": Number((largest - 1) / TENTHS, ".1f"),
        "alone": Number(alone, ".0%"),
    }


def _tenth_agreement(store: Store, tenth: int, weighting: str) -> float:
    """The share of images with draws in a tenth of t, from 1, on which these decide as all do."""
    raw = read_errors(store)
    inside = level_of(raw.t, TENTHS) == tenth - 1
    alone = replace(raw, errors={"l2": raw.errors["l2"] * inside[..., None]})
    by_all, by_some = (each.mean_errors(weighting, "l2").argmin(axis=1) for each in (raw, alone))
    return float((by_all == by_some)[inside.any(axis=1)].mean())


def _halves(of_model: Mapping[str, Store]) -> dict[str, Any]:
    """What is answered from the cleaner half of t alone (``clean``) and the noisier (``noisy``)."""
    forms = dict.fromkeys(("accuracy", *CUE_METRICS), ".0%") | {"shape_bias": ".2f"}
    halves = pd.DataFrame(np.nan, index=range(2), columns=list(forms))
    if of_model:
        plain, halves = (
            decisions_by(store, "t", [0, 0.5, 1], store.weights("uniform", "l2"))
            for store in (of_model[name] for name in SETS)
        )
        halves["accuracy"] = plain["accuracy"]
    return {
        f"{half}_{name}": Number(halves[name].iloc[place], form)
        for place, half in enumerate(("clean", "noisy"))
        for name, form in forms.items()
    }
