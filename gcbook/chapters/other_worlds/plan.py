"""What the map over worlds is made of: budgets, running times, and what is still to be trained."""

from collections.abc import Iterable

import numpy as np

from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.results.worlds import Trained
from gcbook.miniworld.training.worlds import IMAGES, MODELS, jobs
from gcbook.stats.words import listed, number, plural

__all__ = ["TRAINED", "budget_sentence", "minutes_sentence", "missing_jobs_sentence"]

TRAINED = {"": "", "longer": " for twice as long", "whole": " on whole images"}
"""Variant of a job → what is said after the name of its model."""


def budget_sentence(models: Iterable[Trained]) -> str:
    """Say how many images the models of a map saw, and warn where some saw more than others.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`; none for the plan of a
            map.
    """
    plain = {(one.recipe, one.budget, one.batch_size) for one in models}
    plain = plain or {(job.model, IMAGES, job.batch_size) for job in jobs(variants=False)}
    batches: dict[int, list[str]] = {}
    for recipe, _, size in sorted(plain):
        batches.setdefault(size, []).append(recipe)
    steps = listed(f"{size} ({listed(dict.fromkeys(who))})" for size, who in batches.items())
    if len({images for _, images, _ in plain}) > 1:
        seen = listed(f"{recipe} {images:,}" for recipe, images, _ in sorted(plain))
        return (
            f"**The budgets differ**: images seen are {seen}, in steps of {steps}. What follows "
            "compares unequal trainings."
        )
    (images,) = {images for _, images, _ in plain}
    shares = listed(
        f"{number(images / int(model_card(recipe)['images_seen']), '.0%')} ({recipe})"
        for recipe in dict.fromkeys(recipe for recipe, _, _ in sorted(plain))
    )
    return (
        f"Each sees {images:,} images, in steps of {steps}. Of what the models of the other "
        f"chapters saw, that is {shares}."
    )


def missing_jobs_sentence(models: Iterable[Trained]) -> str:
    """Say what the plan of the map has beyond the models that are here; "" if nothing.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
    """
    here = {(one.diagnosticity, one.contrast, one.recipe, one.variant) for one in models}
    missing: dict[str, int] = {}
    for job in jobs():
        if (job.point.diagnosticity, job.point.contrast, job.model, job.variant) not in here:
            what = f"{job.model}{TRAINED[job.variant]}"
            missing[what] = missing.get(what, 0) + 1
    if not missing:
        return ""
    words = listed(f"{what} in {plural(count, 'world')}" for what, count in missing.items())
    opening = (
        "The map is not complete"
        if any(what in MODELS for what in missing)
        else "The map is whole, but not what is varied on it"
    )
    return f"**{opening}.** Still to be trained: {words}."


def minutes_sentence(models: Iterable[Trained]) -> str:
    """Say how long a training of the map took, "" without any.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
    """
    taken: dict[str, list[float]] = {}
    for one in models:
        if not one.variant:
            taken.setdefault(one.recipe, []).append(one.minutes)
    if not taken:
        return ""
    said = listed(
        f"{np.median(minutes):.0f} minutes {recipe} ({min(minutes):.0f} to {max(minutes):.0f})"
        for recipe, minutes in taken.items()
    )
    return f"One training took {said}, where these were made, with other work beside them."
