r"""What a denoiser's output stands for, seen from the clean images that it would imply.

Of an image x and noise :math:`\varepsilon`, noised to :math:`x_t = \alpha x + \sigma \varepsilon`,
a network may be trained to return the noise, the image, the velocity
:math:`v = \alpha\varepsilon - \sigma x` or the flow :math:`\varepsilon - x`. Each reading of one
output implies a clean image:

.. math::
    \hat x_\varepsilon = \frac{x_t - \sigma o}{\alpha}, \quad
    \hat x_v = \frac{\alpha x_t - \sigma o}{\alpha^2 + \sigma^2}, \quad
    \hat x_\text{flow} = \frac{x_t - \sigma o}{\alpha + \sigma}, \quad
    \hat x_\text{sample} = o

Under the right reading :math:`\hat x` approaches the posterior mean of x, which no other function
of :math:`x_t` beats in mean squared error: the right reading has the smallest error. Errors are
compared with those of no denoising at all: of :math:`x_t / \alpha` and of a grey image. A network
that beats neither under any reading denoises nothing here, and says nothing of its reading.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, Prediction
from gcbook.classifiers.precision import shipped_images
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

MEANINGS: dict[str, str] = {
    "epsilon": "the noise",
    "v_prediction": "the velocity v = alpha * noise - sigma * image",
    "flow": "the flow, noise - image",
    "sample": "the clean image",
}
READINGS: tuple[Prediction, ...] = ("epsilon", "v_prediction", "flow", "sample")

FOLDER_REMEDY = (
    'Write "prediction_type": "{}" into scheduler/scheduler_config.json, or take the scheduler '
    "that the model was trained with."
)

LOG_SNRS = (3.0, 0.0, -3.0)
"""Where a denoiser is tried: little noise, as much as image, and mostly noise."""

IMAGES = 4

DENOISES = 0.9
"""A reading fits whose errors are at most this share of those without a denoiser."""

MARGIN = 1.2
"""By how much the errors of the reading asked for may exceed the best one's."""


@dataclass(frozen=True)
class Implied:
    """Errors of the clean images that each reading implies, means over images and elements.

    Attributes:
        t: where the denoiser was tried, (times,), from little noise to much.
        errors: by reading, (times,).
        trivial: the smaller of the errors of x_t / alpha and of a grey image, (times,).
    """

    t: np.ndarray
    errors: dict[str, np.ndarray]
    trivial: np.ndarray

    def ratio(self, reading: str) -> float:
        """Return a reading's error as a share of the trivial one, geometric mean over times."""
        ratios = np.maximum(self.errors[reading], 1e-12) / np.maximum(self.trivial, 1e-12)
        return float(np.exp(np.log(ratios).mean()))

    @property
    def best(self) -> str:
        """The reading whose clean images are nearest; "" where none denoises."""
        found = min(self.errors, key=self.ratio)
        return found if self.ratio(found) <= DENOISES else ""

    def misread(self, reading: str) -> str:
        """Return the likely reading where ``reading`` is not it; "" where it is, or none fits."""
        best = self.best
        if not best or self.ratio(reading) <= MARGIN * self.ratio(best):
            return ""
        return best


@torch.inference_mode()
def implied_errors(classifier: DiffusionClassifier, prediction: str) -> Implied:
    """Read a denoiser's output in every way, on images that ship.

    Args:
        classifier: its ``denoise`` gives the clean image under ``prediction``, from which the
            output is recovered.
        prediction: one of `READINGS`.
    """
    images = shipped_images(IMAGES)
    x = classifier.prepare(list(images.values()))
    x = x if x.dtype == torch.float64 else x.float()
    label = torch.tensor([_label(classifier, name) for name in images], device=x.device)
    noise = [keyed_noise(DrawRule(), name, 0, tuple(x.shape[1:])) for name in images]
    eps = torch.from_numpy(np.stack(noise)).to(x.device, x.dtype)
    times = _times(classifier)
    errors: dict[str, list[float]] = {reading: [] for reading in READINGS}
    trivial = []
    for t in times:
        alpha, sigma = (float(f(t)) for f in (classifier.schedule.alpha, classifier.schedule.sigma))
        x_t = alpha * x + sigma * eps
        given = torch.full((len(x),), float(t), dtype=x.dtype, device=x.device)
        clean = classifier.denoise(x_t, given, label).to(x.dtype)
        output = _output(prediction, clean, x_t, alpha, sigma)
        for reading, found in _clean_images(output, x_t, alpha, sigma).items():
            errors[reading].append(_square(found - x))
        trivial.append(min((sigma / alpha) ** 2, _square(x)))
    return Implied(
        times, {name: np.array(each) for name, each in errors.items()}, np.array(trivial)
    )


def check_prediction(classifier: "Classifier", remedy: str = "") -> None:
    """Refuse a denoiser whose output most likely is something else than it is read as.

    Args:
        classifier: of any kind; what returns neither of `READINGS` is not tried.
        remedy: what to do, with the likely reading in place of ``{}``.

    Raises:
        InputError: read in another way, its clean images are much nearer.
    """
    said = str(classifier.describe().get("prediction"))
    if not isinstance(classifier, DiffusionClassifier) or said not in READINGS:
        return
    implied = implied_errors(classifier, said)
    if likely := implied.misread(said):
        raise InputError(
            f"{classifier.name}: expected a network that returns {MEANINGS[said]} (prediction "
            f"{said}), found what is most likely {MEANINGS[likely]}: read so, its clean images are "
            f"{implied.ratio(said) / implied.ratio(likely):.3g} times as near, on "
            f"{', '.join(f't = {t:.2g}' for t in implied.t)}. "
            + (remedy or FOLDER_REMEDY).format(likely)
        )


def check_loaded(classifier: "Classifier") -> None:
    """Check a model that is about to be scored, see `check_prediction`.

    One that memory is too small for, or that takes no images of any size, is left to the scorer,
    which shrinks its batches and names what fails.
    """
    with suppress(RuntimeError):
        check_prediction(classifier)


def _times(classifier: DiffusionClassifier) -> np.ndarray:
    grid = np.unique(classifier.schedule.snap(np.linspace(0.001, 0.999, 999)))
    there = log_snr(classifier.schedule, grid)
    return grid[[int(np.abs(there - wanted).argmin()) for wanted in LOG_SNRS]]


def _label(classifier: DiffusionClassifier, name: str) -> int:
    """The class that an image shows, as its name begins with it; else the first."""
    category = name.rstrip("jpg.").split("-")[0].rstrip("0123456789")
    return classifier.labels.index(category) if category in classifier.labels else 0


def _output(
    prediction: str, clean: torch.Tensor, x_t: torch.Tensor, alpha: float, sigma: float
) -> torch.Tensor:
    match prediction:
        case "epsilon":
            return (x_t - alpha * clean) / sigma
        case "v_prediction":
            return (alpha * x_t - (alpha**2 + sigma**2) * clean) / sigma
        case "flow":
            return (x_t - (alpha + sigma) * clean) / sigma
    return clean


def _clean_images(
    output: torch.Tensor, x_t: torch.Tensor, alpha: float, sigma: float
) -> dict[str, torch.Tensor]:
    return {
        "epsilon": (x_t - sigma * output) / alpha,
        "v_prediction": (alpha * x_t - sigma * output) / (alpha**2 + sigma**2),
        "flow": (x_t - sigma * output) / (alpha + sigma),
        "sample": output,
    }


def _square(values: torch.Tensor) -> float:
    return float(values.double().square().mean())
