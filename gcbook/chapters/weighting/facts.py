"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.weighting.detail import (
    CONTRASTS,
    FINEST,
    GREY_COPIES,
    PREDICTIONS,
    forecast_scores,
)
from gcbook.chapters.weighting.fine import COARSE, FINE, FLAT, STEEP, textures_bands
from gcbook.chapters.weighting.restored import HALF
from gcbook.claims import Interval, Number, margins
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.kinds import DIFFUSION, short_name
from gcbook.miniworld.results.shipped import LARGER, name_of, shipped_store
from gcbook.miniworld.results.sweep import DECAYS, WITH_LARGER
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.results.weighting import PAPER, SETS
from gcbook.noise.schedules import CosineSchedule, FlowSchedule, log_snr
from gcbook.scoring.decisions import decide_store
from gcbook.scoring.diagnostics import TENTHS, decisions_by
from gcbook.stats.metrics import CUE_METRICS

_NONE = Interval(None, None)
_PREFIXES = dict(zip(WORLDS, ("", "calibrated_"), strict=True))
"""How names of facts of either world begin, by the world's name."""


def weighting_facts(
    sweep: pd.DataFrame,
    resnets: pd.DataFrame,
    contrasts: pd.DataFrame,
    levels: pd.DataFrame,
    halves: pd.DataFrame,
    shares: pd.DataFrame,
    agreement: Mapping[str, int],
    outcomes: pd.DataFrame,
    detail: pd.DataFrame,
    textures: pd.Series,
    kept: pd.DataFrame,
    filtered: pd.DataFrame,
    high_pass: pd.DataFrame,
    commonest: float,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Those of a model follow ``pixel``, ``latent`` or ``cnn``, those of the calibrated world begin
    with ``calibrated_``.

    Args:
        sweep, contrasts: from `gcbook.chapters.weighting.contrasts`: ``held_rows`` and
            ``contrast_rows``.
        resnets: from `gcbook.miniworld.results.sweep.resnet_rows`.
        levels, halves: from `gcbook.chapters.weighting.levels`: ``level_shares`` and
            ``half_changes``.
        shares: of pixel diffusion in the default world, from
            `gcbook.miniworld.results.weighting.share_table`.
        agreement: from `gcbook.chapters.weighting.page.page_agreement`.
        outcomes: from `gcbook.chapters.weighting.detail.outcome_rows`.
        detail, kept: from `gcbook.chapters.weighting.restored`.
        textures, filtered, high_pass, commonest: from `gcbook.chapters.weighting.fine`.
    """
    found: dict[str, Any] = {
        "k": PAPER,
        "most_k": DECAYS[-1],
        "accuracy_margin": Number(margins()["accuracy"].margin, ".2f"),
        **agreement,
    }
    for world, prefix in _PREFIXES.items():
        title = WORLDS[world]
        resnet = resnets[resnets["world"] == title].iloc[0]
        found[f"{prefix}cnn_bias"] = Number(resnet["shape_bias"], ".2f")
        found[f"{prefix}cnn_accuracy"] = Number(resnet["accuracy"], ".2f")
        for model in DIFFUSION:
            name = f"{prefix}{short_name(model)}"
            for table, facts_of in (
                (sweep, _curve),
                (contrasts, _contrasts),
                (levels, _levels),
                (halves, _changes),
            ):
                rows = table[(table["world"] == title) & (table["model"] == model)]
                found |= {f"{name}_{key}": value for key, value in facts_of(rows).items()}
    found |= _crossed(levels)
    larger = resnets.loc[resnets["world"] == WITH_LARGER[LARGER], "shape_bias"]
    found["larger_cnn_bias"] = Number(float(larger.iloc[0]), ".2f")
    return SimpleNamespace(
        **found,
        **_influence(shares),
        **_halves(),
        **_open(),
        **_matched(outcomes),
        **_axis(),
        **_clocks(),
        **_restored(detail, textures, kept),
        **_filtered(filtered),
        **_high_pass(high_pass, commonest),
    )


def _curve(rows: pd.DataFrame) -> dict[str, Any]:
    """Shape bias and accuracy at k = 0, 3, the paper's and the largest; what answers name at k = 0;
    and the range of k whose accuracy is ``held``, and of their shape bias."""
    by_k = rows.set_index("k").to_dict("index")
    found: dict[str, Any] = {}
    for name, k in (("", PAPER), ("_at_0", 0), ("_at_3", 3), ("_at_most_k", DECAYS[-1])):
        row = by_k[k]
        found[f"bias{name}"] = Number(row["shape_bias"], ".2f")
        found[f"bias{name}_interval"] = Interval(
            row["shape_bias_low"], row["shape_bias_high"], ".2f"
        )
        found[f"accuracy{name}"] = Number(row["accuracy"], ".2f")
        found[f"change{name}"] = Number(row["change"], "+.3f")
        found[f"change{name}_interval"] = Interval(row["change_low"], row["change_high"], "+.3f")
    shape, texture = (by_k[0][f"{cue}_accuracy"] for cue in ("shape", "texture"))
    for name, share in (("shape", shape), ("texture", texture), ("neither", 1 - shape - texture)):
        found[f"{name}_at_0"] = Number(share, ".0%")
    held = rows[rows["held"]]
    return found | {
        "held_k": Interval(held["k"].min(), held["k"].max(), ".0f"),
        "held_biases": Interval(held["shape_bias"].min(), held["shape_bias"].max(), ".2f"),
    }


def _contrasts(rows: pd.DataFrame) -> dict[str, Any]:
    """The intervals of each contrast of a model, a network each; of what is asked of all k whose
    accuracy is held, the interval that decides it. NaN where there is no such k."""
    found: dict[str, Any] = {"held_range": _NONE, "beyond": _NONE, "held_over_resnet": _NONE}
    for name, own in rows.groupby("contrast"):
        found[str(name)] = _intervals(own, "low", "high")
    deciding = {"beyond": ("low", True), "held_over_resnet": ("high", False)}
    for name, (end, ascending) in deciding.items():
        last = rows[rows["contrast"] == name].sort_values(end, ascending=ascending).head(1)
        if len(last):
            (found[name],) = _intervals(last, "low", "high")
    return found


def _changes(rows: pd.DataFrame) -> dict[str, Any]:
    """How much more often the noisier half of t names each cue than the cleaner half does."""
    (row,) = rows.to_dict("records")
    return {
        f"{cue}_rises": Interval(row[f"{cue}_low"], row[f"{cue}_high"], "+.2f")
        for cue in ("shape", "texture")
    }


def _intervals(rows: pd.DataFrame, low: str, high: str) -> tuple[Interval, ...]:
    return tuple(Interval(*ends) for ends in zip(rows[low], rows[high], strict=True))


def _levels(rows: pd.DataFrame) -> dict[str, Any]:
    """By how much more often the shape is named than the texture in the quarter of the levels that
    has least noise and in the one that has most."""
    leads = rows.drop_duplicates("t_low").sort_values("t_low")
    quarter = max(len(leads) // 4, 1)
    return {
        "clean_leads": _intervals(leads.head(quarter), "lead_low", "lead_high"),
        "noisy_leads": _intervals(leads.tail(quarter), "lead_low", "lead_high"),
    }


def _crossed(levels: pd.DataFrame) -> dict[str, Any]:
    """The noise levels at which shape leads in the default world and texture in the calibrated."""
    found: dict[str, Any] = {}
    for model in DIFFUSION:
        default, calibrated = (
            levels[(levels["world"] == title) & (levels["model"] == model)]
            .drop_duplicates("t_low")
            .set_index("t_low")
            for title in WORLDS.values()
        )
        there = default[(default["lead_low"] > 0) & (calibrated["lead_high"] < 0)]
        name = short_name(model)
        known = bool(default["lead_low"].notna().all())
        found[f"{name}_crossed"] = len(there) if known else None
        found[f"{name}_crossed_at"] = Interval(there.index.min(), there["t_high"].max(), ".3g")
    return found


def _influence(shares: pd.DataFrame) -> dict[str, Any]:
    """What the cleanest and the noisiest tenth of t have of the weight and of the influence."""
    found: dict[str, Any] = {}
    for name, weighting in (("paper", f"exp:{PAPER}"), ("even", "uniform"), ("elbo", "elbo")):
        rows = shares[shares["weighting"] == weighting]
        tenths = rows.pivot(index="tenth", columns="part", values="share")
        for part in ("weight", "variance"):
            share = tenths[part]
            reached = share.index[share.cumsum() >= 0.5 - 1e-9]
            found[f"{name}_first_{part}"] = Number(share.iloc[0], ".0%")
            found[f"{name}_last_{part}"] = Number(share.iloc[-1], ".0%")
            found[f"{name}_half_{part}"] = Number(reached.min() / TENTHS, ".1f")
    return found


def _halves() -> dict[str, Any]:
    """What is answered in the default world from the cleaner half of t alone (``clean``) and from
    the noisier (``noisy``), with equal weights."""
    forms = dict.fromkeys(("accuracy", *CUE_METRICS), ".0%") | {"shape_bias": ".2f"}
    found: dict[str, Any] = {}
    for model in DIFFUSION:
        plain, halves = (
            decisions_by(store, "t", [0, 0.5, 1], store.weights("uniform", "l2"))
            for store in (shipped_store(name_of(model), name) for name in SETS)
        )
        halves["accuracy"] = plain["accuracy"]
        found |= {
            f"{short_name(model)}_{half}_{name}": Number(halves[name].iloc[place], form)
            for place, half in enumerate(("clean", "noisy"))
            for name, form in forms.items()
        }
    return found


def _open() -> dict[str, Any]:
    """Share of answers to ordinary images that endless draws are expected to change: ``open`` under
    the paper's weighting, ``open_at_0`` with equal weights."""
    found: dict[str, Any] = {}
    for world, prefix in _PREFIXES.items():
        for model in DIFFUSION:
            store = shipped_store(name_of(model, world), SETS[0])
            for name, weighting in (("open", f"exp:{PAPER}"), ("open_at_0", "uniform")):
                share = decide_store(store, store.weights(weighting, "l2")).undecided
                found[f"{prefix}{short_name(model)}_{name}"] = Number(share, ".0%")
    return found


def _matched(outcomes: pd.DataFrame) -> dict[str, Any]:
    """Where miniatures' weightings lie as Imagen's does, and what is read there.

    Of each world (``default``, ``calibrated``, ``larger``), with the middle contrast and with
    colour channels that have nothing in common (``alone``) and that are all the same (``equal``):
    k, shape bias, change of the accuracy, and the interval of the shape bias's excess over that
    under the paper's weighting, ``paper_bias``; ``all_k`` and ``all_biases`` are the range over all
    assumptions, ``all_intervals``, ``all_excesses`` and ``all_leads`` the intervals of the shape
    bias, of its excess and of its lead over the ResNet's.
    """
    names = dict(zip(PREDICTIONS, ("default", "calibrated", "larger"), strict=True))
    found: dict[str, Any] = {}
    for world, rows in outcomes.groupby("world", sort=False):
        name, middle = names[str(world)], rows[rows["contrast"] == CONTRASTS[1]]
        for bound, channels in (("alone", 1), ("equal", GREY_COPIES)):
            row = middle[middle["channels"] == channels].iloc[0]
            found |= {
                f"{name}_{bound}_k": Number(row["k"], ".1f"),
                f"{name}_{bound}_bias": Number(row["shape_bias"], ".3f"),
                f"{name}_{bound}_change": Number(row["change"], "+.3f"),
                f"{name}_{bound}_excess": Interval(row["excess_low"], row["excess_high"], "+.3f"),
            }
        expected = PREDICTIONS[str(world)]
        found |= {
            f"{name}_paper_bias": Number(middle["shape_bias_paper"].iloc[0], ".3f"),
            f"{name}_expected": Interval(*expected.shape_bias, ".2f"),
            f"{name}_expected_change": Number(expected.accuracy, ".2f"),
            f"{name}_biases": Interval(
                middle["shape_bias"].min(), middle["shape_bias"].max(), ".2f"
            ),
            f"{name}_all_intervals": _intervals(rows, "shape_bias_low", "shape_bias_high"),
            f"{name}_all_excesses": _intervals(rows, "excess_low", "excess_high"),
            f"{name}_all_leads": _intervals(rows, "lead_low", "lead_high"),
            f"{name}_all_k": Interval(rows["k"].min(), rows["k"].max(), ".1f"),
            f"{name}_all_biases": Interval(
                rows["shape_bias"].min(), rows["shape_bias"].max(), ".2f"
            ),
        }
    predicted = outcomes[outcomes["predicted_low"].notna()]
    inside = predicted["shape_bias"].between(
        predicted["predicted_low"], predicted["predicted_high"]
    )
    steady = predicted["change"].abs() <= predicted["predicted_change"]
    return found | {
        "predicted": len(predicted),
        "biases_inside": int(inside.sum()),
        "accuracies_inside": int(steady.sum()),
        "forecast_score": Number(forecast_scores(outcomes)[0], ".2f"),
        "naive_forecast_score": Number(forecast_scores(outcomes)[1], ".2f"),
        "octaves": Interval(predicted["octaves"].min(), predicted["octaves"].max(), ".2f"),
        "imagen_contrast": Number(CONTRASTS[1], ".2f"),
        "least_contrast": Number(CONTRASTS[0], ".1f"),
        "most_contrast": Number(CONTRASTS[-1], ".1f"),
        "finest": int(FINEST),
    }


def _axis() -> dict[str, Any]:
    """What three channels and twice as many pixels are worth in log-SNR, and as a k."""
    return {
        "channels": GREY_COPIES,
        "pixels": named_world(list(WORLDS)[1]).resolution,
        "larger_pixels": named_world(LARGER).resolution,
        "channels_k": Number(_median_k(GREY_COPIES), ".0f"),
        "pixels_k": Number(_median_k(4), ".0f"),
    }


def _median_k(ratio: float) -> float:
    """The k of exp(−kt) that has its median where the paper's has it under a cosine schedule, but
    with so many times the signal-to-noise ratio."""
    median = -np.log((1 + np.exp(-PAPER)) / 2) / PAPER
    shifted = 2 / np.pi * np.arctan(np.tan(np.pi / 2 * median) / np.sqrt(ratio))
    # Of so steep a weighting nothing reaches t = 1.
    return float(np.log(2) / shifted)


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


def _restored(detail: pd.DataFrame, textures: pd.Series, kept: pd.DataFrame) -> dict[str, Any]:
    """Of how many neighbouring bands the finer is lost, at some noise, while the coarser is not;
    what is missed of each band where the axis says that it is hidden; and what is given back of the
    textures' bands."""
    bands = [rows.set_index("t") for _, rows in detail.groupby("band", sort=False)]
    in_order = [
        ((finer["low"] > HALF) & (coarser["high"] < HALF)).any()
        for coarser, finer in pairwise(bands)
    ]
    at_hidden = [rows[rows.index >= rows["hidden_at"].iloc[0]].iloc[:1] for rows in bands]
    theirs = textures_bands(textures)
    return {
        "neighbours": len(in_order),
        "lost_in_order": int(np.sum(in_order)),
        "missed_when_hidden": _intervals(pd.concat(at_hidden), "low", "high"),
        "texture_bands": theirs,
        "texture_fine": Number(textures[list(theirs)].sum(), ".0%"),
        "texture_kept": Interval(kept["kept"].min(), kept["kept"].max(), ".0%"),
        "texture_kept_intervals": _intervals(kept, "low", "high"),
    }


def _filtered(rows: pd.DataFrame) -> dict[str, Any]:
    """What a ResNet reads of coarse and of fine detail alone, trained without and with noise; and
    by how much more with noise, ``X_gained``."""
    by = rows.set_index(["observer", "condition"]).to_dict("index")
    found: dict[str, Any] = {}
    for name, observer in (("cnn", "mini-cnn"), ("noised", "mini-cnn-noise")):
        for part, condition in (("coarse", COARSE), ("fine", FINE)):
            row = by[observer, condition]
            found[f"{name}_{part}"] = Number(row["accuracy"], ".0%")
            found[f"{part}_gained"] = Interval(row["change_low"], row["change_high"], "+.2f")
    return found


def _high_pass(rows: pd.DataFrame, commonest: float) -> dict[str, Any]:
    """Accuracy on high-pass images under the paper's weighting, by how much a flat and a steep one
    change it, and the smallest change of pixel diffusion's that could have been seen."""
    found: dict[str, Any] = {"pixel_commonest": Number(commonest, ".0%")}
    by = rows.set_index(["model", "k"]).to_dict("index")
    for model in DIFFUSION:
        name = short_name(model)
        own = by[model, PAPER]
        found[f"{name}_high"] = Number(own["accuracy"], ".0%")
        found[f"{name}_high_interval"] = Interval(own["low"], own["high"], ".0%")
        for change, k in (("flat", FLAT), ("steep", STEEP)):
            row = by[model, k]
            ends = Interval(row["change_low"], row["change_high"], "+.3f")
            found[f"{name}_{change}"] = Number(row["change"], "+.3f")
            found[f"{name}_{change}_interval"] = ends
    low, high = found["pixel_flat_interval"]
    return found | {"pixel_smallest": Number((high - low) / 2, ".3f")}
