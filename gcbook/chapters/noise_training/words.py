"""What noise in training and testing changes, in words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.noise_training.tables import CLEAN, MEASURES, TRAINED, paper_rows
from gcbook.miniworld.results.answers import with_recipe
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training import cnn
from gcbook.miniworld.training.record import read_record
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import PLAIN, change_of, pooled_measures
from gcbook.stats.words import number, plural, span

__all__ = [
    "change_sentence",
    "equal_steps_sentence",
    "networks_sentence",
    "normalized_variance",
    "resampled_phrase",
    "room_sentence",
]


def resampled_phrase(cells: pd.DataFrame) -> str:
    """What the intervals of all seeds together resample, for "…, with intervals that …".

    Args:
        cells: from `cell_rows`.
    """
    seeds = cells.loc[cells["model"] == "", "seeds"]
    if seeds.empty or seeds.max() == 1:
        return (
            "resample silhouettes. There is one network of a kind, so that another run of the "
            "training might have made the same difference"
        )
    few = seeds[seeds > 1].min()
    where = ", and seeds where there are several" if seeds.min() == 1 else " and seeds"
    return f"resample silhouettes{where} ({few:g} seeds tell the spread between runs but roughly)"


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


def room_sentence(cells: pd.DataFrame) -> str:
    """Say how much of a shape bias the plain network lacks, here and in the paper.

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


def equal_steps_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Compare both recipes after as many steps, from their checkpoints: more training or noise?

    Args:
        resampling: how the intervals are made.
    """
    answers = with_recipe(course_answers(list(TRAINED)))
    steps = [set(group["step"]) for _, group in answers.groupby("recipe")]
    both = set.intersection(*steps) if len(steps) == len(TRAINED) else set()
    if not both:
        return ""
    same = answers[answers["step"] == max(both)]
    keys, values, n = pooled_measures(same, ["recipe"], resampling=resampling, together=False)
    at = [keys["recipe"].tolist().index(name) for name in TRAINED]
    plain, noisy = (values["shape_bias"][place] for place in at)
    found = change_of(plain, noisy, resampling)
    ends = [max(group["step"]) for _, group in answers.groupby("recipe")]
    halfway = " one of the two in mid-schedule," if len(set(ends)) > 1 else ""
    before, after = (number(found[name], ".2f") for name in ("before", "after"))
    return (
        f"After {max(both):,} steps each the shape bias is {before} without and {after} with "
        f"noise: {number(found['change'], '+.3f')} ({span(found['low'], found['high'])}; one seed "
        f"each,{halfway} {n['shape_bias'].min():,} conflicts)."
    )


def normalized_variance(images: int = 160) -> float:
    """Return the mean square of pixels that are normalized as the classifiers do it.

    Args:
        images: how many of the in-distribution set.
    """
    shown = make_test_set(PLAIN).first(images)
    pixels = np.stack([each.read() for each in shown]).astype(float)
    return float(np.square((pixels - cnn.MEAN) / cnn.SD).mean())


def change_sentence(changes: pd.DataFrame, cells: pd.DataFrame) -> str:
    """Say what the noise does to shape bias, beside the paper.

    Args:
        changes: from `change_rows`.
        cells: from `cell_rows`.
    """
    if changes.empty:
        return "This version does not bring classifiers of both kinds, so nothing can be compared."
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


def _values(row: dict[Any, Any]) -> str:
    change = f"{number(row['change'], '+.3f')}, {span(row['low'], row['high'])}"
    return f"{number(row['before'])} → {number(row['after'])} ({change})"
