"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.generative_classifier.tables import (
    STEPS,
    bound_decisions,
    cue_decisions,
    expected_errors,
    weighted_decisions,
)
from gcbook.claims import Interval, Number
from gcbook.classifiers.toy import Toy, make_toy, toy_classifier
from gcbook.noise.schedules import DiscreteSchedule, FlowSchedule, log_snr

_FEW = 300
"""Images of an exercise; of the best decision, which needs no errors, many more."""
_MANY = 20_000

_FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "IF": {"beta_schedule": "squaredcos_cap_v2"},
    "StableDiffusion": {
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "beta_end": 0.012,
    },
}
"""Families of models, and their schedules as diffusers takes them."""


def decision_facts(accuracies: pd.DataFrame, examples: pd.DataFrame) -> dict[str, Any]:
    """How well the toy is classified, and by which cue.

    Args:
        accuracies: from `gcbook.chapters.generative_classifier.tables.accuracy_table`.
        examples: from `gcbook.chapters.generative_classifier.tables.error_table`.

    Returns:
        Bias to the coarse cue at the smallest t and at t = 1 (``small_bias, large_bias``), of the
        best possible decision (``best_bias``), and the ends of what any k gives (``low_bias,
        high_bias``). At the paper's k = 7: ``paper_accuracy, paper_agreement`` (with the best
        possible decision) and ``paper_bias``; ``best_accuracy``; the intervals of the excess over
        the best possible decision, ``paper_accuracy_gain, paper_bias_gain``; and the share of
        conflicts that the coarse cue wins, ``paper_coarse``. The k that agrees most often with
        the best possible decision (``top_k``, ``top_agreement``); ``elbo_agreement``; ``first`` and
        ``last``, the answers to an example at the least and the most noise, and ``grown``, how many
        times as large the smallest error is at the latter. A bias is NaN where no cues disagree.
    """
    by_t = accuracies[accuracies["rule"] == "one t"].to_dict("records")
    by_k = accuracies[accuracies["rule"] == "exp(−kt)"].to_dict("records")
    named: Mapping[Any, Any] = accuracies.drop_duplicates("rule").set_index("rule").to_dict("index")
    top = max(by_k, key=lambda row: row["agreement"])
    biases = [row["coarse_bias"] for row in by_k]
    (paper,) = (row for row in by_k if row["value"] == 7)
    example = examples[examples["image"] == "cloud of A, clump of B"]
    least = example.loc[example.groupby("t")["error"].idxmin()].to_dict("records")
    return {
        "small_bias": Number(by_t[0]["coarse_bias"], ".2f"),
        "large_bias": Number(by_t[-1]["coarse_bias"], ".2f"),
        "best_bias": Number(named["best possible"]["coarse_bias"], ".2f"),
        "top_k": int(top["value"]),
        "top_agreement": Number(top["agreement"], ".1%"),
        "best_accuracy": Number(named["best possible"]["accuracy"], ".0%"),
        "paper_accuracy": Number(paper["accuracy"], ".0%"),
        "paper_agreement": Number(paper["agreement"], ".0%"),
        "paper_bias": Number(paper["coarse_bias"], ".2f"),
        "paper_coarse": Number(paper["coarse"], ".0%"),
        **{
            f"paper_{name}_gain": Interval(
                paper[f"{name}_gain_low"], paper[f"{name}_gain_high"], "+.2f"
            )
            for name in ("accuracy", "bias")
        },
        "low_bias": Number(min(biases), ".2f"),
        "high_bias": Number(max(biases), ".2f"),
        "elbo_agreement": Number(named["elbo"]["agreement"], ".0%"),
        "first": least[0]["label"],
        "last": least[-1]["label"],
        "grown": Number(least[-1]["error"] / least[0]["error"], ",.0f"),
    }


def evidence_facts(evidence: pd.DataFrame) -> dict[str, Any]:
    """Which cue the errors speak for, and what the paper's weight exp(-7t) makes of it.

    Args:
        evidence: from `gcbook.chapters.generative_classifier.tables.evidence_table`.

    Returns:
        ``turn``, the t up to which the error speaks for the fine cue without a break; ``times``,
        how many times as large the largest gap for the coarse cue is as that for the fine one;
        ``fall``, by which factor the weight falls over the range; ``coarse_part``, the share of the
        weighted gaps, signs aside, that speaks for the coarse cue. ``turn`` and ``times`` are NaN
        where the smallest t speaks for the coarse cue, all but ``fall`` where no cues disagree.
    """
    gap, t = evidence["gap"].to_numpy(), evidence["t"].to_numpy()
    weights = np.exp(-7 * t)
    fine = gap > 0
    first = int(np.cumprod(fine).sum())
    part = np.abs(gap * weights)
    return {
        "turn": Number(t[first - 1] if first else np.nan, ".2f"),
        "times": Number(max(-gap.min(), 0) / gap.max() if first else np.nan, ",.0f"),
        "fall": Number(weights[0] / weights[-1], ",.0f"),
        "coarse_part": Number(part[~fine].sum() / part.sum(), ".0%"),
    }


