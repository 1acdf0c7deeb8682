"""Do the miniatures err on the same images? Pairs, their order by clustering, and the two sides."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.panel import MiniaturePanel, counted
from gcbook.miniworld.results.shipped import parts_of
from gcbook.stats.agreement import kappa, kappa_bias, kappa_bound, sums_of, weighted_pair_counts
from gcbook.stats.measures import mean_defined
from gcbook.stats.resampling import Resampling, recentred

GROUPS = ("Other images", "Cue conflict")
"""Images over which error consistency is computed."""

_DIGITS = 4


def pair_kappas(
    panel: MiniaturePanel, resampling: Resampling
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Error consistency of every two models.

    It is computed within conditions, then averaged over the conditions of a test set and over the
    test sets, as in the benchmark; undefined values are left out of the means.

    Returns:
        A row a pair: ``a, b`` (models), ``kappa, low, high``, ``most`` (that the two accuracies
        allow), ``images``, ``pair`` ("seeds" of one miniature; else "generative", "discriminative"
        or "across"); and, resampled, values and the most that is possible, both (pairs, 1 + draws)
        with the value itself first.
    """
    first, second = np.triu_indices(len(panel.models), 1)
    keys = panel.images[["dataset", "condition"]]
    sets: dict[str, list[tuple[np.ndarray, ...]]] = {}
    for (dataset, condition), rows in keys.groupby(["dataset", "condition"], sort=False):
        images = rows.index.to_numpy()
        right, weights = panel.right[:, images], panel.weights[images].T
        counts = weighted_pair_counts(right, np.ones_like(right), weights, first, second)
        added = resampling.half_images(f"{dataset}/{condition}")
        more = (count + half for count, half in zip(counts, added, strict=True))
        drawn = kappa(*more)
        drawn[np.isnan(drawn[:, 0])] = np.nan
        bias = kappa_bias(*(each[:, :1] for each in sums_of(*counts)))
        sets.setdefault(str(dataset), []).append((drawn, kappa_bound(*counts), bias))
    values, bounds, biases = (
        mean_defined([mean_defined([each[i] for each in of_set]) for of_set in sets.values()])
        for i in range(3)
    )
    values = recentred(values, biases[:, 0])
    low, high = resampling.interval(values)
    table = pd.DataFrame(
        {
            "a": [panel.models[i] for i in first],
            "b": [panel.models[i] for i in second],
            "kappa": values[:, 0],
            "low": low,
            "high": high,
            "most": bounds[:, 0],
            "images": len(panel.images),
        }
    )
    table["pair"] = [_kind(a, b) for a, b in zip(table["a"], table["b"], strict=True)]
    numbers = dict.fromkeys(["kappa", "low", "high", "most"], _DIGITS)
    return table.round(numbers), values, bounds


def group_of_images(images: pd.DataFrame, group: str) -> np.ndarray:
    """Return which images a group holds, bool (images,).

    Args:
        images: with ``dataset, condition``.
        group: one of `GROUPS`; the first holds what the benchmark would count of all test sets but
            cue conflict and texture alone, where being right is another question.
    """
    conflict = images["dataset"] == "cue-conflict"
    if group == GROUPS[1]:
        return conflict.to_numpy()
    return (counted(images) & ~conflict & (images["dataset"] != "texture")).to_numpy()


