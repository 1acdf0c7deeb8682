r"""Diffusion models as classifiers (Clark & Jaini, 2023; Jaini et al., 2024, Eq. 2).

.. math::
    \mathrm{score}(x, y) = -\mathbb{E}_{t, \varepsilon}\left[ w_t \lVert x - \hat
    x_\theta(x_t, y, t) \rVert^2 \right], \qquad x_t = \alpha_t x + \sigma_t \varepsilon

The same (t, ε) is used for every class, and no guidance. `DiffusionClassifier` gives the raw
errors; weights and expectation come later (`gcbook.noise.weightings`, `gcbook.scoring.decisions`).

The network predicts the noise, a velocity or the image; what the error is taken of is always the
clean image that its prediction implies:

=================  ====================================  ==================================
prediction         clean image                           holds for
=================  ====================================  ==================================
``epsilon``        :math:`(x_t - σ_t \hat ε) / α_t`      any schedule
``v_prediction``   :math:`α_t x_t - σ_t \hat v`          variance preserving, :math:`α² + σ² = 1`
``flow``           :math:`x_t - t\, \hat v`              :math:`α_t = 1 - t, σ_t = t`
``sample``         :math:`\hat x`                        any schedule
=================  ====================================  ==================================
"""

from collections.abc import Callable, Sequence
from typing import Literal, Unpack, get_args

import numpy as np
import torch

from gcbook.classifiers.protocol import (
    Adapter,
    Clip,
    Draw,
    Draws,
    Labels,
    Measured,
    Named,
    mean_errors,
    shared_rows,
)
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.noise.schedules import Schedule, log_snr

Denoise = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
Encode = Callable[[Sequence[np.ndarray]], torch.Tensor]
Decode = Callable[[torch.Tensor], torch.Tensor]
Prediction = Literal["epsilon", "v_prediction", "flow", "sample"]


class DiffusionClassifier(Adapter):
    """Any denoiser as a classifier.

    Args:
        denoise: ``denoise(x_t, t, label) -> x0_hat`` with x_t (N, C, H, W) float, t (N,) float in
            (0, 1], label (N,) int64; returns the predicted clean image, of x_t's shape.
        schedule: gives ``alpha(t)`` and ``sigma(t)``.
        encode: maps images (a list of arrays (H, W, 3) in [0, 1]) to the space where errors are
            taken, (N, C, H, W). By default pixels as they are, scaled to [-1, 1]; all images
            then need one size.
        decode: maps what is in that space back to pixels in [-1, 1], (N, 3, H, W), for people to
            look at. By default nothing is done.
        fit: maps images to what ``encode`` makes of them before it leaves pixels, of ``decode``'s
            shape and range. By default both are done, which is the same where there is no code.
        clip: how the clean image is clipped by default: "static" to [-1, 1] suits pixels, "none"
            latents.
        named: see `gcbook.classifiers.protocol.Named`.
    """

    kind = "diffusion"
    parts = ("denoise", "encode")
    measures: tuple[str, ...] = ("error_l2", "error_l1")

    def __init__(
        self,
        denoise: Denoise,
        schedule: Schedule,
        encode: Encode | None = None,
        *,
        decode: Decode | None = None,
        fit: Encode | None = None,
        clip: Clip = "none",
        **named: Unpack[Named],
    ) -> None:
        known = {"space": "pixels", "prediction": "sample", "schedule": schedule.as_dict()}
        super().__init__(known, **named)
        self.denoise = denoise
        self.schedule = schedule
        self.encode = encode or _pixels
        self.decode = decode or (lambda pixels: pixels)
        self.fit = fit or (lambda images: self.decode(self.encode(images)))
        self.default_clip = clip

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.encode(images)

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        t = self.schedule.snap(np.asarray(timestep(rule, image_id, index)))
        noise = keyed_noise(rule, image_id, index, tuple(prepared.shape))
        return Draw(index, float(t), float(log_snr(self.schedule, t)), noise)

    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
        x = x if x.dtype == torch.float64 else x.float()
        times = np.array([draw.t for draw in draws])
        alpha, sigma, t = (
            torch.as_tensor(values, dtype=x.dtype, device=x.device)
            for values in (self.schedule.alpha(times), self.schedule.sigma(times), times)
        )
        noised = columns(alpha, x) * x + columns(sigma, x) * noise_of(draws, x)
        restored = self.denoise(noised, t, self.one_each(labels))
        return mean_errors(x - clip_clean(restored.to(x.dtype), clip))


def clean_image(
    prediction: str,
    output: torch.Tensor,
    x_t: torch.Tensor,
    alpha: torch.Tensor,
    sigma: torch.Tensor,
) -> torch.Tensor:
    """Return the clean image that a network's output implies, of x_t's shape.

    Args:
        prediction: what the network predicts; see the table above.
        output: the network's output, of x_t's shape.
        x_t: noised images (N, ...).
        alpha: factor of the image at each one's time, (N,).
        sigma: standard deviation of the noise, (N,).
    """
    alpha, sigma = columns(alpha, x_t), columns(sigma, x_t)
    match prediction:
        case "epsilon":
            return (x_t - sigma * output) / alpha
        case "v_prediction":
            return alpha * x_t - sigma * output
        case "flow":
            return x_t - sigma * output
        case "sample":
            return output
    expected = ", ".join(get_args(Prediction))
    raise InputError(f"prediction type: expected one of {expected}; found {prediction!r}.")


def clip_clean(clean: torch.Tensor, clip: Clip) -> torch.Tensor:
    """Clip predicted clean images (N, ...).

    Near t = 1 a predicted noise says little about the image, and dividing its error by a tiny
    alpha throws the clean image far out of range. "static" clips to [-1, 1]; "dynamic" divides by
    the 99.5 % quantile of each image's absolute values, where that exceeds 1, after clipping to it
    (Saharia et al., 2022); "none" leaves it. NaN stays NaN.
    """
    if clip == "none":
        return clean
    if clip == "static":
        return clean.clamp(-1, 1)
    bound = torch.quantile(clean.flatten(1).abs().float(), 0.995, dim=1)
    bound = columns(bound.clamp(min=1).to(clean.dtype), clean)
    return clean.clamp(-bound, bound) / bound


def columns(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Return one value a row, (N,), in a shape that broadcasts against (N, ...)."""
    return values.reshape(-1, *[1] * (like.ndim - 1))


def noise_of(draws: Sequence[Draw], x: torch.Tensor) -> torch.Tensor:
    """Return the noise of each row's draw, of x's shape, type and device."""
    # Classes share a draw: its noise travels to the device once.
    first, index = shared_rows(draws)
    noise = torch.from_numpy(np.stack([np.asarray(draws[row].noise) for row in first]))
    return noise.to(x.device, x.dtype)[torch.tensor(index, device=x.device)]


def _pixels(images: Sequence[np.ndarray]) -> torch.Tensor:
    sizes = {image.shape for image in images}
    if len(sizes) > 1:
        raise InputError(
            f"expected images of one size, found {sorted(sizes)}; pass encode= to resize them."
        )
    stacked = torch.from_numpy(np.stack(images)).movedim(-1, 1)
    return 2 * stacked - 1
