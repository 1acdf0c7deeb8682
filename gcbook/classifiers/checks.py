r"""What can be wrong with a classifier and would look like an answer.

Scores of a model whose prompt is ignored, whose output is read in another way than it is meant, or
whose answer depends on what else is in a batch are numbers like any other. Each check measures one
of these on a few images that ship, and says what it expected.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.implied import DENOISES, READINGS, implied_errors
from gcbook.classifiers.precision import LIMIT, class_errors, difference, drift, shipped_images
from gcbook.files.errors import GcbookError
from gcbook.noise.draws import DrawRule

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

ROUNDING = 1e-3
"""The most that company in a batch may change an answer, as a fraction of the mean over classes."""

APART = 1e-5
"""The least spread of the classes' errors, likewise: in single precision rounding is a tenth."""

LoadHalf = Callable[[], "Classifier"]


@dataclass(frozen=True)
class Check:
    """What one check found.

    Attributes:
        name: of the check.
        passed: None where it does not apply or could not be made.
        found: what was measured, in words.
        expected: what a sound model has.
        measured: the numbers, by name.
    """

    name: str
    passed: bool | None
    found: str
    expected: str
    measured: Mapping[str, Any] = field(default_factory=dict)


def check_classifier(
    classifier: "Classifier", *, images: int = 2, draws: int = 2, half: LoadHalf | None = None
) -> Iterator[Check]:
    """Check a classifier, one thing after another.

    Args:
        classifier: of single precision, if it is to be compared with half.
        images: of those that ship, how many are shown.
        draws: of each, where anything is random.
        half: loads the same model in float16; None where that cannot be had.

    Yields:
        What was found, as it is found. With 16 classes that are asked one by one, a check takes 16
        network evaluations an image and draw; there are three such, without half precision two.
    """
    yield _fingerprint(classifier)
    errors = class_errors(classifier, images, draws)
    yield _finite(errors)
    yield _classes(classifier, errors)
    yield _images(classifier, errors)
    yield _formula(classifier)
    yield _batch(classifier, images)
    yield _half(classifier, errors, images, draws, half)


def _fingerprint(classifier: "Classifier") -> Check:
    expected = "a hash that tells the model from others, the same each time"
    try:
        about = [classifier.describe() for _ in range(2)]
    except GcbookError as error:
        return Check("fingerprint", False, str(error), expected)
    found = str(about[0].get("weights") or about[0].get("fingerprint") or "")
    same = about[0] == about[1]
    said = found[:16] if found else "none"
    if not same:
        said = "another description each time"
    return Check("fingerprint", bool(found) and same, said, expected, {"fingerprint": found})


def _finite(errors: np.ndarray) -> Check:
    bad = int((~np.isfinite(errors)).sum())
    found = f"{bad} of {errors.size} answers are NaN or infinite"
    return Check("finite", bad == 0, found, "numbers", {"bad": bad, "answers": errors.size})


def _classes(classifier: "Classifier", errors: np.ndarray) -> Check:
    """Whether the class, that is the prompt, changes the error."""
    # Of an image, whose draws all classes share: the mean over draws.
    mean = errors.mean(axis=1)
    spread = (mean.max(axis=1) - mean.min(axis=1)) / np.abs(mean).mean(axis=1)
    same = [
        (classifier.labels[i], classifier.labels[j])
        for i in range(mean.shape[1])
        for j in range(i)
        if np.array_equal(mean[:, i], mean[:, j])
    ]
    found = f"classes differ by {spread.min():.2%} to {spread.max():.2%} of the error"
    if same:
        pairs = f"{len(same)} pairs" if len(same) > 1 else "one pair"
        found += f"; the same for {pairs}, such as {same[0][1]} and {same[0][0]}"
    measured = {"least": float(spread.min()), "most": float(spread.max()), "same": len(same)}
    passed = bool(spread.min() > APART) and not same
    expected = f"more than {APART:.3%}, and no two classes the same"
    name = "classes differ" if classifier.joint else "prompt changes the error"
    return Check(name, passed, found, expected, measured)


