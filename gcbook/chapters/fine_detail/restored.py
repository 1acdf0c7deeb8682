"""What a denoiser gives back of an image, band by band: the error's spectrum and the power kept."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resampling import Resampling
from gcbook.stimuli.stimulus import Stimulus

__all__ = [
    "MEAN",
    "band_name",
    "detail_rows",
    "detail_sentence",
    "restored_powers",
    "some_images",
]

BATCH = 64
MEAN = "0 (mean)"
"""The band of the mean brightness, from mid-grey. It is no pattern, but prompts may differ there,
too."""


def band_name(band: tuple[float, float]) -> str:
    """What a band is called.

    >>> band_name((2.0, 4.0)), band_name((8.0, np.inf))
    ('2 to 4', '8 and more')
    """
    low, high = band
    if high <= 1:
        return MEAN
    return f"{low:g} and more" if np.isinf(high) else f"{low:g} to {high:g}"


def some_images(each: int, seed: int = 0, test_set: str = "in-distribution") -> list[Stimulus]:
    """Draw images, as many of every category.

    Args:
        each: images a category.
        seed: of the lot.
        test_set: from which; of cue conflicts only those whose cues tell two categories, of
            in-distribution images only those whose cues agree.
    """
    rng = np.random.default_rng(seed)
    conflict = test_set == "cue-conflict"
    chosen = [
        one
        for one in make_test_set(test_set)
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
    """Restore images from noise under prompts, and measure what came back.

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
            for number, band in enumerate(bands):
                columns = zip(("clean", "restored", "error"), powers, strict=True)
                tables.append(
                    about.assign(
                        prompt=kind,
                        t=t,
                        band=band_name(band),
                        **{name: power[:, number] for name, power in columns},
                    )
                )
    return pd.concat(tables, ignore_index=True)


def detail_rows(powers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Shares of the clean images' power that are kept and missed, by time and band.

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
    order = list(dict.fromkeys(powers["band"]))
    ordered = table.sort_values(
        ["t", "band"],
        key=lambda column: column.map(order.index) if column.name == "band" else column,
        ignore_index=True,
    )
    return ordered.round(4)


def detail_sentence(rows: pd.DataFrame) -> str:
    """Say from which time on half of each band is missed, and whether fine bands go first.

    Args:
        rows: from `detail_rows`.
    """
    found: dict[str, Any] = {}
    for band, group in rows.groupby("band", sort=False):
        gone = group[group["missed"] > 0.5]
        found[str(band)] = float(gone["t"].iloc[0]) if len(gone) else None
    parts = [
        f"{band} cycles from t = {t:.2g} on" if t is not None else f"{band} cycles at no time"
        for band, t in found.items()
    ]
    times = [np.inf if t is None else t for t in found.values()]
    order = (
        "The finer the band, the earlier it goes, as the paper saw in images that were restored "
        "for classification. It could hardly be otherwise. White noise has the same power in every "
        "band, the images have less in the finer ones, and what is drowned cannot be told apart "
        "from noise. The best answer to what cannot be seen is the mean of what might be there, "
        "which is flat."
        if all(finer <= coarser for coarser, finer in pairwise(times)) and times[0] > times[-1]
        else "They do not go in the order of their fineness, as the paper's restored images would "
        "have it, and as one would expect: white noise has the same power in every band, and the "
        "images have less in the finer ones."
    )
    return f"More than half of the power is missed (right panel) of {', of '.join(parts)}. {order}"
