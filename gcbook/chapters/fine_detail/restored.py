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

    >>> band_name((0.0, 1.0)), band_name((2.0, 4.0)), band_name((8.0, np.inf))
    ('0 (mean)', '2 to 4', '8 and more')
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
    stimuli = [
        one
        for one in sorted(
            make_test_set(test_set, named_world(world)), key=lambda one: one.imagename
        )
        if (texture_of(one.image_id) != one.category) == conflict
    ]
    shuffled = [stimuli[index] for index in rng.permutation(len(stimuli))]
    chosen = []
    for name in sorted({one.category for one in shuffled}):
        chosen += [one for one in shuffled if one.category == name][:each]
    return chosen


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
        [(one.image_id, one.category, silhouette_of(one.imagename)) for one in stimuli],
        columns=["image_id", "category", "silhouette"],
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
            pictures = {"clean": clean, "restored": restored, "error": restored - clean}
            powers = {name: band_power(each, bands) for name, each in pictures.items()}
            for place, band in enumerate(bands):
                columns = {name: power[:, place] for name, power in powers.items()}
                tables.append(about.assign(prompt=kind, t=t, band=band_name(band), **columns))
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
        Rows of `restored_powers` with ``test_set``; ``prompt`` is "right" (of conflicts "shape" or
        "texture"), or "other 0" and so on.
    """
    rng = np.random.default_rng(seed)
    tables = []
    for test_set in ("in-distribution", "cue-conflict"):
        stimuli = some_images(each, seed, test_set, world)
        shape = [one.category for one in stimuli]
        named = {"right": shape}
        if test_set == "cue-conflict":
            named = {"shape": shape, "texture": [texture_of(one.image_id) for one in stimuli]}
        others = [
            rng.permutation([name for name in classifier.labels if name not in names])[:OTHERS]
            for names in zip(*named.values(), strict=True)
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
    named = _named(powers)
    keys, sums = clustered_sums(
        named, ["prompt", "t", "band"], ["less", "whole"], resampling=resampling
    )
    shares = sums["less"] / sums["whole"]
    low, high = resampling.interval(shares)
    table = keys.assign(
        panel=keys["prompt"].map(PANELS),
        images=sums["n"][:, 0].astype(int),
        advantage=shares[:, 0],
        low=low,
        high=high,
    )
    orders = {"panel": PANELS.values(), "band": powers["band"].unique()}
    ordered = ordered_rows(table, ["panel", "t", "band"], orders)
    columns = ["panel", "t", "band", "images", "advantage", "low", "high"]
    return ordered[columns].round(dict.fromkeys(columns[4:], 6))


def weighted_rows(powers: pd.DataFrame) -> pd.DataFrame:
    """Power given back and advantage in each band, averaged over the noise as the paper weights it.

    Args:
        powers: from `prompt_powers`.

    Returns:
        ``panel, band, kept`` (the weighted mean over t of the power that is given back, as a share
        of the clean images' in that band) and ``advantage``, its weighted mean.
    """
    named = _named(powers)
    names = ["less", "whole", "restored", "clean"]
    weighed = named[names].mul(named["t"].map(_weights(named["t"])), axis=0)
    weighed = weighed.assign(panel=named["prompt"].map(PANELS), band=named["band"])
    sums = weighed.groupby(["panel", "band"], sort=False).sum().reset_index()
    table = sums.assign(
        kept=sums["restored"] / sums["clean"], advantage=sums["less"] / sums["whole"]
    )
    return table[["panel", "band", "kept", "advantage"]].round(6)


def _weights(times: pd.Series) -> pd.Series:
    """The share of the paper's weighting that falls to each time: to all that is nearest to it."""
    at = np.sort(times.unique())
    even = (np.arange(_EVEN) + 0.5) / _EVEN
    nearest = np.searchsorted((at[1:] + at[:-1]) / 2, even)
    weights = parse_weighting(PAPERS).weights(even, np.zeros_like(even))
    return pd.Series(np.bincount(nearest, weights, len(at)) / weights.sum(), index=at)


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
        A row a ``part``, "early" (less noise than at that time), "late" (that, or more) and "all":
        ``lost_from`` (NaN: nowhere), ``weight`` (share of it), ``shape`` (what its prompt gains in
        all bands, see `advantage_rows`) and ``lead, low, high``, by how much that is more than the
        texture's does.
    """
    named = _named(powers[powers["test_set"] == "cue-conflict"])
    own = named[(named["prompt"] == "texture") & named["band"].isin(bands)]
    sums = own.groupby("t")[["error", "clean"]].sum()
    missed = sums["error"] / sums["clean"]
    lost_from = missed.index[(missed > HALF).iloc[::-1].cummin().iloc[::-1]].min()

    weights = _weights(named["t"])
    part_of = pd.Series(np.where(weights.index >= lost_from, "late", "early"), weights.index)
    weight = named["t"].map(weights)
    weighed = named.assign(
        part=named["t"].map(part_of),
        less=named["less"] * weight,
        variance=named["variance"] * weight,
    )
    keys, gains = clustered_sums(
        weighed, ["prompt", "part"], ["less", "variance"], resampling=resampling
    )
    of_cue = {cue: (keys["prompt"] == cue).to_numpy() for cue in ("shape", "texture")}
    whole = gains["variance"][of_cue["shape"]].sum(axis=0)
    rows = []
    for part, parts in (("early", ["early"]), ("late", ["late"]), ("all", ["early", "late"])):
        here = keys["part"].isin(parts).to_numpy()
        shape, texture = (
            gains["less"][here & rows_of].sum(axis=0) / whole for rows_of in of_cue.values()
        )
        low, high = resampling.interval(shape - texture)
        rows.append(
            {
                "part": part,
                "lost_from": lost_from,
                "weight": weights[part_of.isin(parts)].sum(),
                "shape": shape[0],
                "lead": shape[0] - texture[0],
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows)


def _named(powers: pd.DataFrame) -> pd.DataFrame:
    """Rows of the named prompts, with how much ``less`` their errors are than those of others.

    ``variance`` is the clean image's in the band, ``whole`` that in all bands.
    """
    others = powers[powers["prompt"].str.startswith("other")]
    one = ["test_set", "image_id", "t", "band"]
    mean = others.groupby(one, sort=False)["error"].mean().rename("others").reset_index()
    named = powers[powers["prompt"].isin(list(PANELS))].merge(mean, on=one)
    named["less"] = named["others"] - named["error"]
    named["variance"] = named["clean"].where(named["band"] != MEAN, 0.0)
    image = named.groupby(["test_set", "image_id", "t", "prompt"])
    return named.assign(whole=image["variance"].transform("sum"))
