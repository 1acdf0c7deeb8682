r"""One image, step by step: a diffusion model's way from an image to an answer.

.. math::
    x_t = \alpha_t x + \sigma_t \varepsilon, \qquad
    \hat y = \arg\min_y \frac1n \sum_i w_{t_i} \lVert x - \hat x_\theta(x_{t_i}, y, t_i) \rVert^2

(Jaini et al., 2024, Eq. 2 and Fig. 2). Here the steps are taken, by the classifier that scores
whole test sets; `gcbook.miniworld.results.steps_pictures` makes tables of them.
"""

import copy
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.miniworld.results.shipped import model_folder, shipped_models
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr
from gcbook.stimuli.stimulus import Stimulus

SETS = ("cue-conflict", "in-distribution")
"""Test sets that images are taken from."""

MOST_CHANNELS = 3

ROLES = ("shape and texture", "shape", "texture", "neither")
"""Which of an image's cues a label may name."""


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
