"""What a denoiser restores in each band of spatial frequency, and in which bands prompts differ.

An image is noised and restored under several prompts. The power of the error, by band, says what is
missed. The classifier adds these errors up over all bands and all noise, so a band decides as far
as its error differs between prompts. The last table asks the paper's question: does shape gain on
texture at the noise at which texture has been lost?
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.course import PAPERS
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.noise.weightings import parse_weighting
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stimuli.stimulus import Stimulus

__all__ = [
    "MEAN",
    "PANELS",
    "advantage_rows",
    "band_name",
    "detail_rows",
    "lead_rows",
    "prompt_powers",
    "restored_powers",
    "some_images",
    "weighted_rows",
    "weights_of",
]

BATCH = 64
MEAN = "0 (mean)"
"""The band of the mean brightness, from mid-grey. It is no pattern, but prompts may differ there,
too."""

PANELS = {
    "right": "Cues agree: the right prompt",
    "shape": "Cue conflict: the shape's prompt",
    "texture": "Cue conflict: the texture's prompt",
}
OTHERS = 2
"""Prompts that name nothing in an image, drawn at random for each."""
_EVEN = 10_000
"""Points in (0, 1) over which a weighting is summed."""
HALF = 0.5
"""Of the power: bands of which more is missed are lost."""


def band_name(band: tuple[float, float]) -> str:
    """What a band is called.

    >>> band_name((2.0, 4.0)), band_name((8.0, np.inf))
    ('2 to 4', '8 and more')
    """
    low, high = band
    if high <= 1:
        return MEAN
    return f"{low:g} and more" if np.isinf(high) else f"{low:g} to {high:g}"


def some_images(
    each: int, seed: int = 0, test_set: str = "in-distribution", world: str = DEFAULT
) -> list[Stimulus]:
    """Draw the same number of images of every category.

    Args:
        each: images a category.
        seed: of the draw.
        test_set: from which; of cue conflicts only those whose cues tell two categories, of
            in-distribution images only those whose cues agree.
        world: whose, by name.
    """
    rng = np.random.default_rng(seed)
    conflict = test_set == "cue-conflict"
    chosen = [
        one
        for one in make_test_set(test_set, named_world(world))
        if (texture_of(one.image_id) != one.category) == conflict
    ]
    stimuli = sorted(chosen, key=lambda one: one.imagename)
    by_category: dict[str, list[Stimulus]] = {}
    for index in rng.permutation(len(stimuli)):
        by_category.setdefault(stimuli[index].category, []).append(stimuli[index])
    return [one for name in sorted(by_category) for one in by_category[name][:each]]


@torch.inference_mode()
def restored_powers(
    classifier: DiffusionClassifier,
    stimuli: Sequence[Stimulus],
    prompts: Mapping[str, Sequence[str]],
    times: Sequence[float],
    seed: int = 0,
) -> pd.DataFrame:
    """Restore images from noise under prompts, and measure the result by band.

    The noise of an image is the same at all times and under all prompts.

    Args:
        classifier: that works on pixels.
        stimuli: the images.
        prompts: by what they are to the images ("right"), one of the classifier's labels an image.
        times: in (0, 1].
        seed: of the noise.

    Returns:
        ``image_id, category, silhouette, prompt, t, band`` (`MEAN`, then octaves) and the powers of
        the ``clean`` image, of the ``restored`` one and of the ``error`` between them in that band.
        Of grey images, errors of all bands add up to the mean squared error.
    """
    x = classifier.prepare([one.read() for one in stimuli])
    rule, shape = DrawRule(seed), tuple(x.shape[1:])
    noise = torch.from_numpy(
        np.stack([keyed_noise(rule, one.image_id, 0, shape) for one in stimuli])
    ).to(x)
    asked_for = {
        kind: torch.tensor([classifier.labels.index(name) for name in names])
        for kind, names in prompts.items()
    }
    about = pd.DataFrame(
        {
            "image_id": [one.image_id for one in stimuli],
            "category": [one.category for one in stimuli],
            "silhouette": [silhouette_of(one.imagename) for one in stimuli],
        }
    )
    clean = x.mean(1).double().cpu().numpy()
    bands = ((0.0, 1.0), *octave_bands(clean.shape[-1]))
    tables = []
    for asked in times:
        t = float(classifier.schedule.snap(np.asarray(asked)))
        alpha, sigma = (
            float(curve(np.asarray(t)))
            for curve in (classifier.schedule.alpha, classifier.schedule.sigma)
        )
        for kind, labels in asked_for.items():
            parts = []
            for rows in torch.arange(len(x)).split(BATCH):
                noised = alpha * x[rows] + sigma * noise[rows]
                when = torch.full((len(rows),), t, dtype=x.dtype, device=x.device)
                guess = classifier.denoise(noised, when, labels[rows].to(x.device))
                parts.append(clip_clean(guess, classifier.default_clip).mean(1))
            restored = torch.cat(parts).double().cpu().numpy()
            powers = [band_power(each, bands) for each in (clean, restored, restored - clean)]
            for place, band in enumerate(bands):
                columns = zip(("clean", "restored", "error"), powers, strict=True)
                tables.append(
                    about.assign(
                        prompt=kind,
                        t=t,
                        band=band_name(band),
                        **{name: power[:, place] for name, power in columns},
                    )
                )
    return pd.concat(tables, ignore_index=True)


def detail_rows(powers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Shares of the clean images' power that are given back and missed, by time and band.

    Args:
        powers: from `restored_powers`, under one prompt an image.
        resampling: how the intervals are made.

    Returns:
        ``t, band, images``, without `MEAN`; ``kept``, the power of the restored images over that of
        the clean ones, and ``missed``, that of the error over that of the clean ones, with
        ``…_low, …_high``. A denoiser that gives back nothing keeps 0 and misses 1.
    """
    powers = powers[powers["band"] != MEAN]
    names = ["clean", "restored", "error"]
    keys, sums = clustered_sums(powers, ["t", "band"], names, resampling=resampling)
    table = keys.assign(images=sums["n"][:, 0].astype(int))
    for name, part in (("kept", "restored"), ("missed", "error")):
        share = sums[part] / sums["clean"]
        low, high = resampling.interval(share)
        table = table.assign(**{name: share[:, 0], f"{name}_low": low, f"{name}_high": high})
    return ordered_rows(table, ["t", "band"], {"band": powers["band"].unique()}).round(4)


