r"""Whether a model in half precision answers as it does in single precision, on a few images.

A GPU computes several times as fast in float16 as in float32. What that changes is seen by asking
the same model in both: `DRAWS` draws of eight images that ship with the package, under the paper's
weighting. Half precision will do if every image is given the same class and no error moves by more
than `LIMIT` of the mean error over the classes. The miniatures' errors move by 0.4% at most, their
decisions not at all; in bfloat16, which has three bits fewer, errors move by up to 6%, so that it
is never chosen here.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from gcbook.files.manifest import DATA
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.noise.draws import DrawRule
from gcbook.noise.weightings import PAPER
from gcbook.stimuli.images import decode_image

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

SINGLE, HALF = "float32", "float16"

IMAGES = 8
DRAWS = 4
LIMIT = 0.01
"""The most that an error may move, as a fraction of the mean error over classes."""

_LABELS_AT_ONCE = 4


class PrecisionWarning(UserWarning):
    """Half precision was tried and not taken."""


def load_fastest(load: Callable[[str], "Classifier"]) -> "Classifier":
    """Load a model in float16, or in float32 where the two differ; for a GPU.

    Args:
        load: loads the model in a dtype. One classifier is held at a time.

    Warns:
        PrecisionWarning: they differ, so that float32 is taken.
    """
    exact = class_errors(load(SINGLE))
    rounded = load(HALF)
    differs = difference(exact, class_errors(rounded))
    if not differs:
        return rounded
    warnings.warn(
        f"{rounded.name}: computed in {SINGLE}, since {HALF} answers otherwise: {differs}. "
        f"Choose {HALF} yourself to have it nevertheless.",
        PrecisionWarning,
        stacklevel=3,
    )
    del rounded
    return load(SINGLE)


def class_errors(classifier: "Classifier") -> np.ndarray:
    """Measure images that ship under every class, `DRAWS` times where anything is random.

    Returns:
        float64 (images, draws, labels): errors under the paper's weighting, or negative
        log-likelihoods, as they are.
    """
    images = shipped_images()
    draws = range(1 if classifier.deterministic else DRAWS)
    with torch.inference_mode():
        return np.array(
            [
                [_errors(classifier, prepared, name, draw) for draw in draws]
                for name, prepared in zip(
                    images, classifier.prepare(list(images.values())), strict=True
                )
            ]
        )


def shipped_images(n: int = IMAGES) -> dict[str, np.ndarray]:
    """Read cue-conflict images that ship with the package, by which models are tried.

    Returns:
        By name, float32 (224, 224, 3) in [0, 1].
    """
    names = [name for name in DATA.names("pictures") if name.endswith(".jpg") and "-" in name]
    places = {name: DATA.path(f"pictures/{name}") for name in names[:n]}
    return {
        name: decode_image(read_file(place, LARGEST_PICTURE), str(place))
        for name, place in places.items()
    }


def _errors(classifier: "Classifier", prepared: torch.Tensor, name: str, index: int) -> np.ndarray:
    draw = classifier.draw(name, index, DrawRule(), prepared)
    every = torch.arange(len(classifier.labels), device=prepared.device)
    found = [
        classifier.measure(
            prepared.expand(1 if labels is None else len(labels), *prepared.shape),
            [draw] * (1 if labels is None else len(labels)),
            labels,
            classifier.default_clip,
        )[classifier.measures[0]].flatten()
        for labels in ([None] if classifier.joint else every.split(_LABELS_AT_ONCE))
    ]
    errors = torch.cat(found).double().cpu().numpy()
    if classifier.measures == ("nll",):
        return errors
    t, log_snr = np.array([draw.t]), np.array([draw.log_snr])
    return errors * PAPER.weights(t, log_snr, None, "l2")


def difference(exact: np.ndarray, rounded: np.ndarray) -> str:
    """Say in what two measurements of one model differ by more than is allowed, "" if in nothing.

    Args:
        exact: from `class_errors`.
        rounded: the same in another precision. NaN and infinity differ from everything.
    """
    # By how much each error moved, as a fraction of the mean error over the classes.
    moved = np.abs(rounded - exact) / np.abs(exact).mean(axis=2, keepdims=True)
    if not (moved <= LIMIT).all():
        most = f"by up to {np.nanmax(moved):.1%}" if np.isfinite(moved).all() else "to NaN"
        return f"errors move {most}, where {LIMIT:.0%} is allowed"
    turned = exact.mean(axis=1).argmin(axis=1) != rounded.mean(axis=1).argmin(axis=1)
    return f"{turned.sum()} of {len(exact)} decisions turn" if turned.any() else ""
