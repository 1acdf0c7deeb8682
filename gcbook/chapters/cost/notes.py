"""Sentences on cost, the check of the shipped scores, and what the real systems would take."""

import os
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.cost.tables import MEASURES
from gcbook.classifiers.zoo import n_evaluations, system_titles, zoo
from gcbook.miniworld.results.kinds import STANDS_FOR
from gcbook.miniworld.results.rescoring import check_shipped
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "check_sentence",
    "checked_scores",
    "cost_sentence",
    "draws_sentence",
    "machine_sentence",
    "real_costs",
    "real_sentence",
]

SETTLED = 0.02
"""How near a value has to be to that of all draws."""

CHECKED = ["model", "test_sets", "images", "other_images", "scores", "largest_difference"]


def machine_sentence(n_images: int) -> str:
    """Say on what, and on how many images, times are measured.

    Args:
        n_images: decisions that were timed.
    """
    if not n_images:
        return "No times were measured: the parameter `timed_images` is 0."
    import torch

    threads, cores = torch.get_num_threads(), os.cpu_count() or 1
    return (
        f"Times were measured when this page was made: {n_images} images a model, on the CPU, with "
        f"{threads} thread{'s' if threads > 1 else ''} of a machine with {cores} "
        f"core{'s' if cores > 1 else ''}. Whatever else ran there at the time makes them longer."
    )


def cost_sentence(costs: pd.DataFrame) -> str:
    """Say how far apart the dearest and the cheapest decision are.

    Args:
        costs: from `gcbook.chapters.cost.tables.cost_rows`.
    """
    dear = costs.iloc[int(costs["evaluations"].to_numpy().argmax())]
    cheap = costs.iloc[int(costs["evaluations"].to_numpy().argmin())]
    if dear["evaluations"] == cheap["evaluations"]:
        return f"All models here take {plural(int(dear['evaluations']), 'evaluation')} a decision."
    said = (
        f"A decision of {dear['model']} takes {dear['evaluations']:,} network evaluations, one of "
        f"{cheap['model']} {cheap['evaluations']:,}."
    )
    if np.isnan(dear["seconds"]) or np.isnan(cheap["seconds"]):
        return said
    return (
        f"{said} In time that is {dear['seconds']:.2g} s against {cheap['seconds']:.2g} s, "
        f"{dear['seconds'] / cheap['seconds']:,.0f} times as long."
    )


def draws_sentence(rows: pd.DataFrame) -> str:
    """From how many draws on each model's values stay near where all draws put them.

    Args:
        rows: from `gcbook.chapters.cost.tables.draw_rows`.
    """
    items = []
    for recipe, of_model in rows[rows["random"]].groupby("recipe", sort=False):
        parts = []
        for measure in MEASURES.values():
            values = of_model[of_model["measure"] == measure].sort_values("draws")
            first, last = values.iloc[0], values.iloc[-1]
            word = measure[0].lower() + measure[1:]
            part = (
                f"{word} {number(first['value'], '.2f')} with {first['draws']} draw, "
                f"{number(last['value'], '.2f')} with {last['draws']} "
                f"({span(last['low'], last['high'], '.2f')})"
            )
            if np.isnan(last["value"]):
                parts.append(part)
                continue
            inside = (values["value"] - last["value"]).abs().to_numpy() <= SETTLED
            settled = len(inside) - int(np.logical_and.accumulate(inside[::-1]).sum())
            enough = plural(int(values["draws"].iloc[settled]), "draw")
            part += f", within {SETTLED:g} of that from {enough} on"
            parts.append(part)
        items.append(f"- {recipe}: {'; '.join(parts)}.")
    return "\n".join(items) or "No miniature of this version draws noise or masks."


