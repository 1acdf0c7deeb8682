"""Shape bias beside accuracy in the calibrated and the default world, and what both show."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.kinds import DIFFUSION, STANDS_FOR, printed_values
from gcbook.miniworld.results.shipped import (
    KINDS,
    LARGER,
    LARGER_SETS,
    label_of,
    model_card,
    parts_of,
    shipped_models,
)
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.results.weighting import PAPER
from gcbook.miniworld.results.worlds import POINT, Trained, world_answers
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import (
    CONFLICT,
    PLAIN,
    accuracies,
    change_of,
    cue_shares,
    pooled_measures,
)
from gcbook.stats.summaries import Summaries

TITLES = {
    "mini-cnn": "ResNet",
    "mini-cnn-noise": "ResNet: trained with noise",
    "mini-ar": "Autoregressive",
    "mini-masked": "Masked",
    "mini-pixel": "Pixel diffusion",
    "mini-latent": "Latent diffusion",
}
"""What the chapter calls the miniatures, in the order in which it shows them."""

WEIGHTINGS = {PAPER: f"exp:{PAPER}", 0: "uniform"}
"""k of exp(−kt) → the weighting: the paper's, and equal weights."""

SLOPES = {"shallowest": 0.8, "steepest": 1.5}
"""Extreme exponents of the amplitude spectra of natural images (Tolhurst, Tadmor & Chao, 1992)."""

OCTAVES = 3
"""Between an object that fills the frame and its texture."""

COMPARED = {
    "lead": "Shape bias: above the world's ResNet",
    "apart": "Shape bias: two seeds of a recipe",
    "shape": "Names the shape: equal weights instead of the paper's",
    "texture": "Names the texture: equal weights instead of the paper's",
    "right": "Accuracy: equal weights instead of the paper's",
    "behind": "Accuracy: above the masked model",
}
"""Differences of single networks, see `network_rows`."""

_MEASURES = {"shape": "shape_accuracy", "texture": "texture_accuracy", "right": "accuracy"}
"""What the weighting of one network's errors changes, as `pooled_measures` names it."""

_BY = ["recipe", "k"]

_SHOWN = 8
"""Pictures of a world or of a test set."""


def image_rows() -> pd.DataFrame:
    """Images like those of training in both worlds, and cue conflicts of the calibrated one.

    Returns:
        ``shown`` (title), ``category``, ``outline`` and ``texture`` (categories), ``image_id``,
        ``picture`` (PNG, bytes). In a cue conflict outline and category are the same.
    """
    rows = []
    for title, name, test_set in (
        ("Default world", "default", PLAIN),
        ("Calibrated world", CALIBRATED_WORLD, PLAIN),
        ("Calibrated world: cue conflicts", CALIBRATED_WORLD, CONFLICT),
    ):
        # Their order is drawn by lot, one of every category at a time.
        shown = make_test_set(test_set, named_world(name)).first(len(CATEGORIES))
        rows += [
            {
                "shown": title,
                "category": each.category,
                "outline": re.sub(r"\d+", "", silhouette_of(each.imagename)),
                "texture": texture_of(each.image_id),
                "image_id": each.image_id,
                "picture": each.content(),
            }
            for each in tuple(shown)[:_SHOWN]
        ]
    return pd.DataFrame(rows)


