"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    CALIBRATED_WORLD,
    RESNET50,
    UNCALIBRATED,
    predicted_consistency,
)
from gcbook.miniworld.results.findings import AGREES, CONTRADICTS
from gcbook.miniworld.results.kinds import printed_values, short_name
from gcbook.miniworld.results.noised import MEASURES
from gcbook.miniworld.results.weighting import PAPER
from gcbook.miniworld.training.calibration import ARGUED, DAMAGES, Training, best, targets
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import HUMANS
from gcbook.stats.shape_tables import noised_resnets
from gcbook.stats.summaries import Summaries

_PREFIXES = {CALIBRATED: "", UNCALIBRATED: "default_"}
"""How names of facts of either world begin."""
_DIFFERENCES = {
    f"{kind}_{name}": f"{measure}: {kind} − cnn"
    for kind in ("pixel", "latent", "ar")
    for name, measure in (("lead", "Shape bias"), ("ahead", "OOD accuracy"))
} | {"pixel_blurred": "Low-pass: pixel − cnn"}

_LARGER = {
    "ResNet": "larger_cnn",
    "Pixel diffusion": "larger_pixel",
    "Pixel diffusion: equal weights": "larger_pixel_even",
}
"""Facts of the world with 64 pixels a side, by the names of the predictions."""

_KEPT = {"edges": "Edges", "blur": "Low-pass 3", "high_pass": "High-pass 3.0"}
"""Relative accuracies that the text names."""


