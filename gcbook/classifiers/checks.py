r"""What can be wrong with a classifier and would look like an answer.

Scores of a model whose prompt is ignored, whose output is read in another way than it is meant, or
whose answer depends on what else is in a batch are numbers like any other. Each check measures one
of these on a few images that ship, and says what it expected.

What a denoiser's output stands for shows in the clean images that it would imply. Of an image x and
noise :math:`\varepsilon`, noised to :math:`x_t = \alpha x + \sigma \varepsilon`, a network may be
trained to return the noise, the image, the velocity :math:`v = \alpha\varepsilon - \sigma x` or the
flow :math:`\varepsilon - x`. For an output o these imply

.. math::
    \hat x_\varepsilon = \frac{x_t - \sigma o}{\alpha}, \quad
    \hat x_v = \frac{\alpha x_t - \sigma o}{\alpha^2 + \sigma^2}, \quad
    \hat x_\text{flow} = \frac{x_t - \sigma o}{\alpha + \sigma}, \quad
    \hat x_\text{sample} = o

For what it was trained to return :math:`\hat x` approaches the posterior mean of x, which no other
function of :math:`x_t` beats in mean squared error: the right prediction type has the smallest
error. Errors are compared with those of no denoising at all: of :math:`x_t / \alpha` and of a grey
image. A network that beats neither under any type denoises nothing here, and says nothing of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from gcbook.classifiers.devices import is_out_of_memory
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.precision import class_errors, shipped_images
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

ROUNDING = 1e-3
"""The most that company in a batch may change an answer, as a fraction of the mean over classes."""

APART = 1e-5
"""The least spread of the classes' errors, likewise: in single precision rounding is a tenth."""

PREDICTIONS = {
    "epsilon": "the noise",
    "v_prediction": "the velocity v = alpha * noise - sigma * image",
    "flow": "the flow, noise - image",
    "sample": "the clean image",
}
"""What a network can return, in words."""

LOG_SNRS = (3.0, 0.0, -3.0)
"""Where a denoiser is tried: little noise, as much as image, and mostly noise."""

IMAGES = 4
DENOISES = 0.9
"""A prediction type fits whose errors are at most this share of those without a denoiser."""

MARGIN = 1.2
"""By how much the errors of the type asked for may exceed the best one's."""


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
    classifier: "Classifier", *, images: int = 2, draws: int = 2
) -> Iterator[Check]:
    """Check a classifier, one thing after another.

    Args:
        classifier: what is checked.
        images: of those that ship, how many are shown.
        draws: of each, where anything is random.

    Yields:
        What was found, as it is found. With 16 classes that are asked one by one, this takes some
        32 network evaluations an image and draw.
    """
    errors = class_errors(classifier, images, draws)
    bad = int((~np.isfinite(errors)).sum())
    found = f"{bad} of {errors.size} answers are NaN or infinite"
    yield Check("finite", not bad, found, "numbers", {"bad": bad, "answers": errors.size})
    # Of an image, whose draws all classes share: the mean over draws.
    yield _classes(classifier, errors.mean(axis=1))
    yield _prediction(classifier)
    yield _batch(classifier, images)


def _classes(classifier: "Classifier", mean: np.ndarray) -> Check:
    """Whether the class, that is the prompt, changes the error."""
    spread = np.ptp(mean, axis=1) / np.abs(mean).mean(axis=1)
    named = combinations(zip(classifier.labels, mean.T, strict=True), 2)
    same = [f"{one} and {other}" for (one, x), (other, y) in named if np.array_equal(x, y)]
    found = f"classes differ by {spread.min():.2%} to {spread.max():.2%} of the error"
    if same:
        found += f"; the same for {len(same)} pair{'s' * (len(same) > 1)}, such as {same[0]}"
    measured = {"least": float(spread.min()), "most": float(spread.max()), "same": len(same)}
    passed = bool(spread.min() > APART) and not same
    expected = f"more than {APART:.3%}, and no two classes the same"
    name = "classes differ" if classifier.joint else "prompt changes the error"
    return Check(name, passed, found, expected, measured)


