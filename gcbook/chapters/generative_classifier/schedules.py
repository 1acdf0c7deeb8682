"""Noise schedules of families of models, and what the last step of one does to a score."""

from functools import cache
from typing import Literal

import numpy as np

from gcbook.noise.schedules import (
    DiscreteSchedule,
    Schedule,
    log_snr,
)
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "Family",
    "diffusers_schedule",
    "last_step",
    "log_snr_at",
]

STEPS = 1000

Family = Literal["IF", "Stable Diffusion"]
"""Families of models whose schedules are compared."""


@cache
def diffusers_schedule(family: Family) -> Schedule:
    """Return a family's schedule, as diffusers' own scheduler has it."""
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

    settings: dict[str, object] = {"beta_schedule": "squaredcos_cap_v2"}
    if family == "Stable Diffusion":
        settings = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    scheduler = DDPMScheduler(num_train_timesteps=STEPS, **settings)
    return DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))


def log_snr_at(family: Family, t: float) -> float:
    """Return a family's log-SNR at time t."""
    return float(log_snr(diffusers_schedule(family), np.asarray(t, dtype=np.float64)))


def last_step(decay: float) -> dict[str, float]:
    """What the last step of IF's schedule does to a score of an ε-network, unclipped.

    Args:
        decay: k of the weighting exp(-kt).

    Returns:
        ``share`` of the score that the last of 1,000 steps carries, when the predicted noise is
        wrong by the same amount at every step; ``alpha``, the factor of the image left there.
    """
    schedule = diffusers_schedule("IF")
    t = np.arange(1, STEPS + 1) / STEPS
    alpha, sigma = schedule.alpha(t), schedule.sigma(t)
    weights = parse_weighting(f"exp:{decay:g}").weights(t, log_snr(schedule, t))
    parts = weights * (sigma / alpha) ** 2
    return {
        "share": float(parts[-1] / parts.sum()),
        "alpha": float(alpha[-1]),
    }
