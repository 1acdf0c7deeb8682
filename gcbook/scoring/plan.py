r"""What a scoring run will take, before it is begun: evaluations, hours, memory, standard errors.

.. math:: \text{seconds} = \frac{n_\text{images} \cdot n_\text{draws} \cdot n_\text{classes}}{r}
    + n_\text{images} \cdot s

r is how many evaluations a second the network makes, s how long it takes to encode an image. Both
are measured on the device (`measured_rate`), or derived from the floating-point operations of the
architecture, the peak of a device and the part of it that is assumed to be reached (`Device`).
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gcbook.classifiers.zoo import n_evaluations
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.flops import NetworkCost
    from gcbook.classifiers.protocol import Classifier

BYTES: Mapping[str, int] = {"float32": 4, "float16": 2, "bfloat16": 2}
"""Of a number in each precision that a network can have."""

PROBED_BATCHES = 20
PROBED_SECONDS = 20.0
"""A probe ends after so many batches or so many seconds, whichever comes first."""

_HOUR = 3600
_PROBED_SIDE = 224
"""Of the image that a probe asks about, in pixels, as those of the 17 datasets."""


@dataclass(frozen=True)
class Device:
    """A device that is not at hand, and what is assumed of it.

    Attributes:
        name: of the device.
        half: peak in float16 and bfloat16, dense, TFLOP/s.
        single: peak in float32, TFLOP/s, without TF32, which the classifiers do not use.
        half_utilisation: fraction of ``half`` that is reached, in (0, 1].
        single_utilisation: likewise of ``single``: slower arithmetic waits less for memory.
    """

    name: str
    half: float
    single: float
    half_utilisation: float = 0.25
    single_utilisation: float = 0.7

    def __post_init__(self) -> None:
        for peak in (self.half, self.single):
            if not 0 < peak < math.inf:
                raise InputError(f"peak: expected TFLOP/s above 0, found {peak:g}.")
        for share in (self.half_utilisation, self.single_utilisation):
            if not 0 < share <= 1:
                raise InputError(f"utilisation: expected a fraction in (0, 1], found {share:g}.")

    def speed(self, dtype: str) -> float:
        """Operations that are done in a second, FLOP/s."""
        if BYTES[dtype] == BYTES["float32"]:
            return 1e12 * self.single * self.single_utilisation
        return 1e12 * self.half * self.half_utilisation

    def __str__(self) -> str:
        return (
            f"{self.name} with {self.half_utilisation:.0%} of {self.half:g} TFLOP/s at 16 bits and "
            f"{self.single_utilisation:.0%} of {self.single:g} in float32"
        )


DEVICES: Mapping[str, Device] = {
    "h100": Device("an NVIDIA H100 SXM", 989, 67),
    "a100": Device("an NVIDIA A100", 312, 19.5),
}
"""Devices that have a name, with the peaks of their data sheets."""


@dataclass(frozen=True)
class Rate:
    """How fast a network is.

    Attributes:
        evaluations: a second.
        image_seconds: to encode an image.
    """

    evaluations: float
    image_seconds: float

    def hours(self, images: int, evaluations: int) -> float:
        """How long it takes to encode images and evaluate."""
        return (evaluations / self.evaluations + images * self.image_seconds) / _HOUR


def assumed_rates(cost: "NetworkCost", device: Device) -> dict[str, Rate]:
    """Derive the rate in each dtype from what a network costs; images are encoded in float32."""
    image_seconds = cost.image_flops / device.speed("float32")
    return {dtype: Rate(device.speed(dtype) / cost.flops, image_seconds) for dtype in BYTES}


def measured_rate(classifier: "Classifier", batch_size: int) -> Rate:
    """Measure a classifier's rate on about twenty batches, of fewer evaluations where it is slow.

    Args:
        classifier: on its device.
        batch_size: evaluations at a time, fewer where a batch would take over a second, or memory
            runs out.
    """
    import torch

    from gcbook.noise.draws import DrawRule
    from gcbook.scoring.network import Network, make_batch
    from gcbook.scoring.work import ImageWork
    from gcbook.stimuli.stimulus import Stimulus

    per_unit = classifier.evaluations
    image = np.random.default_rng(0).random((_PROBED_SIDE, _PROBED_SIDE, 3), np.float32)
    stimulus = Stimulus("probe", "probe.png", CATEGORIES[0], "0", "probe", "probe", bytes)

    def evaluate(size: int, at_most: int) -> float:
        """Evaluate some batches; return the mean seconds of an evaluation."""
        network = Network(classifier, classifier.default_clip, size)
        for number in range(at_most):
            units = np.arange(number * size, (number + 1) * size)
            network.measure(make_batch([(work, units)], classifier, DrawRule()))
            if network.seconds > PROBED_SECONDS:
                break
        return network.seconds / network.n_evaluations

    with torch.inference_mode():
        # What is done the first time only is not counted.
        classifier.prepare([image])
        begun = time.perf_counter()
        prepared = classifier.prepare([image])[0]
        float(prepared.flatten()[0])  # of a GPU, once it is done
        image_seconds = time.perf_counter() - begun
        work = ImageWork(stimulus, 0, prepared, (np.empty(0, np.int64), np.empty(0)))
        size = 1
        evaluate(size, 1)
        # Twice as many at a time, as long as such a batch is sure to take its share or less.
        share = PROBED_SECONDS / PROBED_BATCHES / 2
        while size < batch_size and size * per_unit * evaluate(size, 1) < share:
            size = min(2 * size, batch_size)
        if size > 1:
            evaluate(size, 1)
        return Rate(1 / evaluate(size, PROBED_BATCHES), image_seconds)


@dataclass(frozen=True)
class Workload:
    """One dataset of a plan.

    Attributes:
        dataset: its name.
        images: how many it has.
        evaluations: of the network.
    """

    dataset: str
    images: int
    evaluations: int

    @property
    def standard_error(self) -> float:
        """Of a share p of the images, such as accuracy, at most: √(p (1 − p)/n) at p = ½."""
        return math.sqrt(0.25 / self.images)


@dataclass(frozen=True)
class RunPlan:
    """What a run takes.

    Attributes:
        workloads: of each dataset.
        rates: by dtype, of those of which one is known.
        cost: of the network, None where it cannot be counted.
        batch_size: evaluations at a time.
    """

    workloads: tuple[Workload, ...]
    rates: Mapping[str, Rate]
    cost: "NetworkCost | None"
    batch_size: int

    @property
    def total(self) -> Workload:
        """All datasets together."""
        images = sum(each.images for each in self.workloads)
        return Workload("all", images, sum(each.evaluations for each in self.workloads))

    def hours(self, dtype: str, workload: Workload | None = None) -> float | None:
        """Hours that a dataset takes, by default all; None where the rate is not known."""
        asked, rate = workload or self.total, self.rates.get(dtype)
        return rate.hours(asked.images, asked.evaluations) if rate else None

    def memory(self, dtype: str) -> int | None:
        """Bytes that a batch takes, weights included; None where the cost is not known."""
        return self.cost.memory(BYTES[dtype], self.batch_size) if self.cost else None


def plan_run(
    kind: str,
    images: Mapping[str, int],
    *,
    draws: int = 32,
    evaluations_per_image: float | None = None,
    rates: Mapping[str, Rate],
    cost: "NetworkCost | None" = None,
    batch_size: int = 64,
) -> RunPlan:
    """Plan the scoring of images of the 16 categories.

    Args:
        kind: of the model, a key of `gcbook.classifiers.zoo.COSTS`.
        images: how many each dataset has, at least one.
        draws: an image, where there are draws.
        evaluations_per_image: in place of draws times classes, as a race has them on average.
        rates: by dtype, measured or assumed.
        cost: of the network, where it can be counted.
        batch_size: evaluations at a time.

    Raises:
        InputError: a number is not above 0.
    """
    if evaluations_per_image is not None and not 0 < evaluations_per_image < math.inf:
        raise InputError(
            f"evaluations an image: expected a number above 0, found {evaluations_per_image:g}."
        )
    each = n_evaluations(kind, 1, draws, len(CATEGORIES))
    each_image = each if evaluations_per_image is None else evaluations_per_image
    workloads = [Workload(name, n, round(n * each_image)) for name, n in images.items()]
    return RunPlan(tuple(workloads), rates, cost, batch_size)
