"""What a decision costs, what more draws and races are worth, and whether stored scores hold.

Races are replayed on the stored scores by the rule of Clark & Jaini (2023). The stored draws are
spread evenly over t, and the scorer refuses to race on such draws: the t-test takes them for
independent, but their mean varies less than it believes, so its p is not what it says. The
evaluations and answers that are counted here are those of these scores all the same.
"""

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gcbook.classifiers.zoo import n_evaluations, system_titles, zoo
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import evaluations, miniature_answers, with_recipe
from gcbook.miniworld.results.rescoring import check_shipped
from gcbook.miniworld.results.shipped import (
    KINDS,
    has_weights,
    model_folder,
    network_parameters,
    parts_of,
    shipped_models,
    shipped_store,
)
from gcbook.miniworld.testsets import texture_of
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.scoring.racing import race_summary, replay
from gcbook.scoring.scores import score_array
from gcbook.scoring.settings import Racing
from gcbook.scoring.store import Store
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies, cue_shares

PLAIN, CONFLICTS = SETS = ("in-distribution", "cue-conflict")
DRAWS_SHOWN = (1, 2, 4, 8, 16, 32)
MEASURES = {"accuracy": "In-distribution accuracy", "shape_bias": "Shape bias"}

FIRST_TESTS = (4, 20)
"""Draws before the first class may be dropped; 20 is Clark & Jaini's number."""
P = 2e-3
"""Below which a class is dropped."""


def stored_times() -> tuple[pd.Series, dict[str, Any]]:
    """CPU seconds of a decision, as ``benchmarks/cost.py --store`` measured them once.

    Returns:
        The seconds in the network, by model, of in-distribution images with all draws; and the
        machine that they are of: ``processor, system, threads, torch``.
    """
    stored = json.loads(DATA.path("cost.json").read_text(encoding="utf-8"))
    seconds = {model: found["seconds"] for model, found in stored["models"].items()}
    return pd.Series(seconds, dtype=float, name="seconds"), stored["machine"]


def cost_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Cost and yield of each miniature.

    Of a miniature with several seeds, accuracies are over all of them, and time and size are those
    of the first.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model`` (a miniature), ``kind, seeds, parameters, megabytes, evaluations`` (NFE a
        decision), ``seconds`` (of CPU, a decision, see `stored_times`), and ``accuracy,
        shape_accuracy, texture_accuracy, shape_bias``, each with ``_low`` and ``_high``.
    """
    models = shipped_models()
    first = first_models(models)
    seconds, _ = stored_times()
    rows = [
        {
            "recipe": recipe,
            "kind": KINDS[recipe],
            "seeds": sum(parts_of(name).recipe == recipe for name in models),
            "parameters": network_parameters(model),
            "megabytes": _megabytes(model_folder(model)),
            "evaluations": evaluations(shipped_store(model, PLAIN)),
            "seconds": seconds.get(model, float("nan")),
        }
        for recipe, model in first.items()
    ]
    measured = _measured(models, resampling).drop(columns=["n", "n_conflicts"])
    return pd.DataFrame(rows).merge(measured, on="recipe").rename(columns={"recipe": "model"})


def draw_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy and shape bias against the number of draws, from the shipped scores.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``recipe, random`` (whether its answers depend on draws), ``draws`` (of `DRAWS_SHOWN`),
        ``evaluations``, ``measure`` (a title of `MEASURES`), ``n, value, low, high``. A model in
        which nothing is random has the same values at all draws.
    """
    models = shipped_models()
    stores = {recipe: shipped_store(model, PLAIN) for recipe, model in first_models(models).items()}
    tables = []
    for draws in DRAWS_SHOWN:
        found = _measured(models, resampling, draws)
        own = [stores[recipe] for recipe in found["recipe"]]
        found["random"] = [not each.traits.deterministic for each in own]
        found["evaluations"] = [
            evaluations(each, min(draws, each.settings.max_draws)) for each in own
        ]
        for name, number in (("accuracy", "n"), ("shape_bias", "n_conflicts")):
            shown = {number: "n", name: "value", f"{name}_low": "low", f"{name}_high": "high"}
            part = found[["recipe", "random", "evaluations", *shown]].rename(columns=shown)
            tables.append(part.assign(draws=draws, measure=MEASURES[name]))
    table = pd.concat(tables, ignore_index=True)
    ordered = ordered_rows(table, ["measure", "recipe", "draws"], {"recipe": KINDS})
    names = ["recipe", "random", "draws", "evaluations", "measure", "n", "value", "low", "high"]
    return ordered[names]


