"""What diffusion-style noise in training does to the shape bias of a classifier (Fig. 13).

Networks trained on clean and on noised images are tested on clean and on noised ones: four cells,
of which the paper has three.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.results.noised import MEAN, clean_answers, noised_answers
from gcbook.miniworld.results.shipped import recipe_of, shipped_models
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training import cnn
from gcbook.miniworld.training.record import read_record
from gcbook.paper.published import table1
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, cue_shares, pooled_measures
from gcbook.stats.words import number, plural, span

__all__ = [
    "CLEAN",
    "MEAN_OF_DRAWS",
    "MEASURES",
    "ONE_DRAW",
    "category_rows",
    "cell_rows",
    "change_rows",
    "change_sentence",
    "discriminative_models",
    "equal_steps_sentence",
    "networks_sentence",
    "noise_answers",
    "normalized_variance",
    "paper_rows",
    "resampled_phrase",
    "room_sentence",
]

CLEAN, ONE_DRAW, MEAN_OF_DRAWS = "clean images", "one draw of noise", "mean over draws"
"""How a network is tested."""

TRAINED = {"mini-cnn": "clean", "mini-cnn-noise": "noised"}
MEASURES = {
    "accuracy": "In-distribution accuracy",
    "shape_accuracy": "Cue conflict: names the shape",
    "texture_accuracy": "Cue conflict: names the texture",
    "texture_excess": "Names the texture beyond accident",
    "shape_bias": "Shape bias",
    "blind": "Shape bias if blind to texture",
}
"""Columns and their titles; `pooled_measures` explains those of an observer blind to texture."""
_CELL = ["recipe", "tested"]


def discriminative_models(models: Sequence[str] = ()) -> list[str]:
    """Return the shipped classifiers of both recipes, all seeds, or those that are named.

    Args:
        models: names; none takes all.

    Raises:
        InputError: a name is not one of them.
    """
    there = [name for name in shipped_models() if recipe_of(name)[0] in TRAINED]
    if unknown := sorted(set(models) - set(there)):
        raise InputError(
            f"models: expected some of {', '.join(there)}; found {', '.join(unknown)}."
        )
    return [name for name in there if not models or name in models]


def networks_sentence(shipped: Sequence[str], anew: Mapping[str, Path]) -> str:
    """Say which networks are compared.

    Args:
        shipped: names of those that come along.
        anew: folders of those that were trained instead; none: the shipped ones are shown.
    """
    if not anew:
        return (
            f"These are the {plural(len(shipped), 'network')} that come with this book, as do the "
            "scores of clean images."
        )
    steps = [read_record(model.parent)["plan"]["steps"] for model in anew.values()]
    least, most = (f"{end:,}" for end in (min(steps), max(steps)))
    many = least if least == most else f"{least} to {most}"
    return (
        f"These are {plural(len(anew), 'network')} trained anew, in {many} steps each, and not the "
        "ones that come with this book, of which the sentences above are."
    )


def noise_answers(
    models: Sequence[str],
    *,
    noise_draws: int = 10,
    seed: int = 0,
    folders: Mapping[str, Path] | None = None,
) -> pd.DataFrame:
    """Answers to clean images, from the shipped scores, and to noised ones, asked anew.

    Args:
        models: names.
        noise_draws: noised versions of an image.
        seed: of the noise.
        folders: of models that do not ship, by name; these are asked, and no others.

    Returns:
        Trials with ``recipe``, ``trained`` ("clean" or "noised") and ``tested``: `CLEAN`,
        `ONE_DRAW` (every draw is an answer of its own) or `MEAN_OF_DRAWS`.
    """
    sets = [CONFLICT, PLAIN]
    models = list(folders) if folders else models
    noised = noised_answers(models, sets, noise_draws=noise_draws, seed=seed, folders=folders)
    tested = np.where(noised["draw"] == MEAN, MEAN_OF_DRAWS, ONE_DRAW)
    clean = clean_answers(folders, sets) if folders else miniature_answers(sets, models)
    clean = clean.assign(tested=CLEAN)
    answers = pd.concat([clean, noised.assign(tested=tested)], ignore_index=True)
    answers = with_recipe(answers)
    return answers.assign(trained=answers["recipe"].map(TRAINED))


def cell_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, shares of the cues and shape bias in each cell, of each seed and of all.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``trained, tested, measure`` (a title of `MEASURES`), ``model`` ("" for all seeds
        together), ``seeds``, ``n`` (answers), ``value, low, high``. An interval is over silhouettes
        for one network, and over silhouettes and seeds for all.
    """
    tables = []
    for together in (False, True):
        keys, values, n = pooled_measures(answers, _CELL, resampling=resampling, together=together)
        for name, title in MEASURES.items():
            low, high = resampling.interval(values[name])
            found = {"value": values[name][:, 0], "low": low, "high": high, "n": n[name]}
            tables.append(keys.assign(measure=title, **found))
    table = pd.concat(tables, ignore_index=True)
    table = table.assign(
        trained=table["recipe"].map(TRAINED),
        model=table["observer"].fillna(""),
        seeds=table["seeds"].fillna(1).astype(int),
    )
    columns = ["trained", "tested", "measure", "model", "seeds", "n", "value", "low", "high"]
    by = ["measure", "trained", "tested", "model"]
    ordered = ordered_rows(table, by, {"tested": (CLEAN, ONE_DRAW, MEAN_OF_DRAWS)})
    return ordered[columns].round({"value": 4, "low": 4, "high": 4})


