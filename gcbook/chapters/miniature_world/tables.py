"""How the miniatures were trained, and what one line says of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.cost.tables import evaluations as evaluations_in
from gcbook.miniworld.results.answers import with_recipe
from gcbook.miniworld.results.kinds import STANDS_FOR, side_of
from gcbook.miniworld.results.shipped import (
    KINDS,
    model_card,
    recipe_of,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.stats.metrics import blind_bias
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.words import listed, plural

__all__ = [
    "evaluations",
    "evaluations_of",
    "fewest_silhouettes",
    "miniature_results",
    "own_texture_share",
    "training_table",
    "world_sentence",
]


def training_table(models: Sequence[str] | None = None) -> pd.DataFrame:
    """How each model was trained, from the record beside it.

    Args:
        models: by default all that come with the package.

    Returns:
        A row a model: ``model, kind, stands_for, parameters, steps, batch_size, images_seen``
        (repeats counted), ``epochs`` (images seen over training images), ``minutes``,
        ``builds_on`` (a model that was trained before, and for how many minutes; or ""),
        ``machine, loss`` (on validation images; losses of one kind alone can be compared) and
        ``accuracy`` (of classifiers, on validation images; else NaN).
    """
    rows = []
    for model in shipped_models() if models is None else models:
        card, recipe = model_card(model), recipe_of(model)[0]
        last = card["history"][-1]
        cores = plural(card["threads"], "core")
        rows.append(
            {
                "model": model,
                "kind": KINDS[recipe],
                "stands_for": STANDS_FOR[recipe],
                "parameters": card["parameters"],
                "steps": card["plan"]["steps"],
                "batch_size": card["batch_size"],
                "images_seen": card["images_seen"],
                "epochs": card["images_seen"] / card["train_images"],
                "minutes": card["minutes"],
                "builds_on": _builds_on(card.get("built_on")),
                "machine": (cores if card["device"] == "cpu" else card["device"])
                + (", bfloat16 at the end" if card.get("bfloat16") else ""),
                "loss": last["loss"],
                "accuracy": last.get("accuracy", np.nan),
            }
        )
    return pd.DataFrame(rows)


def _builds_on(base: Mapping[str, Any] | None) -> str:
    return f"{base['miniature']}, {base['minutes']:.0f} min" if base else ""


def world_sentence(models: Sequence[str] | None = None) -> str:
    """Say whether the models' records name the default world as the one they were trained on.

    Args:
        models: by default all that come with the package.
    """
    chosen = shipped_models() if models is None else tuple(models)
    world = {name: _as_list(value) for name, value in DEFAULT_WORLD.as_dict().items()}
    others = [model for model in chosen if dict(model_card(model)["world"]) != world]
    if not others:
        records = "record of the only shipped model names"
        if len(chosen) != 1:
            records = f"records of the {len(chosen)} shipped models all name"
        return f"The training {records} exactly the default world."
    return (
        f"Of the {plural(len(chosen), 'shipped model')}, {listed(others)} "
        f"{'was' if len(others) == 1 else 'were'} trained on another world than the default, by "
        "the training records: read their numbers apart from the others'."
    )


def evaluations(model: str, test_set: str) -> int:
    """Return the network evaluations (NFE) behind one decision of a shipped store."""
    return evaluations_in(shipped_store(model, test_set))


def evaluations_of(test_set: str, models: Sequence[str] | None = None) -> dict[str, int]:
    """Return `evaluations` of every model that has scores on a test set.

    Args:
        test_set: its name.
        models: by default all that come with the package.
    """
    chosen = shipped_models() if models is None else models
    return {name: evaluations(name, test_set) for name in chosen if test_set in shipped_sets(name)}


def own_texture_share(answers: pd.DataFrame) -> dict[str, float]:
    """Return how many in-distribution images there are, and the share that wear their own texture.

    Args:
        answers: with some of the in-distribution set.

    Returns:
        ``images`` and ``share``.
    """
    images = answers[answers["dataset"] == "in-distribution"].drop_duplicates("image_id")
    # A texture of the three further categories is none of the 16 and stands as "".
    return {"images": len(images), "share": float((images["texture"] == images["category"]).mean())}


def fewest_silhouettes(answers: pd.DataFrame) -> int:
    """Return how many silhouettes of the cue-conflict set the poorest category has; 0 without."""
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    numbers = conflicts.groupby("category")["silhouette"].nunique()
    return int(numbers.min()) if len(numbers) else 0


def miniature_results(
    answers: pd.DataFrame, nfe: dict[str, int], *, resampling: Resampling
) -> pd.DataFrame:
    """All that one line says of a miniature.

    Args:
        answers: of in-distribution, cue-conflict, silhouette and texture images.
        nfe: network evaluations a decision, by model.
        resampling: how the intervals are made.

    Returns:
        ``name, model, recipe, kind, side, seeds``; ``in_distribution, silhouette, texture``
        (accuracies), ``shape_accuracy, texture_accuracy, shape_bias``, each with ``_low`` and
        ``_high``; ``blind_bias`` (see `gcbook.stats.metrics.blind_bias`); ``shape_bias_range``
        and ``in_distribution_range`` over seeds (None for one); ``nfe``. A miniature with several
        seeds has a line for all their answers together, whose accuracies are the means over seeds,
        followed by one a seed; ``model`` is "" in the first.
    """
    answers = with_recipe(answers)
    single = _measures(answers.assign(line=answers["observer"]), resampling)
    pooled = _measures(answers.assign(line=answers["recipe"]), resampling)
    rows = []
    for recipe in KINDS:
        models = [name for name in single if recipe_of(name)[0] == recipe]
        models = sorted(models, key=lambda name: recipe_of(name)[1])
        about = {"recipe": recipe, "kind": KINDS[recipe], "side": side_of(recipe)}
        if len(models) > 1:
            ranges = {
                f"{measure}_range": _range([single[name][measure] for name in models])
                for measure in ("in_distribution", "shape_bias")
            }
            rows.append(
                {"name": f"{recipe}, all seeds", "model": "", **about, "seeds": len(models)}
                | pooled[recipe]
                | ranges
                | {"nfe": nfe.get(models[0])}
            )
        for name in models:
            label = f"{recipe}, seed {recipe_of(name)[1]}" if len(models) > 1 else name
            rows.append(
                {"name": label, "model": name, **about, "seeds": 1}
                | single[name]
                | {"in_distribution_range": None, "shape_bias_range": None, "nfe": nfe.get(name)}
            )
    return pd.DataFrame(rows)


def _measures(answers: pd.DataFrame, resampling: Resampling) -> dict[str, dict[str, float]]:
    """Each line's values with their intervals; NaN where there are no images."""
    names = {"in-distribution": "in_distribution", "silhouette": "silhouette", "texture": "texture"}
    found: dict[str, dict[str, float]] = {line: {} for line in dict.fromkeys(answers["line"])}
    for dataset, name in names.items():
        chosen = answers[answers["dataset"] == dataset]
        table = (
            accuracies(chosen, ["line"], resampling=resampling) if len(chosen) else pd.DataFrame()
        )
        values = {row["line"]: row for row in table.to_dict("records")}
        for line, row in found.items():
            for end, key in (("", "accuracy"), ("_low", "low"), ("_high", "high")):
                row[name + end] = values.get(line, {}).get(key, np.nan)
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    shares = (
        cue_shares(conflicts, ["line"], resampling=resampling) if len(conflicts) else pd.DataFrame()
    )
    values = {row["line"]: row for row in shares.to_dict("records")}
    for line, row in found.items():
        for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
            for end in ("", "_low", "_high"):
                row[name + end] = values.get(line, {}).get(name + end, np.nan)
        row["blind_bias"] = blind_bias(row["shape_accuracy"])
    return found


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


def _as_list(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
