"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Hashable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.calibrated_world.tables import (
    COMPARED,
    SLOPES,
    patch_accuracy,
    texture_ratio,
)
from gcbook.claims import Interval, Number
from gcbook.claims.margins import margins
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    CALIBRATED_WORLD,
    RESNET50,
    UNCALIBRATED,
    difference_scores,
    predicted_difference,
)
from gcbook.miniworld.results.kinds import printed_values, short_name
from gcbook.miniworld.results.noised import MEASURES
from gcbook.miniworld.results.weighting import PAPER
from gcbook.miniworld.training.calibration import Training, best, targets
from gcbook.stats.rows import first_row
from gcbook.stats.summaries import Summaries

_PREFIXES = {CALIBRATED: "", UNCALIBRATED: "default_"}
"""How names of facts of either world begin."""

_LARGER = {
    "ResNet": "larger_cnn",
    "Pixel diffusion": "larger_pixel",
    "Pixel diffusion: equal weights": "larger_pixel_even",
}
"""Facts of the world with 64 pixels a side, by the names of the predictions."""

_NINE = {
    "ResNet": "nine_cnn",
    f"Pixel diffusion, k = {PAPER}": "nine_pixel",
    "Pixel diffusion, k = 0": "nine_even",
}
"""Facts of the nine worlds, by model."""

_KEPT = {"edges": "Edges", "blur": "Low-pass 3", "high_pass": "High-pass 3.0"}
"""Relative accuracies that the claims name."""

_ERRORS = "error_consistency"
_MARGIN = margins()["shape_bias"].margin


