"""What a decision of each miniature costs, and what more draws are worth."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gcbook.miniworld.results.answers import evaluations, miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import (
    KINDS,
    model_folder,
    network_parameters,
    recipe_of,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares

__all__ = [
    "DRAWS_SHOWN",
    "MEASURES",
    "cost_rows",
    "draw_rows",
    "measured_seconds",
]

PLAIN, CONFLICTS = "in-distribution", "cue-conflict"
DRAWS_SHOWN = (1, 2, 4, 8, 16, 32)
MEASURES = {"accuracy": "In-distribution accuracy", "shape_bias": "Shape bias"}


def measured_seconds(models: Sequence[str], n_images: int) -> pd.DataFrame:
    """Seconds a decision, measured here and now: images of the in-distribution set, all draws.

    Args:
        models: names of shipped models.
        n_images: decisions of each; 0 measures nothing.

    Returns:
        ``model, seconds`` (of one decision, in the network), NaN where nothing was measured. A
        decision before the first that counts warms the network up.
    """
    if not n_images:
        return pd.DataFrame({"model": list(models), "seconds": float("nan")})
    from gcbook.classifiers.load import load_classifier
    from gcbook.miniworld.testsets import make_test_set
    from gcbook.scoring.engine import score

    stimuli = make_test_set(PLAIN).stimuli
    chosen = stimuli[:: max(1, len(stimuli) // n_images)][:n_images]
    rows = []
    for model in models:
        classifier = load_classifier(model_folder(model), name=model)
        settings = replace(shipped_store(model, PLAIN).settings, device="cpu")
        with tempfile.TemporaryDirectory() as folder:
            warm, timed = Path(folder) / "warm", Path(folder) / "timed"
            few = replace(settings, draws=min(2, settings.draws))
            score(chosen[:1], classifier, few, warm, progress="silent")
            report = score(chosen, classifier, settings, timed, progress="silent")
        rows.append({"model": model, "seconds": report.network_seconds / report.n_decisions})
    return pd.DataFrame(rows)


def cost_rows(n_images: int, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What each miniature costs and what it gives for that.

    Of a miniature with several seeds, accuracies are over all of them, and time and size are those
    of the first.

    Args:
        n_images: decisions that are timed, see `measured_seconds`.
        resampling: how the intervals are made.

    Returns:
        ``model`` (a miniature), ``kind, seeds, parameters, megabytes, evaluations`` (NFE a
        decision), ``seconds`` (a decision), and ``accuracy, shape_accuracy, texture_accuracy,
        shape_bias``, each with ``_low`` and ``_high``.
    """
    models = _costed()
    first = {recipe_of(model)[0]: model for model in reversed(models)}
    plain, conflicts = (
        with_recipe(miniature_answers([each], models)) for each in (PLAIN, CONFLICTS)
    )
    right = accuracies(plain, ["recipe"], resampling=resampling)
    right = right.rename(columns={"low": "accuracy_low", "high": "accuracy_high"})
    cues = cue_shares(conflicts, ["recipe"], resampling=resampling)
    seconds = measured_seconds(list(first.values()), n_images).set_index("model")["seconds"]
    rows = [
        {
            "recipe": recipe,
            "kind": KINDS[recipe],
            "seeds": sum(recipe_of(name)[0] == recipe for name in models),
            "parameters": network_parameters(model),
            "megabytes": _megabytes(model_folder(model)),
            "evaluations": evaluations(shipped_store(model, PLAIN)),
            "seconds": seconds[model],
        }
        for recipe, model in sorted(first.items(), key=lambda each: list(KINDS).index(each[0]))
    ]
    shown = pd.DataFrame(rows).merge(right.drop(columns="n"), on="recipe")
    return shown.merge(cues.drop(columns="n"), on="recipe").rename(columns={"recipe": "model"})


def draw_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy and shape bias against the number of draws, from the shipped scores.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``recipe, random`` (whether its answers depend on draws), ``draws`` (of `DRAWS_SHOWN`),
        ``evaluations``, ``measure`` (a title of `MEASURES`), ``n, value, low, high``. A model in
        which nothing is random has the same values at all draws.
    """
    models = _costed()
    stores = {model: shipped_store(model, PLAIN) for model in models}
    columns = ["recipe", "n", "value", "low", "high"]
    ends = {"shape_bias": "value", "shape_bias_low": "low", "shape_bias_high": "high"}
    tables = []
    for number in DRAWS_SHOWN:
        plain, conflicts = (
            with_recipe(miniature_answers([test_set], models, draws=number))
            for test_set in (PLAIN, CONFLICTS)
        )
        right = accuracies(plain, ["recipe"], resampling=resampling).rename(
            columns={"accuracy": "value"}
        )
        cues = cue_shares(conflicts, ["recipe"], resampling=resampling).rename(columns=ends)
        tables += [
            right[columns].assign(measure=MEASURES["accuracy"], draws=number),
            cues[columns].assign(measure=MEASURES["shape_bias"], draws=number),
        ]
    table = pd.concat(tables, ignore_index=True)
    first = {recipe_of(model)[0]: store for model, store in reversed(stores.items())}
    random = table["recipe"].map({name: not s.traits.deterministic for name, s in first.items()})
    costs = [
        evaluations(first[recipe], min(number, first[recipe].settings.max_draws))
        for recipe, number in zip(table["recipe"], table["draws"], strict=True)
    ]
    ordered = table.assign(random=random.astype(bool), evaluations=costs).sort_values(
        ["measure", "recipe", "draws"],
        key=lambda column: column.map(list(KINDS).index) if column.name == "recipe" else column,
        ignore_index=True,
    )
    names = ["recipe", "random", "draws", "evaluations", "measure", "n", "value", "low", "high"]
    return ordered[names]


def _costed() -> list[str]:
    """The shipped models with scores on both sets."""
    return [m for m in shipped_models() if {PLAIN, CONFLICTS} <= set(shipped_sets(m))]


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
