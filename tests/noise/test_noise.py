"""Schedules, and the keyed randomness of draws."""

import json
from itertools import product

import numpy as np
import pytest
from scipy.stats import kstest

from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_generator, keyed_noise, level_of, timestep
from gcbook.noise.schedules import (
    CosineSchedule,
    DiscreteSchedule,
    FlowSchedule,
    log_snr,
    read_schedule,
)


def ddpm(n_steps: int) -> DiscreteSchedule:
    """The linear schedule of Ho et al. (2020), its ends scaled to the number of steps."""
    betas = np.linspace(0.1 / n_steps, 20 / n_steps, n_steps)
    return DiscreteSchedule(tuple(np.cumprod(1 - betas).tolist()))


SCHEDULES = [CosineSchedule(), FlowSchedule(), ddpm(1000)]
T = np.linspace(0.001, 1, 777)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_signal_falls_noise_rises_and_so_snr_falls(schedule):
    alpha, sigma = schedule.alpha(T), schedule.sigma(T)
    assert (np.diff(alpha) <= 0).all()
    assert (np.diff(sigma) >= 0).all()
    assert (alpha > -1e-15).all()
    assert (sigma > 0).all()
    assert alpha[0] > 0.99
    assert sigma[-1] > 0.99
    assert (np.diff(log_snr(schedule, T)) <= 0).all()
    expected = 2 * np.log(alpha[:-1] / sigma[:-1])
    assert log_snr(schedule, T[:-1]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("schedule", [SCHEDULES[0], SCHEDULES[2]], ids=["cosine", "discrete"])
def test_variance_preserving(schedule):
    assert schedule.alpha(T) ** 2 + schedule.sigma(T) ** 2 == pytest.approx(np.ones_like(T))


def test_flow_is_a_straight_path():
    schedule = FlowSchedule()
    assert schedule.alpha(T) + schedule.sigma(T) == pytest.approx(np.ones_like(T))
    assert schedule.sigma(T) == pytest.approx(T)


def test_index_i_stands_for_time_i_plus_1_over_T():
    schedule = ddpm(1000)
    index = np.arange(1000)
    times = (index + 1) / 1000
    assert np.array_equal(schedule.index(times), index)
    assert np.array_equal(schedule.snap(times), times)
    assert schedule.alpha(times) ** 2 == pytest.approx(np.array(schedule.alphas_cumprod))


@pytest.mark.parametrize("n_steps", [1, 25, 50, 77, 4000])
def test_rounding_leaves_every_step_its_own_time(n_steps):
    schedule = DiscreteSchedule(tuple(np.linspace(0.99, 0.01, n_steps)))
    index = np.arange(n_steps)
    times = (index + 1) / n_steps
    assert np.array_equal(schedule.index(times), index)
    assert np.array_equal(schedule.index(times.astype(np.float32)), index)
    assert np.array_equal(schedule.snap(times), times)


def test_snap_takes_the_interval_that_holds_the_time():
    schedule = DiscreteSchedule((0.9, 0.6, 0.3, 0.1))
    snapped = schedule.snap(np.array([1e-9, 0.2, 0.26, 0.75, 0.7501, 1.0]))
    assert snapped.tolist() == [0.25, 0.25, 0.5, 0.75, 1.0, 1.0]
    for schedule in SCHEDULES:
        snapped = schedule.snap(T)
        assert np.array_equal(schedule.snap(snapped), snapped)
        assert np.array_equal(schedule.alpha(snapped), schedule.alpha(T))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_description_makes_the_same_schedule(schedule):
    again = read_schedule(json.loads(json.dumps(schedule.as_dict())))
    assert np.array_equal(again.alpha(T), schedule.alpha(T))
    assert np.array_equal(again.sigma(T), schedule.sigma(T))


@pytest.mark.parametrize("values", [(), (1.2,), (0.5, 0.6), (-0.1,)])
def test_no_schedule(values):
    with pytest.raises(InputError, match="DiscreteSchedule"):
        DiscreteSchedule(values)
    with pytest.raises(InputError, match="cosine, flow or discrete"):
        read_schedule({"name": "sigmoid"})


def test_noise_depends_on_seed_image_and_draw_alone():
    keys = list(product((0, 1), ("a", "b"), (0, 1, 2)))
    noises = [keyed_noise(DrawRule(seed), image, draw, (64,)) for seed, image, draw in keys]
    again = [keyed_noise(DrawRule(s), i, d, (64,)) for s, i, d in reversed(keys)]
    assert all(np.array_equal(x, y) for x, y in zip(noises, reversed(again), strict=True))
    correlation = np.corrcoef(np.stack(noises))
    np.fill_diagonal(correlation, 0)
    assert np.abs(correlation).max() < 0.5  # of 64 numbers: 4 standard deviations


def test_noise_is_standard_normal_and_its_streams_are_independent():
    noise = keyed_noise(DrawRule(), "image", 0, (100, 100))
    assert noise.dtype == np.float32
    assert kstest(noise.ravel(), "norm").pvalue > 1e-3
    one, other = (keyed_generator(0, "image", 0, stream).random(5) for stream in ("t", "noise"))
    assert not np.intersect1d(one, other).size


def test_keys_do_not_run_into_each_other():
    assert keyed_generator(1, "1", 1, "t").random() != keyed_generator(11, "", 1, "t").random()
    assert keyed_generator(0, "a1", 1, "t").random() != keyed_generator(0, "a", 11, "t").random()


@pytest.mark.parametrize("power", [0, 1, 3, 6])
def test_first_draws_fall_one_into_each_stratum(power):
    n = 2**power
    for image in ("a", "b", "c"):
        times = np.array([timestep(DrawRule(), image, draw) for draw in range(n)])
        assert ((times > 0) & (times <= 1)).all()
        # Strata begin at the image's own shift.
        gaps = np.diff(np.sort(np.append(times, times.min() + 1)))
        assert gaps == pytest.approx(np.full(n, 1 / n))


@pytest.mark.parametrize("timesteps", ["stratified", "uniform"])
def test_t_is_uniform_over_images(timesteps):
    rule = DrawRule(0, timesteps)
    for draw in (0, 5):
        times = [timestep(rule, f"image{number}", draw) for number in range(2000)]
        assert kstest(times, "uniform").pvalue > 1e-3


def test_uniform_draws_of_an_image_are_independent():
    times = np.array([timestep(DrawRule(0, "uniform"), "x", draw) for draw in range(2000)])
    assert kstest(times, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(times[1:], times[:-1])[0, 1]) < 4 / np.sqrt(2000)


def test_levels_hold_their_upper_ends():
    t = np.array([1e-9, 0.1, 0.3, 0.7, 0.7 + 1e-6, 1.0])
    assert level_of(t, 10).tolist() == [0, 0, 2, 6, 7, 9]
    steps = np.arange(1, 1001) / 1000  # what a network of 1,000 steps is asked at
    assert np.bincount(level_of(steps, 8)).tolist() == [125] * 8
