"""When is a generative classifier shape-biased? The same models, trained in nine worlds."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.results.worlds import (
    CELL,
    CLASSIFIER,
    GENERATOR,
    POINT,
    VARIANTS,
    Trained,
    clear_sign,
    signs_sentence,
)
from gcbook.miniworld.training.worlds import DIAGNOSTICITIES, GRID, IMAGES, MODELS, jobs
from gcbook.stats.correlation import correlate
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import change_of, pooled_measures
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "MEASURES",
    "map_rows",
    "map_sentence",
    "sign_sentence",
    "trend_sentence",
    "seed_rows",
    "seed_sentence",
    "seeds_sentence",
    "TRAINED",
    "budget_sentence",
    "minutes_sentence",
    "missing_jobs_sentence",
    "shortcut_rows",
    "shortcut_sentence",
]

MEASURES = {
    "shape_bias": "Shape bias",
    "shape_accuracy": "Names the shape",
    "texture_accuracy": "Names the texture",
    "texture_excess": "Names the texture beyond accident",
    "accuracy": "In-distribution accuracy",
}


def map_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Every measure of every model at every point, over its seeds.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.
        resampling: how the intervals are made.

    Returns:
        ``diagnosticity, contrast, recipe, variant, seeds, measure`` (a title of `MEASURES`),
        ``value, low, high``, and ``blind``, the shape bias of an observer blind to texture that
        names the shape as often (NaN for other measures).
    """
    keys, values, _ = pooled_measures(answers, CELL, resampling=resampling, together=True)
    tables = []
    for name, title in MEASURES.items():
        low, high = resampling.interval(values[name])
        found: dict[str, Any] = {
            "measure": title,
            "value": values[name][:, 0],
            "low": low,
            "high": high,
        }
        known = values["blind"][:, 0] if name == "shape_bias" else np.nan
        tables.append(keys.assign(**found, blind=known))
    table = pd.concat(tables, ignore_index=True)
    columns = [*CELL, "seeds", "measure", "value", "low", "high", "blind"]
    return table[columns].round(dict.fromkeys(["value", "low", "high", "blind"], 4))


def trend_sentence(rows: pd.DataFrame) -> str:
    """Say with which property of a world the difference between the two models goes.

    One test a property, over the worlds: Spearman's coefficient, all arrangements counted.

    Args:
        rows: from `sign_rows`.
    """
    plain = rows[rows["variant"] == ""].dropna(subset="difference")
    known = set(plain[POINT].itertuples(index=False, name=None))
    # Only over a whole grid does one property say nothing of the other.
    if not {(point.diagnosticity, point.contrast) for point in GRID} <= known:
        return (
            "What goes with the difference can be said once both models are here in all "
            f"{len(GRID)} worlds."
        )
    parts = []
    for name in POINT:
        found = correlate(plain[name], plain["difference"])[1]
        if not np.isnan(found.r):
            parts.append(f"with {name} ρ = {number(found.r, '+.2f')} (p = {found.p:.2g})")
    if not parts:
        return "The difference is the same in all worlds, so nothing goes with it."
    return (
        f"Over {plural(len(plain), 'world')} the rank correlation of the difference is, "
        f"{' and '.join(parts)}. These two tests were chosen before any map was trained, and are "
        "not corrected for being two. To each, what goes with the other property is noise, which "
        "makes its p rather too large than too small."
    )


