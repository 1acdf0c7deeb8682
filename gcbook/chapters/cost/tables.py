"""What a decision costs, what more draws and races are worth, and whether stored scores hold.

Races are replayed on the stored scores by the rule of Clark & Jaini (2023). The stored draws are
spread evenly over t, and the scorer refuses to race on such draws: the t-test takes them for
independent, but their mean varies less than it believes, so its p is not what it says. The
evaluations and answers that are counted here are those of these scores all the same.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.classifiers.zoo import n_evaluations, system_titles, zoo
from gcbook.miniworld.results.answers import evaluations, miniature_answers, with_recipe
from gcbook.miniworld.results.kinds import STANDS_FOR
from gcbook.miniworld.results.rescoring import check_shipped
from gcbook.miniworld.results.shipped import (
    KINDS,
    model_folder,
    network_parameters,
    recipe_of,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import texture_of
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.scoring.replay import race_outcomes, race_summary
from gcbook.scoring.scores import score_array
from gcbook.scoring.settings import Racing
from gcbook.scoring.store import Store
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "DRAWS_SHOWN",
    "FIRST_TESTS",
    "MEASURES",
    "SETS",
    "StoredErrors",
    "check_sentence",
    "checked_scores",
    "cost_rows",
    "cost_sentence",
    "draw_rows",
    "draws_sentence",
    "machine_sentence",
    "measured_seconds",
    "race_rows",
    "race_sentence",
    "real_costs",
    "real_sentence",
    "stored_errors",
]

PLAIN, CONFLICTS = SETS = ("in-distribution", "cue-conflict")
DRAWS_SHOWN = (1, 2, 4, 8, 16, 32)
MEASURES = {"accuracy": "In-distribution accuracy", "shape_bias": "Shape bias"}

FIRST_TESTS = (4, 8, 16, 20)
"""Draws before the first class may be dropped; 20 is Clark & Jaini's number."""
P = 2e-3
"""Below which a class is dropped."""
SETTLED = 0.02
"""How close a value must come to that of all draws."""