def diffusers_schedule(family: str) -> DiscreteSchedule:
    """Return the schedule of "IF" or of "StableDiffusion", as diffusers' own scheduler has it."""
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

    scheduler = DDPMScheduler(num_train_timesteps=1000, **_FAMILIES[family])
    return DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))


def schedule_facts() -> dict[str, Any]:
    """``IF, StableDiffusion``: the log-SNR of these families of models at t = 0.5."""
    half = np.array(0.5)
    return {
        family: Number(float(log_snr(diffusers_schedule(family), half)), ".2f")
        for family in _FAMILIES
    }


def bound_facts(
    bounds: pd.DataFrame, weights: pd.DataFrame, toy: Toy, images: torch.Tensor
) -> dict[str, Any]:
    """How the bound closes, how it decides, and where the weights look.

    Args:
        bounds: from `gcbook.chapters.generative_classifier.tables.bound_table`.
        weights: from ``weight_table`` of the same module.
        toy, images: whose decisions are compared, (N, 2).

    Returns:
        The gap with the fewest and with the most steps, in nats (``gap_first, gap_last``), by how
        much the last quadrupling of the steps divides it (``gap_divides``), ``least_gap`` of all;
        ``steps_first, steps_last``; ``few_agree``, the share of images that the bound with the
        fewest steps decides as the likelihoods do; and ``bound_middle, paper_middle,
        equal_middle``, the t below which half of the weighted difference between classes lies.
    """
    gap, steps = bounds["gap"].to_numpy(), bounds["steps"]
    best = toy.log_density(images).argmax(1).numpy()
    names = {"elbo": "bound", "exp:7": "paper", "uniform": "equal"}
    middles = {
        f"{names[str(weighting)]}_middle": Number(
            float(np.interp(0.5, rows["below"], rows["t"])), ".2f"
        )
        for weighting, rows in weights.groupby("weighting", sort=False)
    }
    return {
        "gap_first": Number(gap[0], ".1f"),
        "gap_last": Number(gap[-1], ".2f"),
        "gap_divides": Number(gap[-2] / gap[-1], ".1f"),
        "least_gap": Number(gap.min(), ".2f"),
        "steps_first": Number(steps.min(), ",.0f"),
        "steps_last": Number(steps.max(), ",.0f"),
        "few_agree": Number(float((bound_decisions(toy, images, STEPS[0]) == best).mean()), ".0%"),
        **middles,
    }


def exercise_facts(toy: Toy, errors: np.ndarray, seed: int) -> dict[str, Any]:
    """What the solutions of the exercises quote.

    Args:
        toy: of the chapter.
        errors: from `expected_errors`, of at least so many images of the toy with this seed.
        seed: of the images.

    Returns:
        For clumps of 0.25 (``sharp_…``) and of 0.4 (``blurred_…``): ``best`` accuracy,
        ``best_bias``, and bias at k = 7, ``seven_bias``. Under another schedule: ``exp_same`` and
        ``elbo_same``, the share of decisions that stay, and ``cosine_bias`` and ``flow_bias`` under
        exp(-7t).
    """
    images, _ = toy.sample(len(errors), np.random.default_rng(seed))
    some, flow = images[:_FEW], FlowSchedule()
    flow_errors = expected_errors(toy_classifier(toy, flow), some)
    decided = {
        name: (weighted_decisions(errors[:_FEW], rule), weighted_decisions(flow_errors, rule, flow))
        for name, rule in (("exp", "exp:7"), ("elbo", "elbo"))
    }
    biases = [cue_decisions(toy, some, each)["coarse_bias"] for each in decided["exp"]]
    return {
        **{f"sharp_{name}": value for name, value in _world(0.25, seed).items()},
        **{f"blurred_{name}": value for name, value in _world(0.4, seed).items()},
        "few": len(some),
        **{f"{name}_same": Number((a == b).mean(), ".0%") for name, (a, b) in decided.items()},
        "cosine_bias": Number(biases[0], ".2f"),
        "flow_bias": Number(biases[1], ".2f"),
    }


def _world(width: float, seed: int) -> dict[str, Number]:
    world = make_toy(fine_sd=width)
    many, truth = world.sample(_MANY, np.random.default_rng(seed))
    answer, few = world.log_density(many).argmax(1), many[:_FEW]
    seven = weighted_decisions(expected_errors(toy_classifier(world), few), "exp:7")
    return {
        "best": Number(float((answer == truth).double().mean()), ".0%"),
        "best_bias": Number(cue_decisions(world, many, answer.numpy())["coarse_bias"], ".2f"),
        "seven_bias": Number(cue_decisions(world, few, seven)["coarse_bias"], ".2f"),
    }