def map_sentence(rows: pd.DataFrame) -> str:
    """Say where on the map each model is most and least shape-biased, and what it can do at all.

    Args:
        rows: from `map_rows`.
    """
    plain = rows[rows["variant"] == ""]
    parts = []
    for recipe, model in plain.groupby("recipe", sort=False):
        bias = _measured(model, "shape_bias")
        if not bias:
            continue
        most = max(bias, key=lambda row: row["value"])
        least = min(bias, key=lambda row: row["value"])
        right = [row["value"] for row in _measured(model, "accuracy")]
        blind = [row["blind"] for row in bias if np.isfinite(row["blind"])]
        unseeing = (
            f" An observer who names shapes as often and never uses texture would have "
            f"{number(min(blind), '.2f')} to {number(max(blind), '.2f')}."
        )
        # Without resamples nothing is clear.
        excess = _measured(model, "texture_excess")
        lows = [row["low"] for row in excess if np.isfinite(row["low"])]
        beyond = (
            f", and textures clearly beyond accident in {sum(low > 0 for low in lows)} of "
            f"{plural(len(lows), 'world')}"
        )
        parts.append(
            f"- {recipe}: shape bias from {_at(least)} to {_at(most)}, over "
            f"{plural(len(bias), 'world')}.{unseeing if blind else ''} "
            f"The model names {number(min(right), '.0%')} to {number(max(right), '.0%')} of "
            f"ordinary images right{beyond if lows else ''}."
        )
    return "\n".join(parts) or "No model of this version was trained in other worlds."


def _measured(rows: pd.DataFrame, name: str) -> list[dict[Any, Any]]:
    found = rows[rows["measure"] == MEASURES[name]]
    return found.dropna(subset="value").to_dict("records")


def sign_sentence(rows: pd.DataFrame) -> str:
    """Say in how many worlds the diffusion model is the more shape-biased one, and what changes it.

    Args:
        rows: from `sign_rows`.
    """
    plain = rows[rows["variant"] == ""]
    parts = [signs_sentence(rows)]
    if plain["low"].isna().all():
        return parts[0]
    known = {(row["diagnosticity"], row["contrast"]): row for row in plain.to_dict("records")}
    for variant in [name for name in VARIANTS if name]:
        words, turned = [], 0
        for row in rows[rows["variant"] == variant].to_dict("records"):
            before = known.get((row["diagnosticity"], row["contrast"]))
            if before is None:
                continue
            change = _change_of_sign(clear_sign(before), clear_sign(row))
            turned += change == _TURNED
            words.append(
                f"{_where(row)}: {number(before['difference'], '+.2f')} → "
                f"{number(row['difference'], '+.2f')} ({span(row['low'], row['high'], '+.2f')}"
                f"{change})"
            )
        if words:
            parts.append(
                f"With {VARIANTS[variant]}, {'; '.join(words)}: the sign turns in {turned} of "
                f"{plural(len(words), 'world')}."
            )
    return " ".join(parts)


_TURNED = ", the other sign"


def _change_of_sign(before: int, now: int) -> str:
    if before == now:
        return ""
    if not now:
        return ", no longer clear of 0"
    return _TURNED if before else ", clear of 0 now"


def _where(row: dict[Any, Any]) -> str:
    return f"diagnosticity {row['diagnosticity']:g}, contrast × {row['contrast']:g}"


def _at(row: dict[Any, Any]) -> str:
    ends = span(row["low"], row["high"], ".2f")
    return f"{number(row['value'], '.2f')} ({ends}; {_where(row)})"


def seeds_sentence(models: Iterable[Trained]) -> str:
    """Say which models of a map were trained from several seeds, and what its intervals know of it.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
    """
    seeds: dict[tuple[str, str, float, float], set[int]] = {}
    for one in models:
        cell = one.recipe, one.variant, one.diagnosticity, one.contrast
        seeds.setdefault(cell, set()).add(one.seed)
    several: dict[str, int] = {}
    for (recipe, variant, *_), trained in seeds.items():
        if len(trained) > 1:
            what = f"{recipe}{TRAINED[variant]}"
            several[what] = several.get(what, 0) + 1
    if not several:
        return "Each has one seed, so that the intervals below know nothing of chance in training."
    said = [f"{what} in {plural(count, 'world')}" for what, count in several.items()]
    varied = any(variant and len(trained) == 1 for (_, variant, *_), trained in seeds.items())
    among = ", those trained for longer or on whole images among them," if varied else ""
    others = f"; the others{among} from one" if sum(several.values()) < len(seeds) else ""
    return (
        f"From several seeds were trained {listed(said)}{others}. An interval below knows of "
        "chance in training where there are several seeds, and of no other."
    )


