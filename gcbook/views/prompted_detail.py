"""In which bands of spatial frequency prompts differ, which is what decides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniatures.clustered import clustered_sums
from gcbook.resample import interval
from gcbook.spectrum import octave_bands
from gcbook.stimuli.miniworld import DEFAULT_WORLD
from gcbook.stimuli.testsets import texture_of
from gcbook.views.restored_detail import band_name, restored_powers, some_images
from gcbook.views.training_course import PAPERS
from gcbook.views.words import number, span
from gcbook.weightings import parse_weighting

__all__ = [
    "PANELS",
    "advantage_rows",
    "advantage_sentence",
    "lead_rows",
    "lead_sentence",
    "prompt_powers",
    "weighted_rows",
]

PANELS = {
    "right": "Both cues agree: the right prompt",
    "shape": "Cue conflict: the shape's prompt",
    "texture": "Cue conflict: the texture's prompt",
}
HALF = 0.5
"""Of the power: a band that is given back less is lost."""
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
        Rows of `gcbook.views.restored_detail.restored_powers` with ``test_set``; ``prompt`` is
        "right" (or "shape", "texture"), or "other 0" and so on.
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


def advantage_rows(
    powers: pd.DataFrame, *, draws: int = 2000, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """By how much a prompt's error is smaller than that of prompts that name nothing in the image.

    Args:
        powers: from `prompt_powers`.
        draws: resamples of silhouettes.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        ``panel`` (of `PANELS`), ``t, band, images`` and ``advantage, low, high``: the mean error
        under other prompts less that under this one, in that band, over the clean images' power in
        all bands. So bands add up to what decides.
    """
    keys, shares, images = _advantages(powers, ["t", "band"], draws, seed)
    low, high = interval(shares, confidence)
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


def weighted_rows(
    powers: pd.DataFrame, *, draws: int = 2000, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
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
        weighed = powers.assign(weight=powers["t"].map(_weights_of(weighting, powers["t"])))
        kept = weighed.assign(share=weighed["restored"] * weighed["weight"])
        for name in ("clean", "restored", "error"):
            weighed[name] *= weighed["weight"]
        keys, shares, _ = _advantages(weighed, ["band"], draws, seed)
        low, high = interval(shares, confidence)
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


def _weights_of(weighting: str, times: pd.Series) -> dict[float, float]:
    """Share of the weight at each time, which stands for the stretch around it."""
    at = np.sort(times.unique())
    weights = parse_weighting(weighting).weights(at, np.zeros_like(at)) * np.gradient(at)
    return dict(zip(at.tolist(), (weights / weights.sum()).tolist(), strict=True))


def _advantages(
    powers: pd.DataFrame, by: list[str], draws: int, seed: int
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Errors under others less those under each named prompt, over the clean power of all bands."""
    others = powers[powers["prompt"].str.startswith("other")]
    one = ["test_set", "image_id", "t", "band"]
    mean = others.groupby(one, sort=False)["error"].mean().rename("others").reset_index()
    named = powers[powers["prompt"].isin(list(PANELS))].merge(mean, on=one)
    whole = named.groupby(["test_set", "image_id", "t", "prompt"])["clean"].transform("sum")
    named = named.assign(less=named["others"] - named["error"], whole=whole)
    keys, sums = clustered_sums(named, ["prompt", *by], ["less", "whole"], draws=draws, seed=seed)
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
            f"{row['band']} cycles: {row['kept']:.0%} given back, "
            f"{number(1000 * row['advantage'], '+.2f')} "
            f"({span(1000 * row['low'], 1000 * row['high'], '+.2f')})"
            for row in found
        )
        lines.append(f"- {panel}. {said}")
    return "\n".join(lines)