def stored_errors(store: Store) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read the weighted errors of a store, under its own weighting and norm.

    Args:
        store: of one of the test sets.

    Returns:
        The errors, lower is better, float64 (images, draws, classes); the index of each image's
        category, int64 (images,); and that of the category whose texture it wears, -1 for none.
    """
    rows, images, labels = store.scores(), store.images(), list(store.labels)
    errors = score_array(
        rows, store.weights().errors(rows), images["image_id"], labels, store.settings.max_draws
    )
    category, texture = (
        pd.Index(labels).get_indexer(pd.Index(names))
        for names in (images["category"], images["image_id"].map(texture_of))
    )
    return errors, category, texture


def race_rows(first_tests: Sequence[int] = FIRST_TESTS) -> pd.DataFrame:
    """Replay races on the shipped scores.

    Only of models in which something is random and every class has evaluations of its own.

    Args:
        first_tests: draws before the first class may be dropped.

    Returns:
        A row a model, test set and rule: ``model, test_set, first_test, draws`` (the most); as in
        `gcbook.scoring.racing.race_summary`, ``images, nfe, nfe_fixed, saved, same, accuracy,
        accuracy_fixed, unfinished``; and ``shape_bias, shape_bias_fixed`` on cue conflicts.
    """
    rows = []
    for model, test_set in product(shipped_models(), SETS):
        store = shipped_store(model, test_set)
        if store.traits.deterministic or store.traits.joint:
            continue
        errors, category, texture = stored_errors(store)
        most = errors.shape[1]
        for first in first_tests:
            rule = Racing(first, P, most)
            row: dict[str, object] = {"model": model, "test_set": test_set}
            row |= {"first_test": first, "draws": most, **race_summary(errors, category, rule)}
            if test_set == CONFLICTS:
                winner, fixed = replay(errors, rule).best, errors.sum(1).argmin(1)
                row["shape_bias"] = _shape_bias(winner, category, texture)
                row["shape_bias_fixed"] = _shape_bias(fixed, category, texture)
            rows.append(row)
    return pd.DataFrame(rows).drop(columns="unfinished_part")


def checked_scores(n_images: int, noise_draws: int, seed: int = 0) -> pd.DataFrame:
    """Score a few images of every test set anew and compare with the shipped scores.

    Of the models whose weights ship.

    Args:
        n_images: of each set; 0 checks nothing.
        noise_draws: how many draws, from the first on; 0 checks nothing.
        seed: of the choice of images.

    Returns:
        From `gcbook.miniworld.results.rescoring.check_shipped`; no rows where nothing was checked.

    Raises:
        GcbookError: shipped scores are not those of the shipped models.
    """
    if not (n_images and noise_draws):
        columns = ["model", "test_sets", "images", "other_images", "scores", "largest_difference"]
        return pd.DataFrame(columns=columns)
    import torch

    # A process for each core that this one has been given.
    return check_shipped(
        tuple(filter(has_weights, shipped_models())),
        n_images=n_images,
        draws=noise_draws,
        seed=seed,
        workers=torch.get_num_threads(),
    )


def real_costs(noise_draws: int, evaluations_per_second: float) -> pd.DataFrame:
    """What a decision and the whole benchmark cost with the large models.

    Args:
        noise_draws: draws of noise or of masks an image.
        evaluations_per_second: of the reader's machine, for all models alike.

    Returns:
        A row a generative model of the zoo that can be had and stands for one of the paper's, and
        ResNet-50: ``model, stands_for, kind, resolution, parameters`` (of the evaluated network;
        missing where it is not known), ``evaluations`` (a decision), ``conflict_hours`` (the
        cue-conflict images) and ``benchmark_days`` (the images of all 17 datasets).
    """
    conflicts = EXPERIMENTS["cue-conflict"].n_images
    images = sum(experiment.n_images for experiment in EXPERIMENTS.values())
    titles = system_titles()
    rows = []
    for entry in zoo().values():
        generative = entry.kind not in ("discriminative", "clip") and entry.stands_for
        if entry.source.package or not (generative or entry.name == "resnet50"):
            continue
        one = n_evaluations(entry.kind, 1, noise_draws, len(CATEGORIES))
        rows.append(
            {
                "model": entry.title,
                "stands_for": titles[entry.stands_for],
                "kind": entry.kind,
                "resolution": entry.resolution,
                "parameters": entry.parameters,
                "evaluations": one,
                "conflict_hours": one * conflicts / evaluations_per_second / 3600,
                "benchmark_days": one * images / evaluations_per_second / 86_400,
            }
        )
    return pd.DataFrame(rows).astype({"resolution": "Int64", "parameters": "Int64"})


def system_costs(real: pd.DataFrame) -> pd.DataFrame:
    """The costs of `real_costs` by the paper's model that the open ones stand for.

    Args:
        real: from `real_costs`.

    Returns:
        ``stands_for, models`` (how many open ones), ``parameters_low, parameters_high`` (in
        millions; missing where none is known), ``evaluations, conflict_hours, benchmark_days``.
    """
    million = real.assign(parameters=real["parameters"].astype(float) / 1e6)
    groups = million.groupby("stands_for", sort=False)
    return groups.agg(
        models=("model", "size"),
        parameters_low=("parameters", "min"),
        parameters_high=("parameters", "max"),
        evaluations=("evaluations", "first"),
        conflict_hours=("conflict_hours", "first"),
        benchmark_days=("benchmark_days", "first"),
    ).reset_index()


def first_models(models: Sequence[str]) -> dict[str, str]:
    """The first model of each recipe."""
    found: dict[str, str] = {}
    for model in models:
        found.setdefault(parts_of(model).recipe, model)
    return found


def _measured(
    models: Sequence[str], resampling: Resampling, draws: int | None = None
) -> pd.DataFrame:
    """``recipe, n, n_conflicts``, accuracy and the metrics of cues, each with ``_low, _high``."""
    plain, conflicts = (
        with_recipe(miniature_answers([each], models, draws=draws)) for each in SETS
    )
    right = accuracies(plain, ["recipe"], resampling=resampling)
    right = right.rename(columns={"low": "accuracy_low", "high": "accuracy_high"})
    cues = cue_shares(conflicts, ["recipe"], resampling=resampling)
    return right.merge(cues.rename(columns={"n": "n_conflicts"}), on="recipe")


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _shape_bias(winner: np.ndarray, category: np.ndarray, texture: np.ndarray) -> float:
    conflict = (texture >= 0) & (texture != category)
    named = (int((winner == cue)[conflict].sum()) for cue in (category, texture))
    return float(bias_of(*named))
