"""What a denoiser returns is told from the clean images that it would imply."""

import numpy as np
import pytest
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.implied import READINGS, check_prediction, implied_errors
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.objects import wrap
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule, FlowSchedule

NAMES = {"epsilon": "epsilon", "v_prediction": "v", "flow": "flow", "sample": "sample"}


def output(reading, clean, x_t, alpha, sigma):
    """What a network of that reading returns, by the definitions: from image and noise."""
    noise = (x_t - alpha * clean) / sigma
    return {
        "epsilon": noise,
        "v_prediction": alpha * noise - sigma * clean,
        "flow": noise - clean,
        "sample": clean,
    }[reading]


def of(schedule, t):
    times = t.double().numpy()
    return (
        torch.as_tensor(values).float().reshape(-1, 1, 1, 1)
        for values in (schedule.alpha(times), schedule.sigma(times))
    )


def network(clean_of, schedule, truth):
    """A denoiser that returns what ``truth`` says."""

    def denoiser(x_t, t, label):
        alpha, sigma = of(schedule, t)
        return output(truth, clean_of(x_t, t, label), x_t, alpha, sigma)

    return denoiser


@pytest.fixture(scope="module")
def trained():
    return load_classifier("mini-pixel")


# A velocity of the one schedule is refused with the other before anything is tried.
CLAIMS = {
    "cosine": (CosineSchedule(), ("epsilon", "v_prediction", "sample")),
    "flow": (FlowSchedule(), ("epsilon", "flow", "sample")),
}


@pytest.mark.parametrize("truth", READINGS)
@pytest.mark.parametrize(
    ("schedule", "claimed"),
    [(schedule, each) for schedule, claims in CLAIMS.values() for each in claims],
)
def test_every_mistake_is_noticed(trained, schedule, truth, claimed):
    def clean_of(x_t, t, label):
        # The network's own noise at the same ratio of image and noise.
        alpha, sigma = of(schedule, t)
        scale = (alpha**2 + sigma**2).sqrt()
        own = trained.schedule
        ratio = (sigma / alpha).flatten().double().numpy()
        grid = own.snap(np.linspace(0.001, 1, 1000))
        at = [int(np.abs(own.sigma(grid) / own.alpha(grid) - each).argmin()) for each in ratio]
        return trained.denoise(x_t / scale, torch.tensor(grid[at]).float(), label)

    call = {
        "preprocess": trained.describe()["resolution"],
        "prediction": NAMES[claimed],
        "schedule": schedule,
        "name": "mine",
    }
    planted = network(clean_of, schedule, truth)
    if truth == claimed:
        assert wrap(planted, **call).describe()["prediction"] == truth
    else:
        with pytest.raises(InputError, match=rf'prediction= \("{truth}",'):
            wrap(planted, **call)
        assert wrap(planted, check=False, **call).name == "mine"


def test_errors_are_those_of_the_definition():
    # A grey answer: its errors are known whatever the reading.
    schedule = FlowSchedule()
    grey = DiffusionClassifier(lambda x_t, t, label: torch.zeros_like(x_t), schedule)
    found = implied_errors(grey, "sample")
    assert found.errors["sample"] == pytest.approx(found.errors["sample"][:1].repeat(3))
    assert np.log(((1 - found.t) / found.t) ** 2) == pytest.approx([3, 0, -3], abs=0.02)
    for at, t in enumerate(found.t):
        # x_t - sigma * 0 over alpha is x + noise * sigma / alpha.
        assert found.errors["epsilon"][at] == pytest.approx((t / (1 - t)) ** 2, rel=0.02)
    assert found.trivial == pytest.approx(
        np.minimum(found.errors["sample"], (found.t / (1 - found.t)) ** 2)
    )


@pytest.mark.parametrize("claimed", READINGS)
def test_a_network_that_denoises_nothing_says_nothing(claimed):
    torch.manual_seed(0)
    untrained = torch.nn.Conv2d(3, 3, 3, padding=1)
    classifier = DiffusionClassifier(lambda x_t, t, label: untrained(x_t), FlowSchedule())
    found = implied_errors(classifier, claimed)
    assert found.best == "" and found.misread(claimed) == ""


def test_a_folder_that_names_another_prediction_is_refused_before_it_is_scored(trained):
    right = trained.denoise
    assert check_prediction(trained) is None

    def misread(x_t, t, label):
        # The velocity, read as if it were the clean image.
        alpha, sigma = of(trained.schedule, t)
        return (alpha * x_t - right(x_t, t, label)) / sigma

    details = trained.details | {"prediction": "sample"}
    wrong = DiffusionClassifier(misread, trained.schedule, trained.encode, details=details)
    with pytest.raises(InputError, match='"prediction_type": "v_prediction" into scheduler/'):
        check_prediction(wrong)
