"""Each check passes on a sound model, and fails on the fault that it is made for."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn

from gcbook.classifiers.checks import (
    PREDICTIONS,
    check_classifier,
    check_prediction,
    implied_errors,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.objects import wrap
from gcbook.classifiers.precision import shipped_images
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule, FlowSchedule

SIDE = 32


def found(classifier, **options):
    return {each.name: each for each in check_classifier(classifier, **options)}


def of(schedule, t):
    times = t.double().numpy()
    return (
        torch.as_tensor(values).float().reshape(-1, 1, 1, 1)
        for values in (schedule.alpha(times), schedule.sigma(times))
    )


def power():
    """Of the images on which denoisers are tried, by frequency."""
    shown = 2 * ImageFit(SIDE).fit(list(shipped_images(4).values())) - 1
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


def net(outputs=16):
    torch.manual_seed(0)
    return nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, outputs))


def likelihood(function):
    return wrap(function, preprocess=8, name="likely")


def distances(x, label):
    return -(x.flatten(1).sum(1) + label).square()


def test_sound_models_pass_what_applies():
    checks = found(wrapped(CosineSchedule(), "v_prediction", "v_prediction"))
    assert [each.name for each in checks.values() if not each.passed] == []
    clean = checks["clean image at three t"].measured
    assert clean["likely"] == clean["prediction"] == "v_prediction"
    assert len(clean["t"]) == 3 and max(clean["ratios"]) < 1
    for classifier in (wrap(net(), preprocess=8), likelihood(distances)):
        passed = {name: each.passed for name, each in found(classifier).items()}
        assert passed.pop("clean image at three t") is None
        assert set(passed.values()) == {True}


def blind():
    network = nn.Sequential(net(), nn.Flatten())
    network[0][2].weight.data[:], network[0][2].bias.data[:] = 0, 0
    return wrap(network, preprocess=8)


FAULTS = {
    "no prompt": (
        lambda: likelihood(lambda x, y: x.flatten(1).sum(1)),
        "prompt changes the error",
        {"same": 16 * 15 / 2},
    ),
    "two classes alike": (
        lambda: likelihood(lambda x, y: distances(x, y.clamp(min=1))),
        "prompt changes the error",
        {"same": 1},
    ),
    "logits that are zero": (blind, "classes differ", {"most": 0}),
    "company": (lambda: likelihood(lambda x, y: distances(x - x.mean(0), y)), "batch", {}),
    "chance": (
        lambda: likelihood(lambda x, y: distances(x, y) * (1 + torch.rand(len(x)))),
        "batch",
        {},
    ),
    "NaN": (
        lambda: likelihood(lambda x, y: torch.where(y == 2, torch.nan, distances(x, y))),
        "finite",
        {"bad": 2},
    ),
}


@pytest.mark.parametrize(("make", "name", "measured"), FAULTS.values(), ids=FAULTS)
def test_faults_are_noticed(make, name, measured):
    torch.manual_seed(0)
    check = found(make())[name]
    assert check.passed is False
    assert measured.items() <= check.measured.items()


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
    unchecked = wrapped(schedule, truth, claimed, check=False)
    check = found(unchecked, images=1, draws=1)["clean image at three t"]
    assert check.passed is right and check.measured["likely"] == truth


def test_errors_are_those_of_the_definition():
    # A grey answer: its errors are known whatever it stands for.
    grey = DiffusionClassifier(lambda x_t, t, label: torch.zeros_like(x_t), FlowSchedule())
    implied, shown = implied_errors(grey, "sample"), list(shipped_images(4).values())
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
    check = found(classifier, images=1, draws=1)["clean image at three t"]
    assert check.passed is False and "it denoises nothing here" in check.found


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

    check_prediction(made(denoiser(schedule, "sample")))
    with pytest.raises(InputError, match='"prediction_type": "v_prediction" into scheduler/'):
        check_prediction(made(denoiser(schedule, "v_prediction")))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        check_prediction(made(failing("mat1 and mat2 shapes")))
    check_prediction(made(failing("CUDA out of memory")))
    # Of images of one size alone.
    check_prediction(made(failing("mat1 and mat2 shapes"), resolution=None))