def _images(classifier: "Classifier", errors: np.ndarray) -> Check:
    """Whether the image changes how much better one class is than another."""
    name, expected = "image changes the answer", f"more than {APART:.3%}"
    if len(errors) < 2:
        return Check(name, None, "one image alone", expected)
    mean = errors.mean(axis=1)
    relative = (mean - mean.mean(axis=1, keepdims=True)) / np.abs(mean).mean(axis=1, keepdims=True)
    moved = float(np.ptp(relative, axis=0).max())
    found = f"a class's error, beside the mean, moves by {moved:.2%}"
    return Check(name, moved > APART, found, expected, {"moved": moved})


def _formula(classifier: "Classifier") -> Check:
    """Whether the clean image that the output implies is near the image."""
    name = "clean image at three t"
    expected = (
        f"errors below those without a denoiser ({DENOISES:.0%} of them, in the geometric mean), "
        "and smallest as the model is read"
    )
    if not isinstance(classifier, DiffusionClassifier):
        kind = classifier.describe().get("kind", "this")
        return Check(name, None, f"not for a model of kind {kind}", expected)
    # Without a word on what its network returns, the denoiser's own clean image is all there is.
    said = str(classifier.describe().get("prediction", "sample"))
    reading = said if said in READINGS else "sample"
    implied = implied_errors(classifier, reading)
    ratios = implied.errors[reading] / implied.trivial
    found = "; ".join(
        f"t = {t:.2g}: {ratio:.0%}" for t, ratio in zip(implied.t, ratios, strict=True)
    )
    likely, fits = implied.misread(reading), implied.ratio(reading) <= DENOISES
    found = f"of the error without a denoiser, {found}"
    if likely:
        found += f"; read as {likely} instead of {reading}, {implied.ratio(likely):.0%}"
    elif not fits:
        found += ": it denoises nothing here"
    measured = {
        "t": implied.t.tolist(),
        "ratios": ratios.tolist(),
        "prediction": reading,
        "likely": implied.best,
        "readings": {each: implied.ratio(each) for each in READINGS},
    }
    return Check(name, fits and not likely, found, expected, measured)


@torch.inference_mode()
def _batch(classifier: "Classifier", images: int) -> Check:
    """Whether an answer is the same alone, in company, and in another order."""
    shown = shipped_images(max(images, 2))
    prepared = classifier.prepare(list(shown.values()))
    draws = [
        classifier.draw(name, 0, DrawRule(), each)
        for name, each in zip(shown, prepared, strict=True)
    ]
    n_labels = 1 if classifier.joint else min(4, len(classifier.labels))
    rows = [(i, k) for i in range(len(draws)) for k in range(n_labels)]

    def ask(chosen: list[tuple[int, int]]) -> np.ndarray:
        labels = torch.tensor([k for _, k in chosen], device=prepared.device)
        found = classifier.measure(
            prepared[[i for i, _ in chosen]],
            [draws[i] for i, _ in chosen],
            None if classifier.joint else labels,
            classifier.default_clip,
        )[classifier.measures[0]]
        return found.double().cpu().numpy().reshape(len(chosen), -1)

    together, again = ask(rows), ask(rows)
    alone = np.concatenate([ask([row]) for row in rows])
    reversed_ = ask(rows[::-1])[::-1]
    size = np.abs(together).mean()
    company = float(max(np.abs(alone - together).max(), np.abs(reversed_ - together).max()) / size)
    repeat = float(np.abs(again - together).max() / size)
    found = f"in company an answer moves by {company:.1e}, asked again by {repeat:.1e}"
    measured = {"company": company, "again": repeat}
    expected = f"at most {ROUNDING:.0e} of the mean"
    return Check("batch", max(company, repeat) <= ROUNDING, found, expected, measured)


def _half(
    classifier: "Classifier",
    exact: np.ndarray,
    images: int,
    draws: int,
    load: LoadHalf | None,
) -> Check:
    """Whether half precision answers as single precision does."""
    name = "half precision"
    expected = f"errors within {LIMIT:.0%} of the mean, and the same decisions"
    if load is None:
        return Check(name, None, "not tried: an object in Python has its own", expected)
    try:
        rounded = class_errors(load(), images, draws)
    except (RuntimeError, GcbookError) as error:
        return Check(name, None, f"not tried here: {str(error).splitlines()[0]}", expected)
    moved = float(drift(exact, rounded).max())
    said = difference(exact, rounded)
    found = said or f"errors move by up to {moved:.2%}, and no decision turns"
    return Check(name, not said, found, expected, {"moved": moved})
