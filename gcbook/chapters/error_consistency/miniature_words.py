"""What is said of the miniatures' error consistency."""

import math

import numpy as np
import pandas as pd

from gcbook.miniworld.results.consistency import (
    GROUPS,
    cluster_order,
    clusters,
    group_of_images,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.panel import make_panel
from gcbook.miniworld.results.shipped import recipe_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import listed, number, plural, span

__all__ = ["consistency_groups", "consistency_sentence"]

ROUNDING = 1e-9
"""Shares that differ by less are the same ones, divided in another order."""


def consistency_groups(
    answers: pd.DataFrame, *, resampling: Resampling
) -> tuple[pd.DataFrame, dict[str, list[str]], str]:
    """All that the matrix shows and what is to be said of it.

    Args:
        answers: of the world's own test sets.
        draws, confidence, seed: of the intervals.

    Returns:
        The pairs of both `GROUPS`, with ``group``; the order of the models by group; and a
        paragraph for each group, with models that lack answers named.
    """
    tables, orders, notes = [], {}, []
    for group in GROUPS:
        chosen = answers[group_of_images(answers, group)]
        panel = make_panel(chosen, resampling)
        every = np.ones(len(panel.images), dtype=bool)
        pairs, values, bounds = pair_kappas(panel, every, resampling)
        tables.append(pairs.assign(group=group))
        orders[group] = cluster_order(pairs)
        note = f"*{group}.* {consistency_sentence(pairs, values, bounds, resampling)}"
        if panel.incomplete:
            note += f" Left out, as scores are missing: {listed(panel.incomplete)}."
        notes.append(note)
    return pd.concat(tables, ignore_index=True), orders, "\n\n".join(notes)


def consistency_sentence(
    pairs: pd.DataFrame, values: np.ndarray, bounds: np.ndarray, resampling: Resampling
) -> str:
    """Say whether discriminative miniatures err like each other, more than like generative ones.

    Args:
        pairs: from `gcbook.miniworld.results.consistency.pair_kappas`.
        values: likewise.
        bounds: likewise.
        resampling: how the intervals are made.
    """
    if pairs.empty:
        return "There are not yet two miniatures with all these images, and nothing to compare."
    facts, parts = sides(pairs, values, bounds, resampling), []
    for name, words in (
        ("generative", "generative miniatures among each other"),
        ("discriminative", "discriminative miniatures among each other"),
        ("across", "one of either kind"),
    ):
        if facts[f"{name}_pairs"]:
            ends = span(facts[f"{name}_low"], facts[f"{name}_high"], ".2f")
            n = plural(int(facts[f"{name}_pairs"]), "pair of recipes", "pairs of recipes")
            parts.append(f"{words}: {number(facts[name], '.2f')} ({ends}; {n})")
    means = "; ".join(parts)
    sentences = [f"Mean κ of {means}."] if parts else []
    if facts["seeds_pairs"]:
        ends = span(facts["seeds_low"], facts["seeds_high"], ".2f")
        sentences.append(
            "Seeds of one miniature, which differ in nothing but chance, agree to "
            f"{number(facts['seeds'], '.2f')} ({ends}), which is what chance in training leaves "
            "of the agreement, and the value to hold other pairs against."
        )
    sentences += [_verdict(pairs, facts), _capped(facts)]
    return " ".join(filter(None, sentences))


def _verdict(pairs: pd.DataFrame, facts: dict[str, float]) -> str:
    models = dict.fromkeys([*pairs["a"], *pairs["b"]])
    of_kind = {
        side: {recipe_of(name)[0] for name in models if side_of(name) == side}
        for side in ("generative", "discriminative")
    }
    if len(of_kind["discriminative"]) < 2 or not of_kind["generative"]:
        have = listed(f"{len(recipes)} {side}" for side, recipes in of_kind.items())
        return (
            "Whether discriminative miniatures err like each other more than like generative ones "
            f"cannot be told from {have}: it takes two discriminative and one generative with all "
            "these images."
        )
    groups = clusters(pairs)
    pure = all(len({side_of(name) for name in group}) == 1 for group in groups)
    if math.isnan(facts["gap_low"]):
        clear = "has no interval"
    elif facts["gap_low"] > 0:
        clear = "is clearly above 0"
    elif facts["gap_high"] < 0:
        clear = "is clearly below 0: they have less in common with each other"
    else:
        clear = "is not clearly different from 0"
    ends = span(facts["gap_low"], facts["gap_high"], ".2f")
    gap = (
        "The mean κ of discriminative miniatures among each other, minus that with generative "
        f"ones, {clear} ({number(facts['gap'], '.2f')}, {ends})."
    )
    names = " and ".join(f"({', '.join(group)})" for group in groups)
    if pure:
        return f"Cut in two, the tree parts generative from discriminative: {names}. {gap}"
    return f"Cut in two, the tree gives {names}, which are **not** the two kinds. {gap}"


def _capped(facts: dict[str, float]) -> str:
    """What accuracies do to the difference between the two kinds of pairs."""
    if math.isnan(facts["gap_share"]) or math.isnan(facts["gap_low"]):
        return ""
    ends = span(facts["gap_share_low"], facts["gap_share_high"], ".2f")
    shares = (
        "But accuracies cap κ. As shares of the most that they allow, discriminative pairs have "
        f"{facts['discriminative_share']:.0%}, generative ones "
        f"{facts['generative_share']:.0%} and mixed ones {facts['across_share']:.0%}; "
        f"discriminative minus mixed is {number(facts['gap_share'], '+.2f')} ({ends})"
    )
    if facts["gap_share_low"] > ROUNDING:
        verdict = "so the two kinds differ beyond their accuracies"
    elif facts["gap_share_high"] < -ROUNDING:
        verdict = "so relative to that, classifiers err *less* like each other"
    else:
        verdict = "so beyond the accuracies no difference is told from 0"
    return f"{shares}, {verdict}."