def checked_scores(
    models: Sequence[str], n_images: int, noise_draws: int, seed: int = 0
) -> pd.DataFrame:
    """Score a few images of every test set anew and compare with the shipped scores.

    Args:
        models: names.
        n_images: of each set; 0 checks nothing.
        noise_draws: the first so many draws; 0 checks nothing.
        seed: of the choice of images.

    Returns:
        From `gcbook.miniworld.results.rescoring.check_shipped`, with the seconds that it took in
        ``attrs``; no rows where nothing was checked.

    Raises:
        GcbookError: shipped scores are not those of the shipped models.
    """
    if not (models and n_images and noise_draws):
        return pd.DataFrame(columns=CHECKED)
    begun = time.perf_counter()
    table = check_shipped(
        models, n_images=n_images, draws=noise_draws, seed=seed, workers=os.cpu_count() or 1
    )
    table.attrs["seconds"] = time.perf_counter() - begun
    return table


def check_sentence(checked: pd.DataFrame) -> str:
    """Say what was checked.

    Args:
        checked: from `checked_scores`.
    """
    if checked.empty:
        return (
            "**Not checked:** the parameter `n_images` or `rescore_draws` is 0, so this page "
            "does not say whether the shipped scores are those of the shipped models."
        )
    said = (
        f"{checked['scores'].sum():,} numbers of {plural(len(checked), 'model')} were computed "
        f"anew in {checked.attrs['seconds']:.0f} s, and agree with the shipped ones."
    )
    worst = checked["largest_difference"].max()
    if worst == 0:
        said += " Where the images are the same, so is every digit."
    elif not np.isnan(worst):
        said += f" The largest difference is {worst:.1g} of the number itself."
    other = int(checked["other_images"].max())
    if other:
        said += (
            f" On this machine up to {other} of a model's {checked['images'].max()} images come "
            "out a little otherwise, by the rounding of some pixels; their scores may differ more."
        )
    return said


def real_costs(noise_draws: int, evaluations_per_second: float) -> pd.DataFrame:
    """What a decision, and the whole benchmark, takes with the large models.

    Args:
        noise_draws: draws of noise or of masks an image.
        evaluations_per_second: of the reader's machine, for all models alike.

    Returns:
        A row a generative model of the zoo that can be had and stands for one of the paper's, and
        ResNet-50: ``model, stands_for, kind, resolution, parameters`` (of the evaluated network;
        missing where it is not known), ``evaluations`` (a decision), ``conflict_hours`` (the
        cue-conflict images) and ``benchmark_days`` (the images of all 17 datasets).
    """
    conflicts = EXPERIMENTS["cue-conflict"].n_images
    images = sum(experiment.n_images for experiment in EXPERIMENTS.values())
    titles = system_titles()
    rows = []
    for entry in zoo().values():
        generative = entry.kind not in ("discriminative", "clip") and entry.stands_for
        if entry.source.package or not (generative or entry.name == "resnet50"):
            continue
        one = n_evaluations(entry.kind, 1, noise_draws, len(CATEGORIES))
        rows.append(
            {
                "model": entry.title,
                "stands_for": titles[entry.stands_for],
                "kind": entry.kind,
                "resolution": entry.resolution,
                "parameters": entry.parameters,
                "evaluations": one,
                "conflict_hours": one * conflicts / evaluations_per_second / 3600,
                "benchmark_days": one * images / evaluations_per_second / 86_400,
            }
        )
    return pd.DataFrame(rows).astype({"resolution": "Int64", "parameters": "Int64"})


def real_sentence(real: pd.DataFrame, costs: pd.DataFrame) -> str:
    """Say how much larger the large networks are than the miniatures of their kind.

    Args:
        real: from `real_costs`.
        costs: from `gcbook.chapters.cost.tables.cost_rows`.
    """
    parts = []
    for mini in costs.to_dict("records"):
        alike = real[real["stands_for"] == STANDS_FOR[str(mini["model"])]]
        known = alike["parameters"].dropna()
        if len(known):
            ratios = known.astype(float) / mini["parameters"]
            ends = list(dict.fromkeys(f"{value:,.0f}" for value in (ratios.min(), ratios.max())))
            parts.append(f"{' to '.join(ends)} times those of {mini['model']}")
    if not parts:
        return ""
    return (
        "The networks that are evaluated are larger too: by their parameters, the open models of "
        f"the same kind have {listed(parts)}."
    )