def _prediction(classifier: "Classifier") -> Check:
    """Whether the clean image that the output implies is near the image."""
    name = "clean image at three t"
    expected = (
        f"errors below those without a denoiser ({DENOISES:.0%} of them, in the geometric mean), "
        "and smallest as the model is read"
    )
    about = classifier.describe()
    if not isinstance(classifier, DiffusionClassifier):
        return Check(name, None, f"not for a model of kind {about['kind']}", expected)
    # Without a word on what its network returns, the denoiser's own clean image is all there is.
    said = str(about.get("prediction"))
    said = said if said in PREDICTIONS else "sample"
    implied = implied_errors(classifier, said)
    at = zip(implied.t, implied.ratios[said], strict=True)
    listed = "; ".join(f"t = {t:.2g}: {ratio:.0%}" for t, ratio in at)
    found = f"of the error without a denoiser, {listed}"
    likely, fits = implied.likely(said), implied.ratio(said) <= DENOISES
    if likely:
        found += f"; read as {likely} instead of {said}, {implied.ratio(likely):.0%}"
    elif not fits:
        found += ": it denoises nothing here"
    measured = {
        "t": implied.t.tolist(),
        "ratios": implied.ratios[said].tolist(),
        "prediction": said,
        "likely": likely or (said if fits else ""),
        "predictions": {each: implied.ratio(each) for each in PREDICTIONS},
    }
    return Check(name, fits and not likely, found, expected, measured)


@torch.inference_mode()
def _batch(classifier: "Classifier", images: int) -> Check:
    """Whether an answer is the same alone, in company, and in another order."""
    shown = shipped_images(max(images, 2))
    x = classifier.prepare(list(shown.values()))
    draws = [
        classifier.draw(name, 0, DrawRule(), each) for name, each in zip(shown, x, strict=True)
    ]
    n_labels = 1 if classifier.joint else min(4, len(classifier.labels))
    rows = [(i, k) for i in range(len(draws)) for k in range(n_labels)]

    def ask(chosen: list[tuple[int, int]]) -> np.ndarray:
        labels = torch.tensor([k for _, k in chosen], device=x.device)
        found = classifier.measure(
            x[[i for i, _ in chosen]],
            [draws[i] for i, _ in chosen],
            None if classifier.joint else labels,
            classifier.default_clip,
        )[classifier.measures[0]]
        return found.double().cpu().numpy().reshape(len(chosen), -1)

    together, again, backwards = ask(rows), ask(rows), ask(rows[::-1])[::-1]
    alone = np.concatenate([ask([row]) for row in rows])
    repeat, *moved = (
        float(np.abs(each - together).max() / np.abs(together).mean())
        for each in (again, alone, backwards)
    )
    company = max(moved)
    found = f"in company an answer moves by {company:.1e}, asked again by {repeat:.1e}"
    measured = {"company": company, "again": repeat}
    expected = f"at most {ROUNDING:.0e} of the mean"
    return Check("batch", max(company, repeat) <= ROUNDING, found, expected, measured)


@dataclass(frozen=True)
class Implied:
    """How near the clean images are that an output implies, by what it may stand for.

    Attributes:
        t: where the denoiser was tried, (times,), from little noise to much.
        ratios: by prediction type, the mean squared error over images and elements as a share of
            the smaller of those of x_t / alpha and of a grey image, (times,).
    """

    t: np.ndarray
    ratios: dict[str, np.ndarray]

    def ratio(self, prediction: str) -> float:
        """Return a type's share, geometric mean over times."""
        return float(np.exp(np.log(self.ratios[prediction]).mean()))

    def likely(self, prediction: str) -> str:
        """Return the likely type where ``prediction`` is not it; "" where it is, or none fits."""
        best = min(self.ratios, key=self.ratio)
        least = self.ratio(best)
        return best if least <= DENOISES and self.ratio(prediction) > MARGIN * least else ""


