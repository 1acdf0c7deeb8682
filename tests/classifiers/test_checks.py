"""Each check passes on a sound model, and fails on the fault that it is made for."""

import numpy as np
import pytest
import torch
from tiny.scorers import Likelihood
from torch import nn

from gcbook.classifiers.autoregressive import AutoregressiveClassifier
from gcbook.classifiers.checks import check_classifier
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.objects import wrap
from gcbook.files.errors import InputError


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


def test_a_trained_model_passes_all(trained):
    checks = found(trained, half=lambda: trained)
    assert [each.name for each in checks.values() if not each.passed] == []
    assert checks["fingerprint"].measured["fingerprint"] == trained.describe()["weights"]
    formula = checks["clean image at three t"].measured
    assert formula["likely"] == formula["prediction"] == "v_prediction"
    assert len(formula["t"]) == 3 and max(formula["ratios"]) < 1
    assert checks["half precision"].measured["moved"] == 0


def test_a_sound_network_and_a_sound_likelihood_pass_what_applies():
    for classifier in (wrap(net(), preprocess=8), likelihood(distances)):
        checks = found(classifier)
        assert [name for name, each in checks.items() if each.passed is None] == [
            "clean image at three t",
            "half precision",
        ]
        assert not [name for name, each in checks.items() if each.passed is False]


def test_a_prompt_that_is_ignored_is_noticed(trained):
    checks = found(likelihood(lambda x, label: x.flatten(1).sum(1)))
    assert checks["prompt changes the error"].passed is False
    assert checks["prompt changes the error"].measured["same"] == 120
    one = found(likelihood(lambda x, label: distances(x, label.clamp(min=1))))
    assert one["prompt changes the error"].passed is False
    assert "airplane and bear" in one["prompt changes the error"].found
    blind = nn.Sequential(net(), nn.Flatten())
    blind[0][2].weight.data[:], blind[0][2].bias.data[:] = 0, 0
    assert "classes differ" in failed(wrap(blind, preprocess=8))


def test_an_image_that_is_ignored_is_noticed():
    assert failed(likelihood(lambda x, label: -1.0 - label.double())) == [
        "image changes the answer"
    ]
    assert found(likelihood(distances), images=1)["image changes the answer"].passed is None


def test_a_misread_output_is_noticed(trained):
    # The velocity in place of the clean image, as if the network predicted that.
    schedule = trained.schedule

    def velocity(x_t, t, label):
        times = t.double().numpy()
        alpha, sigma = (
            torch.as_tensor(f(times)).float().reshape(-1, 1, 1, 1)
            for f in (schedule.alpha, schedule.sigma)
        )
        return (alpha * x_t - trained.denoise(x_t, t, label)) / sigma

    wrong = wrap(velocity, preprocess=32, prediction="sample", schedule=schedule, check=False)
    check = found(wrong)["clean image at three t"]
    assert check.passed is False and check.measured["likely"] == "v_prediction"
    assert "read as v_prediction instead of sample" in check.found
    torch.manual_seed(0)
    untrained = nn.Conv2d(3, 3, 3, padding=1)
    nothing = wrap(lambda x_t, t, label: untrained(x_t), preprocess=8, prediction="flow")
    assert "it denoises nothing here" in found(nothing)["clean image at three t"].found


def test_company_in_a_batch_and_chance_are_noticed():
    def normed(x, label):
        return distances(x - x.mean(0), label)

    check = found(likelihood(normed))["batch"]
    assert check.passed is False and check.measured["company"] > 0.01
    assert check.measured["again"] == 0

    def random(x, label):
        return distances(x + torch.randn_like(x), label)

    assert found(likelihood(random))["batch"].measured["again"] > 0.01


def test_half_precision_is_compared(trained):
    worse = likelihood(lambda x, label: distances(x, label) * (1 + 0.05 * (label == 3)))
    check = found(likelihood(distances), half=lambda: worse)["half precision"]
    assert check.passed is False and "errors move by up to" in check.found

    def impossible():
        raise RuntimeError('"addmm" not implemented for Half\nand more')

    check = found(likelihood(distances), half=impossible)["half precision"]
    assert check.passed is None and check.found.endswith("not implemented for Half")


def test_numbers_are_finite_and_the_model_has_a_hash():
    holes = likelihood(lambda x, label: torch.where(label == 2, torch.nan, distances(x, label)))
    assert "finite" in failed(holes)
    assert found(holes)["finite"].measured["bad"] == 2

    class Unhashed(AutoregressiveClassifier):
        def describe(self):
            raise InputError("no bytes")

    plain = likelihood(distances)
    unhashed = Unhashed(plain.tokenize, plain.log_prob)
    assert next(iter(check_classifier(unhashed))).passed is False
    assert next(iter(check_classifier(plain))).passed


def test_classifiers_of_any_make_are_checked():
    tiny = Likelihood(labels=("a", "b"))
    tiny.prepare = lambda images: torch.from_numpy(
        np.stack([image[:2, :2].ravel() for image in images])
    )
    names = list(found(tiny))
    assert names[0] == "fingerprint" and names[-1] == "half precision" and len(names) == 7
