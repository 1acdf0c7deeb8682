"""Pictures of the method chapter: what was shown, and five images whose answers are worked out."""

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from gcbook.miniworld.results.steps import (
    ROLES,
    Steps,
    choose_examples,
    load_diffusion,
    take_steps,
)
from gcbook.miniworld.results.steps_pictures import error_table
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC, Experiment
from gcbook.stimuli.distortions import DISTORTIONS, distort
from gcbook.stimuli.pictures import PictureSet, picture_bytes, pictures_of

FIVE = ("bird10-clock1", "bottle2-elephant1", "bicycle8-boat1", "cat10-oven2", "dog1-dog2")
MODEL, NOISE, OTHERS = "mini-pixel", 0.7, 2
"""What restores a cue conflict, from which noise, and under how many prompts besides its cues."""

SIDE = 112
"""Pixels a side at which the photograph is distorted."""

Floats = npt.NDArray[np.float64]

_LUMA = np.array([0.299, 0.587, 0.114])
_SEED = 0
_UNITS = {"(%)": " %", "(pixels)": " px", "(°)": "°"}


def outline_rows() -> pd.DataFrame:
    """Four objects as cue conflict, silhouette and edges: ``shape, set, file``, a row a picture."""
    kinds: tuple[PictureSet, ...] = ("cue-conflict", "silhouette", "edge")
    rows = pd.concat([pictures_of(kind).assign(set=kind) for kind in kinds])
    outlines = rows.loc[rows["set"] != "cue-conflict", "name"]
    # A cue conflict is called after its outline and its texture.
    same = rows[rows["name"].str.partition("-")[0].isin(outlines)]
    return same.sort_values("shape", kind="stable", ignore_index=True)[["shape", "set", "file"]]


def five_images() -> pd.DataFrame:
    """Five images with the answers of a person and of ResNet-50; the last has no conflict.

    Returns:
        ``image_id`` (``cat10-oven2.png``: a cat in an oven's texture), ``category`` (of the shape),
        ``person``, ``network`` (categories that were answered).
    """
    both = [pictures_of("cue-conflict"), pictures_of("no-conflict")]
    rows = pd.concat(both, ignore_index=True).set_index("name").loc[list(FIVE)].reset_index()
    named = rows.rename(columns={"shape": "category", "resnet50": "network"})
    named = named.assign(image_id=named["name"] + ".png")
    return named[["image_id", "category", "person", "network"]]


def five_trials(five: pd.DataFrame) -> pd.DataFrame:
    """The trials table of a few images: one row for each answer.

    Args:
        five: from `five_images`, possibly with other answers.
    """
    trials = five.melt(["image_id", "category"], var_name="observer", value_name="response")
    kinds = {"person": "human", "network": "model"}
    return trials.assign(
        observer_kind=trials["observer"].map(kinds),
        source="five images",
        dataset="cue-conflict",
        condition="0",
    )


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


def denoised_conflict() -> Steps:
    """A cue conflict of the miniature world, noised once and restored under every category."""
    examples = choose_examples(conflicts=1, ordinary=0)
    return take_steps(load_diffusion(MODEL), examples, (NOISE,))


def prompt_rows(steps: Steps) -> pd.DataFrame:
    """The prompts whose restorations are shown: the image's shape, its texture, and two others.

    Args:
        steps: from `denoised_conflict`.

    Returns:
        ``label, role, error`` (mean square over pixels from −1 to 1) and ``place``, from 1, among
        those shown.
    """
    errors = error_table(steps)
    cues = errors[errors["role"] != ROLES[-1]].sort_values("role")
    others = errors[errors["role"] == ROLES[-1]].iloc[:OTHERS]
    rows = pd.concat([cues, others], ignore_index=True)[["label", "role", "error"]]
    return rows.assign(place=rows["error"].rank(method="first").astype(int))


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