def kind_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Shape bias and accuracy of every kind of miniature in both worlds.

    Answers of networks that differ in their seed alone are taken together. Diffusion has a row for
    each of `WEIGHTINGS`. Intervals of values are about these networks, those of ``lead`` about
    recipes where there are several networks of each.

    Args:
        resampling: how intervals are made, over silhouettes; of ``lead`` over seeds too.

    Returns:
        ``world`` and ``model`` (titles), ``recipe``, ``k`` (NaN where nothing is weighted),
        ``seeds``; ``shape_bias, low, high``; ``seed_least, seed_most``, shape biases of single
        networks; ``lead, lead_low, lead_high``, by how much the shape bias exceeds that of the
        world's ResNet; ``shape_accuracy, texture_accuracy, neither``, shares of the answers to
        conflicts; ``accuracy`` on images like those of training; and ``paper``, the shape bias that
        it prints for the model of this kind, NaN where it prints none or k is not the paper's.
    """
    tables = [_measured(name, resampling).assign(world=title) for name, title in WORLDS.items()]
    table = pd.concat(tables, ignore_index=True)
    table["k"] = table["k"].where(table["recipe"].isin(DIFFUSION))
    titles = table["recipe"].map(TITLES)
    weighted = table["k"].notna()
    table["model"] = titles.where(~weighted, titles + table["k"].map(": k = {:.0f}".format))
    printed = table["recipe"].map(printed_values("shape_bias"))
    table["paper"] = printed.where(~weighted | (table["k"] == PAPER))
    worlds = list(WORLDS.values())[::-1]
    order = pd.DataFrame(
        {
            "world": table["world"].map(worlds.index),
            "recipe": table["recipe"].map(list(TITLES).index),
            "k": -table["k"].fillna(0),
        }
    )
    columns = ["world", "model", "recipe", "k", "seeds", "shape_bias", "low", "high"]
    columns += ["seed_least", "seed_most", "lead", "lead_low", "lead_high"]
    columns += ["shape_accuracy", "texture_accuracy", "neither", "accuracy", "paper"]
    ordered = table.loc[order.sort_values(["world", "recipe", "k"]).index, columns]
    return ordered.reset_index(drop=True).round(dict.fromkeys(columns[5:], 4))


def _weighted_answers(world: str) -> pd.DataFrame:
    """Answers of a world's networks, of diffusion under each of `WEIGHTINGS`, with ``k``."""
    tables = []
    for k, weighting in WEIGHTINGS.items():
        recipes = tuple(TITLES) if k == PAPER else DIFFUSION
        models = shipped_models(world, recipes)
        answers = with_recipe(miniature_answers([PLAIN, CONFLICT], models, weighting=weighting))
        tables.append(answers.assign(k=k))
    return pd.concat(tables, ignore_index=True)


@lru_cache(maxsize=4)
def _values(
    world: str, resampling: Resampling, together: bool
) -> tuple[pd.DataFrame, dict[str, np.ndarray], np.ndarray]:
    """What `pooled_measures` makes of a world's answers, and the shape bias of its ResNet."""
    answers = _weighted_answers(world)
    keys, values, _ = pooled_measures(answers, _BY, resampling=resampling, together=together)
    pooled, of = (keys, values) if together else _values(world, resampling, True)[:2]
    return keys, values, of["shape_bias"][pooled["recipe"].tolist().index("mini-cnn")]


def _measured(world: str, resampling: Resampling) -> pd.DataFrame:
    """What models answer, a row a recipe and weighting."""
    answers = _weighted_answers(world)
    conflicts, none = answers[answers["dataset"] == CONFLICT], Resampling(draws=0)
    rows = cue_shares(conflicts, _BY, resampling=resampling)
    rows = rows.rename(columns={"shape_bias_low": "low", "shape_bias_high": "high"})
    keys, values, resnet = _values(world, resampling, together=True)
    leads = [change_of(resnet, bias, resampling) for bias in values["shape_bias"]]
    ends = {"lead": "change", "lead_low": "low", "lead_high": "high"}
    keys = keys.assign(**{name: [each[end] for each in leads] for name, end in ends.items()})
    each = cue_shares(conflicts, [*_BY, "observer"], resampling=none).groupby(_BY)
    networks = each["shape_bias"].agg(seed_least="min", seed_most="max").reset_index()
    right = accuracies(answers[answers["dataset"] == PLAIN], _BY, resampling=none)
    neither = 1 - rows["shape_accuracy"] - rows["texture_accuracy"]
    rows = rows.assign(neither=neither).merge(keys, on=_BY).merge(networks, on=_BY)
    return rows.merge(right[[*_BY, "accuracy"]], on=_BY)


