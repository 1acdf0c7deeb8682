"""A denoiser whose output stands for something else than is said is noticed."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn

from gcbook.classifiers.checks import PREDICTIONS, check_prediction, implied_errors, shipped_images
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.objects import wrap
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule, FlowSchedule

SIDE = 32


def of(schedule, t):
    times = t.double().numpy()
    return (
        torch.as_tensor(values).float().reshape(-1, 1, 1, 1)
        for values in (schedule.alpha(times), schedule.sigma(times))
    )


def power():
    """Of the images on which denoisers are tried, by frequency."""
    shown = 2 * ImageFit(SIDE).fit(list(shipped_images().values())) - 1
    return torch.fft.fft2(shown).abs().square().mean((0, 1)) / SIDE**2


POWER = power()


def wiener(x_t, alpha, sigma, label):
    """The best clean image that is linear in the noised one."""
    whole = torch.fft.fft2(x_t) * alpha * POWER / (alpha**2 * POWER + sigma**2)
    return torch.fft.ifft2(whole).real + label.reshape(-1, 1, 1, 1) / 1000


def denoiser(schedule, truth):
    """A network that returns what ``truth`` says, by the definitions, from image and noise."""

    def predict(x_t, t, label):
        alpha, sigma = of(schedule, t)
        clean = wiener(x_t, alpha, sigma, label)
        noise = (x_t - alpha * clean) / sigma
        outputs = {"epsilon": noise, "v_prediction": alpha * noise - sigma * clean}
        return (outputs | {"flow": noise - clean, "sample": clean})[truth]

    return predict


def wrapped(schedule, truth, claimed, **options):
    said = claimed.replace("v_prediction", "v")
    return wrap(
        denoiser(schedule, truth), preprocess=SIDE, prediction=said, schedule=schedule, **options
    )


# A velocity of the one schedule is refused with the other before anything is tried.
CLAIMS = [
    *((CosineSchedule(), each) for each in ("epsilon", "v_prediction", "sample")),
    *((FlowSchedule(), each) for each in ("epsilon", "flow", "sample")),
]


@pytest.mark.parametrize("truth", PREDICTIONS)
@pytest.mark.parametrize(("schedule", "claimed"), CLAIMS)
def test_every_wrong_prediction_type_is_noticed(schedule, truth, claimed):
    right = truth == claimed
    with nullcontext() if right else pytest.raises(InputError, match=rf'\("{truth}",'):
        assert wrapped(schedule, truth, claimed).describe()["prediction"] == truth


def test_errors_are_those_of_the_definition():
    # A grey answer: its errors are known whatever it stands for.
    grey = DiffusionClassifier(lambda x_t, t, label: torch.zeros_like(x_t), FlowSchedule())
    implied, shown = implied_errors(grey, "sample"), list(shipped_images().values())
    t, image = implied.t, float(grey.prepare(shown).square().mean())
    assert np.log(((1 - t) / t) ** 2) == pytest.approx([3, 0, -3], abs=0.02)
    # x_t - sigma * 0 over alpha is x + noise * sigma / alpha.
    noise = (t / (1 - t)) ** 2
    trivial = np.minimum(image, noise)
    assert implied.ratios["sample"] == pytest.approx(image / trivial, rel=1e-4)
    assert implied.ratios["epsilon"] == pytest.approx(noise / trivial, rel=0.02)


@pytest.mark.parametrize("claimed", PREDICTIONS)
def test_a_network_that_denoises_nothing_says_nothing(claimed):
    torch.manual_seed(0)
    untrained = nn.Conv2d(3, 3, 3, padding=1)
    classifier = DiffusionClassifier(lambda x_t, t, label: untrained(x_t), FlowSchedule())
    assert implied_errors(classifier, claimed).likely(claimed) == ""
    classifier.details |= {"prediction": claimed, "resolution": 224, "weights": "w"}
    assert check_prediction(classifier).endswith("it denoises nothing here")


def test_before_scoring_a_wrong_type_and_a_failure_are_seen_but_no_lack_of_memory():
    schedule = CosineSchedule()

    def made(denoise, **details):
        right = wrapped(schedule, "sample", "sample")
        about = right.details | {"fingerprint": "made"} | details
        return DiffusionClassifier(denoise, schedule, right.encode, details=about)

    def failing(words):
        def denoise(x_t, t, label):
            raise RuntimeError(words)

        return denoise

    right = check_prediction(made(denoiser(schedule, "sample")))
    assert 0 < int(right.split("%")[0].split()[-1]) < 90
    with pytest.raises(InputError, match='"prediction_type": "v_prediction" into scheduler/'):
        check_prediction(made(denoiser(schedule, "v_prediction")))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        check_prediction(made(failing("mat1 and mat2 shapes")))
    assert check_prediction(made(failing("CUDA out of memory"))) == ""
    # Of images of one size alone.
    assert check_prediction(made(failing("mat1 and mat2 shapes"), resolution=None)) == ""
