r"""One image, step by step: a diffusion model's way from an image to an answer.

.. math::
    x_t = \alpha_t x + \sigma_t \varepsilon, \qquad
    \hat y = \arg\min_y \frac1n \sum_i w_{t_i} \lVert x - \hat x_\theta(x_{t_i}, y, t_i) \rVert^2

(Jaini et al., 2024, Eq. 2 and Fig. 2). Here the steps are taken, by the classifier that scores
whole test sets, and put into tables, with pictures of the way and errors by class.
"""

import base64
import copy
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.miniworld.results.shipped import model_folder, shipped_models
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import png_of

SETS = ("cue-conflict", "in-distribution")
"""Test sets that images are taken from."""

MOST_CHANNELS = 3

ROLES = ("shape and texture", "shape", "texture", "neither")
"""Which of an image's cues a label may name."""

PICTURE_LEVELS = 16
DIFFERENCE_LEVELS = 9
"""Few, for there are hundreds of difference maps, and odd, so that there is one for no difference.
"""
FULL_SCALE = 0.99
"""Quantile of a set's absolute differences that is drawn as black or white."""


@dataclass(frozen=True)
class Example:
    """An image to follow.

    Attributes:
        title: what it is called on the page, another one for each image.
        shape: category of its silhouette.
        texture: category of its texture; may be one that is no candidate.
        stimulus: the image.
    """

    title: str
    shape: str
    texture: str
    stimulus: Stimulus


