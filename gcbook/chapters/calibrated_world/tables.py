"""Shape bias beside accuracy in the calibrated and the default world, and what both show."""

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.kinds import DIFFUSION, STANDS_FOR, printed_values
from gcbook.miniworld.results.panel import make_panel
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
from gcbook.stats.shares import CONFLICT, PLAIN, accuracies, cue_shares
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
    each of `WEIGHTINGS`.

    Args:
        resampling: how intervals are made, over silhouettes.

    Returns:
        ``world`` and ``model`` (titles), ``recipe``, ``k`` (NaN where nothing is weighted),
        ``seeds``; ``shape_bias, low, high``; ``seed_least, seed_most``, shape biases of single
        networks; ``lead, lead_low, lead_high``, by how much the shape bias exceeds that of the
        world's ResNet; ``shape_accuracy, texture_accuracy, neither``, shares of the answers to
        conflicts; ``accuracy`` on images like those of training; and ``paper``, the shape bias that
        it prints for the model of this kind, NaN where it prints none or k is not the paper's.
    """
    tables = []
    for name, title in WORLDS.items():
        models = shipped_models(name)
        resnet = _resnet_bias(name, resampling)
        for k, weighting in WEIGHTINGS.items():
            asked = [each for each in models if k == PAPER or parts_of(each).recipe in DIFFUSION]
            answers = with_recipe(miniature_answers([PLAIN, CONFLICT], asked, weighting=weighting))
            rows = _measured(answers, resnet, resampling).assign(world=title)
            rows["k"] = np.where(rows["recipe"].isin(DIFFUSION), k, np.nan)
            tables.append(rows)
    table = pd.concat(tables, ignore_index=True)
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


def _resnet_bias(world: str, resampling: Resampling) -> np.ndarray:
    """Shape bias of the world's ResNet as it is and in each resample, (1 + draws,)."""
    models = [name for name in shipped_models(world) if parts_of(name).recipe == "mini-cnn"]
    return make_panel(miniature_answers([CONFLICT], models), resampling).shape_bias("mini-cnn")


def _measured(answers: pd.DataFrame, resnet: np.ndarray, resampling: Resampling) -> pd.DataFrame:
    """What models answer, a row a recipe."""
    conflicts = answers[answers["dataset"] == CONFLICT]
    panel = make_panel(conflicts, resampling)
    rows = cue_shares(conflicts, ["recipe"], resampling=resampling)
    rows = rows.rename(columns={"shape_bias_low": "low", "shape_bias_high": "high"})
    leads = [panel.shape_bias(recipe) - resnet for recipe in rows["recipe"]]
    ends = [resampling.interval(lead) for lead in leads]
    none = Resampling(draws=0)
    each = cue_shares(conflicts, ["recipe", "observer"], resampling=none).groupby("recipe")
    networks = each["shape_bias"].agg(seeds="size", seed_least="min", seed_most="max")
    right = accuracies(answers[answers["dataset"] == PLAIN], ["recipe"], resampling=none)
    return rows.assign(
        neither=1 - rows["shape_accuracy"] - rows["texture_accuracy"],
        lead=[float(lead[0]) for lead in leads],
        lead_low=[float(low) for low, _ in ends],
        lead_high=[float(high) for _, high in ends],
        accuracy=rows["recipe"].map(right.set_index("recipe")["accuracy"]),
    ).merge(networks.reset_index(), on="recipe")


def nine_rows(models: Sequence[Trained], *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias of the ResNet and of pixel diffusion in each world of a map.

    Args:
        models: from `gcbook.miniworld.results.worlds.trained_in_worlds`.
        resampling: how intervals are made, over silhouettes.

    Returns:
        ``world`` (title), ``diagnosticity, contrast``; ``model`` (title, with k of exp(−kt) where
        errors are weighted); ``shape_bias, low, high``, and ``accuracy`` on images like those of
        training. Of several seeds all answers count.
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
    columns = ["world", *POINT, "model", "shape_bias", "low", "high", "accuracy"]
    return rows[columns].round(dict.fromkeys(columns[4:], 4))


def prediction_rows(outcomes: pd.DataFrame, larger: pd.DataFrame) -> pd.DataFrame:
    """All predicted shape biases with what came out, those at 64 × 64 pixels last.

    Args:
        outcomes: from `gcbook.miniworld.results.calibrated.outcome_rows`.
        larger: from `gcbook.miniworld.results.calibrated.larger_rows`.

    Returns:
        ``prediction, predicted, low, high, outcome, outcome_low, outcome_high, inside``.
    """
    columns = ["prediction", "predicted", "low", "high"]
    columns += ["outcome", "outcome_low", "outcome_high", "inside"]
    # A colon breaks a name into two lines, and needs no second.
    names = "64 pixels: " + larger["prediction"].str.replace(": ", ", ")
    return pd.concat([outcomes, larger.assign(prediction=names)], ignore_index=True)[columns]


def larger_accuracies() -> dict[str, float]:
    """Accuracy of each recipe at 64 × 64 pixels, on images like those of training."""
    plain = [name for name in LARGER_SETS if name == PLAIN]
    answers = with_recipe(miniature_answers(plain, shipped_models(LARGER)))
    right = accuracies(answers, ["recipe"], resampling=Resampling(draws=0))
    return dict(zip(right["recipe"], right["accuracy"], strict=True))


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
