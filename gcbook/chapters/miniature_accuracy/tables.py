"""How accurate the miniatures are out of distribution, and on which images they err."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.consistency import (
    GROUPS,
    clusters,
    group_of_images,
    kappa_of,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.kinds import DIFFUSION, GENERATIVE, printed_values, side_of
from gcbook.miniworld.results.panel import OOD_SETS, MiniaturePanel, counted, make_panel
from gcbook.miniworld.results.shipped import (
    FEW_DRAWS,
    name_of,
    raced_sets,
    shipped_models,
    shipped_sets,
)
from gcbook.miniworld.results.turned import read_turned, turned_models
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_means
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT

_RESNET = "mini-cnn"
_SHAPE_SETS = ("cue-conflict", "silhouette", "edge")
"""Test sets where shape alone counts."""

_COMPARED = (
    *(("All test sets", OOD_SETS, recipe, _RESNET) for recipe in GENERATIVE),
    ("Low-pass", ("low-pass",), "mini-pixel", _RESNET),
    ("High-pass", ("high-pass",), "mini-latent", "mini-pixel"),
    ("High-pass", ("high-pass",), "mini-ar", "mini-pixel"),
)
"""Which test sets, and of which two miniatures the first is said to be ahead: by the paper, but for
the masked one, whose kind it does not rank."""

_SHORT = {
    "mini-pixel": "pixel",
    "mini-latent": "latent",
    "mini-ar": "autoregressive",
    "mini-masked": "masked",
    "mini-cnn": "ResNet",
}

_TOKENS = tuple(name for name in GENERATIVE if name not in DIFFUSION)

KINDS = {
    "seeds": "Two seeds of a model",
    "discriminative": "Two classifiers",
    "generative": "Two generators",
    "across": "One of each",
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
        lead: of how much more of them a classifier answers rightly than a generator, over all such
            pairs of networks, the interval with the lowest end.
        closer: by how much more either diffusion model is consistent with the ResNet than with
            either model of tokens, the intervals of the four differences.
    """

    world: str
    group: str
    halves: tuple[tuple[str, ...], ...]
    sides: Mapping[str, float]
    right: Mapping[str, float]
    lead: tuple[float, float]
    closer: tuple[tuple[float, float], ...]


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
        ``compared`` (test sets and the two models in words), ``test_set, a, b`` (the miniatures),
        ``difference, low, high``, and ``paper``, the difference of the two models of their kinds
        in the paper's Table 1, NaN where it prints none. Silhouettes are resampled, and networks
        where a miniature has several.
    """
    counts = answers[counted(answers)]
    # Of each group of test sets their own silhouettes are resampled.
    panels = {
        sets: make_panel(counts[counts["dataset"].isin(sets)], resampling)
        for _, sets, _, _ in _COMPARED
    }
    printed = printed_values("ood_accuracy")
    rows = []
    for title, sets, a, b in _COMPARED:
        panel = panels[sets]
        first, second = (panel.accuracy(each, sets, resampling=resampling) for each in (a, b))
        ahead = first - second
        low, high = map(float, resampling.interval(ahead))
        compared = f"{title}: {_SHORT[a]} − {_SHORT[b]}"
        known = sets == OOD_SETS and a in printed
        paper = printed[a] - printed[b] if known else np.nan
        rows.append((compared, title, a, b, float(ahead[0]), low, high, paper))
    columns = ["compared", "test_set", "a", "b", "difference", "low", "high", "paper"]
    return pd.DataFrame(rows, columns=columns).round(_DIGITS)


def raced_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Accuracy of diffusion models on the images that were raced, and with few draws.

    Args:
        resampling: how the intervals are made, over silhouettes.

    Returns:
        ``world`` (title), ``model`` (its label), ``n`` (images), ``few`` and ``raced`` (accuracies
        over all these images), ``difference`` (of the second from the first), ``low, high``.
    """
    tables = []
    for world, title in WORLDS.items():
        for model in (name_of(recipe, world) for recipe in DIFFUSION):
            sets = raced_sets(model)
            raced, few = (
                miniature_answers(sets, [model], draws=draws).set_index(["dataset", "image_id"])
                for draws in (None, FEW_DRAWS)
            )
            raced = raced.assign(few=few["right"].astype(float), raced=raced["right"].astype(float))
            tables.append(raced.reset_index().assign(world=title))
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[counted(rows)].rename(columns={"observer": "model"})
    rows = rows.assign(difference=rows["raced"] - rows["few"])
    by = ["world", "model"]
    gained = clustered_means(rows, by, "difference", resampling=resampling)
    means = rows.groupby(by)[["few", "raced"]].mean().reset_index()
    found = means.merge(gained.rename(columns={"mean": "difference"}), on=by)
    return found.round(dict.fromkeys(["few", "raced", "difference", "low", "high"], _DIGITS))


def lead_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """By how much the ResNet leads each generator where shape alone counts, and elsewhere.

    Args:
        answers: of one world's own test sets.
        resampling: how the intervals are made.

    Returns:
        ``model``, the ResNet's mean lead in accuracy over the test sets where shape alone counts,
        ``by_shape``, over the others, ``elsewhere``, and the ends of the interval of the
        difference of the two, ``low, high``.
    """
    panel = make_panel(answers[counted(answers) & answers["dataset"].isin(OOD_SETS)], resampling)
    others = tuple(name for name in OOD_SETS if name not in _SHAPE_SETS)
    rows = []
    for model in GENERATIVE:
        by_shape, elsewhere = (
            panel.accuracy(_RESNET, sets, resampling=resampling)
            - panel.accuracy(model, sets, resampling=resampling)
            for sets in (_SHAPE_SETS, others)
        )
        low, high = map(float, resampling.interval(by_shape - elsewhere))
        rows.append((model, float(by_shape[0]), float(elsewhere[0]), low, high))
    columns = ["model", "by_shape", "elsewhere", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(_DIGITS)


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
        closer = tuple(
            _ends(
                kappa_of(pairs, values, one, _RESNET) - kappa_of(pairs, values, one, other),
                resampling,
            )
            for one, other in product(DIFFUSION, _TOKENS)
        )
        lead = min(_leads(panel, resampling), default=(np.nan, np.nan))
        found.append(Consistency(title, group, clusters(pairs), of_sides, right, lead, closer))
    return tuple(found)


def _leads(panel: MiniaturePanel, resampling: Resampling) -> list[tuple[float, float]]:
    """By how much each classifier is right more often than each generator: intervals."""
    accuracy = share(panel.right @ panel.weights, panel.weights.sum(0))
    side = np.array([side_of(model) for model in panel.models])
    return [
        _ends(classifier - generator, resampling)
        for classifier, generator in product(
            accuracy[side == "discriminative"], accuracy[side == "generative"]
        )
    ]


def _ends(values: np.ndarray, resampling: Resampling) -> tuple[float, float]:
    low, high = resampling.interval(values)
    return float(low), float(high)


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