def resampled_phrase(cells: pd.DataFrame) -> str:
    """What the intervals of all seeds together resample, for "…, with intervals that …".

    Args:
        cells: from `cell_rows`.
    """
    seeds = cells.loc[cells["model"] == "", "seeds"]
    if seeds.max() == 1:
        return (
            "resample silhouettes. There is one network of a kind, so that another run of the "
            "training might have made the same difference"
        )
    few = seeds[seeds > 1].min()
    where = ", and seeds where there are several" if seeds.min() == 1 else " and seeds"
    return f"resample silhouettes{where} ({few:g} seeds tell the spread between runs but roughly)"


def room_sentence(cells: pd.DataFrame) -> str:
    """Say how far the plain network's shape bias can rise, here and in the paper.

    Args:
        cells: from `cell_rows`.
    """
    found = cells[
        (cells["trained"] == "clean")
        & (cells["tested"] == CLEAN)
        & (cells["measure"] == MEASURES["shape_bias"])
        & (cells["model"] == "")
    ]
    if found.empty:
        return ""
    (here,) = found["value"]
    paper = paper_rows().set_index(["trained", "tested"])["shape_bias"].loc[("clean", CLEAN)]
    return (
        f"There the plain network has a shape bias of {number(here, '.2f')}; the paper's ResNet-50 "
        f"has {number(float(paper), '.2f')} on its images. So there is room to gain of "
        f"{number(1 - here, '.2f')} here, and of {number(1 - float(paper), '.2f')} there."
    )


