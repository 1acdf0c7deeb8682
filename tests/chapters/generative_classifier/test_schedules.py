"""Schedules against their formulas, and the last step of one."""

import numpy as np
import pytest

from gcbook.chapters.generative_classifier.schedules import (
    diffusers_schedule,
    last_step,
    log_snr_at,
)


def kept(family: str) -> np.ndarray:
    """Products of 1 − β over the 1,000 steps, as Nichol & Dhariwal and Rombach et al. have them."""
    if family == "IF":
        edge = np.cos((np.arange(1001) / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2
        beta = np.minimum(1 - edge[1:] / edge[:-1], 0.999)
    else:
        beta = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    return np.cumprod(1 - beta)


@pytest.mark.parametrize("family", ["IF", "Stable Diffusion"])
def test_schedules_of_diffusers_are_the_published_formulas(family):
    t = np.arange(1, 1001) / 1000
    schedule = diffusers_schedule(family)
    # diffusers counts in single precision, which tells at IF's end.
    assert schedule.alpha(t) ** 2 == pytest.approx(kept(family), rel=5e-3, abs=1e-6)
    assert schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2 == pytest.approx(np.ones(1000))


@pytest.mark.parametrize("family", ["IF", "Stable Diffusion"])
def test_log_snr_at_half_time(family):
    part = kept(family)[499]
    assert log_snr_at(family, 0.5) == pytest.approx(np.log(part / (1 - part)), abs=5e-3)


@pytest.mark.parametrize("decay", [0, 7, 20])
def test_last_step_by_hand(decay):
    facts = last_step(decay)
    part = kept("IF")
    parts = np.exp(-decay * np.arange(1, 1001) / 1000) * (1 - part) / part
    parts /= parts.sum()
    assert facts["share"] == pytest.approx(parts[-1], rel=5e-3)
    assert facts["alpha"] == pytest.approx(part[-1] ** 0.5, rel=5e-3)


def test_the_weight_that_hides_the_last_step():
    assert last_step(0)["share"] > last_step(7)["share"] > 0.99 > last_step(20)["share"] > 0.5
    assert last_step(50)["share"] < 1e-6
