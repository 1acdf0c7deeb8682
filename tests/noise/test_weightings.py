"""Weightings: what each makes of the error of a clean image."""

import numpy as np
import pytest

from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule, FlowSchedule, log_snr
from gcbook.noise.weightings import parse_weighting, vlb_weights

T = np.array([1e-4, *np.linspace(0.05, 0.95, 19), 0.999])


@pytest.mark.parametrize("schedule", [CosineSchedule(), FlowSchedule()])
@pytest.mark.parametrize("norm", ["l2", "l1"])
@pytest.mark.parametrize("name", ["eps", "snr"])
def test_eps_is_the_error_of_the_noise(schedule, norm, name):
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, len(T), 50))
    alpha, sigma = (f(T)[:, None] for f in (schedule.alpha, schedule.sigma))
    predicted_noise = noise + rng.normal(size=noise.shape)
    clean = (alpha * x + sigma * noise - sigma * predicted_noise) / alpha
    power = {"l2": np.square, "l1": np.abs}[norm]
    weights = parse_weighting(name).weights(T, log_snr(schedule, T), None, norm)
    weighted = weights * power(x - clean).mean(1)
    assert weighted == pytest.approx(power(noise - predicted_noise).mean(1))


def test_clipped_snr():
    snr = np.exp(log_snr(CosineSchedule(), T))
    clipped = parse_weighting("snr:5").weights(T, np.log(snr))
    assert clipped == pytest.approx(np.minimum(snr, 5))
    assert parse_weighting("snr:5").weights(T, np.log(snr), None, "l1") ** 2 == pytest.approx(
        clipped
    )


def test_exponential_of_the_paper():
    weights = parse_weighting("exp:7").weights(T, np.zeros_like(T))
    assert weights == pytest.approx(np.exp(-7 * T))
    assert parse_weighting("exp:0").weights(T, T).tolist() == [1.0] * len(T)
    assert parse_weighting("uniform").weights(T, T).tolist() == [1.0] * len(T)


@pytest.mark.parametrize(
    ("schedule", "analytic"),
    [
        # SNR = cot²(πt/2) and (1 − t)²/t², differentiated by hand.
        (CosineSchedule(), np.pi / 2 / np.tan(np.pi / 2 * T) / np.sin(np.pi / 2 * T) ** 2),
        (FlowSchedule(), (1 - T) / T**3),
    ],
)
def test_elbo_is_minus_half_the_slope_of_snr(schedule, analytic):
    weights = parse_weighting("elbo").weights(T, log_snr(schedule, T), schedule)
    assert weights == pytest.approx(analytic, rel=1e-5)


def test_discrete_elbo_sums_to_the_total_change_of_snr():
    kept = np.array([0.99, 0.8, 0.5, 0.1])
    schedule = DiscreteSchedule(tuple(kept))
    snr = kept / (1 - kept)
    weights = vlb_weights(schedule)
    assert weights[0] == 0
    assert weights.sum() == pytest.approx((snr[0] - snr[-1]) / 2)
    assert weights[2] == pytest.approx((4 - 1) / 2)
    times = np.array([0.25, 0.5, 0.75, 1.0])
    weighed = parse_weighting("elbo").weights(times, np.zeros(4), schedule)
    # A mean over T uniform steps is their sum.
    assert weighed == pytest.approx(4 * weights)


def test_names_are_canonical():
    assert parse_weighting(" EXP:7.0 ").name == "exp:7"
    assert parse_weighting("snr:0.5").name == "snr:0.5"


@pytest.mark.parametrize("text", ["", "exp", "exp:-1", "exp:x", "exp:inf", "snr:0", "uniform:2"])
def test_no_weighting(text):
    with pytest.raises(InputError, match="expected one of exp:K"):
        parse_weighting(text)


def test_elbo_needs_a_schedule_and_squares():
    with pytest.raises(InputError, match="noise schedule"):
        parse_weighting("elbo").weights(T, T)
    with pytest.raises(InputError, match="norm l2"):
        parse_weighting("elbo").weights(T, T, CosineSchedule(), "l1")
