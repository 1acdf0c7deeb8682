"""One photograph under the twelve graded distortions of the benchmark."""

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC, Experiment
from gcbook.stimuli.distortions import DISTORTIONS, distort
from gcbook.stimuli.pictures import picture_bytes, pictures_of

SIDE = 112
"""Pixels a side at which the photograph is distorted."""

Floats = npt.NDArray[np.float64]

_LUMA = np.array([0.299, 0.587, 0.114])
_SEED = 0
_UNITS = {"(%)": " %", "(pixels)": " px", "(°)": "°"}


def distorted_rows() -> pd.DataFrame:
    """One photograph under the twelve graded distortions, at up to four strengths.

    Shown are the mildest, the middle and the hardest condition that the benchmark counts, and the
    first that it leaves out as too hard. Where there is one manipulation, the unchanged picture
    stands beside it. Pictures are distorted at 112 pixels a side; equalised is the amplitude
    spectrum, to the mean over the photograph and the shipped cue conflicts.

    Returns:
        ``dataset`` (title), ``condition`` (as trials have it), ``label`` (with its unit),
        ``counted``, ``picture`` (bytes of a WebP).
    """
    files = [*pictures_of("photograph")["file"], *pictures_of("cue-conflict")["file"]]
    images = np.stack([_floats(file) for file in files])
    return pd.DataFrame(
        [
            {
                "dataset": EXPERIMENTS[name].title,
                "condition": condition,
                "label": _label(EXPERIMENTS[name], condition),
                "counted": condition in EXPERIMENTS[name].included,
                "picture": _webp(_distorted(images, name, condition)),
            }
            for name in PARAMETRIC
            for condition in _shown(EXPERIMENTS[name])
        ]
    )


def _shown(experiment: Experiment) -> Iterator[str]:
    counted = experiment.included
    if len(counted) == 1:
        yield experiment.conditions[0]
    yield from dict.fromkeys((counted[0], counted[(len(counted) - 1) // 2], counted[-1]))
    yield from [each for each in experiment.conditions if each in experiment.too_hard][:1]


def _label(experiment: Experiment, condition: str) -> str:
    if experiment.name.startswith("eidolon"):
        return f"{condition.partition('-')[0]} px"
    unit = next((unit for end, unit in _UNITS.items() if experiment.xlabel.endswith(end)), "")
    return experiment.label(condition) + unit


def _distorted(images: Floats, dataset: str, condition: str) -> Floats:
    """The first image (H, W, 1 or 3); all but the two datasets of colours show grey ones."""
    grey = (images @ _LUMA)[..., None]
    if dataset not in DISTORTIONS:
        # Every colour's opponent has the same luma.
        colours: dict[str, Floats] = {
            "bw": grey[0],
            "False": np.clip(2 * grey[0] - images[0], 0, 1),
        }
        return colours.get(condition, images[0])
    # Only power equalisation looks at the other images.
    kept = grey if dataset == "power-equalisation" else grey[:1]
    made: Floats = distort(kept, dataset, condition, np.random.default_rng(_SEED))[0]
    return made


def _floats(file: str) -> Floats:
    with Image.open(io.BytesIO(picture_bytes(file)), formats=("PNG", "JPEG")) as opened:
        picture = opened.convert("RGB")
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)) / 255


def _webp(image: Floats) -> bytes:
    pixels = np.round(255 * image).astype(np.uint8)
    picture = Image.fromarray(pixels.squeeze())
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=70)
    return written.getvalue()
