"""By how much two trainings of one model differ, where the map over worlds has several seeds."""

from collections.abc import Iterable

import pandas as pd

from gcbook.chapters.other_worlds.plan import TRAINED
from gcbook.miniworld.results.worlds import Trained
from gcbook.miniworld.training.worlds import COMPARED
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import pooled_measures
from gcbook.stats.words import listed, number, plural

__all__ = ["seed_rows", "seed_sentence", "seeds_sentence"]

CLASSIFIER, GENERATOR = COMPARED
_POINT = ["diagnosticity", "contrast"]


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
        plain, [*_POINT, "recipe"], resampling=Resampling(draws=0, seed=0), together=False
    )
    columns = [*_POINT, "recipe", "observer"]
    return keys[columns].assign(shape_bias=values["shape_bias"][:, 0])


def seed_sentence(rows: pd.DataFrame) -> str:
    """Say how far seeds lie apart, and whether they agree on which model is more shape-biased.

    Args:
        rows: from `seed_rows`.

    Returns:
        A sentence or two, "" where no model has several seeds.
    """
    known = rows.dropna(subset="shape_bias")
    groups = known.groupby([*_POINT, "recipe"])["shape_bias"]
    apart = (groups.max() - groups.min())[groups.size() > 1]
    if apart.empty:
        return ""
    said = listed(
        f"{number(each.max(), '.2f')} ({recipe}, {plural(len(each), 'world')})"
        for recipe, each in apart.groupby("recipe")
    )
    words = [f"Two trainings of one model differ in shape bias by at most {said}."]
    alike, ends = 0, []
    for (diagnosticity, contrast), here in known.groupby(_POINT):
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