def calibrated_world_facts(
    kinds: pd.DataFrame,
    networks: pd.DataFrame,
    noise: pd.DataFrame,
    done: Sequence[Training],
    matched: pd.DataFrame,
    predictions: pd.DataFrame,
    erring: tuple[float, float, float],
    larger: pd.DataFrame,
    larger_right: Mapping[str, float],
    larger_leads: Mapping[str, Mapping[str, float]],
    nine: pd.DataFrame,
    summaries: Summaries,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        kinds: from `gcbook.chapters.calibrated_world.tables.kind_rows`.
        networks: from `gcbook.chapters.calibrated_world.tables.network_rows`.
        noise: from `gcbook.miniworld.results.noised.change_rows`.
        done: trainings of the search, from `gcbook.miniworld.results.calibrated.trainings`.
        matched: from `gcbook.miniworld.results.calibrated.matched_rows`.
        predictions: from `gcbook.chapters.calibrated_world.tables.prediction_rows`.
        erring: from `gcbook.miniworld.results.calibrated.consistency_outcome`.
        larger: from `gcbook.miniworld.results.calibrated.larger_rows`.
        larger_right: from `gcbook.chapters.calibrated_world.tables.larger_accuracies`.
        larger_leads: from `gcbook.miniworld.results.calibrated.larger_leads`.
        nine: from `gcbook.chapters.calibrated_world.tables.nine_rows`.
        summaries: of the published trials.
    """
    return SimpleNamespace(
        k=PAPER,
        **_world(done, summaries),
        **_kinds(kinds),
        **_networks(networks),
        **_noise(noise),
        **_matched(matched),
        **_predictions(predictions, erring),
        **_larger(larger, larger_right, larger_leads),
        **_nine(nine),
    )


def _world(done: Sequence[Training], summaries: Summaries) -> dict[str, Any]:
    """What the worlds choose and rest on, and what the search took."""
    default, chosen = named_world("default"), named_world(CALIBRATED_WORLD)
    return {
        "pixels": chosen.resolution,
        "diagnosticity": Number(chosen.diagnosticity, ".0%"),
        "misleading": Number(best(done).misleading, ".0%"),
        "patch_accuracy": Number(patch_accuracy(summaries), ".1%"),
        "contrast": Interval(*default.texture_ratio, ".2f"),
        "contrast_calibrated": Number(chosen.texture_ratio[0], ".2f"),
        **{f"ratio_{image}": Number(texture_ratio(a), ".2f") for image, a in SLOPES.items()},
        # Each texture is as likely as any other.
        "nothing": Number(1 / len(default.textures)),
        "trainings": len(done),
    }


def _kinds(kinds: pd.DataFrame) -> dict[str, Any]:
    """Of every kind in either world its shape bias, by how much that exceeds the ResNet's, and what
    it answers. And the least difference from the ResNet that pixel diffusion's interval would have
    told from none."""
    found: dict[str, Any] = {}
    for row in kinds.to_dict("records"):
        name = _named(row)
        found |= {
            f"{name}_bias": Number(row["shape_bias"], ".2f"),
            f"{name}_bias_interval": Interval(row["low"], row["high"], ".2f"),
            f"{name}_lead": Number(row["lead"], "+.2f"),
            f"{name}_lead_interval": Interval(row["lead_low"], row["lead_high"], "+.2f"),
            f"{name}_seeds": row["seeds"],
            f"{name}_shape": Number(row["shape_accuracy"], ".0%"),
            f"{name}_texture": Number(row["texture_accuracy"], ".0%"),
            f"{name}_neither": Number(row["neither"], ".0%"),
            f"{name}_right": Number(row["accuracy"], ".0%"),
        }
    printed = printed_values("shape_bias")
    low, high = found["pixel_lead_interval"]
    return found | {
        "imagen": Number(printed["mini-pixel"], ".2f"),
        "stable_diffusion": Number(printed["mini-latent"], ".2f"),
        "parti": Number(printed["mini-ar"], ".2f"),
        "least_seen": Number((high - low) / 2, ".2f"),
    }


def _networks(networks: pd.DataFrame) -> dict[str, tuple[Interval, ...]]:
    """Intervals of the differences that single networks have, a tuple a kind and difference."""
    found: dict[str, tuple[Interval, ...]] = {
        f"{prefix}{short_name(recipe)}{even}_{compared}s": ()
        for prefix in _PREFIXES.values()
        for recipe in dict.fromkeys(networks["recipe"])
        for even in ("", "_even")
        for compared in COMPARED
    }
    for row in networks.to_dict("records"):
        found[f"{_named(row)}_{row['compared']}s"] += (Interval(row["low"], row["high"], "+.2f"),)
    return {name: intervals for name, intervals in found.items() if intervals}


def _named(row: Mapping[Hashable, Any]) -> str:
    """How facts of a kind begin; of diffusion with equal weights in names with ``_even``."""
    return _PREFIXES[row["world"]] + short_name(row["recipe"]) + "_even" * (row["k"] == 0)


def _noise(noise: pd.DataFrame) -> dict[str, Interval]:
    """What noise changes in the ResNet's shape bias, in training and then in testing."""
    bias = noise[noise["measure"] == MEASURES["shape_bias"]].set_index("step").to_dict("index")
    return {
        f"{name}_interval": Interval(bias[step]["low"], bias[step]["high"], "+.2f")
        for name, step in (("training", "training"), ("testing", "testing as well"))
    }


def _matched(matched: pd.DataFrame) -> dict[str, Any]:
    """What the small ResNet has in common with ResNet-50, on validation silhouettes."""
    by_measure = {
        measure: rows.set_index("observer").to_dict("index")
        for measure, rows in matched.groupby("measure")
    }
    bias = by_measure["Shape bias"]
    low, high = (bias[RESNET50][end] for end in ("low", "high"))
    own = matched[matched["observer"] == CALIBRATED].set_index("measure")["matched"].astype(bool)
    filtered = own[own.index.str.contains("Edges|pass")]
    found: dict[str, Any] = {
        "bias": Number(bias[CALIBRATED]["value"], ".2f"),
        "default_bias": Number(bias[UNCALIBRATED]["value"], ".2f"),
        "target": Number(targets()["shape_bias"][0], ".2f"),
        "target_interval": Interval(low, high, ".2f"),
        "measures": len(own),
        "met": int(own.sum()),
        "bias_met": bool(own["Shape bias"]),
        "filters": len(filtered),
        "filters_met": int(filtered.sum()),
    }
    for name, measure in _KEPT.items():
        for owner, of in ((CALIBRATED, ""), (RESNET50, "_resnet50")):
            row = by_measure[measure][owner]
            found[f"{name}{of}_interval"] = Interval(row["low"], row["high"], ".2f")
    return found


def _predictions(predictions: pd.DataFrame, erring: tuple[float, float, float]) -> dict[str, Any]:
    """How many outcomes lie within the predicted intervals, which does not, how predictions score
    beside a naive forecaster's, and the errors."""
    by_name = {row["prediction"]: row for row in predictions.to_dict("records")}
    missed = tuple(name for name, row in by_name.items() if row["inside"] == "no")
    noised = by_name["ResNet: noise in training"]
    alike, alike_low, alike_high = predicted_difference(_ERRORS)
    found, low, high = erring
    errors, naive_errors = difference_scores(_ERRORS, found, naive=0)
    # Scores are on the scale of shape bias.
    better, matters = predictions["naive_score"] - predictions["interval_score"], _MARGIN
    larger = predictions["prediction"].str.startswith("64 pixels")
    scores = {
        f"{name}{of}": Number(predictions.loc[rows, column].mean(), ".2f")
        for name, column in (("score", "interval_score"), ("naive_score", "naive_score"))
        for of, rows in (("", larger | ~larger), ("_larger", larger))
    }
    return scores | {
        "resnet_known": Number(by_name["Pixel diffusion"]["naive"], ".2f"),
        "narrowest": Number(predictions["width"].min(), ".2f"),
        "widest": Number(predictions["width"].max(), ".2f"),
        "better": int((better > matters).sum()),
        "worse": int((better < -matters).sum()),
        "errors_score": Number(errors, ".2f"),
        "naive_errors_score": Number(naive_errors, ".2f"),
        "predictions": len(by_name),
        "inside": len(by_name) - len(missed),
        "outside": missed,
        "noised": Number(noised["outcome"], ".4f"),
        "noised_in_noise": Number(by_name["ResNet: noise in test too"]["outcome"], ".2f"),
        "noised_predicted_interval": Interval(noised["low"], noised["high"], ".2f"),
        "alike": Number(alike, "+.2f"),
        "alike_interval": Interval(alike_low, alike_high, "+.2f"),
        "erring": Number(found, "+.2f"),
        "erring_interval": Interval(low, high, "+.2f"),
    }


def _larger(
    larger: pd.DataFrame, right: Mapping[str, float], leads: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """Shape biases at 64 × 64 pixels, what as many draws gave at 32 × 32, by how much pixel
    diffusion's exceed the ResNet's, and accuracies on images like those of training."""
    found: dict[str, Any] = {}
    for row in larger.to_dict("records"):
        name = _LARGER[row["prediction"]]
        found |= {
            name: Number(row["outcome"], ".2f"),
            f"{name}_interval": Interval(row["outcome_low"], row["outcome_high"], ".2f"),
            f"{name}_smaller_interval": Interval(row["smaller_low"], row["smaller_high"], ".2f"),
        }
    for prediction, lead in leads.items():
        name = f"{_LARGER[prediction]}_lead"
        found[name] = Number(lead["change"], "+.2f")
        found[f"{name}_interval"] = Interval(lead["low"], lead["high"], "+.2f")
    return found | {
        "larger_cnn_right": Number(right["before"], ".0%"),
        "larger_pixel_right": Number(right["after"], ".0%"),
        "larger_right_interval": Interval(right["low"], right["high"], "+.2f"),
    }


def _nine(nine: pd.DataFrame) -> dict[str, Any]:
    """The least and the greatest shape bias of each model over the worlds and its intervals, and in
    how many worlds pixel diffusion is shown to be less shape-biased than the ResNet."""
    found: dict[str, Any] = {"nine_worlds": nine["world"].nunique()}
    for model, name in _NINE.items():
        rows = nine[nine["model"] == model].sort_values("shape_bias")
        least, most = first_row(rows), first_row(rows[::-1])
        found |= {
            f"{name}_least": Number(least["shape_bias"], ".2f"),
            f"{name}_most": Number(most["shape_bias"], ".2f"),
            f"{name}_least_interval": Interval(least["low"], least["high"], ".2f"),
            f"{name}_most_interval": Interval(most["low"], most["high"], ".2f"),
            f"{name}_intervals": tuple(
                Interval(row["low"], row["high"], ".2f") for row in rows.to_dict("records")
            ),
            f"{name}_behind": int((rows["lead_high"] < 0).sum()),
            f"{name}_ahead": int((rows["lead_low"] > 0).sum()),
            f"{name}_raised": int((rows["raised_low"] > 0).sum()),
            f"{name}_lowered": int((rows["raised_high"] < 0).sum()),
        }
    return found
