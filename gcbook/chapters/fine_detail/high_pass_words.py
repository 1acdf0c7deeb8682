"""What is said of high-pass images: of weightings, of small inputs, and of what can be read."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from gcbook.chapters.fine_detail.high_pass import PAPER, SETS
from gcbook.paper.categories import CHANCE
from gcbook.stats.words import number, span

__all__ = ["decay_sentence", "floor_sentence", "reduced_sentence", "small_input_sentence"]

ONE_SIDED = 0.5
"""Share of one answer beyond which it is worth saying what that alone can reach."""
ALONE = f"by itself, that one can be right on no more than {CHANCE:.1%} of the images."


def decay_sentence(rows: pd.DataFrame) -> str:
    """Say under which k high-pass images are answered best, and what the paper's k gives.

    Args:
        rows: from `gcbook.chapters.fine_detail.high_pass.decay_rows`.
    """
    parts = []
    for model, group in rows[rows["test_set"] == SETS["high-pass"]].groupby("model", sort=False):
        found = group.to_dict("records")
        paper = next((row for row in found if row["k"] == PAPER), found[0])
        others = [row for row in (found[0], found[-1]) if row is not paper]
        changes = " and ".join(
            f"{number(row['change'], '+.3f')} "
            f"({span(row['change_low'], row['change_high'], '+.3f')}) under k = {row['k']:g}"
            for row in others
        )
        parts.append(
            f"{model} answers {paper['accuracy']:.1%} of the high-pass images under the paper's k "
            f"= {PAPER} ({span(paper['low'], paper['high'])}; chance is {CHANCE:.1%}). On the same "
            f"images that changes by {changes}{_verdict(others)}. Under the paper's k "
            f"{paper['commonest']:.0%} of the answers are one and the same category"
            + (f": {ALONE}" if paper["commonest"] > ONE_SIDED else ".")
        )
    return " ".join(parts) or "No diffusion miniature comes with this version."


def _verdict(others: list[dict[Hashable, Any]]) -> str:
    """Which way high-pass images want the weight, as far as the intervals tell."""
    clear = {
        ("more" if row["k"] > PAPER else "less", bool(row["change"] > 0))
        for row in others
        if row["change_low"] > 0 or row["change_high"] < 0
    }
    helps = sorted(side for side, gains in clear if gains)
    hurts = sorted(side for side, gains in clear if not gains)
    said = [
        f"{' and '.join(sides)} weight on little noise {verb} them"
        for sides, verb in ((helps, "helps"), (hurts, "costs"))
        if sides
    ]
    return f": {', '.join(said)}" if said else ""


def small_input_sentence(rows: pd.DataFrame, pixels: int) -> str:
    """Say whether models that see equally small images are equally poor on high-pass ones.

    Args:
        rows: from `gcbook.chapters.fine_detail.high_pass.decay_rows`.
        pixels: along the side of what they all see.
    """
    high = rows[rows["test_set"] == SETS["high-pass"]]
    paper = high[high["k"] == PAPER].sort_values("accuracy").to_dict("records")
    if len(paper) > 1 and any(pd.isna(row["low"]) for row in paper):
        return "Nothing was resampled, so it cannot be said which of these models clearly differ."
    least, most = (paper[0], paper[-1]) if len(paper) > 1 else (None, None)
    if least is None or most is None or not least["high"] < most["low"]:
        return (
            "So the miniature world cannot tell which of the two reasons is Imagen's: its images "
            f"have {pixels} pixels a side, and of no two of its diffusion models do the intervals "
            "lie apart in what they read of the finest detail."
        )
    ever = float(high.loc[high["model"] == least["model"], "accuracy"].max())
    reach = (
        f"and under no k of the figure does {least['model']} come near ({ever:.0%} at most)"
        if ever < most["low"]
        else f"though under another k {least['model']} gets {ever:.0%}"
    )
    return (
        "But a difference of this kind need not come from a small input: "
        f"{least['model']} and {most['model']} are shown the same {pixels} pixels a side, and "
        f"under the paper's k one answers {least['accuracy']:.0%} of the high-pass images "
        f"rightly, the other {most['accuracy']:.0%}, {reach}. What the two differ in is what they "
        "put noise on, the picture or an autoencoder's code of it, and at which rate; the paper "
        "says of Stable Diffusion, too, that the weights act otherwise on a code."
    )


def floor_sentence(rows: pd.DataFrame) -> str:
    """Say whether high-pass images can be read at all, so that something could be lost.

    Args:
        rows: from `gcbook.chapters.fine_detail.high_pass.reduced_rows`; images that were not
            reduced are looked at.
    """
    whole = rows[(rows["factor"] == 1) & (rows["test_set"] == SETS["high-pass"])]
    if whole.empty:
        return ""
    best = max(whole.to_dict("records"), key=lambda row: row["accuracy"])
    able, least = best["low"] > CHANCE, whole["commonest"].min()
    verdict = (
        "not resampled"
        if pd.isna(best["low"])
        else "which is above chance, but leaves little to lose"
        if able and best["accuracy"] < 3 * CHANCE
        else "which is above chance"
        if able
        else "which its interval does not tell from guessing"
    )
    return (
        f"Of the classifiers, the best on high-pass images as they are is {best['model']}, with "
        f"{best['accuracy']:.0%} ({span(best['low'], best['high'], '.2f')}; chance is "
        f"{CHANCE:.1%}), {verdict}. The commonest answer makes up {least:.0%} of the answers of "
        "the network that varies them most" + (f": {ALONE}" if least > ONE_SIDED else ".")
    )


def reduced_sentence(rows: pd.DataFrame) -> str:
    """Say what the largest reduction that was tried does to high-pass images and to others.

    Args:
        rows: from `gcbook.chapters.fine_detail.high_pass.reduced_rows`.
    """
    parts = []
    for model, group in rows.groupby("model", sort=False):
        most = group["factor"].max()
        words = []
        for title in SETS.values():
            found = {
                row["factor"]: row for row in group[group["test_set"] == title].to_dict("records")
            }
            if found:
                ends = (
                    f"{number(row['accuracy'], '.2f')} ({span(row['low'], row['high'], '.2f')})"
                    for row in (found[1.0], found[most])
                )
                words.append(f"{title.lower()} {' → '.join(ends)}")
        parts.append(f"{model}, reduced by {most:g}: {', '.join(words)}.")
    return " ".join(parts)