def network_rows(*, resampling: Resampling) -> pd.DataFrame:
    """What is said of single networks: of a recipe with two, little can be said.

    Args:
        resampling: how the intervals are made, over silhouettes; over the seeds of the ResNet too
            where it is compared.

    Returns:
        ``world`` (title), ``recipe, k, compared`` (a key of `COMPARED`), ``change, low, high``; a
        row a network, or a pair of them. Those of the ResNet's recipe have no ``lead``.
    """
    tables = []
    for name, title in WORLDS.items():
        keys, values, resnet = _values(name, resampling, together=False)
        place = {who: at for at, who in enumerate(zip(*keys.to_numpy().T, strict=True))}
        masked = next(at for (recipe, _, _), at in place.items() if recipe == "mini-masked")
        bias, right = values["shape_bias"], values["accuracy"]
        found: list[tuple[str, int, str, np.ndarray]] = []
        for (recipe, k, observer), at in place.items():
            if recipe != "mini-cnn":
                found.append((recipe, k, "lead", bias[at] - resnet))
            if k == PAPER and at != masked:
                found.append((recipe, k, "behind", right[at] - right[masked]))
            if k != PAPER:
                papers = place[recipe, PAPER, observer]
                found += [
                    (recipe, k, compared, values[measure][at] - values[measure][papers])
                    for compared, measure in _MEASURES.items()
                ]
        found += [
            (one[0], one[1], "apart", bias[place[one]] - bias[place[other]])
            for one, other in combinations(place, 2)
            if one[:2] == other[:2]
        ]
        rows = pd.DataFrame(found, columns=["recipe", "k", "compared", "change"])
        changes = np.array(rows.pop("change").tolist())
        low, high = resampling.interval(changes)
        tables.append(rows.assign(world=title, change=changes[:, 0], low=low, high=high))
    columns = ["world", *_BY, "compared", "change", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns].round(dict.fromkeys(columns[4:], 4))


