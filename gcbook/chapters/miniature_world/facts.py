"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.miniature_world.tables import SLOPES, patch_accuracy, texture_ratio
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.findings import AGREES, CONTRADICTS, UNDECIDED
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import parts_of
from gcbook.stats.summaries import Summaries


def miniature_world_facts(
    world: str,
    summaries: Summaries,
    answers: pd.DataFrame,
    plain: pd.DataFrame,
    compared: pd.DataFrame,
    quiz: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        world: its name.
        summaries: with the dataset colour.
        answers: of the world's networks to its own test sets.
        plain: from `gcbook.miniworld.results.scores.accuracy_by_set`: in distribution, silhouettes
            and texture only.
        compared: from `gcbook.miniworld.results.findings.claim_differences`.
        quiz: from `gcbook.chapters.miniature_world.pictures.quiz_table`.
    """
    return SimpleNamespace(
        **_choices(world, summaries),
        **_alone(plain),
        **_verdicts(compared),
        **_quiz(quiz, answers),
    )


def _choices(name: str, summaries: Summaries) -> dict[str, Any]:
    """What the world chooses, and what the choices rest on."""
    world = named_world(name)
    patches = patch_accuracy(summaries)
    return {
        "pixels": world.resolution,
        "diagnosticity": Number(world.diagnosticity, ".2f"),
        "patch_accuracy": Number(patches["accuracy"], ".1%"),
        "patch_images": int(patches["images"]),
        "contrast": Interval(*world.texture_ratio, ".2f"),
        **{f"ratio_{image}": Number(texture_ratio(a), ".2f") for image, a in SLOPES.items()},
        # Each texture is as likely as any other.
        "nothing": Number(1 / len(world.textures)),
    }


def _alone(plain: pd.DataFrame) -> dict[str, Any]:
    """In-distribution accuracy from the lowest to the highest, and either cue alone."""
    values = plain.pivot(index="recipe", columns="dataset", values="value")
    ordered = values[SET_TITLES["in-distribution"]].sort_values()
    shape, texture = values[SET_TITLES["silhouette"]], values[SET_TITLES["texture"]]
    return {
        "miniatures": len(values),
        "lowest": str(ordered.index[0]),
        "lowest_accuracy": Number(ordered.iloc[0], ".0%"),
        "highest": str(ordered.index[-1]),
        "highest_accuracy": Number(ordered.iloc[-1], ".0%"),
        "shape_alone_better": int((shape > texture).sum()),
    }


def _verdicts(compared: pd.DataFrame) -> dict[str, Any]:
    """How many comparisons came out how, and the ends of their intervals."""
    found = compared["verdict"].value_counts()
    facts: dict[str, Any] = {
        "compared": len(compared),
        "agree": int(found.get(AGREES, 0)),
        "contradict": int(found.get(CONTRADICTS, 0)),
        "undecided": int(found.get(UNDECIDED, 0)),
    }
    rows = compared.set_index("compared")
    generators = ("pixel", "latent", "ar")
    highs = rows.loc[[f"Shape bias: {name} − cnn" for name in generators], "high"]
    lows = rows.loc[[f"OOD accuracy: {name} − cnn" for name in generators], "low"]
    facts |= {"bias_highs": tuple(map(Number, highs)), "ood_lows": tuple(map(Number, lows))}
    for short, comparison in (
        ("noise", "Shape bias: cnn-noise − cnn"),
        ("fine", "High-pass: latent − pixel"),
        ("alike", "Kappa: within − across kinds"),
    ):
        row: Any = rows.loc[comparison]
        facts[short] = Number(row["difference"], "+.2f")
        facts[f"{short}_interval"] = Interval(row["low"], row["high"], "+.2f")
    return facts


def _quiz(quiz: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    """What the pictures of the self-test show, and how many miniatures named which cue."""
    asked = answers[answers["dataset"] == "cue-conflict"]
    first = asked[asked["observer"].map(lambda name: parts_of(name).seed == 0)]
    named = first.groupby("image_id")["cue"].value_counts().unstack(fill_value=0)
    named = named.reindex(index=quiz["image_id"], columns=["shape", "texture"], fill_value=0)
    return {
        "quiz_shape": tuple(quiz["shape"]),
        "quiz_texture": tuple(quiz["texture"]),
        "quiz_by_shape": tuple(int(n) for n in named["shape"]),
        "quiz_by_texture": tuple(int(n) for n in named["texture"]),
    }
