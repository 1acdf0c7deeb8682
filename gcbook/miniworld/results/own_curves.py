"""What a reader's own scores say under each weighting, and at each level of noise.

Values and intervals are those that the book has for images of the kind: of published stimuli and a
reader's own cue conflicts, shapes and textures are resampled (`gcbook.stats.estimates`); of
miniature images, silhouettes (`gcbook.stats.clustered`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.own_stores import OwnStore, describe_images
from gcbook.miniworld.results.sweep import DECAYS
from gcbook.miniworld.results.weighting import PAPER, read_errors
from gcbook.noise.draws import level_of
from gcbook.noise.weightings import parse_weighting
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.scoring.decisions import Rule, decide_rows, smallest, to_trials
from gcbook.scoring.scores import Weights
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import Estimates, estimate
from gcbook.stats.maxt import step_down
from gcbook.stats.metrics import CUE_METRICS, conflicts_in, cue_metrics, cues
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, accuracies, cue_shares, cue_sums

_ENDS = ("", "_low", "_high")


def own_sweep(own: Sequence[OwnStore], *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias and accuracy of each own model under exp(−kt).

    Args:
        own: from `gcbook.miniworld.results.own_stores.open_stores`.
        resampling: how the intervals are made.

    Returns:
        A row a model and k (0 to 20): ``model, scored_on`` (in words), ``k``, ``n`` (cue
        conflicts); each of `gcbook.stats.metrics.CUE_METRICS` with ``_low`` and ``_high``;
        ``accuracy, accuracy_low, accuracy_high`` on ``sets`` (in words), NaN where there are none
        but the cue conflicts; and ``change, change_low, change_high``, by how much the shape bias
        exceeds that under the paper's k, on the same images.
    """
    tables = []
    for model in dict.fromkeys(each.model for each in own):
        first, *others = (each for each in own if each.model == model)
        answers = _decay_trials(first)
        rows = _measured(answers, first, resampling, PAPER)
        sets = _sets(first, others)
        if sets:
            right = pd.concat(map(_decay_trials, sets), ignore_index=True)
            rows = rows.merge(_accuracies(right, first, resampling), how="left")
        else:
            rows[["accuracy", "accuracy_low", "accuracy_high"]] = np.nan
        tables.append(
            rows.rename(columns={"case": "k"}).assign(
                model=model,
                scored_on=describe_images(first, int(rows["n"].max())),
                sets=", ".join(each.store.dataset for each in sets),
            )
        )
    return _together(tables)