def nine_rows(models: Sequence[Trained], *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias of the ResNet and of pixel diffusion in each world of a map.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
        resampling: how intervals are made, over silhouettes.

    Returns:
        ``world`` (title), ``diagnosticity, contrast``; ``model`` (title, with k of exp(−kt) where
        errors are weighted); ``shape_bias, low, high``, and ``accuracy`` on images like those of
        training; ``lead, lead_low, lead_high``, by how much the shape bias exceeds the ResNet's,
        and ``raised, raised_low, raised_high``, by how much it exceeds that under the paper's
        weighting, NaN where there is none to compare with. Of several seeds all answers count, and
        differences resample seeds too.
    """
    tables, shown = [], [TITLES["mini-cnn"]]
    for k, weighting in WEIGHTINGS.items():
        recipes = {"mini-pixel", "mini-cnn"} if k == PAPER else {"mini-pixel"}
        asked = [each for each in models if each.job.model in recipes]
        shown.append(f"{TITLES['mini-pixel']}, k = {k}")
        if not asked:
            continue
        answers = world_answers(asked, weighting=weighting)
        named = {"mini-cnn": shown[0], "mini-pixel": shown[-1]}
        tables.append(answers.assign(model=answers["recipe"].map(named)))
    answers = pd.concat(tables, ignore_index=True)
    keys = [*POINT, "model"]
    rows = cue_shares(answers, keys, resampling=resampling)
    right = accuracies(answers[answers["dataset"] == PLAIN], keys, resampling=Resampling(draws=0))
    rows = rows.merge(right[[*keys, "accuracy"]], on=keys)
    rows["world"] = [
        f"Texture right {d:.0%}: contrast × {c:g}"
        for d, c in zip(rows["diagnosticity"], rows["contrast"], strict=True)
    ]
    rows = rows.assign(order=rows["model"].map(shown.index))
    rows = rows.sort_values([*POINT, "order"], ignore_index=True)
    rows = rows.rename(columns={"shape_bias_low": "low", "shape_bias_high": "high"})
    keyed, values, _ = pooled_measures(answers, keys, resampling=resampling, together=True)
    place = keyed[keys].itertuples(index=False, name=None)
    biases = dict(zip(place, values["shape_bias"], strict=True))
    for name, of, other in (("lead", shown[1:], shown[0]), ("raised", shown[2:], shown[1])):
        for at, (*point, model) in zip(rows.index, rows[keys].to_numpy(), strict=True):
            before = biases.get((*point, other)) if model in of else None
            after, change = biases[*point, model], {}
            if before is not None:
                change = change_of(before, after, resampling)
            ends = ("change", "low", "high")
            rows.loc[at, _ends(name)] = [change.get(end, np.nan) for end in ends]
    columns = ["world", *POINT, "model", "shape_bias", "low", "high", "accuracy"]
    columns += _ends("lead") + _ends("raised")
    return rows[columns].round(dict.fromkeys(columns[4:], 4))


def _ends(name: str) -> list[str]:
    return [name, f"{name}_low", f"{name}_high"]


def prediction_rows(
    outcomes: pd.DataFrame, longer: pd.DataFrame, larger: pd.DataFrame
) -> pd.DataFrame:
    """All predicted shape biases with what came out, those at 64 × 64 pixels last.

    Args:
        outcomes, longer, larger: from `gcbook.miniworld.results.calibrated`: ``outcome_rows``,
            ``longer_rows`` and ``larger_rows``.

    Returns:
        ``prediction, predicted, low, high, width, outcome, outcome_low, outcome_high, inside,
        interval_score, naive, naive_score``, see there.
    """
    columns = ["prediction", "predicted", "low", "high", "width"]
    columns += ["outcome", "outcome_low", "outcome_high", "inside"]
    columns += ["interval_score", "naive", "naive_score"]
    # A colon breaks a name into two lines, and needs no second.
    names = "64 pixels: " + larger["prediction"].str.replace(": ", ", ")
    tables = [outcomes, longer, larger.assign(prediction=names)]
    return pd.concat(tables, ignore_index=True)[columns]


def larger_accuracies(*, resampling: Resampling) -> dict[str, float]:
    """Compare accuracies at 64 × 64 pixels, on images like those of training.

    Args:
        resampling: how the interval is made, over silhouettes.

    Returns:
        What `gcbook.stats.shares.change_of` says: the ResNet's, and pixel diffusion's after it.
    """
    answers = with_recipe(miniature_answers(LARGER_SETS, shipped_models(LARGER)))
    keys, values, _ = pooled_measures(answers, ["recipe"], resampling=resampling, together=False)
    right = dict(zip(keys["recipe"], values["accuracy"], strict=True))
    return change_of(right["mini-cnn"], right["mini-pixel"], resampling)


def training_rows() -> pd.DataFrame:
    """How the miniatures of the calibrated world were trained, from the record beside each.

    Returns:
        A row a miniature, of which seed 0 is shown: ``model, kind, stands_for, parameters,
        images_seen`` (repeats counted) and ``minutes``, without those of an autoencoder or
        tokenizer that the model builds on.
    """
    rows = []
    for name in (each for each in shipped_models(CALIBRATED_WORLD) if parts_of(each).seed == 0):
        card, recipe = model_card(name), parts_of(name).recipe
        rows.append(
            {
                "model": label_of(name),
                "kind": KINDS[recipe],
                "stands_for": STANDS_FOR[recipe],
                **{column: card[column] for column in ("parameters", "images_seen", "minutes")},
            }
        )
    return pd.DataFrame(rows)


def silhouette_sources() -> pd.DataFrame:
    """Whose drawings the silhouettes are made from.

    Returns:
        ``collection, author, licence, icons``, a row a collection and author, the most icons first.
    """
    with DATA.path("miniworld/silhouettes.csv").open(encoding="utf-8") as file:
        icons = pd.read_csv(file)
    keys = ["collection", "author", "licence"]
    # A drawing that stands for two categories is one icon.
    counts = icons.groupby(keys)["icon"].nunique().rename("icons").reset_index()
    order = [False, True, True, True]
    return counts.sort_values(["icons", *keys], ascending=order, ignore_index=True)


def texture_ratio(slope: float) -> float:
    r"""Return the contrast of texture over that of figure against ground.

    With amplitudes falling as :math:`f^{-a}` the energy of an octave around f is proportional to
    :math:`f^{2 - 2a}`. The ratio is the square root of one octave's energy over the sum of those of
    the octaves below it.

    Args:
        slope: the exponent a.

    >>> [round(texture_ratio(a), 2) for a in (0.8, 1.2, 1.5)]
    [0.75, 0.43, 0.27]
    """
    below = sum(2 ** (-k * (2 - 2 * slope)) for k in range(1, OCTAVES + 1))
    return 1 / math.sqrt(below)


def patch_accuracy(summaries: Summaries) -> float:
    """How often BagNet-33 is right on greyscale photographs, from the public trials.

    Args:
        summaries: with the dataset colour; without, NaN is returned.
    """
    counts = summaries.counts
    rows = counts[
        (counts["observer"] == "bagnet33")
        & (counts["dataset"] == "colour")
        & (counts["condition"] == "bw")
    ]
    right = rows.loc[rows["response"] == rows["category"], "n"].sum()
    return float(share(int(right), int(rows["n"].sum())))