@torch.inference_mode()
def implied_errors(classifier: DiffusionClassifier, prediction: str) -> Implied:
    """Take a denoiser's output for each of `PREDICTIONS`, on images that ship.

    Args:
        classifier: its ``denoise`` gives the clean image under ``prediction``, from which the
            output is recovered.
        prediction: one of `PREDICTIONS`.
    """
    images = shipped_images(IMAGES)
    x = classifier.prepare(list(images.values()))
    x = x if x.dtype == torch.float64 else x.float()
    # An image's name begins with its class.
    shown = [name.rstrip("jpg.").split("-")[0].rstrip("0123456789") for name in images]
    names = classifier.labels
    label = torch.tensor([names.index(each) if each in names else 0 for each in shown])
    noise = [keyed_noise(DrawRule(), name, 0, tuple(x.shape[1:])) for name in images]
    eps = torch.from_numpy(np.stack(noise)).to(x.device, x.dtype)
    grid = np.unique(classifier.schedule.snap(np.linspace(0.001, 0.999, 999)))
    there = log_snr(classifier.schedule, grid)
    times = grid[[int(np.abs(there - wanted).argmin()) for wanted in LOG_SNRS]]
    ratios: dict[str, list[float]] = {each: [] for each in PREDICTIONS}
    for t in times:
        alpha, sigma = (float(f(t)) for f in (classifier.schedule.alpha, classifier.schedule.sigma))
        x_t = alpha * x + sigma * eps
        given = torch.full((len(x),), float(t), dtype=x.dtype, device=x.device)
        clean = classifier.denoise(x_t, given, label.to(x.device)).to(x.dtype)
        # Each clean image is (a x_t - s o) / b of the output o.
        factors = {
            "epsilon": (1.0, sigma, alpha),
            "v_prediction": (alpha, sigma, alpha**2 + sigma**2),
            "flow": (1.0, sigma, alpha + sigma),
            "sample": (0.0, -1.0, 1.0),
        }
        a, s, b = factors[prediction]
        output = (a * x_t - b * clean) / s
        trivial = max(min((sigma / alpha) ** 2, float(x.double().square().mean())), 1e-12)
        for each, (a, s, b) in factors.items():
            error = float(((a * x_t - s * output) / b - x).double().square().mean())
            ratios[each].append(max(error, 1e-12) / trivial)
    return Implied(times, {name: np.array(each) for name, each in ratios.items()})


def check_prediction(classifier: "Classifier", remedy: str = "") -> None:
    """Refuse a denoiser whose output most likely is something else than it is taken for.

    Args:
        classifier: of any kind; what says none of `PREDICTIONS`, or no resolution to which it
            brings images of any size, is not tried.
        remedy: what to do, with the likely prediction type in place of ``{}``.

    Raises:
        InputError: taken for something else, its clean images are much nearer.
    """
    about = classifier.describe()
    said = str(about.get("prediction"))
    if (
        not isinstance(classifier, DiffusionClassifier)
        or not about.get("resolution")
        or said not in PREDICTIONS
    ):
        return
    try:
        implied = implied_errors(classifier, said)
    except (RuntimeError, MemoryError) as error:
        # What takes more memory than there is is the scorer's, which makes its batches smaller.
        if is_out_of_memory(error):
            return
        raise
    if likely := implied.likely(said):
        remedy = remedy or (
            'Write "prediction_type": "{}" into scheduler/scheduler_config.json, or take the '
            "scheduler that the model was trained with."
        )
        raise InputError(
            f"{classifier.name}: expected a network that returns {PREDICTIONS[said]} (prediction "
            f"{said}), found what is most likely {PREDICTIONS[likely]}: read so, its clean images "
            f"are {implied.ratio(said) / implied.ratio(likely):.3g} times as near, on "
            f"{', '.join(f't = {t:.2g}' for t in implied.t)}. {remedy.format(likely)}"
        )
