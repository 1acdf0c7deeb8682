"""Images of which a denoiser restores each band of spatial frequency, and with what error."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.weighting.detail import band_name
from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.miniworld.results.weighting import SETS
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.stimuli.stimulus import Stimulus

TIMES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def some_images(each: int, seed: int = 0, test_set: str = SETS[0]) -> list[Stimulus]:
    """Draw the same number of images of every category.

    Args:
        each: images a category.
        seed: of the draw.
        test_set: from which; of cue conflicts only those whose cues tell two categories, of
            in-distribution images only those whose cues agree.
    """
    rng = np.random.default_rng(seed)
    conflict = test_set == SETS[1]
    made = sorted(make_test_set(test_set), key=lambda one: one.imagename)
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