def measured_seconds(models: Sequence[str], n_images: int) -> pd.DataFrame:
    """CPU seconds a decision, measured here and now: in-distribution images, all draws.

    Args:
        models: names of shipped models.
        n_images: decisions of each; 0 measures nothing.

    Returns:
        ``model, seconds`` (CPU time of one decision, in the network, which other processes change
        little), NaN where nothing was measured. A decision before the first that counts warms the
        network up.
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
        rows.append({"model": model, "seconds": report.network_cpu_seconds / report.n_decisions})
    return pd.DataFrame(rows)


def machine_sentence(n_images: int) -> str:
    """Say where, and on how many images, times were measured.

    Args:
        n_images: decisions that were timed.
    """
    if not n_images:
        return "No times were measured: the parameter `timed_images` is 0."
    import torch

    threads, cores = torch.get_num_threads(), os.cpu_count() or 1
    return (
        f"CPU times were measured when this page was made: {n_images} images a model, with "
        f"{threads} thread{'s' if threads > 1 else ''} of a machine with {cores} "
        f"core{'s' if cores > 1 else ''}. What else ran there makes them a little longer."
    )


def cost_rows(n_images: int, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Cost and yield of each miniature.

    Of a miniature with several seeds, accuracies are over all of them, and time and size are those
    of the first.

    Args:
        n_images: decisions to time, see `measured_seconds`.
        resampling: how the intervals are made.

    Returns:
        ``model`` (a miniature), ``kind, seeds, parameters, megabytes, evaluations`` (NFE a
        decision), ``seconds`` (of CPU, a decision), and ``accuracy, shape_accuracy,
        texture_accuracy, shape_bias``, each with ``_low`` and ``_high``.
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


def cost_sentence(costs: pd.DataFrame) -> str:
    """Compare the most and the least expensive decision.

    Args:
        costs: from `cost_rows`.
    """
    dear = costs.iloc[int(costs["evaluations"].to_numpy().argmax())]
    cheap = costs.iloc[int(costs["evaluations"].to_numpy().argmin())]
    said = (
        f"A decision of {dear['model']} takes {dear['evaluations']:,} network evaluations, one of "
        f"{cheap['model']} {cheap['evaluations']:,}."
    )
    if np.isnan(dear["seconds"]) or np.isnan(cheap["seconds"]):
        return said
    return (
        f"{said} In CPU time that is {dear['seconds']:.2g} s against {cheap['seconds']:.2g} s, "
        f"{dear['seconds'] / cheap['seconds']:,.0f} times as long."
    )


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
    for n_draws in DRAWS_SHOWN:
        plain, conflicts = (
            with_recipe(miniature_answers([test_set], models, draws=n_draws))
            for test_set in (PLAIN, CONFLICTS)
        )
        right = accuracies(plain, ["recipe"], resampling=resampling).rename(
            columns={"accuracy": "value"}
        )
        cues = cue_shares(conflicts, ["recipe"], resampling=resampling).rename(columns=ends)
        tables += [
            right[columns].assign(measure=MEASURES["accuracy"], draws=n_draws),
            cues[columns].assign(measure=MEASURES["shape_bias"], draws=n_draws),
        ]
    table = pd.concat(tables, ignore_index=True)
    first = {recipe_of(model)[0]: store for model, store in reversed(stores.items())}
    random = table["recipe"].map({name: not s.traits.deterministic for name, s in first.items()})
    costs = [
        evaluations(first[recipe], min(n_draws, first[recipe].settings.max_draws))
        for recipe, n_draws in zip(table["recipe"], table["draws"], strict=True)
    ]
    table = table.assign(random=random.astype(bool), evaluations=costs)
    ordered = ordered_rows(table, ["measure", "recipe", "draws"], {"recipe": KINDS})
    names = ["recipe", "random", "draws", "evaluations", "measure", "n", "value", "low", "high"]
    return ordered[names]


def draws_sentence(rows: pd.DataFrame) -> str:
    """Say from how many draws on each model's values stay close to those of all draws.

    Args:
        rows: from `draw_rows`.
    """
    items = []
    for recipe, of_model in rows[rows["random"]].groupby("recipe", sort=False):
        parts = []
        for measure in MEASURES.values():
            values = of_model[of_model["measure"] == measure].sort_values("draws")
            first, last = values.iloc[0], values.iloc[-1]
            word = measure[0].lower() + measure[1:]
            part = (
                f"{word} {number(first['value'], '.2f')} with {first['draws']} draw, "
                f"{number(last['value'], '.2f')} with {last['draws']} "
                f"({span(last['low'], last['high'], '.2f')})"
            )
            inside = (values["value"] - last["value"]).abs().to_numpy() <= SETTLED
            settled = len(inside) - int(np.logical_and.accumulate(inside[::-1]).sum())
            enough = plural(int(values["draws"].iloc[settled]), "draw")
            part += f", within {SETTLED:g} of that from {enough} on"
            parts.append(part)
        items.append(f"- {recipe}: {'; '.join(parts)}.")
    return "\n".join(items)


@dataclass(frozen=True)
class StoredErrors:
    """Scores of a store as an array.

    Attributes:
        errors: weighted errors, lower is better, float64 (images, draws, classes).
        category: index of each image's category, int64 (images,).
        texture: of the category whose texture it wears, -1 where it has none.
    """

    errors: np.ndarray
    category: np.ndarray
    texture: np.ndarray


def stored_errors(store: Store) -> StoredErrors:
    """Read the weighted errors of a store, under its own weighting and norm.

    Args:
        store: of one of the test sets.
    """
    rows, images, labels = store.scores(), store.images(), list(store.labels)
    errors = score_array(
        rows, store.weights().errors(rows), images["image_id"], labels, store.settings.max_draws
    )
    places = pd.Index(labels)
    texture = images["image_id"].map(texture_of)
    return StoredErrors(
        errors,
        places.get_indexer(pd.Index(images["category"])),
        places.get_indexer(pd.Index(texture)),
    )


def race_rows(first_tests: Sequence[int] = FIRST_TESTS) -> pd.DataFrame:
    """Replay races on the shipped scores.

    Only of models in which something is random and every class has evaluations of its own.

    Args:
        first_tests: draws before the first class may be dropped.

    Returns:
        A row a model, test set and rule: ``model, test_set, first_test, draws`` (the most); as in
        `gcbook.scoring.replay.race_summary`, ``images, nfe, nfe_fixed, saved, same, accuracy,
        accuracy_fixed, unfinished``; and ``shape_bias, shape_bias_fixed`` on cue conflicts.
    """
    rows = []
    for model in _raced():
        for test_set in SETS:
            store = shipped_store(model, test_set)
            found = stored_errors(store)
            most = found.errors.shape[1]
            for first in first_tests:
                rule = Racing(first, P, most)
                known = race_summary(found.errors, found.category, rule)
                _, winner = race_outcomes(found.errors, rule)
                row: dict[str, object] = {"model": model, "test_set": test_set}
                row |= {"first_test": first, "draws": most, **known}
                if test_set == "cue-conflict":
                    row["shape_bias"] = _shape_bias(winner, found)
                    row["shape_bias_fixed"] = _shape_bias(found.errors.sum(1).argmin(1), found)
                rows.append(row)
    columns = ["model", "test_set", "first_test", "draws", "images", "nfe", "nfe_fixed", "saved"]
    columns += ["same", "accuracy", "accuracy_fixed", "unfinished"]
    return pd.DataFrame(rows, columns=[*columns, "shape_bias", "shape_bias_fixed"])


def race_sentence(races: pd.DataFrame) -> str:
    """Say what the replayed races saved and what they changed.

    Args:
        races: from `race_rows`.
    """
    sentences = []
    for model, rows in races.groupby("model", sort=False):
        plain = rows[rows["test_set"] == SETS[0]].sort_values("first_test")
        early, late = plain.iloc[0], plain.iloc[-1]
        most = 1 - late["first_test"] / late["draws"]
        sentences.append(
            f"- {model}, {SETS[0]} images: tested from draw {early['first_test']:.0f} on, a race "
            f"takes {early['nfe']:.0f} evaluations instead of {early['nfe_fixed']:.0f} "
            f"({early['saved']:.0%} saved), and {early['same']:.1%} of the answers stay the same. "
            f"Tested from draw {late['first_test']:.0f} on, where at most {most:.0%} could be "
            f"saved, it saves {late['saved']:.0%} and keeps {late['same']:.1%}."
        )
    return "\n".join(sentences)


def checked_scores(
    models: Sequence[str], n_images: int, noise_draws: int, seed: int = 0
) -> pd.DataFrame:
    """Score a few images of every test set anew and compare with the shipped scores.

    Args:
        models: names.
        n_images: of each set; 0 checks nothing.
        noise_draws: how many draws, from the first on; 0 checks nothing.
        seed: of the choice of images.

    Returns:
        From `gcbook.miniworld.results.rescoring.check_shipped`, with the seconds that it took in
        ``attrs``; no rows where nothing was checked.

    Raises:
        GcbookError: shipped scores are not those of the shipped models.
    """
    if not (n_images and noise_draws):
        columns = ["model", "test_sets", "images", "other_images", "scores", "largest_difference"]
        return pd.DataFrame(columns=columns)
    import torch

    begun = time.perf_counter()
    # A process for each core that this one has been given.
    table = check_shipped(
        models, n_images=n_images, draws=noise_draws, seed=seed, workers=torch.get_num_threads()
    )
    table.attrs["seconds"] = time.perf_counter() - begun
    return table


def check_sentence(checked: pd.DataFrame) -> str:
    """Say what was checked.

    Args:
        checked: from `checked_scores`.
    """
    if checked.empty:
        return (
            "**Not checked:** the parameter `n_images` or `rescore_draws` is 0, so this page "
            "does not say whether the shipped scores are those of the shipped models."
        )
    said = (
        f"{checked['scores'].sum():,} numbers of {plural(len(checked), 'model')} were computed "
        f"anew in {checked.attrs['seconds']:.0f} s, and agree with the shipped ones."
    )
    worst = checked["largest_difference"].max()
    if worst == 0:
        said += " Where the images are the same, so is every digit."
    elif not np.isnan(worst):
        said += f" The largest difference is {worst:.1g} of the number itself."
    other = int(checked["other_images"].max())
    if other:
        said += (
            f" On this machine up to {other} of a model's {checked['images'].max()} images come "
            "out a little otherwise, by the rounding of some pixels; their scores may differ more."
        )
    return said


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


def real_sentence(real: pd.DataFrame, costs: pd.DataFrame) -> str:
    """Say how much larger the large networks are than the miniatures of their kind.

    Args:
        real: from `real_costs`.
        costs: from `cost_rows`.
    """
    parts = []
    for mini in costs.to_dict("records"):
        alike = real[real["stands_for"] == STANDS_FOR[str(mini["model"])]]
        known = alike["parameters"].dropna()
        if len(known):
            ratios = known.astype(float) / mini["parameters"]
            ends = list(dict.fromkeys(f"{value:,.0f}" for value in (ratios.min(), ratios.max())))
            parts.append(f"{' to '.join(ends)} times those of {mini['model']}")
    return (
        "The networks that are evaluated are larger too: by their parameters, the open models of "
        f"the same kind have {listed(parts)}."
    )


def _costed() -> list[str]:
    """The shipped models with scores on both sets."""
    return [m for m in shipped_models() if {PLAIN, CONFLICTS} <= set(shipped_sets(m))]


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _raced() -> list[str]:
    found = []
    for model in shipped_models():
        if set(SETS) <= set(shipped_sets(model)):
            traits = shipped_store(model, SETS[0]).traits
            if not (traits.deterministic or traits.joint):
                found.append(model)
    return found


def _shape_bias(winner: np.ndarray, found: StoredErrors) -> float:
    conflict = (found.texture >= 0) & (found.texture != found.category)
    shape = int((winner == found.category)[conflict].sum())
    texture = int((winner == found.texture)[conflict].sum())
    return float(bias_of(shape, texture))
