"""Tables behind the scorer's conventions: schedules, what networks predict, and clipping."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clean_image
from gcbook.classifiers.protocol import Clip, Draw
from gcbook.classifiers.toy import Toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import (
    CosineSchedule,
    DiscreteSchedule,
    FlowSchedule,
    Schedule,
    log_snr,
)
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "SCHEDULES",
    "conversion_table",
    "diffusers_schedule",
    "last_step",
    "log_snr_at",
    "schedule_table",
    "variance_shares",
]

STEPS = 1000
CLIPS_SHOWN: tuple[Clip, ...] = ("none", "static")

Family = Literal["IF", "Stable Diffusion", "SD3"]

SCHEDULES: Mapping[Family, str] = {
    "IF": "IF (squared cosine)",
    "Stable Diffusion": "Stable Diffusion (linear)",
    "SD3": "SD3 (flow)",
}
"""Families of models and the names of their schedules."""

_DIGITS = 4


@cache
def diffusers_schedule(family: Family) -> Schedule:
    """Return a family's schedule; those of a DDPM are read from diffusers' own scheduler."""
    if family == "SD3":
        return FlowSchedule()
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

    settings: dict[str, object] = {"beta_schedule": "squaredcos_cap_v2"}
    if family == "Stable Diffusion":
        settings = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    scheduler = DDPMScheduler(num_train_timesteps=STEPS, **settings)
    return DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))


def schedule_table() -> pd.DataFrame:
    """The logarithm of the signal-to-noise ratio of each family against t.

    Returns:
        ``t`` (0.01 to 0.99), ``schedule, log_snr``.
    """
    t = np.arange(1, 100) / 100
    return pd.concat(
        [
            pd.DataFrame({"t": t, "schedule": title, "log_snr": log_snr_at(family, t)})
            for family, title in SCHEDULES.items()
        ],
        ignore_index=True,
    ).round({"log_snr": 3})


def log_snr_at(family: Family, t: np.ndarray | float) -> np.ndarray:
    """Return a family's log-SNR at times t."""
    return log_snr(diffusers_schedule(family), np.asarray(t, dtype=np.float64))


def conversion_table(toy: Toy, n: int, seed: int) -> pd.DataFrame:
    """What a network of each type would say if it were perfect, turned into the clean image.

    Args:
        toy: the classes; their posterior mean is what every network knows.
        n: how many noised images, each with a time of its own.
        seed: of the images, times and noise.

    Returns:
        ``prediction`` (a name of `gcbook.classifiers.diffusion.Prediction`), ``schedule``,
        ``difference`` (largest absolute difference to the posterior mean) and ``misread`` (the
        same if the output is taken for a predicted noise, or a predicted noise for a v).
    """
    generator = np.random.default_rng(seed)
    images, label = toy.sample(n, generator)
    noise = torch.from_numpy(generator.standard_normal((n, 2)))
    # Not to the very ends, where a predicted noise or image alone says nothing of the other.
    times = generator.uniform(0.02, 0.98, n)
    rows = []
    for prediction in ("epsilon", "v_prediction", "sample", "flow"):
        schedule = FlowSchedule() if prediction == "flow" else CosineSchedule()
        alpha = torch.from_numpy(schedule.alpha(times))
        sigma = torch.from_numpy(schedule.sigma(times))
        x_t = alpha[:, None] * images + sigma[:, None] * noise
        known = toy.posterior_mean(x_t, alpha, sigma, label)
        output = _network_output(prediction, x_t, known, alpha[:, None], sigma[:, None])
        wrong = "v_prediction" if prediction == "epsilon" else "epsilon"
        read = [
            clean_image(name, output, x_t, alpha, sigma).sub(known).abs().max().item()
            for name in (prediction, wrong)
        ]
        title = "flow" if prediction == "flow" else "cosine"
        rows.append((prediction, title, *read))
    return pd.DataFrame(rows, columns=["prediction", "schedule", "difference", "misread"])


def last_step(decay: float) -> dict[str, float]:
    """What the last step of IF's schedule does to a score of an ε-network, unclipped.

    Args:
        decay: k of the weighting exp(-kt).

    Returns:
        ``share`` of the score that the last of 1,000 steps carries, when the predicted noise is
        wrong by the same amount at every step; ``share_before`` of the step before it;
        ``amplification``, how many times as large an error of the noise becomes as an error of the
        image; and ``alpha``, the factor of the image that is left there.
    """
    schedule = diffusers_schedule("IF")
    t = np.arange(1, STEPS + 1) / STEPS
    alpha, sigma = schedule.alpha(t), schedule.sigma(t)
    weights = parse_weighting(f"exp:{decay:g}").weights(t, log_snr(schedule, t))
    parts = weights * (sigma / alpha) ** 2
    return {
        "share": float(parts[-1] / parts.sum()),
        "share_before": float(parts[-2] / parts.sum()),
        "amplification": float(sigma[-1] / alpha[-1]),
        "alpha": float(alpha[-1]),
    }


