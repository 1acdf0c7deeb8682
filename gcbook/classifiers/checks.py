r"""Whether a denoiser's output stands for what it is taken for.

Errors of a network whose output is taken for something else are numbers like any other. What it
stands for shows in the clean images that it would imply. Of an image x and noise
:math:`\varepsilon`, noised to :math:`x_t = \alpha x + \sigma \varepsilon`, a network may be trained
to return the noise, the image, the velocity :math:`v = \alpha\varepsilon - \sigma x` or the flow
:math:`\varepsilon - x`. For an output o these imply

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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from gcbook.classifiers.devices import is_out_of_memory
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr
from gcbook.stimuli.images import decode_image

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

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


def shipped_images() -> dict[str, np.ndarray]:
    """Read cue-conflict images that ship with the package: by name, (224, 224, 3) in [0, 1]."""
    names = [name for name in DATA.names("pictures") if name.endswith(".jpg") and "-" in name]
    places = {name: DATA.path(f"pictures/{name}") for name in names[:IMAGES]}
    return {
        name: decode_image(read_file(place, LARGEST_PICTURE), str(place))
        for name, place in places.items()
    }


@torch.inference_mode()
def implied_errors(classifier: DiffusionClassifier, prediction: str) -> Implied:
    """Take a denoiser's output for each of `PREDICTIONS`, on images that ship.

    Args:
        classifier: its ``denoise`` gives the clean image under ``prediction``, from which the
            output is recovered.
        prediction: one of `PREDICTIONS`.
    """
    images = shipped_images()
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


def check_prediction(classifier: "Classifier", remedy: str = "") -> str:
    """Refuse a denoiser whose output most likely is something else than it is taken for.

    Args:
        classifier: of any kind; what says none of `PREDICTIONS`, or no resolution to which it
            brings images of any size, is not tried.
        remedy: what to do, with the likely prediction type in place of ``{}``.

    Returns:
        In words, how near its clean images are; "" where nothing was tried.

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
        return ""
    try:
        implied = implied_errors(classifier, said)
    except (RuntimeError, MemoryError) as error:
        # What takes more memory than there is is the scorer's, which makes its batches smaller.
        if is_out_of_memory(error):
            return ""
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
    found = f"clean images have {implied.ratio(said):.0%} of the error without a denoiser"
    return found if implied.ratio(said) <= DENOISES else f"{found}: it denoises nothing here"
