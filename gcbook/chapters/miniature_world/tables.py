"""How the miniatures were trained, what their world rests on, and what the paper claims of them."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.kinds import STANDS_FOR
from gcbook.miniworld.results.shipped import KINDS, label_of, model_card, parts_of
from gcbook.stats.metrics import share
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import plural

SLOPES = {"shallowest": 0.8, "steepest": 1.5}
"""Extreme exponents of the amplitude spectra of natural images (Tolhurst, Tadmor & Chao, 1992)."""

OCTAVES = 3
"""Between an object that fills the frame and its texture."""


def training_table(models: Sequence[str]) -> pd.DataFrame:
    """How each model was trained, from the record beside it.

    Args:
        models: names of shipped models. Of several seeds the first is shown.

    Returns:
        A row a model: ``model, kind, stands_for, parameters, steps, batch_size, images_seen``
        (repeats counted), ``epochs`` (images seen over training images), ``minutes``,
        ``builds_on`` (a model that was trained before, and for how many minutes; or ""),
        ``machine, loss`` (on validation images; losses of one kind alone can be compared) and
        ``accuracy`` (of classifiers, on validation images; else NaN).
    """
    rows = []
    for model in (name for name in models if parts_of(name).seed == 0):
        card, recipe = model_card(model), parts_of(model).recipe
        last, base = card["history"][-1], card.get("built_on")
        cores = plural(card["threads"], "core")
        rows.append(
            {
                "model": label_of(model),
                "kind": KINDS[recipe],
                "stands_for": STANDS_FOR[recipe],
                "parameters": card["parameters"],
                "steps": card["plan"]["steps"],
                "batch_size": card["batch_size"],
                "images_seen": card["images_seen"],
                "epochs": card["images_seen"] / card["train_images"],
                "minutes": card["minutes"],
                "builds_on": f"{base['miniature']}, {base['minutes']:.0f} min" if base else "",
                "machine": (cores if card["device"] == "cpu" else card["device"])
                + (", bfloat16 at the end" if card.get("bfloat16") else ""),
                "loss": last["loss"],
                "accuracy": last.get("accuracy", np.nan),
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


def patch_accuracy(summaries: Summaries) -> dict[str, float]:
    """How often BagNet-33 is right on greyscale photographs, from the public trials.

    Args:
        summaries: with the dataset colour.

    Returns:
        ``accuracy`` and ``images``; NaN and 0 where the summaries have no such trials.
    """
    counts = summaries.counts
    rows = counts[
        (counts["observer"] == "bagnet33")
        & (counts["dataset"] == "colour")
        & (counts["condition"] == "bw")
    ]
    images = int(rows["n"].sum())
    right = int(rows.loc[rows["response"] == rows["category"], "n"].sum())
    return {"accuracy": float(share(right, images)), "images": images}