def variance_shares(
    toy: Toy, decay: float, wrong_by: float, n: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where the variance of a score comes from, with a small error planted in the network.

    The toy must lie in [-1, 1], as pixels do. Every step of IF's schedule is asked once.

    Args:
        toy: from `gcbook.classifiers.toy.make_toy` with ``scale=1 / HALF_WIDTH``.
        decay: k of the weighting exp(-kt).
        wrong_by: largest error of the predicted noise, whose own size is 1.
        n: how many images.
        seed: of images and noise.

    Returns:
        First ``clip``, ``network`` ("perfect" or "slightly wrong"), ``tenth`` (1 to 10),
        ``share`` of the variance between classes, as `gcbook.scoring.diagnostics.variance_shares`
        defines it.
        Second ``clip, network, accuracy``.
    """
    generator = np.random.default_rng(seed)
    images, label = toy.sample(n, generator)
    rule = DrawRule(seed)
    schedule = diffusers_schedule("IF")
    times = np.arange(1, STEPS + 1) / STEPS
    weights = parse_weighting(f"exp:{decay:g}").weights(times, log_snr(schedule, times))
    draws = [
        Draw(i, float(t), noise=keyed_noise(rule, "clipping", i, (2, 1, 1)))
        for i, t in enumerate(times)
    ]
    shares, accuracies = [], []
    for network, size in (("perfect", 0.0), ("slightly wrong", wrong_by)):
        classifier = _planted(toy, schedule, size)
        for clip in CLIPS_SHOWN:
            errors = weights[:, None] * _errors_of(classifier, images, draws, clip)
            # What all classes have in common moves no decision.
            squares = (errors - errors.mean(2, keepdims=True)) ** 2
            tenths = squares.reshape(n, 10, STEPS // 10, -1).sum((0, 2, 3))
            share = tenths / tenths.sum()
            shares += [(clip, network, i + 1, part) for i, part in enumerate(share)]
            right = errors.mean(1).argmin(1) == label.numpy()
            accuracies.append((clip, network, right.mean()))
    return (
        pd.DataFrame(shares, columns=["clip", "network", "tenth", "share"]).round(_DIGITS),
        pd.DataFrame(accuracies, columns=["clip", "network", "accuracy"]),
    )


def _network_output(
    prediction: str,
    x_t: torch.Tensor,
    clean: torch.Tensor,
    alpha: torch.Tensor,
    sigma: torch.Tensor,
) -> torch.Tensor:
    noise = (x_t - alpha * clean) / sigma
    return {
        "epsilon": noise,
        "v_prediction": alpha * noise - sigma * clean,
        "sample": clean,
        "flow": noise - clean,
    }[prediction]


def _planted(toy: Toy, schedule: Schedule, wrong_by: float) -> DiffusionClassifier:
    classifier = toy_classifier(toy, schedule)
    perfect = classifier.denoise

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        times = t.double().numpy()
        alpha, sigma = (
            torch.from_numpy(part).to(x_t.dtype).reshape(-1, 1, 1, 1)
            for part in (schedule.alpha(times), schedule.sigma(times))
        )
        noise = (x_t - alpha * perfect(x_t, t, label)) / sigma
        # A smooth function of the noised image, another one for each class.
        turn = label.to(x_t.dtype).reshape(-1, 1, 1, 1)
        noise = noise + wrong_by * torch.sin(2 * x_t + 1.5 * turn)
        return clean_image("epsilon", noise, x_t, alpha.flatten(), sigma.flatten())

    classifier.denoise = denoise
    return classifier


def _errors_of(
    classifier: DiffusionClassifier, images: torch.Tensor, draws: list[Draw], clip: Clip
) -> np.ndarray:
    n, classes = len(images), len(classifier.labels)
    x = classifier.prepare(list(images.numpy())).repeat_interleave(len(draws), 0)
    asked = draws * n
    found = [
        classifier.measure(x, asked, torch.full((len(x),), c), clip)["error_l2"].reshape(n, -1)
        for c in range(classes)
    ]
    return torch.stack(found, dim=-1).double().numpy()
