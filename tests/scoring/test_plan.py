"""What a run takes: evaluations, hours, memory, standard errors."""

import math
from types import SimpleNamespace

import pytest
from tiny.scorers import Counting, Likelihood, toy

from gcbook.classifiers.flops import NetworkCost, shipped_cost
from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.scoring import network, plan
from gcbook.scoring.plan import (
    DEVICES,
    PROBED_BATCHES,
    PROBED_SECONDS,
    Device,
    Rate,
    Workload,
    assumed_rates,
    measured_rate,
    plan_run,
)

COST = NetworkCost(2 * 10**9, 10**9, 1000, 10, 300, 500)
DEVICE = Device("a device", 100, 10, 0.5, 0.4)


def test_the_17_datasets_with_stable_diffusion_on_an_h100():
    images = {name: experiment.n_images for name, experiment in EXPERIMENTS.items()}
    cost = shipped_cost("stable-diffusion-1")
    found = plan_run("diffusion", images, rates=assumed_rates(cost, DEVICES["h100"]), cost=cost)
    assert found.total.evaluations == pytest.approx(9.3e6, rel=0.01)
    assert found.total.evaluations == 32 * 16 * found.total.images
    assert found.hours("float16") == pytest.approx(8, abs=1)
    assert found.hours("float32") == pytest.approx(44, abs=2)
    assert found.hours("bfloat16") == found.hours("float16")
    assert found.memory("float32") > 4 * (859_520_964 + 83_653_863)


def test_hours_are_operations_over_speed():
    rates = assumed_rates(COST, DEVICE)
    # 50 and 4 TFLOP/s are reached; images are encoded in float32.
    assert rates["float16"] == Rate(pytest.approx(50e12 / 2e9), pytest.approx(1e9 / 4e12))
    assert rates["float32"].evaluations == pytest.approx(4e12 / 2e9)
    assert Rate(10, 0.5).hours(7200, 36_000) == pytest.approx(2)
    found = plan_run("diffusion", {"a": 3, "b": 7}, draws=4, rates=rates, cost=COST, batch_size=8)
    assert [each.evaluations for each in found.workloads] == [3 * 64, 7 * 64]
    parts = [found.hours("float32", each) for each in found.workloads]
    assert found.hours("float32") == pytest.approx(sum(parts))
    assert found.memory("float16") == COST.memory(2, 8)


@pytest.mark.parametrize(
    ("kind", "each"),
    [("diffusion", 64), ("masked", 64), ("autoregressive", 16), ("clip", 1), ("discriminative", 1)],
)
def test_evaluations_follow_from_the_kind(kind, each):
    assert plan_run(kind, {"a": 10}, draws=4, rates={}).total.evaluations == 10 * each


def test_a_race_has_its_mean_and_what_is_unknown_is_none():
    found = plan_run("diffusion", {"a": 10}, evaluations_per_image=40.25, rates={})
    assert found.total == Workload("all", 10, 402)
    assert (found.hours("float16"), found.memory("float16")) == (None, None)
    for wrong in (0, -1, math.nan, math.inf):
        with pytest.raises(InputError, match="evaluations an image: expected a number above 0"):
            plan_run("diffusion", {"a": 10}, evaluations_per_image=wrong, rates={})


def test_standard_errors_are_binomial():
    assert Workload("a", 100, 0).standard_error == pytest.approx(0.05)
    assert Workload("a", 1280, 0).standard_error == pytest.approx(0.01398, abs=1e-5)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((0, 1), "peak: expected TFLOP/s above 0, found 0"),
        ((1, math.nan), "found nan"),
        ((1, 1, 1.5), r"utilisation: expected a fraction in \(0, 1\], found 1.5"),
        ((1, 1, 0.5, 0), "found 0"),
    ],
)
def test_devices_that_cannot_be_are_refused(numbers, says):
    with pytest.raises(InputError, match=says):
        Device("a device", *numbers)


class Clock:
    """Time that passes in the network alone: so many seconds a batch and an evaluation."""

    def __init__(self, monkeypatch, batch, evaluation):
        self.now, self._batch, self._evaluation = 0.0, batch, evaluation
        clock = SimpleNamespace(perf_counter=lambda: self.now, process_time=lambda: self.now)
        for module in (network, plan):
            monkeypatch.setattr(module, "time", clock)

    def scored_by(self, classifier):
        counting = Counting(classifier)
        counting._on_batch = lambda _: self.pass_by(counting.batches[-1])
        return counting

    def pass_by(self, size):
        self.now += self._batch + size * self._evaluation


def four_by_four(classifier):
    whole = classifier.prepare
    classifier.prepare = lambda images: whole([image[:4, :4] for image in images])
    return classifier


def test_a_fast_network_is_timed_on_twenty_full_batches(monkeypatch):
    clock = Clock(monkeypatch, 0.064, 0.001)
    classifier = clock.scored_by(four_by_four(toy()))
    found = measured_rate(classifier, 64)
    assert found.evaluations == pytest.approx(64 / 0.128)
    assert classifier.batches == [1, 1, 2, 4, 8, 16, 32, 64, *[64] * PROBED_BATCHES]
    # As many draws of one image as it takes, each of all classes.
    assert len({draw for _, draw, _ in classifier.measured}) == 64 * PROBED_BATCHES / 4


def test_a_slow_network_is_timed_for_so_many_seconds(monkeypatch):
    clock = Clock(monkeypatch, 0, 0.3)
    classifier = clock.scored_by(four_by_four(toy()))
    assert measured_rate(classifier, 64).evaluations == pytest.approx(1 / 0.3)
    assert classifier.batches == [1, 1, 2, 2, *[2] * PROBED_BATCHES]
    clock = Clock(monkeypatch, 0, 8)
    classifier = clock.scored_by(four_by_four(toy()))
    assert measured_rate(classifier, 64).evaluations == pytest.approx(1 / 8)
    assert sum(classifier.batches) * 8 < PROBED_SECONDS + 4 * 8


@pytest.mark.parametrize("joint", [False, True])
def test_evaluations_are_those_that_the_scorer_counts(monkeypatch, joint):
    clock = Clock(monkeypatch, 0, 0.01)
    likely = Likelihood(joint=joint, deterministic=True)
    classifier = clock.scored_by(four_by_four(likely))
    # Each answer of this one takes three evaluations.
    assert measured_rate(classifier, 16).evaluations == pytest.approx(3 / 0.01)
