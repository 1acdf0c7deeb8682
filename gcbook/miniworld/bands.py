r"""Images of which a band of spatial frequencies is left: what does a model need?

Two test sets: *filtered*, the images that the manipulations start from, and *filtered-conflict*,
a cue-conflict image of every pair of categories. Filters are Gaussian in the frequency f, which is
counted in cycles an image: ``low-c`` multiplies by :math:`2^{-(f/c)^2}`, so that half is left at c,
``high-c`` by the rest. The mean stays, and contrast is not restored, as in the benchmark's filtered
images.
"""

import numpy as np
import numpy.typing as npt

from gcbook.files.errors import InputError
from gcbook.miniworld.testsets import TEST_SETS, make_test_set, one_a_pair
from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stimuli.stimulus import Stimulus, StimulusSet, in_order
from gcbook.stimuli.written import Png

BANDS = ("low-2", "low-4", "low-8", "high-1", "high-2", "high-4")
"""What is left, and where half of it is, in cycles an image."""

BAND_SETS = ("filtered", "filtered-conflict")


def filter_band(images: npt.NDArray[np.floating], band: str) -> npt.NDArray[np.float64]:
    """Leave low or high frequencies of images.

    Args:
        images: (N, H, W, C) in [0, 1], H = W.
        band: ``low-c`` or ``high-c``, c in cycles an image.

    Returns:
        float64 (N, H, W, C), clipped to [0, 1].
    """
    kind, _, cut = band.partition("-")
    side = images.shape[1]
    across, down = np.fft.rfftfreq(side, 1 / side), np.fft.fftfreq(side, 1 / side)
    frequency = np.hypot(down[:, None], across[None])
    gain = 2.0 ** -((frequency / float(cut)) ** 2)
    if kind == "high":
        gain = 1 - gain
        gain[0, 0] = 1
    spectrum = np.fft.rfft2(images, axes=(1, 2))
    kept: npt.NDArray[np.float64] = np.fft.irfft2(
        spectrum * gain[None, ..., None], s=(side, side), axes=(1, 2)
    )
    return kept.clip(0, 1)


def make_band_set(name: str, world: World = DEFAULT_WORLD) -> StimulusSet:
    """Make one of `BAND_SETS`, in memory.

    Images are named as in `gcbook.miniworld.testsets`, with the band as their condition.
    """
    if name == "filtered":
        base = [e for e in make_test_set("low-pass", world) if e.condition == SINGLE_CONDITION]
    else:
        base = one_a_pair(make_test_set("cue-conflict", world))
    images = np.stack([each.read() for each in base])
    stimuli: list[Stimulus] = []
    for band in BANDS:
        for each, pixels in zip(base, filter_band(images, band), strict=True):
            stem = each.image_id.removesuffix(".png").removesuffix(f"-{SINGLE_CONDITION}")
            image_id = f"{stem}-{band}.png"
            imagename = f"{len(stimuli) + 1:04d}_{name}_dnn_{band}_{each.category}_{image_id}"
            shown = Png(np.rint(255 * pixels).astype(np.uint8))
            where = f"miniature world, {name}: {imagename}"
            stimuli.append(Stimulus(image_id, imagename, each.category, band, name, where, shown))
    return StimulusSet(name, in_order(stimuli))


def make_named_set(name: str, world: World = DEFAULT_WORLD) -> StimulusSet:
    """Make a test set of a world, filtered or not, in memory.

    Args:
        name: one of `gcbook.miniworld.testsets.TEST_SETS` or of `BAND_SETS`.

    Raises:
        InputError: no such set.
    """
    if name not in (*TEST_SETS, *BAND_SETS):
        known = ", ".join((*TEST_SETS, *BAND_SETS))
        raise InputError(f"test set: expected one of {known}; found {name!r}.")
    return make_band_set(name, world) if name in BAND_SETS else make_test_set(name, world)