def calibrated_world_facts(
    done: Sequence[Training],
    search: pd.DataFrame,
    matched: pd.DataFrame,
    changes: pd.DataFrame,
    outcomes: pd.DataFrame,
    kinds: pd.DataFrame,
    weighed: pd.DataFrame,
    claimed: pd.DataFrame,
    equal_steps: Mapping[str, float],
    halves: pd.DataFrame,
    erring: tuple[float, float, float],
    larger: pd.DataFrame,
    larger_kinds: pd.DataFrame,
    larger_leads: Mapping[str, Mapping[str, float]],
    summaries: Summaries,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        done: trainings of the search.
        search: from `gcbook.miniworld.results.calibrated.search_rows`.
        matched: from `gcbook.miniworld.results.calibrated.matched_rows`.
        changes: from `gcbook.miniworld.results.noised.change_rows`, of both worlds.
        outcomes: from `gcbook.miniworld.results.calibrated.outcome_rows`.
        kinds: from `gcbook.chapters.calibrated_world.tables.kind_rows`.
        weighed: from `gcbook.miniworld.results.two_worlds.weighting_rows`.
        claimed: from `gcbook.miniworld.results.two_worlds.claims_in_both`.
        equal_steps: from `gcbook.miniworld.results.longer.noise_after_equal_steps`.
        halves: from `gcbook.chapters.calibrated_world.tables.half_rows`.
        erring: from `gcbook.miniworld.results.calibrated.consistency_outcome`.
        larger: from `gcbook.miniworld.results.calibrated.larger_rows`.
        larger_kinds: from `gcbook.chapters.calibrated_world.tables.larger_kinds`.
        larger_leads: from `gcbook.miniworld.results.calibrated.larger_leads`.
        summaries: of the published trials.
    """
    estimates = summaries.estimates
    named = estimates[
        (estimates["metric"] == "accuracy")
        & (estimates["observer"] == HUMANS)
        & (estimates["dataset"] == "silhouette")
    ]
    world, chosen = best(done), named_world(CALIBRATED_WORLD)
    value, low, high = targets()["shape_bias"]
    bias = matched[matched["measure"] == "Shape bias"].set_index("observer").to_dict("index")
    mine = bias[CALIBRATED]
    first = search[(search["seed"] == 0) & (search["contrast_low"] == ARGUED[0])]
    by_damage = dict(zip(first["damage"], first["shape_bias"], strict=True))
    undamaged, half, whole = (Number(by_damage[damage], ".2f") for damage in DAMAGES)
    alike, alike_low, alike_high = predicted_consistency()
    erring_alike, erring_low, erring_high = erring
    targets_met = (
        matched[matched["observer"] == CALIBRATED].set_index("measure")["matched"].astype(bool)
    )
    return SimpleNamespace(
        people=Number(float(named["value"].mean()), ".0%"),
        trainings=len(done),
        hours=Number(sum(each.minutes for each in done) / 60, ".1f"),
        target=Number(value, ".2f"),
        target_interval=Interval(low, high, ".2f"),
        default_bias=Number(bias[UNCALIBRATED]["value"], ".2f"),
        misleading=Number(world.misleading, ".0%"),
        diagnosticity=Number(chosen.diagnosticity, ".0%"),
        pixels=chosen.resolution,
        period_least=Number(chosen.period[0], ".1f"),
        period_most=Number(chosen.period[1], ".1f"),
        categories=len(CATEGORIES),
        argued_least=Number(ARGUED[0], ".2f"),
        argued_most=Number(ARGUED[1], ".2f"),
        bias=Number(mine["value"], ".2f"),
        undamaged=undamaged,
        half_damaged=half,
        damaged=whole,
        measures=len(targets_met),
        met=int(targets_met.sum()),
        missed=tuple(targets_met.index[~targets_met]),
        same_steps=Number(equal_steps["change"], "+.2f"),
        same_steps_interval=Interval(equal_steps["low"], equal_steps["high"], "+.2f"),
        alike=Number(alike, "+.2f"),
        alike_interval=Interval(alike_low, alike_high, "+.2f"),
        erring=Number(erring_alike, "+.2f"),
        erring_interval=Interval(erring_low, erring_high, "+.2f"),
        **_kept(matched),
        **_noise(changes),
        **_outcomes(outcomes),
        **_kinds(kinds),
        **_weighed(weighed),
        **_claimed(claimed),
        **_halves(halves),
        **_larger(larger, larger_kinds, larger_leads),
    )


def _kept(matched: pd.DataFrame) -> dict[str, Any]:
    """Relative accuracies, and whether the default world's ResNet has those under noise, too."""
    found: dict[str, Any] = {}
    of_measure = dict(list(matched.groupby("measure")))
    for name, measure in _KEPT.items():
        by_observer = of_measure[measure].set_index("observer").to_dict("index")
        theirs = by_observer[RESNET50]
        found |= {
            name: Number(by_observer[CALIBRATED]["value"], ".2f"),
            f"{name}_resnet50": Number(theirs["value"], ".2f"),
            f"{name}_resnet50_interval": Interval(theirs["low"], theirs["high"], ".2f"),
        }
    noise = matched[matched["measure"].str.startswith("Uniform noise")]
    value, low, high = (
        noise[noise["observer"] == observer].set_index("measure")[column]
        for observer, column in ((UNCALIBRATED, "value"), (RESNET50, "low"), (RESNET50, "high"))
    )
    return found | {"default_noise_matched": bool(value.between(low, high).all())}


def _noise(changes: pd.DataFrame) -> dict[str, Any]:
    """Shape bias without noise, with it in training and in both, and what each step changes; the
    same of how often the shape is named, in names with ``_shape``."""
    found: dict[str, Any] = {}
    steps = {(row["world"], row["step"], row["measure"]): row for row in changes.to_dict("records")}
    for world, name in _PREFIXES.items():
        for measure, ending, form in (
            ("shape_bias", "", ".2f"),
            ("shape_accuracy", "_shape", ".0%"),
        ):
            training, testing = (
                steps[world, step, MEASURES[measure]] for step in ("training", "testing as well")
            )
            found |= {
                f"{name}plain{ending}": Number(training["before"], form),
                f"{name}noised{ending}": Number(training["after"], form),
                f"{name}noised_in_noise{ending}": Number(testing["after"], form),
            }
            for step, row in (("training", training), ("testing", testing)):
                found[f"{name}{step}{ending}"] = Number(row["change"], f"+{form}")
                found[f"{name}{step}{ending}_interval"] = Interval(
                    row["low"], row["high"], f"+{form}"
                )
    printed = noised_resnets()["shape_bias"]
    names = ("printed_plain", "printed_noised", "printed_noised_in_noise")
    return found | {name: Number(bias, ".2f") for name, bias in zip(names, printed, strict=True)}


def _outcomes(outcomes: pd.DataFrame) -> dict[str, Any]:
    """How many predictions there are, and how many intervals contain the outcome."""
    by_name = {row["prediction"]: row for row in outcomes.to_dict("records")}
    noised = by_name["ResNet: noise in training"]
    return {
        "predictions": len(outcomes),
        "inside": int((outcomes["inside"] == "yes").sum()),
        "noised_predicted": Number(noised["predicted"], ".2f"),
        "noised_predicted_interval": Interval(noised["low"], noised["high"], ".2f"),
    }


def _kinds(kinds: pd.DataFrame) -> dict[str, Any]:
    """Shape bias of every kind in either world, of how many networks and of the lowest and the
    highest of them; how often it names the shape, the texture, and the category of images like
    those of training; and the paper's shape biases."""
    found: dict[str, Any] = {}
    for row in kinds.to_dict("records"):
        name = _PREFIXES[row["world"]] + short_name(row["recipe"])
        found[f"{name}_bias"] = Number(row["shape_bias"], ".2f")
        found[f"{name}_bias_interval"] = Interval(row["low"], row["high"], ".2f")
        found[f"{name}_seed_least"] = Number(row["seed_least"], ".2f")
        found[f"{name}_seed_most"] = Number(row["seed_most"], ".2f")
        found[f"{name}_networks"] = row["seeds"]
        found[f"{name}_shape"] = Number(row["shape_accuracy"], ".0%")
        found[f"{name}_texture"] = Number(row["texture_accuracy"], ".0%")
        found[f"{name}_right"] = Number(row["accuracy"], ".0%")
    printed = printed_values("shape_bias")
    return found | {
        name: Number(printed[recipe], ".2f")
        for name, recipe in (
            ("imagen", "mini-pixel"),
            ("stable_diffusion", "mini-latent"),
            ("parti", "mini-ar"),
        )
    }


def _weighed(weighed: pd.DataFrame) -> dict[str, Any]:
    """Shape bias of diffusion models under equal weights, and the k where it is above the
    ResNet's."""
    found: dict[str, Any] = {"k": PAPER}
    for world, rows in weighed.groupby("world"):
        of_recipe = {str(recipe): curve.set_index("k") for recipe, curve in rows.groupby("recipe")}
        resnet = of_recipe.pop("mini-cnn")
        for recipe, curve in of_recipe.items():
            name = _PREFIXES[str(world)] + short_name(recipe)
            found[f"{name}_even"] = Number(curve["shape_bias"][0], ".2f")
            found[f"{name}_even_interval"] = Interval(curve["low"][0], curve["high"][0], ".2f")
            for cue in ("shape", "texture"):
                found[f"{name}_even_{cue}"] = Number(curve[f"{cue}_accuracy"][0], ".0%")
            above = curve.index[curve["shape_bias"] > resnet["shape_bias"]]
            found[f"{name}_above"] = tuple(map(int, above))
    return found


def _claimed(claimed: pd.DataFrame) -> dict[str, Any]:
    """How many of the paper's claims come out in either world, and some of the differences."""
    found: dict[str, Any] = {"claimed": claimed["compared"].nunique()}
    for world, rows in claimed.groupby("world"):
        prefix = _PREFIXES[str(world)]
        for name, verdict in (("agreeing", AGREES), ("contradicting", CONTRADICTS)):
            found[f"{prefix}{name}"] = int((rows["verdict"] == verdict).sum())
        by_name = rows.set_index("compared").to_dict("index")
        for name, compared in _DIFFERENCES.items():
            row = by_name[compared]
            form = "+.3f" if name.endswith("_ahead") else "+.2f"
            found[f"{prefix}{name}"] = Number(row["difference"], form)
            found[f"{prefix}{name}_interval"] = Interval(row["low"], row["high"], form)
    return found


def _halves(halves: pd.DataFrame) -> dict[str, Any]:
    """Which cue pixel diffusion names from the cleaner half of t alone, and from the noisier."""
    return {
        f"{half}_{cue}": Number(row[f"{cue}_accuracy"], ".0%")
        for half, row in zip(("clean", "noisy"), halves.to_dict("records"), strict=True)
        for cue in ("shape", "texture")
    }


def _larger(
    larger: pd.DataFrame, kinds: pd.DataFrame, leads: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """Shape biases at 64 × 64 pixels, what was predicted of them, by how much pixel diffusion's
    exceed the ResNet's; how often the models name the shape and the texture and are right on
    images like those of training, and how long they were trained."""
    found: dict[str, Any] = {"larger_inside": int((larger["inside"] == "yes").sum())}
    for row in larger.to_dict("records"):
        name = _LARGER[row["prediction"]]
        found |= {
            f"{name}": Number(row["outcome"], ".2f"),
            f"{name}_interval": Interval(row["outcome_low"], row["outcome_high"], ".2f"),
            f"{name}_predicted": Number(row["predicted"], ".2f"),
            f"{name}_predicted_interval": Interval(row["low"], row["high"], ".2f"),
        }
    for prediction, lead in leads.items():
        name = f"{_LARGER[prediction]}_lead"
        found[name] = Number(lead["change"], "+.2f")
        found[f"{name}_interval"] = Interval(lead["low"], lead["high"], "+.2f")
    for row in kinds.to_dict("records"):
        name = f"larger_{short_name(row['recipe'])}"
        for share in ("shape", "texture"):
            found[f"{name}_{share}"] = Number(row[f"{share}_accuracy"], ".0%")
        found[f"{name}_right"] = Number(row["accuracy"], ".0%")
        found[f"{name}_hours"] = Number(row["minutes"] / 60, ".1f")
    return found
