"""In which bands of spatial frequency prompts differ, which is what decides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.fine_detail.restored import MEAN, restored_powers, some_images
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniworld.results.course import PAPERS
from gcbook.miniworld.testsets import texture_of
from gcbook.noise.weightings import parse_weighting
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import number, span

__all__ = [
    "PANELS",
    "advantage_rows",
    "advantage_sentence",
    "prompt_powers",
    "weights_of",
    "weighted_rows",
]

PANELS = {
    "right": "Cues agree: the right prompt",
    "shape": "Cue conflict: the shape's prompt",
    "texture": "Cue conflict: the texture's prompt",
}
OTHERS = 2
"""Prompts that name nothing in an image, drawn by lot for each."""


def prompt_powers(
    classifier: DiffusionClassifier, each: int, times: Sequence[float], seed: int = 0
) -> pd.DataFrame:
    """Restore images and cue conflicts under the prompts that go with them, and under others.

    Args:
        classifier: that works on pixels.
        each: images a category, of both kinds.
        times: in (0, 1].
        seed: of images, other prompts and noise.

    Returns:
        Rows of `gcbook.chapters.fine_detail.restored.restored_powers` with ``test_set``;
        ``prompt`` is "right" (or "shape", "texture"), or "other 0" and so on.
    """
    rng = np.random.default_rng(seed)
    tables = []
    for test_set in ("in-distribution", "cue-conflict"):
        stimuli = some_images(each, seed, test_set)
        shape = [one.category for one in stimuli]
        named = {"right": shape}
        if test_set == "cue-conflict":
            named = {"shape": shape, "texture": [texture_of(one.image_id) for one in stimuli]}
        taken = list(zip(*named.values(), strict=True))
        others = [
            rng.permutation([name for name in classifier.labels if name not in names])[:OTHERS]
            for names in taken
        ]
        asked = named | {f"other {n}": [str(one[n]) for one in others] for n in range(OTHERS)}
        powers = restored_powers(classifier, stimuli, asked, times, seed)
        tables.append(powers.assign(test_set=test_set))
    return pd.concat(tables, ignore_index=True)


def advantage_rows(powers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much a prompt's error is smaller than that of prompts that name nothing in the image.

    Args:
        powers: from `prompt_powers`.
        resampling: how the intervals are made.

    Returns:
        ``panel`` (of `PANELS`), ``t, band, images`` and ``advantage, low, high``: the mean error
        under other prompts less that under this one, in that band, over the clean images' variance.
        So bands add up to what decides.
    """
    keys, shares, images = _advantages(powers, ["t", "band"], resampling)
    low, high = resampling.interval(shares)
    table = keys.assign(images=images, advantage=shares[:, 0], low=low, high=high)
    order = list(dict.fromkeys(powers["band"]))
    table["panel"] = table["prompt"].map(PANELS)
    places = {"band": order.index, "panel": list(PANELS.values()).index}
    ordered = table.sort_values(
        ["panel", "t", "band"],
        key=lambda column: column.map(places[str(column.name)]) if column.name != "t" else column,
        ignore_index=True,
    )
    columns = ["panel", "t", "band", "images", "advantage", "low", "high"]
    return ordered[columns].round(dict.fromkeys(columns[4:], 6))


def weighted_rows(powers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What a weighting over the noise makes of each band: given back, and what decides.

    Args:
        powers, draws, confidence, seed: see `advantage_rows`.

    Returns:
        ``weighting`` ("exp:7" or "uniform"), ``panel, band, kept`` (the weighted mean over t of the
        power that is given back, as a share of the clean images' in that band) and ``advantage,
        low, high``, its weighted mean.
    """
    rows = []
    for weighting in (PAPERS, "uniform"):
        weighed = powers.assign(weight=powers["t"].map(weights_of(weighting, powers["t"])))
        kept = weighed.assign(share=weighed["restored"] * weighed["weight"])
        for name in ("clean", "restored", "error"):
            weighed[name] *= weighed["weight"]
        keys, shares, _ = _advantages(weighed, ["band"], resampling)
        low, high = resampling.interval(shares)
        table = keys.assign(advantage=shares[:, 0], low=low, high=high, weighting=weighting)
        sums = kept.groupby(["prompt", "band"])["share"].sum()
        clean = weighed.groupby(["prompt", "band"])["clean"].sum()
        table = table.merge((sums / clean).rename("kept").reset_index(), on=["prompt", "band"])
        rows.append(table)
    table = pd.concat(rows, ignore_index=True)
    table["panel"] = table["prompt"].map(PANELS)
    order = list(dict.fromkeys(powers["band"]))
    places = {"band": order.index, "panel": list(PANELS.values()).index}
    columns = ["weighting", "panel", "band", "kept", "advantage", "low", "high"]
    return table.sort_values(
        ["weighting", "panel", "band"],
        key=lambda column: column.map(places.get(str(column.name), lambda value: value)),
        ignore_index=True,
    )[columns]


def weights_of(weighting: str, times: pd.Series) -> dict[float, float]:
    """Return the share of a weighting at each time, which stands for the stretch around it.

    Args:
        weighting: see `gcbook.noise.weightings.parse_weighting`.
        times: in (0, 1], repeated or not.
    """
    at = np.sort(times.unique())
    weights = parse_weighting(weighting).weights(at, np.zeros_like(at)) * np.gradient(at)
    return dict(zip(at.tolist(), (weights / weights.sum()).tolist(), strict=True))


def _advantages(
    powers: pd.DataFrame, by: list[str], resampling: Resampling
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Errors under others less those under each named prompt, over the clean power of all bands."""
    others = powers[powers["prompt"].str.startswith("other")]
    one = ["test_set", "image_id", "t", "band"]
    mean = others.groupby(one, sort=False)["error"].mean().rename("others").reset_index()
    named = powers[powers["prompt"].isin(list(PANELS))].merge(mean, on=one)
    variance = named["clean"].where(named["band"] != MEAN, 0.0)
    image = [named[name] for name in ("test_set", "image_id", "t", "prompt")]
    whole = variance.groupby(image).transform("sum")
    named = named.assign(less=named["others"] - named["error"], whole=whole)
    columns = ["less", "whole"]
    keys, sums = clustered_sums(named, ["prompt", *by], columns, resampling=resampling)
    images = sums["n"][:, 0].astype(int)
    return keys, sums["less"] / sums["whole"], images


def advantage_sentence(weighted: pd.DataFrame) -> str:
    """Say what is given back where the paper's weighting listens, and which bands decide there.

    Args:
        weighted: from `weighted_rows`.
    """
    papers = weighted[weighted["weighting"] == PAPERS]
    lines = []
    for panel, group in papers.groupby("panel", sort=False):
        found = group.to_dict("records")
        said = "; ".join(
            f"{_called(row['band'])}: {row['kept']:.0%} given back, "
            f"{number(1000 * row['advantage'], '+.2f')} "
            f"({span(1000 * row['low'], 1000 * row['high'], '+.2f')})"
            for row in found
        )
        lines.append(f"- {panel}. {said}")
    return "\n".join(lines)


def _called(band: str) -> str:
    return "mean brightness" if band == MEAN else f"{band} cycles"
