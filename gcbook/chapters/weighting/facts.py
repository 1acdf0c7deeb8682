"""Sentences about weightings, from their tables; without a model they say so."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.weighting.page import page_agreement
from gcbook.miniworld.results.weighting import (
    PAPER,
    SETS,
    Stores,
    answers_under,
    read_errors,
)
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.diagnostics import TENTHS, decisions_by, tenths_of
from gcbook.scoring.scores import Weights
from gcbook.scoring.store import Store
from gcbook.stats.metrics import cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_sums
from gcbook.stats.words import number, span

__all__ = [
    "agreement_sentence",
    "change_sentences",
    "half_sentences",
    "main_weightings",
    "scaling_sentences",
    "share_sentences",
    "sweep_sentences",
    "bias_change",
    "tenth_agreement",
]

"""What a paragraph says where there is nothing to speak of."""


def main_weightings(sweep: pd.DataFrame, decays: Sequence[float] = (0, PAPER, 20)) -> pd.DataFrame:
    """The rows of a sweep that go into a table: a few k, and all other weightings.

    Args:
        sweep: from `gcbook.miniworld.results.weighting.sweep_table`.
        decays: the k to keep.
    """
    return sweep[sweep["k"].isin(list(decays)) | sweep["k"].isna()].reset_index(drop=True)


def sweep_sentences(sweep: pd.DataFrame) -> str:
    """How far accuracy and shape bias move with k, as a Markdown list with an entry a model.

    Args:
        sweep: from `gcbook.miniworld.results.weighting.sweep_table`, with k = 7 among its rows.
    """
    entries = []
    for model, rows in sweep.groupby("model", sort=False):
        curve = rows[rows["k"].notna()]
        paper = curve[curve["k"] == PAPER].iloc[0]
        accuracy, bias = _range(curve, "accuracy", ".1%"), _range(curve, "shape_bias", ".2f")
        entries.append(
            f"- **{model}**. Under the paper's weight it is right on "
            f"{number(paper['accuracy'], '.1%')} "
            f"({span(paper['accuracy_low'], paper['accuracy_high'], '.1%')}) of {paper['n']:,} "
            f"in-distribution images, and its shape bias is {number(paper['shape_bias'], '.2f')} "
            f"({span(paper['shape_bias_low'], paper['shape_bias_high'], '.2f')}). Over $k$ from "
            f"{curve['k'].min():g} to {curve['k'].max():g} the accuracy lies "
            f"{accuracy}, the shape bias {bias}."
        )
    return "\n".join(entries)


def change_sentences(changes: pd.DataFrame) -> str:
    """What counting all noise levels alike does to the shape bias, a Markdown list.

    Args:
        changes: from `gcbook.chapters.weighting.facts.bias_change`, from the paper's k to 0.
    """
    entries = [
        f"- **{row['model']}**. From $k = {PAPER}$ to $k = 0$ the shape bias changes by "
        f"{number(row['change'], '+.2f')} ({span(row['low'], row['high'], '.2f')}, from the same "
        f"resampled silhouettes), shape accuracy by {number(row['shape'], '+.2f')} and texture "
        f"accuracy by {number(row['texture'], '+.2f')}."
        for row in changes.to_dict("records")
    ]
    return "\n".join(entries)


def share_sentences(shares: pd.DataFrame, stores: Stores, weighting: str = f"exp:{PAPER}") -> str:
    """Where half of the weight is reached and where half of the variance, an entry a model.

    Args:
        shares: from `gcbook.miniworld.results.weighting.share_table`.
        stores: that they are of; how many answers one tenth gives alone is counted there.
        weighting: of which.
    """
    entries = []
    for model, rows in shares[shares["weighting"] == weighting].groupby("model", sort=False):
        parts = {part: own.sort_values("tenth") for part, own in rows.groupby("part")}
        first = {part: own["share"].iloc[0] for part, own in parts.items()}
        half = {
            part: int(own["tenth"].to_numpy()[(own["share"].cumsum() >= 0.5 - 1e-9).argmax()])
            for part, own in parts.items()
        }
        largest = parts["variance"].iloc[parts["variance"]["share"].argmax()]
        low, high = (int(largest["tenth"]) - 1) / TENTHS, int(largest["tenth"]) / TENTHS
        beyond = (
            f"half of the variance is reached only at $t = {half['variance'] / TENTHS:.1f}$"
            if half["variance"] > half["weight"]
            else f"so is half of the variance by $t = {half['variance'] / TENTHS:.1f}$"
        )
        entries.append(
            f"- **{model}**. The cleanest tenth of $t$ has {first['weight']:.0%} of the weight and "
            f"{number(first['variance'], '.0%')} of the variance. Half of the weight is used up by "
            f"$t = {half['weight'] / TENTHS:.1f}$; {beyond}. The tenth with the most "
            f"variance, {number(largest['share'], '.0%')}, is that from {low:.1f} to {high:.1f}"
            f"{_alone(stores, str(model), int(largest['tenth']), weighting)}."
        )
    return "\n".join(entries)


def agreement_sentence(stores: Stores, n_draws: int, seed: int) -> str:
    """What the page's rounding and its fewer draws change, as a sentence.

    Args:
        stores: from `gcbook.miniworld.results.weighting.weighing_stores`.
        n_draws: draws an image on the page.
        seed: of the choice of images.
    """
    found = page_agreement(stores, n_draws, PAPER, seed)
    return (
        f"What that changes, in {found['decisions']:,} decisions under the paper's weighting: "
        f"rounding, {found['rounded'] or 'none'} of them; having fewer draws than the full "
        f"{found['draws']}, {found['fewer'] or 'none'}."
    )


def scaling_sentences(stores: Stores) -> str:
    """How many decisions change if each draw's errors are divided by their range, a list.

    Args:
        stores: see `agreement_sentence`.
    """
    entries = []
    for model, of_model in stores.items():
        raw = read_errors(of_model[SETS[1]])
        errors = raw.errors["l2"]
        excess = errors - errors.min(axis=2, keepdims=True)
        spread = excess.max(axis=2, keepdims=True)
        weights = np.exp(-PAPER * raw.t)[..., None]
        plain = (weights * errors).sum(axis=1).argmin(axis=1)
        shifted = (weights * excess).sum(axis=1).argmin(axis=1)
        scaled = (weights * excess / np.where(spread > 0, spread, 1)).sum(axis=1).argmin(axis=1)
        entries.append(
            f"{model}: subtracting changes {_of(plain != shifted)}, dividing by the draw's range "
            f"changes {_of(plain != scaled)} of {len(plain):,} decisions on cue conflicts"
        )
    return "; ".join(entries)


def half_sentences(stores: Stores) -> str:
    """What is answered from the cleaner half of t alone and from the noisier, a Markdown list.

    Args:
        stores: see `agreement_sentence`.
    """
    entries = []
    for model, of_model in stores.items():
        plain, conflicts = (
            decisions_by(store, "t", [0, 0.5, 1], store.weights("uniform", "l2"))
            for store in (of_model[name] for name in SETS)
        )
        said = [
            f"accuracy {number(right, '.0%')}, shape accuracy {number(shape, '.0%')}, texture "
            f"accuracy {number(texture, '.0%')}, shape bias {number(bias, '.2f')}"
            for right, shape, texture, bias in zip(
                plain["accuracy"],
                conflicts["shape_accuracy"],
                conflicts["texture_accuracy"],
                conflicts["shape_bias"],
                strict=True,
            )
        ]
        entries.append(f"- **{model}**. $t$ up to 0.5: {said[0]}. $t$ above 0.5: {said[1]}.")
    return "\n".join(entries)


def _alone(stores: Stores, model: str, tenth: int, weighting: str) -> str:
    if model not in stores:
        return ""
    share = tenth_agreement(stores[model][SETS[1]], tenth, weighting)
    return f"; alone it gives the same answer to {number(share, '.0%')} of the cue conflicts"


def _range(curve: pd.DataFrame, name: str, form: str) -> str:
    """The smallest and the largest value, each with the k at which it is reached."""
    known = curve.loc[curve[name].notna()]
    if not len(known):
        return number(np.nan)
    ends = (known.iloc[known[name].argmin()], known.iloc[known[name].argmax()])
    low, high = (f"{number(end[name], form)} ($k = {end['k']:g}$)" for end in ends)
    return f"between {low} and {high}"


def _of(changed: np.ndarray) -> str:
    return f"{int(changed.sum()):,}" if changed.any() else "none"


def bias_change(
    stores: Stores,
    decays: tuple[float, float] = (PAPER, 0),
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """By how much the shape bias changes from one k to another, on the same images.

    Args:
        stores: from `weighing_stores`.
        decays: k of exp(−kt) before and after.
        resampling: how the intervals are made.

    Returns:
        A row a model: ``model, shape, texture`` (changes of the two accuracies), ``change`` (of
        the shape bias), ``low, high``.
    """
    rows = []
    names = [f"exp:{k:g}" for k in decays]
    for model, of_model in stores.items():
        answers = answers_under(of_model[SETS[1]], names, "l2")
        keys, sums = cue_sums(answers, ["weighting"], resampling=resampling)
        before, after = (keys["weighting"].tolist().index(name) for name in names)
        values = cue_metrics(**sums)
        bias = values["shape_bias"]
        low, high = resampling.interval(bias[after] - bias[before])
        share = {cue: values[f"{cue}_accuracy"][:, 0] for cue in ("shape", "texture")}
        rows.append(
            {
                "model": model,
                **{cue: share[cue][after] - share[cue][before] for cue in share},
                "change": bias[after, 0] - bias[before, 0],
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows, columns=["model", "shape", "texture", "change", "low", "high"])


def tenth_agreement(store: Store, tenth: int, weighting: str) -> float:
    """Return the share of images on which the draws of one tenth of t alone decide as all do.

    Args:
        store: of errors.
        tenth: from 1, for the cleanest, to 10.
        weighting: of all draws, and of those within the tenth.

    Returns:
        NaN if no image has a draw there; images without one do not count.
    """
    raw = read_errors(store)
    weights = Weights(parse_weighting(weighting), "l2", raw.schedule).at(raw.t, raw.log_snr)
    inside = tenths_of(raw.t) == tenth - 1
    errors = raw.errors["l2"]
    all_draws, some = (
        (factor[..., None] * errors).sum(axis=1).argmin(axis=1)
        for factor in (weights, weights * inside)
    )
    has = inside.any(axis=1)
    return float((all_draws == some)[has].mean()) if has.any() else float("nan")
