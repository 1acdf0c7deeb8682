"""Sentences on what the levels of noise show; every direction in them is read from the numbers."""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.shipped import KINDS, recipe_of
from gcbook.stats.words import listed, number, span

__all__ = [
    "NO_LEVELS",
    "centre_sentence",
    "evidence_sentence",
    "levels_sentence",
    "without_levels_sentence",
]

NO_LEVELS = (
    "This version brings no miniature with a noise level, so there is nothing to show by noise "
    "level: only diffusion models and masked models have one."
)


def levels_sentence(shares: pd.DataFrame, differences: pd.DataFrame) -> str:
    """Where each cue is named most, and which of the two prevails at how many levels.

    Args:
        shares: from `gcbook.chapters.noise_levels.tables.level_shares`.
        differences: from `gcbook.chapters.noise_levels.tables.cue_differences`.

    Returns:
        MyST Markdown, a paragraph a model.
    """
    paragraphs = []
    conflicts = shares[shares["test_set"] == "cue-conflict"]
    for model, rows in conflicts.groupby("model", sort=False):
        peaks = [
            f"{cue} answers are most frequent at t = {_range(peak)} ({peak['share']:.0%})"
            for cue in ("texture", "shape")
            for peak in [_highest(rows[rows["answer"] == cue], "share")]
        ]
        last = rows[rows["answer"] == "neither"].sort_values("level").iloc[-1]
        paragraphs.append(
            f"**{model}**, with one level of {_level_word(str(model))} at a time: {peaks[0]}, "
            f"{peaks[1]}. {_prevailing(differences[differences['model'] == model])} With the most "
            f"{_level_word(str(model))}, {last['share']:.0%} of the answers name neither; of "
            "guesses, 14 in 16 would."
        )
    return "\n\n".join(paragraphs) or NO_LEVELS


def centre_sentence(centres: pd.DataFrame) -> str:
    """Whether shape or texture is named at more noise, with the interval that decides it.

    Args:
        centres: from `gcbook.chapters.noise_levels.tables.cue_centres`.
    """
    sentences = []
    for row in centres.to_dict("records"):
        model, word = row["model"], _level_word(str(row["model"]))
        if np.isnan(row["difference"]):
            sentences.append(
                f"{model} does not name both cues clearly more often than by accident."
            )
            continue
        if np.isnan(row["low"]):
            finding = "no interval was computed"
        elif row["low"] > 0:
            finding = f"shape is named at more {word} than texture"
        elif row["high"] < 0:
            finding = f"shape is named at less {word} than texture"
        else:
            finding = f"no clear difference in the {word} at which the cues are named"
        sentences.append(
            f"{model}: {finding}. The answers that name the shape lie around t = "
            f"{number(row['shape_t'], '.2f')}, those that name the texture around "
            f"{number(row['texture_t'], '.2f')} (difference {number(row['difference'], '.2f')}, "
            f"{span(row['low'], row['high'], '.2f')})."
        )
    return "\n".join(f"- {sentence}" for sentence in sentences) or NO_LEVELS


def evidence_sentence(evidence: pd.DataFrame) -> str:
    """Where each cue speaks the loudest, and at which levels it can be heard at all.

    Args:
        evidence: from `gcbook.chapters.noise_levels.evidence.cue_evidence`.
    """
    sentences = []
    for model, rows in evidence.groupby("model", sort=False):
        parts = []
        for cue, of_cue in rows.groupby("cue", sort=False):
            peak, heard = _highest(of_cue, "mean"), int((of_cue["low"] > 0).sum())
            loudest = f"the loudest at t = {_range(peak)} ({number(peak['mean'], '.2f')})"
            if of_cue["low"].isna().all():
                parts.append(f"the {cue} speaks {loudest}; no interval was computed")
            elif heard:
                parts.append(
                    f"the {cue} speaks {loudest}, and clearly, with its interval above 0, at "
                    f"{heard} of {len(of_cue)} levels"
                )
            else:
                parts.append(f"the {cue} is not clearly heard at any level")
        sentences.append(f"- {model}: {'; '.join(parts)}.")
    return "\n".join(sentences) or NO_LEVELS


def without_levels_sentence(whole: pd.DataFrame) -> str:
    """What the miniatures without a noise level answer to cue conflicts.

    Args:
        whole: from `gcbook.chapters.noise_levels.tables.whole_shares`.
    """
    rows = whole[(whole["test_set"] == "cue-conflict") & ~whole["levels"]]
    if rows.empty:
        return "No miniature without a noise level is among those of this version."
    parts = []
    for model, group in rows.groupby("model", sort=False):
        share = group.set_index("answer")["share"]
        parts.append(
            f"{model} ({KINDS[str(model)]}) names the shape in {share['shape']:.0%} and the "
            f"texture in {share['texture']:.0%} of its answers"
        )
    return f"Models without a noise level answer once and for all: {listed(parts)}."


def _prevailing(differences: pd.DataFrame) -> str:
    """At how many levels the interval of the difference lies on one side of 0, and at which."""
    if differences["low"].isna().all():
        return "No intervals were computed, so which differences are clear is open."
    said = []
    for cue, rows in (
        ("shape", differences[differences["low"] > 0]),
        ("texture", differences[differences["high"] < 0]),
    ):
        levels = sorted(rows["level"])
        if levels:
            said.append(f"the {cue} is named clearly more often at {_places(levels)}")
    open_ = len(differences) - sum(
        int(chosen.sum()) for chosen in (differences["low"] > 0, differences["high"] < 0)
    )
    if not said:
        return f"At none of the {len(differences)} levels is one cue named clearly more often."
    others = "the other level" if open_ == 1 else f"the other {open_}"
    rest = f"; at {others} the interval of the difference holds 0" if open_ else ""
    return f"Level by level, counted from 1 for the least, {' and '.join(said)}{rest}."


def _places(levels: list[int]) -> str:
    """Runs of levels, counted from 1.

    >>> _places([0, 1, 2, 5])
    'levels 1 to 3 and 6'
    """
    runs: list[list[int]] = []
    for level in levels:
        if runs and level == runs[-1][-1] + 1:
            runs[-1].append(level)
        else:
            runs.append([level])
    words = [f"{run[0] + 1}" if len(run) == 1 else f"{run[0] + 1} to {run[-1] + 1}" for run in runs]
    return f"{'level' if len(levels) == 1 else 'levels'} {listed(words)}"


def _highest(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.iloc[int(rows[column].to_numpy().argmax())]


def _range(row: pd.Series) -> str:
    return f"{row['t_low']:.3g} to {row['t_high']:.3g}"


def _level_word(model: str) -> str:
    return "masking" if "masked" in recipe_of(model)[0] else "noise"