def lead_rows(
    powers: pd.DataFrame,
    cycles: tuple[float, float],
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """What the paper's weights add up for either cue, below and above where texture is lost.

    Texture is lost from the time on from which less than half of the power in its bands is given
    back under its own prompt.

    Args:
        powers, draws, confidence, seed: see `advantage_rows`.
        cycles: fewest and most of a texture, an image.

    Returns:
        Rows "less" (noise than at that time), "more" (that, or more) and "all": ``bands``, a
        texture's, ``lost_from`` (NaN: nowhere), ``weight`` (share of it), ``shape, texture`` (what
        their prompts gain, see `advantage_rows`, in all bands) and ``lead, low, high``, by how much
        the first is larger.
    """
    bands = [
        band_name(band)
        for band in octave_bands(DEFAULT_WORLD.resolution)
        if cycles[0] < band[1] and cycles[1] >= band[0]
    ]
    conflicts = powers[powers["test_set"] == "cue-conflict"]
    own = conflicts[(conflicts["prompt"] == "texture") & conflicts["band"].isin(bands)]
    sums = own.groupby("t")[["restored", "clean"]].sum()
    back = (sums["restored"] / sums["clean"]).sort_index()
    lost = back.index[(back < HALF).iloc[::-1].cummin().iloc[::-1]]
    lost_from = float(lost[0]) if len(lost) else np.nan

    one = ["image_id", "category", "silhouette", "t"]
    errors = conflicts.groupby([*one, "prompt"])[["error", "clean"]].sum().unstack("prompt")
    error, weights = pd.DataFrame(errors["error"]), _weights_of(PAPERS, conflicts["t"])
    others = error[[name for name in error if str(name).startswith("other")]].mean(axis="columns")
    weight = errors.index.get_level_values("t").map(weights)
    table = pd.DataFrame(
        {
            "shape": (others - error["shape"]) * weight,
            "texture": (others - error["texture"]) * weight,
            "whole": errors["clean"]["shape"] * weight,
        }
    ).reset_index()
    table["part"] = np.where(table["t"] >= lost_from, "more", "less")
    keys, sums_of = clustered_sums(
        table, ["part"], ["shape", "texture", "whole"], draws=draws, seed=seed
    )
    whole = sums_of["whole"].sum(axis=0)
    rows = []
    for part, parts in (("less", ["less"]), ("more", ["more"]), ("all", ["less", "more"])):
        here = keys["part"].isin(parts).to_numpy()
        shape, texture = (sums_of[name][here].sum(axis=0) / whole for name in ("shape", "texture"))
        low, high = interval(shape - texture, confidence)
        rows.append(
            {
                "part": part,
                "bands": ", ".join(bands),
                "lost_from": lost_from,
                "weight": sum(
                    weight
                    for t, weight in weights.items()
                    if ("more" if t >= lost_from else "less") in parts
                ),
                "shape": shape[0],
                "texture": texture[0],
                "lead": shape[0] - texture[0],
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows)


def lead_sentence(rows: pd.DataFrame) -> str:
    """Say whether the shape's prompt gains on the texture's where texture has been lost.

    Args:
        rows: from `lead_rows`.
    """
    less, more, whole = (rows[rows["part"] == part].iloc[0] for part in ("less", "more", "all"))
    if np.isnan(whole["lost_from"]):
        return (
            f"Of the textures' band, {whole['bands']} cycles, more than half of the power is given "
            "back at all noise, so no loss of detail can be behind what decides."
        )
    gained = [
        f"{number(1000 * more[name], '.2f')} of the {number(1000 * whole[name], '.2f')} "
        f"thousandths that the {name}'s prompt gains"
        for name in ("shape", "texture")
    ]
    lead = {
        name: f"{number(1000 * row['lead'], '+.2f')} "
        f"({span(1000 * row['low'], 1000 * row['high'], '+.2f')})"
        for name, row in (("less", less), ("more", more), ("all", whole))
    }
    said = (
        f"Of the textures' band, {whole['bands']} cycles, less than half of the power is given "
        f"back under the texture's own prompt from t = {whole['lost_from']:g} on. There lies "
        f"{number(more['weight'], '.1%')} of the paper's weight, and from there come "
        f"{' and '.join(gained)}. The shape's prompt gains more than the texture's by "
        f"{lead['all']} thousandths: {lead['less']} from less noise than that, and {lead['more']} "
        "from that noise and more. "
    )
    if whole["low"] <= 0:
        said += (
            "All noise together, that is not clearly above 0: these images show where the shape's "
            "prompt gains, and not that it wins. "
        )
    if less["low"] > 0:
        return said + (
            "It gains more where texture is still given back, too. So the loss of fine detail is "
            "not all that is behind this model's preference for shape."
        )
    if more["low"] > 0:
        return said + (
            "Where shape gains on texture, texture has been lost, little weight or not: the loss "
            "of fine detail may well be behind this model's preference for shape, as the paper "
            "suspects of Imagen's. A weight is not an influence ({ref}`weighting`)."
        )
    return said + "Neither part is clearly above 0, so these images cannot tell where shape gains."
