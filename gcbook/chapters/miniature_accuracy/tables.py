"""How accurate the miniatures are out of distribution, and on which images they err."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.consistency import (
    GROUPS,
    clusters,
    group_of_images,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.kinds import printed_values
from gcbook.miniworld.results.panel import make_panel
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import shipped_models, shipped_sets
from gcbook.miniworld.results.turned import read_turned, turned_models
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT

_MEASURES = {
    "OOD accuracy": "All",
    "accuracy, low-pass": SET_TITLES["low-pass"],
    "accuracy, high-pass": SET_TITLES["high-pass"],
}

KINDS = {
    "seeds": "Two seeds",
    "discriminative": "Two classifiers",
    "generative": "Two generators",
    "across": "One of either",
}
"""Kinds of pairs, as `gcbook.miniworld.results.consistency.sides` names them, and their titles."""

KEPT = 0.5
"""Least probability that the judge gives to an object that is still there."""

_DIGITS = 4


@dataclass(frozen=True)
class Consistency:
    """Error consistency of one world's miniatures on one group of images.

    Attributes:
        world: its title.
        group: of `gcbook.miniworld.results.consistency.GROUPS`.
        halves: the two clusters, from `gcbook.miniworld.results.consistency.clusters`.
        sides: from `gcbook.miniworld.results.consistency.sides`.
        right: share of these images that each model answers rightly.
    """

    world: str
    group: str
    halves: tuple[tuple[str, ...], ...]
    sides: Mapping[str, float]
    right: Mapping[str, float]


def answers_by_world() -> dict[str, pd.DataFrame]:
    """Answers to all test sets in both worlds, by world's name.

    They are of the networks that have scores on every test set.
    """
    return {
        world: miniature_answers(
            TEST_SETS,
            [name for name in shipped_models(world) if set(TEST_SETS) <= set(shipped_sets(name))],
        )
        for world in WORLDS
    }


def difference_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """What the paper claims of accuracy, as differences between two miniatures.

    Args:
        answers: of one world's own test sets.
        resampling: how the intervals are made.

    Returns:
        ``compared`` (test sets and the two miniatures without "mini-"), ``measure, a, b`` (the
        miniatures), ``difference, low, high``, and ``paper``, the difference of the two models of
        their kinds in the paper's Table 1, NaN where it prints none.
    """
    compared = claim_rows(answers, resampling=resampling)
    rows = compared[compared["measure"].isin(list(_MEASURES))].reset_index(drop=True)
    rows[["a", "b"]] = rows["compared"].str.split(" − ", expand=True)
    printed = printed_values("ood_accuracy")
    ahead = rows["a"].map(printed).astype(float) - rows["b"].map(printed).astype(float)
    shown = rows["compared"].str.replace("mini-", "")
    rows = rows.assign(
        compared=rows["measure"].map(_MEASURES) + ": " + shown,
        paper=ahead.where(rows["measure"] == "OOD accuracy"),
    )
    columns = ["compared", "measure", "a", "b", "difference", "low", "high", "paper"]
    return rows[columns].round(_DIGITS)


def consistency_of(
    answers: Mapping[str, pd.DataFrame], *, resampling: Resampling
) -> tuple[Consistency, ...]:
    """Compute error consistency in each world, on cue conflicts by all networks, on others by some.

    Args:
        answers: from `answers_by_world`; others than cue conflicts count of these.
        resampling: how the intervals are made.

    Returns:
        One for each world and each of `gcbook.miniworld.results.consistency.GROUPS`.
    """
    found = []
    for (world, title), group in product(WORLDS.items(), GROUPS):
        own = answers[world]
        if group == GROUPS[1]:
            own = miniature_answers([CONFLICT], shipped_models(world))
        panel = make_panel(own[group_of_images(own, group)], resampling)
        pairs, values, bounds = pair_kappas(panel, resampling)
        right = dict(zip(panel.models, panel.right.mean(1).tolist(), strict=True))
        of_sides = sides(pairs, values, bounds, resampling)
        found.append(Consistency(title, group, clusters(pairs), of_sides, right))
    return tuple(found)


def kind_rows(found: Sequence[Consistency]) -> pd.DataFrame:
    """Mean error consistency by kind of pair.

    Args:
        found: from `consistency_of`.

    Returns:
        ``world, group, kind`` (a title of `KINDS`), ``pairs`` (of recipes), ``kappa, low, high``;
        ``most``, the mean that the accuracies allow, and ``share``, kappa as a share of it. Kinds
        without a pair are left out.
    """
    rows = [
        {
            "world": each.world,
            "group": each.group,
            "kind": title,
            "pairs": int(each.sides[f"{name}_pairs"]),
            "kappa": each.sides[name],
            "low": each.sides[f"{name}_low"],
            "high": each.sides[f"{name}_high"],
            "most": each.sides[name] / each.sides[f"{name}_share"],
            "share": each.sides[f"{name}_share"],
        }
        for each in found
        for name, title in KINDS.items()
        if each.sides[f"{name}_pairs"]
    ]
    numbers = dict.fromkeys(["kappa", "low", "high", "most", "share"], _DIGITS)
    return pd.DataFrame(rows).round(numbers)


def lost_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Accuracy on turned images that a model lost when it took them to noise and back.

    Only the largest strength of noise that leaves something of an image counts. An object is lost
    where the judge gives the picture, turned back, less than `KEPT`.

    Args:
        resampling: how the intervals are made, over silhouettes.

    Returns:
        ``model, n, accuracy, low, high``: of the default world's models whose reconstructions of
        turned images come along.
    """
    tables = []
    models = turned_models(shipped_models())
    for name in models:
        made = read_turned(name)
        made = made[made["strength"] == made.loc[made["strength"] < 1, "strength"].max()]
        tables.append(made[made["back"] < KEPT].assign(observer=name))
    lost = pd.concat(tables, ignore_index=True)
    lost = lost[lost["condition"] != SINGLE_CONDITION]
    answers = miniature_answers(["rotation"], models).set_index(["observer", "image_id"])
    lost = lost.join(answers["right"].astype(float), on=["observer", "image_id"])
    rows = clustered_means(lost, ["observer"], "right", share=True, resampling=resampling)
    return rows.rename(columns={"observer": "model", "mean": "accuracy"}).round(
        dict.fromkeys(["accuracy", "low", "high"], _DIGITS)
    )