@dataclass(frozen=True)
class Steps:
    """Pictures and errors of images at some times, with one draw of noise for each image.

    Pictures are in [-1, 1] and, but for the noised ones, means over the channels. Those of a model
    that works on latents are decoded, the clean image's too; errors are taken where it works.

    Attributes:
        examples: the N images.
        labels: the K classes.
        times: the T times asked for, as near as the model's schedule comes to them.
        clean: float32 (N, H, W).
        noised: as the network gets them, float32 (N, T, H, W, channels).
        restored: float32 (N, T, K, H, W).
        errors: mean over all elements of the squared difference of restored and clean image,
            float64 (N, T, K).
        copies: how many channels hold the same clean image, each with noise of its own. Their mean
            has a log-SNR larger by log(copies).
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    times: tuple[float, ...]
    clean: np.ndarray
    noised: np.ndarray
    restored: np.ndarray
    errors: np.ndarray
    copies: int = 1


def load_diffusion(model: str) -> DiffusionClassifier:
    """Load a model whose steps can be shown: a diffusion model.

    Args:
        model: a shipped miniature, a name of the zoo, or the folder of a model.

    Raises:
        InputError: there is none of that name, or it is of another kind.
        DataNotFoundError: it is not on this machine.
    """
    from gcbook.classifiers.load import load_classifier

    place = model_folder(model) if model in shipped_models() else model
    with warnings.catch_warnings():
        # In a notebook without widgets a library complains that it cannot draw progress bars.
        warnings.filterwarnings("ignore", "IProgress not found")
        classifier = load_classifier(place, name=Path(model).name)
    if not isinstance(classifier, DiffusionClassifier):
        raise InputError(
            f"model: expected a diffusion model, whose way to an answer this chapter shows; "
            f"{model} is of the kind {classifier.describe()['kind']}, which neither noises nor "
            "restores an image. Choose another, such as mini-pixel."
        )
    return classifier


def choose_examples(
    names: Sequence[str] = (),
    conflicts: int = 4,
    ordinary: int = 1,
    seed: int = 0,
) -> tuple[Example, ...]:
    """Choose images of the test sets, by name or at random.

    No model has a say in it. Images drawn at random come in the order of their draw, cue conflicts
    first; a name that occurs in both sets is that of the cue conflict.

    Args:
        names: of images; none: draw them.
        conflicts: how many of the cue-conflict set to draw.
        ordinary: how many of the in-distribution set to draw.

    Raises:
        InputError: no image has that name, or none is asked for.
    """
    chosen: list[Stimulus] = []
    sets = {name: sorted(make_test_set(name), key=lambda each: each.imagename) for name in SETS}
    if names:
        known = {each.imagename: each for name in reversed(SETS) for each in sets[name]}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise InputError(
                f"names: expected names of images of the test sets {' and '.join(SETS)}, such as "
                f"{sets[SETS[0]][0].imagename}; found {', '.join(unknown)}."
            )
        chosen = [known[name] for name in dict.fromkeys(names)]
    else:
        for name, number in zip(SETS, (conflicts, ordinary), strict=True):
            rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
            order = rng.permutation(len(sets[name]))[:number]
            chosen += [sets[name][index] for index in order]
    if not chosen:
        raise InputError("conflicts, ordinary: expected at least one image, found none.")
    return _titled(chosen)


def take_steps(
    classifier: DiffusionClassifier,
    examples: Sequence[Example],
    times: Sequence[float],
    seed: int = 0,
) -> Steps:
    """Noise each image at each time, restore it under each class, and measure the errors.

    The noise of an image is the same at all times: that of the first draw of its race.

    Args:
        times: in (0, 1].
    """
    asked = [float(classifier.schedule.snap(np.asarray(t))) for t in times]
    labels = torch.arange(len(classifier.labels))
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    def watched(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        seen.append((x_t, classifier.denoise(x_t, t, label)))
        return seen[-1][1]

    # The classifier itself measures; all that is added is to look at what its network is given
    # and what it returns.
    watcher = copy.copy(classifier)
    watcher.denoise = watched
    clip = classifier.default_clip
    clean, errors, copies = [], [], MOST_CHANNELS
    for example in examples:
        x = classifier.prepare([example.stimulus.read()])
        clean.append(_pictures(classifier, x).mean(-1)[0])
        alike = bool((x == x[:, :1]).all())
        copies = min(copies, x.shape[1] if alike else 1)
        noise = keyed_noise(DrawRule(seed), example.stimulus.image_id, 0, tuple(x.shape[1:]))
        for t in asked:
            draw = Draw(0, t, float(log_snr(classifier.schedule, np.asarray(t))), noise)
            many = x.repeat(len(labels), 1, 1, 1)
            with torch.inference_mode():
                measured = watcher.measure(many, [draw] * len(labels), labels, clip)
            errors.append(measured["error_l2"].double().cpu().numpy())
    shape = (len(examples), len(asked))
    noised = np.stack([_pictures(classifier, x_t[:1])[0] for x_t, _ in seen])
    restored = np.stack(
        [_pictures(classifier, clip_clean(x_0.to(x_t.dtype), clip)).mean(-1) for x_t, x_0 in seen]
    )
    return Steps(
        tuple(examples),
        classifier.labels,
        tuple(asked),
        np.stack(clean),
        noised.reshape(*shape, *noised.shape[1:]),
        restored.reshape(*shape, *restored.shape[1:]),
        np.stack(errors).reshape(*shape, len(labels)),
        copies,
    )


def _titled(stimuli: Sequence[Stimulus]) -> tuple[Example, ...]:
    found = [
        (silhouette_of(each.imagename).rstrip("0123456789"), texture_of(each.image_id))
        for each in stimuli
    ]
    plain = [f"{shape} shape, {texture} texture" for shape, texture in found]
    return tuple(
        Example(
            # Two images of one pair are distinguished by their names.
            title if plain.count(title) == 1 else f"{title} ({stimulus.imagename})",
            shape,
            texture,
            stimulus,
        )
        for title, (shape, texture), stimulus in zip(plain, found, stimuli, strict=True)
    )


@torch.inference_mode()
def _pictures(classifier: DiffusionClassifier, x: torch.Tensor) -> np.ndarray:
    """What the model works on as pixels, float32 (N, H, W, channels)."""
    return np.asarray(classifier.decode(x).float().movedim(1, -1).cpu().numpy())


def role(label: str, example: Example) -> str:
    """What a label is to an image: one of `ROLES`."""
    named = [cue for cue in ("shape", "texture") if getattr(example, cue) == label]
    return " and ".join(named) or "neither"


def error_table(steps: Steps) -> pd.DataFrame:
    """The error of every class at every time, and its place among the sixteen.

    Returns:
        ``image, t, label, role`` (one of `ROLES`), ``error`` (mean
        square over elements, of pixels from −1 to 1), ``excess`` (percent above the smallest error
        of the same image and time) and ``place`` (from 1).
    """
    tables = []
    for example, by_time in zip(steps.examples, steps.errors, strict=True):
        for t, errors in zip(steps.times, by_time, strict=True):
            table = pd.DataFrame({"label": steps.labels, "error": errors})
            table["role"] = [role(label, example) for label in steps.labels]
            table["excess"] = 100 * (errors / errors.min() - 1)
            table["place"] = errors.argsort(kind="stable").argsort() + 1
            tables.append(table.assign(image=example.title, t=t))
    columns = ["image", "t", "label", "role", "error", "excess", "place"]
    return pd.concat(tables, ignore_index=True)[columns]


def picture_table(steps: Steps) -> pd.DataFrame:
    """All pictures, one row an image and time.

    Returns:
        ``image, t``; ``clean, noised`` (with a noise for each channel, in colour) and ``averaged``
        (over the channels) as pictures; and, as lists over the classes, ``label, role, error,
        place`` as in `error_table`, ``restored`` and ``difference`` (pictures). A picture is a PNG
        of 16 levels, in base 64. A difference is restored minus clean image: middle grey
        where there is none, lighter where the restored image is; black and white are the 99 %
        quantile of the absolute differences of that row.
    """
    table, rows = error_table(steps), []
    places = np.ndindex(len(steps.examples), len(steps.times))
    for i, j in places:
        image, t = steps.examples[i].title, steps.times[j]
        errors = table[(table["image"] == image) & (table["t"] == t)]
        differences = steps.restored[i, j] - steps.clean[i]
        full = float(np.quantile(np.abs(differences), FULL_SCALE)) or 1.0
        rows.append(
            {
                "image": image,
                "t": t,
                "clean": png_text(steps.clean[i]),
                "noised": base64.b64encode(colour_png(steps.noised[i, j])).decode(),
                "averaged": png_text(steps.noised[i, j].mean(-1)),
                **errors[["label", "role", "error", "place"]].to_dict("list"),
                "restored": [png_text(each) for each in steps.restored[i, j]],
                "difference": [png_text(each / full, DIFFERENCE_LEVELS) for each in differences],
            }
        )
    return pd.DataFrame(rows)


def png(levels: np.ndarray) -> bytes:
    """Write a picture of 16 grey levels.

    Args:
        levels: integers from 0 (black) to 15 (white), (H, W).
    """
    height, width = levels.shape
    padded = np.pad(levels.astype(np.uint8), ((0, 0), (0, width % 2)))
    rows = padded[:, ::2] << 4 | padded[:, 1::2]
    plain = np.pad(rows, ((0, 0), (1, 0)))
    # Half of the pictures get smaller when each row is given as its difference to the one above.
    upward = np.pad(np.diff(rows, axis=0, prepend=np.uint8(0)), ((0, 0), (1, 0)))
    upward[:, 0] = 2
    packed = min((zlib.compress(each.tobytes(), 9) for each in (plain, upward)), key=len)
    return png_of(width, height, packed, depth=4)


def png_text(values: np.ndarray, levels: int = PICTURE_LEVELS) -> str:
    """Write a picture of values in [-1, 1], in base 64; the outermost are black and white."""
    steps = np.rint((values.clip(-1, 1) + 1) / 2 * (levels - 1))
    grey = np.rint(steps * (PICTURE_LEVELS - 1) / (levels - 1))
    return base64.b64encode(png(grey)).decode()


def colour_png(values: np.ndarray) -> bytes:
    """Write a picture of values in [-1, 1], (H, W, 3 or 1), with 16 levels a channel."""
    height, width, _ = values.shape
    colours = np.broadcast_to(values, (height, width, 3))
    levels = np.rint((colours.clip(-1, 1) + 1) / 2 * (PICTURE_LEVELS - 1))
    rows = (levels * (255 // (PICTURE_LEVELS - 1))).astype(np.uint8).reshape(height, -1)
    packed = zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes(), 9)
    return png_of(width, height, packed, grey=False)