def own_levels(own: Sequence[OwnStore], bins: int, *, resampling: Resampling) -> pd.DataFrame:
    """What each own model answers to cue conflicts where the draws of one level of noise decide.

    Args:
        own: see `own_sweep`.
        bins: number of levels, of equal width in t.
        resampling: how the intervals are made.

    Returns:
        A row a model, level and answer: ``model, scored_on, answer`` ("the shape", "the
        texture"), ``t_low, t_high, t`` (the middle), ``n, share, low, high``.
    """
    tables = []
    for each in (one for one in own if one.store.dataset == CONFLICT):
        found = _measured(_level_trials(each, bins), each, resampling)
        low = found["case"] / bins
        about = found[["n"]].assign(
            model=each.model,
            scored_on=describe_images(each, int(found["n"].max())),
            t_low=low,
            t_high=low + 1 / bins,
            t=low + 1 / (2 * bins),
        )
        for cue in ("shape", "texture"):
            values, low, high = (found[f"{cue}_accuracy{end}"] for end in _ENDS)
            tables.append(about.assign(answer=f"the {cue}", share=values, low=low, high=high))
    return _together(tables)


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables in one; where there is no own model, one without rows."""
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"model": []})


def _sets(first: OwnStore, others: Sequence[OwnStore]) -> list[OwnStore]:
    """The sets whose accuracy is shown: of the drawn world its ordinary images alone."""
    if first.drawn:
        return [each for each in others if each.store.dataset == PLAIN]
    return list(others)


def _decay_trials(own: OwnStore) -> pd.DataFrame:
    """Trials under each k, with the k as ``case``."""
    raw = read_errors(own.store)
    names, labels = raw.images["image_id"].tolist(), np.array(raw.labels)
    tables = []
    for k in DECAYS:
        best = smallest(names, raw.mean_errors(f"exp:{k}"), raw.labels)
        trials = to_trials(raw.images.assign(response=labels[best]), "own", own.store.dataset)
        tables.append(trials.assign(case=k))
    return pd.concat(tables, ignore_index=True)


def _level_trials(own: OwnStore, bins: int) -> pd.DataFrame:
    """Trials by the draws of each level alone, with the level as ``case``."""
    rows = own.store.scores()
    level = level_of(rows["t"].to_numpy(), bins)
    rule = Rule(Weights(parse_weighting("uniform")))
    tables = [
        to_trials(
            decide_rows(own.store, rows[level == index], rule), "own", own.store.dataset
        ).assign(case=index)
        for index in range(bins)
    ]
    return pd.concat(tables, ignore_index=True)


def _measured(
    trials: pd.DataFrame, own: OwnStore, resampling: Resampling, reference: int = 0
) -> pd.DataFrame:
    """``case, n`` and the metrics of cues with their ends, of trials on cue conflicts.

    Also ``change, change_low, change_high``, by how much the shape bias exceeds that of the
    reference, one of the cases; where that is none of them, the first.
    """
    of_images = _of_miniature if own.drawn else _of_photographs
    return of_images(trials, reference, resampling)


def _of_miniature(trials: pd.DataFrame, reference: int, resampling: Resampling) -> pd.DataFrame:
    marked = mark(trials)
    keys, sums = cue_sums(marked, ["case"], resampling=resampling)
    cases, biases = keys["case"].tolist(), cue_metrics(**sums)["shape_bias"]
    changes = biases - biases[cases.index(reference) if reference in cases else 0]
    low, high = resampling.interval(changes)
    changed = keys[["case"]].assign(change=changes[:, 0], change_low=low, change_high=high)
    return cue_shares(marked, ["case"], resampling=resampling).merge(changed, on="case")


def _of_photographs(trials: pd.DataFrame, reference: int, resampling: Resampling) -> pd.DataFrame:
    conflicts = conflicts_in(trials.assign(cue=cues(trials))).drop(columns="cue")
    estimates = _estimated(conflicts, resampling)
    found, *others = (_rows(estimates.estimates, metric, metric) for metric in CUE_METRICS)
    for each in others:
        found = found.merge(each.drop(columns="n"), on="case")
    means = estimates.means["shape_bias"]
    cases = [int(observer) for _, observer, _ in means.people]
    at = np.full(len(cases), cases.index(reference) if reference in cases else 0)
    tested = step_down(means.values, means.spread, np.arange(len(cases)), at, resampling)
    changes = {"change": means.values - means.values[at]}
    changes |= {"change_low": tested.low, "change_high": tested.high}
    return found.merge(pd.DataFrame({"case": cases, **changes}), on="case", how="left")


def _accuracies(trials: pd.DataFrame, own: OwnStore, resampling: Resampling) -> pd.DataFrame:
    """``case, accuracy, accuracy_low, accuracy_high``: of sets of the benchmark their mean."""
    if not own.drawn and set(trials["dataset"]) <= set(EXPERIMENTS):
        found = _rows(_estimated(trials, resampling).estimates, "ood_accuracy", "accuracy")
        return found.drop(columns="n")
    if own.drawn:
        answers = mark(trials)
    else:
        right = trials["response"] == trials["category"]
        answers = trials.assign(silhouette=trials["dataset"] + trials["image_id"], right=right)
    found = accuracies(answers, ["case"], resampling=resampling).drop(columns="n")
    return found.rename(columns={"low": "accuracy_low", "high": "accuracy_high"})


def _estimated(trials: pd.DataFrame, resampling: Resampling) -> Estimates:
    """Estimate with each case as an observer."""
    named = trials.assign(observer=trials["case"].astype(str)).drop(columns="case")
    settings = SummarySettings(tuple(dict.fromkeys(named["dataset"])), resampling=resampling)
    return estimate(named, settings, all_pairs=False)


def _rows(table: pd.DataFrame, metric: str, name: str) -> pd.DataFrame:
    """The pooled rows of a metric: ``case, n`` and its value under a name, with its ends."""
    # Of a metric of one dataset, or the mean over several.
    asked = table[(table["metric"] == metric) & (table["category"] == "")]
    asked = asked[asked["condition"] == ""].drop_duplicates("observer")
    return pd.DataFrame(
        {
            "case": asked["observer"].astype(int),
            "n": asked["n"].astype(int),
            name: asked["value"],
            f"{name}_low": asked["low"],
            f"{name}_high": asked["high"],
        }
    ).sort_values("case", ignore_index=True)
