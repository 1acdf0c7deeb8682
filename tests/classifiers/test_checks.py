"""Each check passes on a sound model, and fails on the fault that it is made for."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from tiny.scorers import Likelihood
from torch import nn

from gcbook.classifiers.autoregressive import AutoregressiveClassifier
from gcbook.classifiers.checks import (
    PREDICTIONS,
    check_classifier,
    check_prediction,
    implied_errors,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.objects import wrap
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule, FlowSchedule


def found(classifier, **options):
    return {each.name: each for each in check_classifier(classifier, **options)}


def failed(classifier, **options):
    return [each.name for each in check_classifier(classifier, **options) if each.passed is False]


@pytest.fixture(scope="module")
def trained():
    return load_classifier("mini-pixel")


def net(outputs=16):
    torch.manual_seed(0)
    return nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, outputs))


def likelihood(function):
    return wrap(function, preprocess=8, name="likely")


def distances(x, label):
    return -(x.flatten(1).sum(1) + label).square()


def test_sound_models_pass_what_applies(trained):
    checks = found(trained)
    assert [each.name for each in checks.values() if not each.passed] == []
    assert checks["fingerprint"].measured["fingerprint"] == trained.describe()["weights"]
    clean = checks["clean image at three t"].measured
    assert clean["likely"] == clean["prediction"] == "v_prediction"
    assert len(clean["t"]) == 3 and max(clean["ratios"]) < 1
    for classifier in (wrap(net(), preprocess=8), likelihood(distances)):
        checks = found(classifier)
        assert [each.name for each in checks.values() if not each.passed] == [
            "clean image at three t"
        ]
        assert checks["clean image at three t"].passed is None


def blind():
    network = nn.Sequential(net(), nn.Flatten())
    network[0][2].weight.data[:], network[0][2].bias.data[:] = 0, 0
    return wrap(network, preprocess=8)


def chance(x, label):
    return distances(x, label) * (1 + torch.rand(len(x)))


class Unhashed(AutoregressiveClassifier):
    def describe(self):
        raise InputError("no bytes")


FAULTS = {
    "no prompt": (lambda: likelihood(lambda x, y: x.flatten(1).sum(1)), "prompt changes the error"),
    "two classes alike": (
        lambda: likelihood(lambda x, y: distances(x, y.clamp(min=1))),
        "prompt changes the error",
    ),
    "logits that are zero": (blind, "classes differ"),
    "no image": (lambda: likelihood(lambda x, y: -1.0 - y.double()), "image changes the answer"),
    "company": (lambda: likelihood(lambda x, y: distances(x - x.mean(0), y)), "batch"),
    "chance": (lambda: likelihood(chance), "batch"),
    "NaN": (
        lambda: likelihood(lambda x, y: torch.where(y == 2, torch.nan, distances(x, y))),
        "finite",
    ),
    "no hash": (lambda: Unhashed(likelihood(distances).tokenize, distances), "fingerprint"),
}


@pytest.mark.parametrize(("make", "name"), FAULTS.values(), ids=FAULTS)
def test_faults_are_noticed(make, name):
    torch.manual_seed(0)
    for each in check_classifier(make()):
        if each.name == name:
            assert each.passed is False
            return
    pytest.fail(f"no check {name}")


def test_what_was_measured_is_said():
    measured = found(FAULTS["no prompt"][0]())["prompt changes the error"].measured
    assert measured["same"] == 16 * 15 / 2
    alike = found(FAULTS["two classes alike"][0]())["prompt changes the error"]
    assert alike.measured["same"] == 1 and "airplane and bear" in alike.found
    assert found(FAULTS["NaN"][0]())["finite"].measured["bad"] == 2
    assert found(likelihood(distances), images=1)["image changes the answer"].passed is None
    tiny = Likelihood(labels=("a", "b"))
    tiny.prepare = lambda images: torch.from_numpy(
        np.stack([image[:2, :2].ravel() for image in images])
    )
    assert list(found(tiny))[-1] == "batch"


def output(prediction, clean, x_t, alpha, sigma):
    """What a network of that kind returns, by the definitions: from image and noise."""
    noise = (x_t - alpha * clean) / sigma
    return {
        "epsilon": noise,
        "v_prediction": alpha * noise - sigma * clean,
        "flow": noise - clean,
        "sample": clean,
    }[prediction]


def of(schedule, t):
    times = t.double().numpy()
    return (
        torch.as_tensor(values).float().reshape(-1, 1, 1, 1)
        for values in (schedule.alpha(times), schedule.sigma(times))
    )


# A velocity of the one schedule is refused with the other before anything is tried.
CLAIMS = [
    *((CosineSchedule(), each) for each in ("epsilon", "v_prediction", "sample")),
    *((FlowSchedule(), each) for each in ("epsilon", "flow", "sample")),
]


@pytest.mark.parametrize("truth", PREDICTIONS)
@pytest.mark.parametrize(("schedule", "claimed"), CLAIMS)
def test_every_wrong_prediction_type_is_noticed(trained, schedule, truth, claimed):
    def planted(x_t, t, label):
        # The network's own noise at the same ratio of image and noise.
        alpha, sigma = of(schedule, t)
        scale = (alpha**2 + sigma**2).sqrt()
        own = trained.schedule
        ratio = (sigma / alpha).flatten().double().numpy()
        grid = own.snap(np.linspace(0.001, 1, 1000))
        at = [int(np.abs(own.sigma(grid) / own.alpha(grid) - each).argmin()) for each in ratio]
        clean = trained.denoise(x_t / scale, torch.tensor(grid[at]).float(), label)
        return output(truth, clean, x_t, alpha, sigma)

    call = {
        "preprocess": trained.describe()["resolution"],
        "prediction": claimed.replace("v_prediction", "v"),
        "schedule": schedule,
    }
    right = truth == claimed
    with nullcontext() if right else pytest.raises(InputError, match=rf'\("{truth}",'):
        assert wrap(planted, **call).describe()["prediction"] == truth
    unchecked = found(wrap(planted, **call, check=False), images=1, draws=1)
    check = unchecked["clean image at three t"]
    assert check.passed is right and check.measured["likely"] == truth


def test_errors_are_those_of_the_definition():
    # A grey answer: its errors are known whatever it stands for.
    grey = DiffusionClassifier(lambda x_t, t, label: torch.zeros_like(x_t), FlowSchedule())
    implied = implied_errors(grey, "sample")
    t, image = implied.t, float(grey.prepare(list(shipped().values())).square().mean())
    assert np.log(((1 - t) / t) ** 2) == pytest.approx([3, 0, -3], abs=0.02)
    # x_t - sigma * 0 over alpha is x + noise * sigma / alpha.
    noise = (t / (1 - t)) ** 2
    trivial = np.minimum(image, noise)
    assert implied.ratios["sample"] == pytest.approx(image / trivial, rel=1e-4)
    assert implied.ratios["epsilon"] == pytest.approx(noise / trivial, rel=0.02)


def shipped():
    from gcbook.classifiers.precision import shipped_images

    return shipped_images(4)


@pytest.mark.parametrize("claimed", PREDICTIONS)
def test_a_network_that_denoises_nothing_says_nothing(claimed):
    torch.manual_seed(0)
    untrained = nn.Conv2d(3, 3, 3, padding=1)
    classifier = DiffusionClassifier(lambda x_t, t, label: untrained(x_t), FlowSchedule())
    assert implied_errors(classifier, claimed).likely(claimed) == ""
    check = found(classifier, images=1, draws=1)["clean image at three t"]
    assert check.passed is False and "it denoises nothing here" in check.found


def test_before_scoring_a_wrong_type_and_a_failure_are_seen_but_no_lack_of_memory(trained):
    check_prediction(trained)

    def made(denoise, **details):
        about = trained.details | {"prediction": "sample"} | details
        return DiffusionClassifier(denoise, trained.schedule, trained.encode, details=about)

    def velocity(x_t, t, label):
        alpha, sigma = of(trained.schedule, t)
        return (alpha * x_t - trained.denoise(x_t, t, label)) / sigma

    def failing(words):
        def denoise(x_t, t, label):
            raise RuntimeError(words)

        return denoise

    with pytest.raises(InputError, match='"prediction_type": "v_prediction" into scheduler/'):
        check_prediction(made(velocity))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        check_prediction(made(failing("mat1 and mat2 shapes")))
    check_prediction(made(failing("CUDA out of memory")))
    # Of images of one size alone.
    check_prediction(made(failing("mat1 and mat2 shapes"), resolution=None))
