"""What the miniatures answer at one level of noise at a time.

The times t of an image's draws are cut into equal levels, and each level decides alone, by the mean
of its unweighted errors. The first 2^k draws of an image fall one into each 2^k-th of t, so that
levels have equally many draws if they are as many as a power of two. Of a masked model t is the
share of tokens that are hidden.

Tables are made of the answers of `level_answers` at so many bins; ``resampling`` says how their
intervals are made.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import SOURCE, mark, miniature_answers, with_recipe
from gcbook.miniworld.results.course import PAPERS
from gcbook.miniworld.results.shipped import label_of, parts_of, shipped_sets, shipped_store
from gcbook.noise.schedules import log_snr
from gcbook.noise.weightings import parse_weighting
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import Rule, decide_rows, to_trials
from gcbook.scoring.diagnostics import level_of
from gcbook.scoring.scores import Weights
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_means, clustered_sums
from gcbook.stats.metrics import conflicts_in
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies, cue_shares

CONFLICTS = "cue-conflict"
ACCURACY_SETS = ("in-distribution", "silhouette", "texture")
"""Test sets on which there is one right answer, with both cues, shape alone, texture alone."""

_CUES = {"shape": "shape", "texture": "texture", "neither": "other"}


def models_with_levels(models: Sequence[str]) -> tuple[str, ...]:
    """Those of some shipped models whose draws on cue conflicts have several t."""
    return tuple(model for model in models if _has_levels(shipped_store(model, CONFLICTS)))


def level_answers(
    models: Sequence[str], bins: int, test_sets: Sequence[str] = (CONFLICTS, *ACCURACY_SETS)
) -> pd.DataFrame:
    """Decide with the draws of each level alone.

    Args:
        models: see `models_with_levels`.
        bins: number of levels.
        test_sets: those that a model has no scores on are left out for it.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them, with ``level`` and its
        ``log_snr`` (in the middle; NaN of a model without noise). An image without draws in a
        level has no row there.
    """
    # A level has one strength of noise, so there is nothing to weigh.
    rule = Rule(Weights(parse_weighting("uniform")))
    tables = []
    for model in models:
        for test_set in test_sets:
            if test_set not in shipped_sets(model):
                continue
            store = shipped_store(model, test_set)
            rows = unweighted(store)
            level = level_of(rows["t"].to_numpy(), bins)
            for index in range(bins):
                decided = decide_rows(store, rows[level == index], rule)
                trials = to_trials(decided, label_of(model), test_set, SOURCE)
                tables.append(trials.assign(level=index, log_snr=_log_snr(store, index, bins)))
    return mark(pd.concat(tables, ignore_index=True))


def level_shares(
    answers: pd.DataFrame, bins: int, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """Shares of the answers at each level.

    Returns:
        ``model, test_set, answer`` ("shape", "texture", "neither" and "shape bias" on cue
        conflicts, else "right"), ``level, t_low, t_high, t`` (middle), ``log_snr`` (at the middle;
        NaN where there is none), ``n, share, low, high``.
    """
    columns = ["model", "test_set", "answer", "level", "t_low", "t_high", "t", "log_snr"]
    columns += ["n", "share", "low", "high"]
    tables = []
    for model, group in answers.groupby("observer", sort=False):
        found = _shares(group, "level", resampling)
        ratios = group.groupby("level")["log_snr"].first()
        tables.append(found.assign(model=model, log_snr=found["level"].map(ratios)))
    table = pd.concat(tables, ignore_index=True)
    low, high = table["level"] / bins, (table["level"] + 1) / bins
    return table.assign(t_low=low, t_high=high, t=(table["level"] + 0.5) / bins)[columns]


def whole_shares(
    models: Sequence[str],
    test_sets: Sequence[str] = (CONFLICTS, *ACCURACY_SETS),
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Shares of the answers with all draws, the paper's weighting where there is one.

    The seeds of one miniature are pooled.

    Args:
        models: names of shipped models, with levels or without.
        test_sets: on which all of them have scores.
        resampling: how the intervals are made.

    Returns:
        ``model`` (a miniature), ``levels`` (whether it has a t), and as in `level_shares`
        ``test_set, answer, n, share, low, high``.
    """
    leveled = {parts_of(model).recipe for model in models_with_levels(models)}
    answers = with_recipe(miniature_answers(test_sets, models))
    table = _shares(answers, "recipe", resampling).rename(columns={"recipe": "model"})
    table["levels"] = table["model"].isin(leveled)
    return table[["model", "levels", "test_set", "answer", "n", "share", "low", "high"]]