def clusters(pairs: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """Cut the average-linkage tree of the models into two groups.

    Args:
        pairs: from `pair_kappas`; an undefined value counts as 0, no more than chance.

    Returns:
        The groups, in the order of the tree's leaves: those who err alike stand together.
    """
    models = list(dict.fromkeys([*pairs["a"], *pairs["b"]]))
    distance = np.zeros((len(models), len(models)))
    place = {name: i for i, name in enumerate(models)}
    for a, b, value in zip(pairs["a"], pairs["b"], pairs["kappa"].fillna(0), strict=True):
        distance[place[a], place[b]] = distance[place[b], place[a]] = 1 - value
    condensed = squareform(distance, checks=False)
    tree = optimal_leaf_ordering(linkage(condensed, method="average"), condensed)
    found: dict[int, tuple[str, ...]] = {}
    group = fcluster(tree, 2, criterion="maxclust")
    for i in leaves_list(tree):
        found[int(group[i])] = (*found.get(int(group[i]), ()), models[i])
    return tuple(found.values())


def kappa_of(pairs: pd.DataFrame, values: np.ndarray, first: str, second: str) -> np.ndarray:
    """Error consistency of two miniatures, the mean over their seeds, (1 + draws,).

    Args:
        pairs, values: from `pair_kappas`.
        first, second: their recipes.
    """
    return mean_defined(values[_recipes(pairs) == _recipe_pair(first, second)])


def sides(
    pairs: pd.DataFrame, values: np.ndarray, bounds: np.ndarray, resampling: Resampling
) -> dict[str, float]:
    """Mean error consistency among generative miniatures, among discriminative ones, and across.

    What the paper's Fig. 6 shows without its people is that discriminative models err like each
    other, more than like generative ones.

    Args:
        pairs, values, bounds: from `pair_kappas`.

    Returns:
        ``generative, discriminative, across, seeds``, each with ``_low``, ``_high``, ``_pairs`` and
        ``_share``, the mean as a share of the mean that accuracies allow; ``gap``,
        ``discriminative`` minus ``across``, ``gap_share``, the same of the shares,
        ``generative_gap`` and ``generative_gap_share``, ``generative`` minus ``across``, and
        ``seeds_over_X``, ``seeds`` minus each, all with ``_low`` and ``_high``. NaN where there are
        no such pairs. Pairs of seeds of one miniature count as "seeds" alone; others are averaged
        over seeds first, so that a miniature weighs alike however many it has.
    """
    kinds = pairs["pair"].to_numpy()
    recipes = _recipes(pairs)
    means: dict[str, np.ndarray] = {}
    shares: dict[str, np.ndarray] = {}
    found: dict[str, float] = {}
    for name in ("generative", "discriminative", "across", "seeds"):
        groups = sorted(set(recipes[kinds == name]))
        mean, most = (
            mean_defined(
                np.array(
                    [mean_defined(of[(kinds == name) & (recipes == group)]) for group in groups]
                ).reshape(len(groups), values.shape[1])
            )
            for of in (values, bounds)
        )
        means[name] = mean
        shares[name] = np.divide(mean, most, out=np.full(len(mean), np.nan), where=most > 0)
        found |= {f"{name}_pairs": len(groups), f"{name}_share": float(shares[name][0])}
    means["gap"] = means["discriminative"] - means["across"]
    means["gap_share"] = shares["discriminative"] - shares["across"]
    means["generative_gap"] = means["generative"] - means["across"]
    means["generative_gap_share"] = shares["generative"] - shares["across"]
    for name in ("generative", "discriminative", "across"):
        means[f"seeds_over_{name}"] = means["seeds"] - means[name]
    for name, mean in means.items():
        low, high = resampling.interval(mean)
        found |= {name: float(mean[0]), f"{name}_low": float(low), f"{name}_high": float(high)}
    return found


def _recipes(pairs: pd.DataFrame) -> np.ndarray:
    """Which two miniatures the models of each pair are of, as `_recipe_pair` names them."""
    both = zip(pairs["a"], pairs["b"], strict=True)
    return np.array([_recipe_pair(parts_of(a).recipe, parts_of(b).recipe) for a, b in both])


def _recipe_pair(first: str, second: str) -> str:
    return " ".join(sorted((first, second)))


def _kind(a: str, b: str) -> str:
    if parts_of(a).recipe == parts_of(b).recipe:
        return "seeds"
    return side_of(a) if side_of(a) == side_of(b) else "across"
