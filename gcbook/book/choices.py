"""What each chapter can be asked to do differently.

A chapter's parameters cell states the same names and defaults.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from gcbook.book.fields import (
    COMMON,
    MIN_DRAWS,
    draws_of,
    models_of,
    names_of,
    noise_times,
    number,
    weighting_of,
    whole,
)
from gcbook.book.parameters import Parameters, chapter_parameters, unknown_parameters
from gcbook.files.errors import InputError

__all__ = ["CHAPTERS", "TIMED", "check_parameters", "known_observers", "smoke_values"]

Fields = Mapping[str, tuple[Any, Any]]

MAX_SEED = 2**32 - 1
MAX_STEPS, MAX_IMAGES = 10**7, 10**9

TOY: Fields = {
    "seed": whole(0, "seed of the toy's images and noise", ge=0, le=MAX_SEED),
    "samples": whole(1000, "images behind the toy's accuracies", ge=100, le=10_000),
    "grid": whole(40, "cells along each side of the maps of decisions", ge=16, le=96),
    "coarse_sd": number(1.1, "standard deviation of a class's cloud", ge=0.3, le=3),
    "fine_sd": number(0.25, "standard deviation of a clump", ge=0.05, le=1),
    "decay": number(7.0, "k of the weighting exp(−kt) in races and examples", ge=0, le=50),
    "max_draws": whole(2000, "draws after which a race ends", ge=64, le=2000),
}
"""How a generator decides, which needs no trials."""

BOUND: Fields = {
    "coarse_sd": number(1.1, "standard deviation of a class's hill", ge=0.7, le=3),
    "fine_sd": number(0.2, "standard deviation of a peak", ge=0.1, le=0.35),
}
"""The bound of the likelihood, on two classes of numbers whose peaks stand apart: the ratio of the
likelihoods zigzags, as the chapter says."""

NOISE_DRAWS = whole(32, "draws of noise or of masks an image", ge=1, le=10_000)
SPEED = number(20.0, "network evaluations a second on your machine", gt=0)

EXAMPLE: Fields = {
    "model": (str, Field("sd-1.4", description="the model that the commands name")),
    "images": whole(1280, "images to score", ge=1),
    "noise_draws": NOISE_DRAWS,
    "evaluations_per_second": SPEED,
}

STEPS: Fields = {
    "model": (str, Field("mini-pixel", description="the diffusion model")),
    "names": names_of("images to show; nothing: drawn by lot"),
    "conflicts": whole(4, "cue-conflict images to draw by lot", ge=0, le=12),
    "ordinary": whole(1, "in-distribution images to draw by lot", ge=0, le=12),
    "times": noise_times("0.1,0.25,0.4,0.55,0.7,0.85", "noise times at which images are restored"),
    "noise_draws": whole(32, "draws of noise in a race", ge=2, le=256),
    "weighting": weighting_of("exp:7", "weight of the errors"),
    "seed": whole(0, "seed of the lot and of all noise", ge=0, le=MAX_SEED),
}
"""Single images followed through a model."""

# The chapters on the miniatures resample silhouettes, which takes longer a draw than trials do.
CLUSTERED: Fields = {
    "draws": draws_of("resamples of silhouettes behind the intervals", 2000, most=10_000),
    "confidence": COMMON["confidence"],
    "seed": COMMON["seed"],
}

WEIGHTING: Fields = {
    "models": models_of("diffusion miniatures to weigh"),
    "noise_draws": whole(16, "draws of noise an image that the live figure has", ge=2, le=32),
    "decay": number(7.0, "k of exp(−kt) at the start of the live figure", ge=0, le=20),
    **CLUSTERED,
    "seed": whole(0, "seed of the resampling and of the images", ge=0, le=MAX_SEED),
}

LEVELS: Fields = {
    "bins": whole(8, "levels of noise, each of equal width in t", ge=2, le=16),
    **CLUSTERED,
}

NOISE_TRAINING: Fields = {
    "models": models_of("discriminative miniatures to compare"),
    "noise_draws": whole(10, "noised versions of an image", ge=1, le=100),
    "trained": (
        str,
        Field("", description="a folder to train networks in and to show; nothing: what ships"),
    ),
    "train": whole(1, "networks of each kind to train in that folder", ge=1, le=20),
    "steps": whole(0, "of each of these trainings, 0 for the recipe's", ge=0, le=MAX_STEPS),
    **CLUSTERED,
    "seed": whole(0, "seed of the noise and of the resampling", ge=0, le=MAX_SEED),
}

DETAIL: Fields = {
    "images_a_category": whole(4, "images of each category to restore", ge=1, le=20),
    **CLUSTERED,
    "seed": whole(0, "seed of the lot, the noise and the resampling", ge=0, le=MAX_SEED),
}

ILLUSIONS: Fields = {
    "model": (
        str,
        Field("", description="a model that knows photographs, for the paper's pictures"),
    ),
    "noise_draws": whole(64, "draws of noise when two labels are scored", ge=2, le=10_000),
    **CLUSTERED,
    "seed": whole(0, "seed of the noise and of the resampling", ge=0, le=MAX_SEED),
}

MUSE: Fields = {
    "conflicts": whole(3, "cue-conflict images to draw by lot", ge=1, le=12),
    "ratio": number(0.5, "share of the tokens that is hidden: 0.25, 0.5, 0.75 or 0.9", gt=0, le=1),
    **CLUSTERED,
    "seed": whole(0, "seed of the lot, the masks and the resampling", ge=0, le=MAX_SEED),
}

WORLDS: Fields = {
    "scores": (str, Field("", description="a folder of gcbook worlds; nothing: what ships")),
    "train": (
        str,
        Field("", description="models to train in that folder first, or all; nothing: none"),
    ),
    "images": whole(0, "that each of these sees, 0 for the plan's", ge=0, le=MAX_IMAGES),
    **CLUSTERED,
}

COST: Fields = {
    "timed_images": whole(4, "decisions of each miniature to time, 0 for none", ge=0, le=64),
    "n_images": whole(12, "images of each test set to score anew, 0 for none", ge=0, le=160),
    "rescore_draws": whole(4, "draws to score anew, 0 for none", ge=0, le=8),
    "noise_draws": NOISE_DRAWS,
    "evaluations_per_second": SPEED,
    **CLUSTERED,
}

CHAPTERS: Mapping[str, type[Parameters]] = {
    chapter: chapter_parameters(chapter, own or COMMON)
    for chapter, own in (
        ("introduction", {}),
        ("method", {}),
        ("generative-classifier", TOY),
        ("diffusion-bound", BOUND),
        ("miniature-world", CLUSTERED),
        ("step-by-step", STEPS),
        ("weighting", WEIGHTING),
        ("noise-levels", LEVELS),
        ("cost", COST),
        ("shape-bias", {}),
        ("ood-accuracy", {}),
        ("error-consistency", {}),
        ("illusions", ILLUSIONS),
        ("muse", MUSE),
        ("blurred-images", {}),
        ("noise-training", NOISE_TRAINING),
        ("fine-detail", DETAIL),
        ("turned", CLUSTERED),
        ("other-worlds", WORLDS),
        ("discussion", {}),
        ("tables", {}),
        ("zoo", {"noise_draws": NOISE_DRAWS}),
        ("worked-example", EXAMPLE),
    )
}
"""The chapters in the order of the book, each with the model of its parameters."""

TIMED = ("cost",)
"""Chapters that measure times, and so are executed alone."""

_SMOKE: Mapping[str, Any] = {
    "draws": MIN_DRAWS,
    "samples": 100,
    "grid": 16,
    "max_draws": 64,
    "conflicts": 1,
    "images_a_category": 1,
    "times": "0.3,0.6",
    "noise_draws": 2,
    "timed_images": 1,
    "n_images": 1,
    "rescore_draws": 1,
}


_NEEDED: Mapping[str, Mapping[str, str]] = {
    "noise-training": {"train": "trained", "steps": "trained"},
    "other-worlds": {"images": "train", "train": "scores"},
}
"""Parameters of a chapter that say nothing unless another one is given."""

_INSTEAD: Mapping[str, Mapping[str, str]] = {"noise-training": {"models": "trained"}}
"""Parameters of a chapter that another one takes the place of."""


def smoke_values(chapter: str) -> dict[str, Any]:
    """Return values under which a chapter takes seconds: too few of everything to believe."""
    return {name: value for name, value in _SMOKE.items() if name in CHAPTERS[chapter].model_fields}


def check_parameters(chapter: str, **values: Any) -> Parameters:
    """Check a chapter's parameters; to be called by its first code cell.

    Args:
        chapter: a name in ``CHAPTERS``.
        values: the values of the parameters cell.

    Returns:
        The checked values: ``datasets`` and ``observers`` as tuples (no observers: all of them).

    Raises:
        InputError: for a name, type or value that is not allowed, with what is, or for one that
            would be without effect.
    """
    if chapter not in CHAPTERS:
        raise InputError(f"no chapter is called {chapter!r}; chapters: {', '.join(CHAPTERS)}.")
    model = CHAPTERS[chapter]
    unknown = [name for name in values if name not in model.model_fields]
    if unknown:
        raise InputError(unknown_parameters(model, unknown))
    checked = model.parse(**values)
    _check_observers(checked)
    _check_effect(chapter, checked.changed())
    if chapter == "muse":
        from gcbook.miniworld.results.regenerated import check_ratio

        check_ratio(checked.as_dict()["ratio"])
    return checked


def known_observers() -> tuple[str, ...]:
    """Names of the networks in the shipped summaries; the humans are always shown."""
    from gcbook.stats.summaries import load_summaries

    counts = load_summaries().counts
    return tuple(sorted(set(counts.loc[counts["observer_kind"] == "model", "observer"])))


def _check_observers(checked: Parameters) -> None:
    names = getattr(checked, "observers", ())
    # Own trials bring observers of their own.
    if not names or getattr(checked, "trials", None):
        return
    known = known_observers()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            f"observers: found {', '.join(map(repr, unknown))}, expected all or some of "
            f"{', '.join(known)}."
        )


def _check_effect(chapter: str, changed: Mapping[str, Any]) -> None:
    if chapter == "illusions" and changed.get("model"):
        from gcbook.illusions.commons import find_illusions

        if not find_illusions():
            raise InputError(
                f"model: {changed['model']!r} has no effect where the paper's pictures are not; "
                "`gcbook fetch illusions` gets them, or leave it out."
            )
    for name, other in _NEEDED.get(chapter, {}).items():
        if name in changed and other not in changed:
            meaning = CHAPTERS[chapter].model_fields[other].description
            raise InputError(
                f"{name}: {changed[name]!r} has no effect without {other} ({meaning}); "
                f"name one, or leave {name} out."
            )
    for name, other in _INSTEAD.get(chapter, {}).items():
        if name in changed and other in changed:
            raise InputError(
                f"{name}: {changed[name]!r} has no effect beside {other}, whose networks are shown "
                f"instead; leave one of the two out."
            )