def cue_differences(
    answers: pd.DataFrame, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """By how much shape answers outnumber texture answers at each level.

    Returns:
        ``model, level, n, mean, low, high``: share of shape answers minus share of texture answers.
    """
    conflicts = _with_cues(answers)
    conflicts["difference"] = conflicts["shape"] - conflicts["texture"]
    by = ["observer", "level"]
    table = clustered_means(conflicts, by, "difference", resampling=resampling)
    return table.rename(columns={"observer": "model"})


def cue_centres(
    answers: pd.DataFrame, bins: int, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """Around which t each cue is named: the mean t of the answers that name it.

    Taken off first are those that name it by accident: at each level as many as fall on one of the
    fourteen classes of neither cue, on average. Without that a cue that is never seen would have a
    centre as well, in the middle of the range.

    Returns:
        A row a model and ``cue``, "shape", "texture" and the "difference" of the two:
        ``t, low, high``, NaN where nothing is left of a cue in some of the resamples.
    """
    conflicts = _with_cues(answers)
    middle = (conflicts["level"] + 0.5) / bins
    accident = (1 - conflicts["shape"] - conflicts["texture"]) / (len(CATEGORIES) - 2)
    for cue in ("shape", "texture"):
        conflicts[cue] -= accident
        conflicts[f"{cue}_t"] = conflicts[cue] * middle
    columns = ["shape", "texture", "shape_t", "texture_t"]
    keys, sums = clustered_sums(conflicts, ["observer"], columns, resampling=resampling)
    centres = {}
    for cue in ("shape", "texture"):
        lowest = np.nanmin(sums[cue], axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            # Where little is left of a cue the quotient is anywhere.
            centres[cue] = np.where(lowest > 1e-6, sums[f"{cue}_t"] / sums[cue], np.nan)
    centres["difference"] = centres["shape"] - centres["texture"]
    tables = []
    for cue, t in centres.items():
        low, high = resampling.interval(t)
        tables.append(keys.assign(cue=cue, t=t[:, 0], low=low, high=high))
    table = pd.concat(tables).rename(columns={"observer": "model"})
    orders = {"model": list(answers["observer"].unique()), "cue": list(centres)}
    return ordered_rows(table, list(orders), orders)


def unweighted(store: Store) -> pd.DataFrame:
    """The scores of a store without the weight that a bound gives to t.

    A masked model's term of the bound is the sum over hidden tokens divided by their rate, so that
    within a level the draws with the fewest hidden tokens would count the most.
    """
    rows = store.scores()
    return rows.assign(nll=rows["nll"] * rows["t"]) if store.traits.likelihood else rows


def _log_snr(store: Store, level: int, bins: int) -> float:
    """In the middle of a level; NaN of a model without noise."""
    schedule = store.schedule
    return np.nan if schedule is None else float(log_snr(schedule, np.array((level + 0.5) / bins)))


def _has_levels(store: Store) -> bool:
    t = store.scores()["t"]
    return not store.traits.deterministic and bool(t.notna().all()) and t.nunique() > 1


def _shares(answers: pd.DataFrame, by: str, resampling: Resampling) -> pd.DataFrame:
    """Shares of answers on each test set: ``test_set, answer, n, share, low, high``."""
    tables = []
    for test_set, group in answers.groupby("dataset", sort=False):
        if test_set == CONFLICTS:
            group = conflicts_in(group)
            named = {name: group["cue"] == cue for name, cue in _CUES.items()}
        else:
            named = {"right": group["right"]}
        for answer, right in named.items():
            found = accuracies(group.assign(right=right), [by], resampling=resampling)
            found = found.rename(columns={"accuracy": "share"})
            tables.append(found.assign(test_set=test_set, answer=answer))
        if test_set == CONFLICTS:
            names = {"shape_bias": "share", "shape_bias_low": "low", "shape_bias_high": "high"}
            bias = cue_shares(group, [by], resampling=resampling).rename(columns=names)
            tables.append(bias.assign(test_set=test_set, answer="shape bias"))
    return pd.concat(tables, ignore_index=True)


def _with_cues(answers: pd.DataFrame) -> pd.DataFrame:
    """Cue conflicts with the columns shape and texture: 1 where the answer names it."""
    conflicts = conflicts_in(answers)
    named = {cue: (conflicts["cue"] == cue).astype(float) for cue in ("shape", "texture")}
    return conflicts.assign(**named)


def lead_rows(ends: pd.DataFrame) -> pd.DataFrame:
    """By how much shape answers outnumber texture answers at the first and the last copy.

    Args:
        ends: from `gcbook.miniworld.results.course.first_and_last`.

    Returns:
        ``model, copy`` ("first" or "last"), ``images`` (seen by then), ``difference, low, high``;
        with the paper's weighting where there is one.
    """
    chosen = ends[ends["weighting"].isin(["", PAPERS])]
    parts = [
        chosen[["model"]].assign(
            copy=copy,
            images=chosen[copy],
            difference=chosen[f"{copy}_difference"],
            low=chosen[f"{copy}_low"],
            high=chosen[f"{copy}_high"],
        )
        for copy in ("first", "last")
    ]
    return pd.concat(parts).sort_index(kind="stable", ignore_index=True)