def prompt_powers(
    classifier: DiffusionClassifier,
    each: int,
    times: Sequence[float],
    seed: int = 0,
    world: str = DEFAULT,
) -> pd.DataFrame:
    """Restore images and cue conflicts under the prompts that go with them, and under others.

    Args:
        classifier: that works on pixels.
        each: images a category, of both kinds.
        times: in (0, 1].
        seed: of images, other prompts and noise.
        world: whose images, by name.

    Returns:
        Rows of `restored_powers` with ``test_set``;
        ``prompt`` is "right" (or "shape", "texture"), or "other 0" and so on.
    """
    rng = np.random.default_rng(seed)
    tables = []
    for test_set in ("in-distribution", "cue-conflict"):
        stimuli = some_images(each, seed, test_set, world)
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
    """How much smaller a prompt's error is than that of prompts that name nothing in the image.

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
    table["panel"] = table["prompt"].map(PANELS)
    orders = {"panel": PANELS.values(), "band": powers["band"].unique()}
    ordered = ordered_rows(table, ["panel", "t", "band"], orders)
    columns = ["panel", "t", "band", "images", "advantage", "low", "high"]
    return ordered[columns].round(dict.fromkeys(columns[4:], 6))


def weighted_rows(
    powers: pd.DataFrame, weighting: str = PAPERS, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """Power given back and advantage in each band, averaged over the noise under a weighting.

    Args:
        powers: from `prompt_powers`.
        weighting: see `gcbook.noise.weightings.parse_weighting`; by default the paper's.
        resampling: how the intervals are made.

    Returns:
        ``panel, band, kept`` (the weighted mean over t of the power that is given back, as a share
        of the clean images' in that band) and ``advantage, low, high``, its weighted mean.
    """
    weighed = powers.assign(weight=powers["t"].map(weights_of(weighting, powers["t"])))
    for name in ("clean", "restored", "error"):
        weighed[name] *= weighed["weight"]
    keys, shares, _ = _advantages(weighed, ["band"], resampling)
    low, high = resampling.interval(shares)
    table = keys.assign(advantage=shares[:, 0], low=low, high=high)
    sums = weighed.groupby(["prompt", "band"])[["restored", "clean"]].sum()
    kept = (sums["restored"] / sums["clean"]).rename("kept").reset_index()
    table = table.merge(kept, on=["prompt", "band"])
    table["panel"] = table["prompt"].map(PANELS)
    orders = {"panel": PANELS.values(), "band": powers["band"].unique()}
    columns = ["panel", "band", "kept", "advantage", "low", "high"]
    ordered = ordered_rows(table, ["panel", "band"], orders)[columns]
    return ordered.round(dict.fromkeys(columns[2:], 6))


def weights_of(weighting: str, times: pd.Series) -> dict[float, float]:
    """Return the share of a weighting that falls to each time: to all that is nearest to it.

    Args:
        weighting: of t alone, see `gcbook.noise.weightings.parse_weighting`.
        times: in (0, 1], repeated or not.
    """
    at = np.sort(times.unique())
    even = (np.arange(_EVEN) + 0.5) / _EVEN
    nearest = np.searchsorted((at[1:] + at[:-1]) / 2, even)
    weights = parse_weighting(weighting).weights(even, np.zeros_like(even))
    shares = np.bincount(nearest, weights, len(at)) / weights.sum()
    return dict(zip(at.tolist(), shares.tolist(), strict=True))


def lead_rows(
    powers: pd.DataFrame,
    bands: Sequence[str],
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """What either cue gains under the paper's weights, before and after texture is lost.

    Texture counts as lost from the time on from which more than half of the power in its bands is
    missed under its own prompt.

    Args:
        powers: from `prompt_powers`.
        bands: of the textures, see `gcbook.chapters.fine_detail.bands.textures_bands`.
        resampling: how the intervals are made.

    Returns:
        Rows "less" (noise than at that time), "more" (that, or more) and "all": ``bands``, in
        words, ``lost_from`` (NaN: nowhere), ``weight`` (share of it), ``shape, texture`` (what
        their prompts gain in all bands, see `advantage_rows`)
        and ``lead, low, high``, by how much the first is larger.
    """
    conflicts = powers[powers["test_set"] == "cue-conflict"]
    conflicts = conflicts.assign(variance=conflicts["clean"].where(conflicts["band"] != MEAN, 0.0))
    own = conflicts[(conflicts["prompt"] == "texture") & conflicts["band"].isin(bands)]
    sums = own.groupby("t")[["error", "clean"]].sum()
    missed = (sums["error"] / sums["clean"]).sort_index()
    lost = missed.index[(missed > HALF).iloc[::-1].cummin().iloc[::-1]]
    lost_from = float(lost[0]) if len(lost) else np.nan

    one = ["image_id", "category", "silhouette", "t"]
    errors = conflicts.groupby([*one, "prompt"])[["error", "variance"]].sum().unstack("prompt")
    error, weights = pd.DataFrame(errors["error"]), weights_of(PAPERS, conflicts["t"])
    others = error[[name for name in error if str(name).startswith("other")]].mean(axis="columns")
    weight = errors.index.get_level_values("t").map(weights)
    table = pd.DataFrame(
        {
            "shape": (others - error["shape"]) * weight,
            "texture": (others - error["texture"]) * weight,
            "whole": errors["variance"]["shape"] * weight,
        }
    ).reset_index()
    table["part"] = np.where(table["t"] >= lost_from, "more", "less")
    keys, sums_of = clustered_sums(
        table, ["part"], ["shape", "texture", "whole"], resampling=resampling
    )
    whole = sums_of["whole"].sum(axis=0)
    rows = []
    for part, parts in (("less", ["less"]), ("more", ["more"]), ("all", ["less", "more"])):
        here = keys["part"].isin(parts).to_numpy()
        shape, texture = (sums_of[name][here].sum(axis=0) / whole for name in ("shape", "texture"))
        low, high = resampling.interval(shape - texture)
        rows.append(
            {
                "part": part,
                "bands": " and ".join(bands),
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


def _advantages(
    powers: pd.DataFrame, by: list[str], resampling: Resampling
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """How much smaller named prompts' errors are than others', over the power of all bands."""
    others = powers[powers["prompt"].str.startswith("other")]
    one = ["test_set", "image_id", "t", "band"]
    mean = others.groupby(one, sort=False)["error"].mean().rename("others").reset_index()
    named = powers[powers["prompt"].isin(list(PANELS))].merge(mean, on=one)
    variance = named["clean"].where(named["band"] != MEAN, 0.0)
    image = [named[name] for name in ("test_set", "image_id", "t", "prompt")]
    whole = variance.groupby(image).transform("sum")
    named = named.assign(less=named["others"] - named["error"], whole=whole)
    keys, sums = clustered_sums(named, ["prompt", *by], ["less", "whole"], resampling=resampling)
    images = sums["n"][:, 0].astype(int)
    return keys, sums["less"] / sums["whole"], images
