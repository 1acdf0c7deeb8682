"""What a denoiser restores of each band of spatial frequency, and what it misses."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.weighting.detail import GREY_COPIES
from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.weighting import PAPER, SETS
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.detail import Spectrum
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.noise.weightings import parse_weighting
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stimuli.stimulus import Stimulus

TIMES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
HALF = 0.5
"""Of a band's power: a band of which more is missed is lost."""
_EVEN = 10_000
"""Points in (0, 1) over which a weighting is summed."""


def band_name(band: tuple[float, float]) -> str:
    """What a band is called.

    >>> band_name((2.0, 4.0)), band_name((8.0, np.inf))
    ('2 to 4', '8 and more')
    """
    low, high = band
    return f"{low:g} and more" if np.isinf(high) else f"{low:g} to {high:g}"


def some_images(
    each: int, seed: int = 0, test_set: str = SETS[0], world: str = DEFAULT
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
    conflict = test_set == SETS[1]
    made = sorted(make_test_set(test_set, named_world(world)), key=lambda one: one.imagename)
    stimuli = [one for one in made if (texture_of(one.image_id) != one.category) == conflict]
    shuffled = [stimuli[index] for index in rng.permutation(len(stimuli))]
    chosen = []
    for name in sorted({one.category for one in shuffled}):
        chosen += [one for one in shuffled if one.category == name][:each]
    return chosen


@torch.inference_mode()
def restored_powers(
    classifier: DiffusionClassifier,
    stimuli: Sequence[Stimulus],
    prompts: Sequence[str],
    times: Sequence[float] = TIMES,
    seed: int = 0,
) -> pd.DataFrame:
    """Restore images from noise in one step, and measure the result by band.

    The noise of an image is the same at all times.

    Args:
        classifier: that works on pixels.
        stimuli: the images.
        prompts: one of the classifier's labels an image.
        times: in (0, 1].
        seed: of the noise.

    Returns:
        ``image_id, category, silhouette, t, band`` (an octave) and the powers of the ``clean``
        image, of the ``restored`` one and of the ``error`` between them in that band.
    """
    x = classifier.prepare([one.read() for one in stimuli])
    rule, shape = DrawRule(seed), tuple(x.shape[1:])
    noise = torch.from_numpy(
        np.stack([keyed_noise(rule, one.image_id, 0, shape) for one in stimuli])
    ).to(x)
    labels = torch.tensor([classifier.labels.index(name) for name in prompts]).to(x.device)
    about = pd.DataFrame(
        [(one.image_id, one.category, silhouette_of(one.imagename)) for one in stimuli],
        columns=["image_id", "category", "silhouette"],
    )
    clean = x.mean(1).double().cpu().numpy()
    bands = octave_bands(clean.shape[-1])
    tables = []
    for asked in times:
        t = float(classifier.schedule.snap(np.asarray(asked)))
        alpha, sigma = (
            float(curve(np.asarray(t)))
            for curve in (classifier.schedule.alpha, classifier.schedule.sigma)
        )
        when = torch.full((len(x),), t, dtype=x.dtype, device=x.device)
        guess = classifier.denoise(alpha * x + sigma * noise, when, labels)
        restored = clip_clean(guess, classifier.default_clip).mean(1).double().cpu().numpy()
        pictures = {"clean": clean, "restored": restored, "error": restored - clean}
        powers = {name: band_power(each, bands) for name, each in pictures.items()}
        for place, band in enumerate(bands):
            columns = {name: power[:, place] for name, power in powers.items()}
            tables.append(about.assign(t=t, band=band_name(band), **columns))
    return pd.concat(tables, ignore_index=True)


def detail_rows(
    powers: pd.DataFrame, spectrum: Spectrum, *, resampling: Resampling
) -> pd.DataFrame:
    """Shares of the clean images' power that are missed, by time and band.

    Args:
        powers: from `restored_powers`.
        spectrum: of the images.
        resampling: how the intervals are made.

    Returns:
        ``t, band, images``; ``missed, low, high``, the power of the error over that of the clean
        images, 1 where nothing is given back; and ``hidden_at``, the same in all rows of a band:
        the t from which on the axis of surviving detail says that its middle is hidden.
    """
    keys, sums = clustered_sums(powers, ["t", "band"], ["clean", "error"], resampling=resampling)
    share = sums["error"] / sums["clean"]
    low, high = resampling.interval(share)
    table = keys.assign(
        images=sums["n"][:, 0].astype(int),
        missed=share[:, 0],
        low=low,
        high=high,
        hidden_at=keys["band"].map(_hidden_at(spectrum)),
    )
    return ordered_rows(table, ["t", "band"], {"band": powers["band"].unique()}).round(4)


def _hidden_at(spectrum: Spectrum) -> dict[str, float]:
    """The time of the cosine schedule at which each band's middle has a ratio of 1 to the noise."""
    found = {}
    for low, high in octave_bands(spectrum.pixels):
        middle = low * np.sqrt(min(high, spectrum.pixels / 2) / low)
        power = np.exp(
            np.interp(np.log(middle), np.log(spectrum.frequencies), np.log(spectrum.power))
        )
        ratio = GREY_COPIES * spectrum.pixels**2 * power
        found[band_name((low, high))] = float(2 / np.pi * np.arctan(np.sqrt(ratio)))
    return found


def kept_rows(
    powers: pd.DataFrame, bands: Sequence[str], *, resampling: Resampling
) -> pd.DataFrame:
    """Shares of the clean images' power that are given back, averaged over the paper's weight.

    Args:
        powers: from `restored_powers`.
        bands: that are asked for.
        resampling: how the intervals are made.

    Returns:
        ``band, kept, low, high``.
    """
    asked = powers[powers["band"].isin(list(bands))]
    columns = ["clean", "restored"]
    keys, sums = clustered_sums(asked, ["t", "band"], columns, resampling=resampling)
    shares = sums["restored"] / sums["clean"]
    weights = _weights(np.sort(keys["t"].unique()))
    kept = np.array([weights @ shares[keys["band"] == band] for band in bands])
    low, high = resampling.interval(kept)
    return pd.DataFrame({"band": list(bands), "kept": kept[:, 0], "low": low, "high": high})


def _weights(times: np.ndarray) -> np.ndarray:
    """The share of the paper's weighting that falls to each time: to all that is nearest to it."""
    even = (np.arange(_EVEN) + 0.5) / _EVEN
    nearest = np.searchsorted((times[1:] + times[:-1]) / 2, even)
    weights = parse_weighting(f"exp:{PAPER}").weights(even, np.zeros_like(even))
    return np.bincount(nearest, weights, len(times)) / weights.sum()