def change_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What noise in training changes, and what noise in testing adds.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``step`` (in words), ``measure, before, after, change, low, high``; silhouettes are the same
        on both sides, and so are the seeds of one recipe. Steps whose two cells are not both there
        are left out.
    """
    keys, values, _ = pooled_measures(answers, _CELL, resampling=resampling, together=True)
    place = {cell: at for at, cell in enumerate(zip(keys["recipe"], keys["tested"], strict=True))}
    plain, noisy = TRAINED
    steps = [
        ("noise in training", (plain, CLEAN), (noisy, CLEAN)),
        ("noise in testing as well", (noisy, CLEAN), (noisy, ONE_DRAW)),
        ("both, against neither", (plain, CLEAN), (noisy, ONE_DRAW)),
        ("noise in testing alone", (plain, CLEAN), (plain, ONE_DRAW)),
        ("several draws instead of one", (noisy, ONE_DRAW), (noisy, MEAN_OF_DRAWS)),
    ]
    rows = []
    for words, first, second in steps:
        if first not in place or second not in place:
            continue
        for name, title in MEASURES.items():
            found = change_of(values[name][place[first]], values[name][place[second]], resampling)
            rows.append({"step": words, "measure": title, **found})
    columns = ["step", "measure", "before", "after", "change", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[2:], 4))


def change_sentence(changes: pd.DataFrame, cells: pd.DataFrame) -> str:
    """Say what each step does to shape bias, and what it does in the paper.

    Args:
        changes: from `change_rows`.
        cells: from `cell_rows`.
    """
    parts = []
    for step, group in changes.groupby("step", sort=False):
        by = {row["measure"]: row for row in group.to_dict("records")}
        bias, excess, blind = (
            _values(by[MEASURES[name]]) for name in ("shape_bias", "texture_excess", "blind")
        )
        parts.append(
            f"- *{str(step).capitalize()}*: {bias}. Blind: {blind}. Beyond accident: {excess}."
        )
    printed = paper_rows()["shape_bias"].tolist()
    paper = (
        f"In the paper noise in training takes a ResNet-50 from {printed[0]:.2f} to "
        f"{printed[1]:.2f}, and noise in testing as well to {printed[2]:.2f}."
    )
    seeds = cells[cells["model"] == ""].groupby("trained")["seeds"].max().to_dict()
    counts = " and ".join(
        f"{plural(n, 'network')} trained on {name} images" for name, n in seeds.items()
    )
    lead = (
        f"Shape bias, with {counts}. *Blind*: the shape bias of an observer blind to texture who "
        "names the shape as often; what it changes by is a matter of guessing. *Beyond accident*: "
        "how much more often texture is named than by that observer."
    )
    return f"{lead}\n\n" + "\n".join(parts) + f"\n\n{paper}"


def category_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Fig. 13: shape bias by shape category in each cell, over all seeds.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``trained, tested, category, shape_answers, texture_answers, texture_share`` (1 − shape
        bias, NaN without either answer) with ``low, high``, and ``category_mean``, the mean of
        ``texture_share`` over the categories of the cell.
    """
    chosen = answers[answers["dataset"] == CONFLICT]
    counted = chosen.assign(
        shape_answers=(chosen["cue"] == "shape").astype(int),
        texture_answers=(chosen["cue"] == "texture").astype(int),
    )
    by = ["trained", "tested", "category"]
    table = counted.groupby(by, observed=True)[["shape_answers", "texture_answers"]].sum()
    table["texture_share"] = share(table["texture_answers"], table.sum(axis=1)).round(4)
    shares = cue_shares(chosen, by, resampling=resampling).set_index(by)
    table["low"] = (1 - shares["shape_bias_high"]).round(4)
    table["high"] = (1 - shares["shape_bias_low"]).round(4)
    table = table.reset_index()
    mean = table.groupby(["trained", "tested"])["texture_share"].transform("mean")
    return table.assign(category_mean=mean.round(4))


def paper_rows() -> pd.DataFrame:
    """Return what the paper prints for its ResNet-50, in the three cells that it has.

    Returns:
        ``trained, tested, shape_bias, ood_accuracy, error_consistency``.
    """
    printed = table1().set_index("key")
    cells = {
        "resnet50": ("clean", CLEAN),
        "resnet50_diffusion_noise": ("noised", CLEAN),
        "resnet50_diffusion_noise_train_eval": ("noised", "noised images"),
    }
    columns = ["shape_bias", "ood_accuracy", "error_consistency"]
    rows = [
        {"trained": trained, "tested": tested, **printed.loc[key, columns].to_dict()}
        for key, (trained, tested) in cells.items()
    ]
    return pd.DataFrame(rows)


def equal_steps_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Compare both recipes after equally many steps: is it the noise, or more training?

    Args:
        resampling: how the intervals are made.
    """
    answers = with_recipe(course_answers(list(TRAINED)))
    steps = [set(group["step"]) for _, group in answers.groupby("recipe")]
    both = set.intersection(*steps)
    same = answers[answers["step"] == max(both)]
    keys, values, n = pooled_measures(same, ["recipe"], resampling=resampling, together=False)
    at = [keys["recipe"].tolist().index(name) for name in TRAINED]
    plain, noisy = (values["shape_bias"][place] for place in at)
    found = change_of(plain, noisy, resampling)
    halfway = " one of the two in mid-schedule," if len(set(map(max, steps))) > 1 else ""
    before, after = (number(found[name], ".2f") for name in ("before", "after"))
    return (
        f"After {max(both):,} steps each the shape bias is {before} without and {after} with "
        f"noise: {number(found['change'], '+.3f')} ({span(found['low'], found['high'])}; one seed "
        f"each,{halfway} {n['shape_bias'].min():,} conflicts)."
    )


def normalized_variance(images: int = 160) -> float:
    """Return the mean square of pixels as the classifiers normalize them.

    Args:
        images: how many of the in-distribution set.
    """
    shown = make_test_set(PLAIN).first(images)
    pixels = np.stack([each.read() for each in shown]).astype(float)
    return float(np.square((pixels - cnn.MEAN) / cnn.SD).mean())


def _values(row: dict[Any, Any]) -> str:
    change = f"{number(row['change'], '+.3f')}, {span(row['low'], row['high'])}"
    return f"{number(row['before'])} → {number(row['after'])} ({change})"