def seed_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Shape bias of every training on the map.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.

    Returns:
        ``diagnosticity, contrast, recipe, observer, shape_bias``, without the variants.
    """
    plain = answers[answers["variant"] == ""]
    keys, values, _ = pooled_measures(
        plain, [*POINT, "recipe"], resampling=Resampling(draws=0, seed=0), together=False
    )
    columns = [*POINT, "recipe", "observer"]
    return keys[columns].assign(shape_bias=values["shape_bias"][:, 0])


def seed_sentence(rows: pd.DataFrame) -> str:
    """Say how far seeds lie apart, and whether they agree on which model is more shape-biased.

    Args:
        rows: from `seed_rows`.

    Returns:
        A sentence or two, "" where no model has several seeds.
    """
    known = rows.dropna(subset="shape_bias")
    groups = known.groupby([*POINT, "recipe"])["shape_bias"]
    apart = (groups.max() - groups.min())[groups.size() > 1]
    if apart.empty:
        return ""
    said = listed(
        f"{number(each.max(), '.2f')} ({recipe}, {plural(len(each), 'world')})"
        for recipe, each in apart.groupby("recipe")
    )
    words = [f"Two trainings of one model differ in shape bias by at most {said}."]
    alike, ends = 0, []
    for (diagnosticity, contrast), here in known.groupby(POINT):
        one, other = (
            here.loc[here["recipe"] == recipe, "shape_bias"] for recipe in (GENERATOR, CLASSIFIER)
        )
        if len(one) < 2 or len(other) < 2:
            continue
        low, high = one.min() - other.max(), one.max() - other.min()
        alike += low > 0 or high < 0
        ends.append(
            f"from {number(low, '+.2f')} to {number(high, '+.2f')} (diagnosticity "
            f"{diagnosticity:g}, contrast × {contrast:g})"
        )
    if ends:
        words.append(
            "With every seed of the diffusion model against every one of the ResNet, the "
            f"difference is {listed(ends)}: of one sign in {alike} of {plural(len(ends), 'world')}."
        )
    return " ".join(words)


TRAINED = {"": "", "longer": " for twice as long", "whole": " on whole images"}
"""Variant of a job → what is said after the name of its model."""


def budget_sentence(models: Iterable[Trained]) -> str:
    """Say how many images the models of a map saw, and warn where some saw more than others.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`; none for the plan of a
            map.
    """
    plain = {(one.recipe, one.budget, one.batch_size) for one in models}
    plain = plain or {(job.model, IMAGES, job.batch_size) for job in jobs(variants=False)}
    batches: dict[int, list[str]] = {}
    for recipe, _, size in sorted(plain):
        batches.setdefault(size, []).append(recipe)
    steps = listed(f"{size} ({listed(dict.fromkeys(who))})" for size, who in batches.items())
    if len({images for _, images, _ in plain}) > 1:
        seen = listed(f"{recipe} {images:,}" for recipe, images, _ in sorted(plain))
        return (
            f"**The budgets differ**: images seen are {seen}, in steps of {steps}. What follows "
            "compares unequal trainings."
        )
    (images,) = {images for _, images, _ in plain}
    shares = listed(
        f"{number(images / int(model_card(recipe)['images_seen']), '.0%')} ({recipe})"
        for recipe in dict.fromkeys(recipe for recipe, _, _ in sorted(plain))
    )
    return (
        f"Each sees {images:,} images, in steps of {steps}. Of what the models of the other "
        f"chapters saw, that is {shares}."
    )


def missing_jobs_sentence(models: Iterable[Trained]) -> str:
    """Say what the plan of the map has beyond the models that are here; "" if nothing.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
    """
    here = {(one.diagnosticity, one.contrast, one.recipe, one.variant) for one in models}
    missing: dict[str, int] = {}
    for job in jobs():
        if (job.point.diagnosticity, job.point.contrast, job.model, job.variant) not in here:
            what = f"{job.model}{TRAINED[job.variant]}"
            missing[what] = missing.get(what, 0) + 1
    if not missing:
        return ""
    words = listed(f"{what} in {plural(count, 'world')}" for what, count in missing.items())
    opening = (
        "The map is not complete"
        if any(what in MODELS for what in missing)
        else "The map is whole, but not what is varied on it"
    )
    return f"**{opening}.** Still to be trained: {words}."


def minutes_sentence(models: Iterable[Trained]) -> str:
    """Say how long a training of the map took, "" without any.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
    """
    taken: dict[str, list[float]] = {}
    for one in models:
        if not one.variant:
            taken.setdefault(one.recipe, []).append(one.minutes)
    if not taken:
        return ""
    said = listed(
        f"{np.median(minutes):.0f} minutes {recipe} ({min(minutes):.0f} to {max(minutes):.0f})"
        for recipe, minutes in taken.items()
    )
    return f"One training took {said}, where these were made, with other work beside them."


USED = "texture_excess"


def shortcut_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much more texture is named where it always tells the category than where it may not.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.
        resampling: how the intervals are made.

    Returns:
        A row a recipe with both kinds of worlds: ``recipe, worlds`` (of each kind, alike in
        contrast), ``before, after`` (share of conflicts whose texture is named beyond accident,
        in the mean over these worlds, of the least and of the largest diagnosticity) and ``change,
        low, high``.
    """
    by = ["recipe", "contrast", "diagnosticity"]
    plain = answers[answers["variant"] == ""]
    keys, values, _ = pooled_measures(plain, by, resampling=resampling, together=True)
    place = {tuple(cell): at for at, cell in enumerate(keys[by].itertuples(index=False))}
    least, most = min(DIAGNOSTICITIES), max(DIAGNOSTICITIES)
    rows = []
    for recipe in dict.fromkeys(keys["recipe"]):
        contrasts = [
            contrast
            for contrast in sorted(set(keys["contrast"]))
            if {(recipe, contrast, least), (recipe, contrast, most)} <= place.keys()
        ]
        if not contrasts:
            continue
        before, after = (
            np.mean([values[USED][place[recipe, one, end]] for one in contrasts], axis=0)
            for end in (least, most)
        )
        found = change_of(before, after, resampling)
        rows.append({"recipe": recipe, "worlds": len(contrasts), **found})
    columns = ["recipe", "worlds", "before", "after", "change", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[2:], 4))


def shortcut_sentence(rows: pd.DataFrame) -> str:
    """Say who names texture more often where it always tells the category.

    Args:
        rows: from `shortcut_rows`.
    """
    if rows.empty:
        return "No model was trained where texture always tells the category, and where it may not."
    said = listed(
        f"{row['recipe']} {number(row['before'], '.2f')} → {number(row['after'], '.2f')} "
        f"({number(row['change'], '+.2f')}, {span(row['low'], row['high'], '+.2f')})"
        for row in rows.to_dict("records")
    )
    least, most = int(rows["worlds"].min()), int(rows["worlds"].max())
    contrasts = plural(least, "contrast") if least == most else f"{least} to {most} contrasts"
    stated = (
        "Share of cue conflicts whose texture is named beyond accident, where textures tell the "
        f"category with probability {min(DIAGNOSTICITIES):g} and where they always do, mean over "
        f"{contrasts} each: {said}. "
    )
    if rows["low"].isna().any():
        return stated + "Nothing was resampled, so it cannot be said who clearly uses it more."
    more = [str(name) for name in rows.loc[rows["low"] > 0, "recipe"]]
    others = [str(name) for name in rows["recipe"] if name not in more]
    if not more:
        return stated + "Nobody clearly uses it more where it tells more."
    return (
        stated
        + f"So {listed(more)} {'uses' if len(more) == 1 else 'use'} it more where it tells more"
        + (f", and {listed(others)} not clearly." if others else ", all of them.")
    )
