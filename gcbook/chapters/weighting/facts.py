"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
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
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.kinds import DIFFUSION, short_name
from gcbook.miniworld.results.shipped import LARGER, name_of, shipped_store
from gcbook.miniworld.results.sweep import DECAYS, WITH_LARGER
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.results.weighting import PAPER, SETS
from gcbook.noise.schedules import CosineSchedule, FlowSchedule, log_snr
from gcbook.scoring.diagnostics import TENTHS, decisions_by
from gcbook.stats.metrics import CUE_METRICS

_PREFIXES = dict(zip(WORLDS, ("", "calibrated_"), strict=True))
"""How names of facts of either world begin, by the world's name."""


def weighting_facts(
    sweep: pd.DataFrame,
    resnets: pd.DataFrame,
    levels: pd.DataFrame,
    shares: pd.DataFrame,
    agreement: Mapping[str, int],
    outcomes: pd.DataFrame,
    detail: pd.DataFrame,
    textures: pd.Series,
    kept: pd.Series,
    filtered: pd.DataFrame,
    high_pass: pd.DataFrame,
    commonest: float,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Those of a model follow ``pixel``, ``latent`` or ``cnn``, those of the calibrated world begin
    with ``calibrated_``.

    Args:
        sweep, resnets: from `gcbook.miniworld.results.sweep`.
        levels: from `gcbook.chapters.weighting.levels.level_shares`.
        shares: of pixel diffusion in the default world, from
            `gcbook.miniworld.results.weighting.share_table`.
        agreement: from `gcbook.chapters.weighting.page.page_agreement`.
        outcomes: from `gcbook.chapters.weighting.detail.outcome_rows`.
        detail, kept: from `gcbook.chapters.weighting.restored`.
        textures, filtered, high_pass, commonest: from `gcbook.chapters.weighting.fine`.
    """
    found: dict[str, Any] = {"k": PAPER, "most_k": DECAYS[-1], **agreement}
    for world, prefix in _PREFIXES.items():
        title = WORLDS[world]
        resnet = resnets[resnets["world"] == title].iloc[0]
        found[f"{prefix}cnn_bias"] = Number(resnet["shape_bias"], ".2f")
        found[f"{prefix}cnn_accuracy"] = Number(resnet["accuracy"], ".2f")
        for model in DIFFUSION:
            name = f"{prefix}{short_name(model)}"
            for table, facts_of in ((sweep, _curve), (levels, _levels)):
                rows = table[(table["world"] == title) & (table["model"] == model)]
                found |= {f"{name}_{key}": value for key, value in facts_of(rows).items()}
    larger = resnets.loc[resnets["world"] == WITH_LARGER[LARGER], "shape_bias"]
    found["larger_cnn_bias"] = Number(float(larger.iloc[0]), ".2f")
    found |= _meeting(sweep, float(found["calibrated_cnn_bias"]))
    return SimpleNamespace(
        **found,
        **_influence(shares),
        **_halves(),
        **_matched(outcomes),
        **_axis(),
        **_clocks(),
        **_restored(detail, textures, kept),
        **_filtered(filtered),
        **_high_pass(high_pass, commonest),
    )


def _curve(rows: pd.DataFrame) -> dict[str, Any]:
    """Shape bias and accuracy at k = 0, 3, the paper's and the largest; what answers name at k = 0;
    and the range of shape bias over the k whose accuracy is ``held``."""
    by_k = rows.set_index("k").to_dict("index")
    found: dict[str, Any] = {}
    for name, k in (("", PAPER), ("_at_0", 0), ("_at_3", 3), ("_at_most_k", DECAYS[-1])):
        row = by_k[k]
        found[f"bias{name}"] = Number(row["shape_bias"], ".2f")
        found[f"bias{name}_interval"] = Interval(
            row["shape_bias_low"], row["shape_bias_high"], ".2f"
        )
        found[f"accuracy{name}"] = Number(row["accuracy"], ".2f")
    shape, texture = (by_k[0][f"{cue}_accuracy"] for cue in ("shape", "texture"))
    for name, share in (("shape", shape), ("texture", texture), ("neither", 1 - shape - texture)):
        found[f"{name}_at_0"] = Number(share, ".0%")
    held = rows[rows["held"]]
    return found | {
        "held_biases": Interval(held["shape_bias"].min(), held["shape_bias"].max(), ".2f"),
    }


def _levels(rows: pd.DataFrame) -> dict[str, Any]:
    """For each cue its largest share of the answers, ``X_peak``, at which t, ``X_peak_at``, and at
    how many levels it is clearly named more often than the other, ``X_levels``."""
    found: dict[str, Any] = {}
    clear = {"shape": rows["lead_low"] > 0, "texture": rows["lead_high"] < 0}
    for cue, named in clear.items():
        of_cue = rows[rows["answer"] == f"the {cue}"]
        peak = of_cue.iloc[int(of_cue["share"].to_numpy().argmax())]
        found |= {
            f"{cue}_peak": Number(peak["share"], ".0%"),
            f"{cue}_peak_at": Interval(peak["t_low"], peak["t_high"], ".3g"),
            f"{cue}_levels": int(named[of_cue.index].sum()),
        }
    return found


def _meeting(sweep: pd.DataFrame, resnet: float) -> dict[str, Any]:
    """Between which k pixel diffusion falls to the ResNet's shape bias in the calibrated world."""
    rows = sweep[(sweep["world"] == list(WORLDS.values())[1]) & (sweep["model"] == DIFFUSION[0])]
    above = rows.loc[rows["shape_bias"] > resnet, "k"]
    return {"last_above": int(above.max()) if len(above) else None}


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


def _matched(outcomes: pd.DataFrame) -> dict[str, Any]:
    """Where miniatures' weightings lie as Imagen's does, and what is read there.

    Of each world (``default``, ``calibrated``, ``larger``), with the middle contrast and with
    colour channels that have nothing in common (``alone``) and that are all the same (``equal``):
    k, shape bias, and change of the accuracy; ``biases`` are both, ``paper_bias`` is that under the
    paper's weighting, ``all_k`` and ``all_biases`` are the range over all assumptions.
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
            }
        expected = PREDICTIONS[str(world)]
        found |= {
            f"{name}_paper_bias": Number(middle["shape_bias_paper"].iloc[0], ".3f"),
            f"{name}_expected": Interval(*expected.shape_bias, ".2f"),
            f"{name}_expected_change": Number(expected.accuracy, ".2f"),
            f"{name}_biases": Interval(
                middle["shape_bias"].min(), middle["shape_bias"].max(), ".2f"
            ),
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


def _restored(detail: pd.DataFrame, textures: pd.Series, kept: pd.Series) -> dict[str, Any]:
    """From which noise on more than half of each band is missed, and where the axis says that it
    is hidden, coarse bands first; and what is given back of the textures' bands."""
    gone = detail[detail["missed"] > HALF].groupby("band", sort=False)["t"].min()
    hidden = detail.drop_duplicates("band").set_index("band")["hidden_at"]
    found: dict[str, Any] = {}
    for name, band in zip(("coarsest", "coarse", "fine", "finest"), hidden.index, strict=True):
        found[f"lost_{name}"] = Number(gone.get(band, np.nan), ".1f")
        found[f"hidden_{name}"] = Number(hidden[band], ".2f")
    theirs = textures_bands(textures)
    return found | {
        "texture_bands": theirs,
        "texture_fine": Number(textures[list(theirs)].sum(), ".0%"),
        "texture_kept": Interval(kept.min(), kept.max(), ".0%"),
    }


def _filtered(rows: pd.DataFrame) -> dict[str, Any]:
    """What a ResNet reads of coarse and of fine detail alone, trained without and with noise."""
    by = rows.set_index(["observer", "condition"]).to_dict("index")
    found: dict[str, Any] = {}
    for name, observer in (("cnn", "mini-cnn"), ("noised", "mini-cnn-noise")):
        for part, condition in (("coarse", COARSE), ("fine", FINE)):
            row = by[observer, condition]
            found[f"{name}_{part}"] = Number(row["accuracy"], ".0%")
            found[f"{name}_{part}_interval"] = Interval(row["low"], row["high"], ".0%")
    return found


def _high_pass(rows: pd.DataFrame, commonest: float) -> dict[str, Any]:
    """Accuracy on high-pass images under the paper's weighting, by how much a flat and a steep one
    change it, and the smallest change of pixel diffusion's that could have been seen."""
    found: dict[str, Any] = {"pixel_commonest": Number(commonest, ".0%")}
    by = rows.set_index(["model", "k"]).to_dict("index")
    for model in DIFFUSION:
        name = short_name(model)
        found[f"{name}_high"] = Number(by[model, PAPER]["accuracy"], ".0%")
        for change, k in (("flat", FLAT), ("steep", STEEP)):
            row = by[model, k]
            ends = Interval(row["change_low"], row["change_high"], "+.3f")
            found[f"{name}_{change}"] = Number(row["change"], "+.3f")
            found[f"{name}_{change}_interval"] = ends
    low, high = found["pixel_flat_interval"]
    return found | {"pixel_smallest": Number((high - low) / 2, ".3f")}
