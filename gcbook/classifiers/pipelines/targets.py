r"""What all kinds of pipelines share: spaces to take errors in, schedules, denoisers.

A network of discrete steps is asked at index i, t = (i + 1)/T; a flow network at
:math:`t \cdot T`. What either answers becomes a clean image in
`gcbook.classifiers.diffusion.clean_image`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier, clean_image
from gcbook.classifiers.images import ImageFit
from gcbook.classifiers.pipelines.folder import PipelineFolder
from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule, FlowSchedule

__all__ = [
    "Decode",
    "Denoise",
    "Encode",
    "Predict",
    "Space",
    "Target",
    "discrete_denoiser",
    "flow_denoiser",
    "latent_space",
    "pixel_space",
    "read_discrete_schedule",
    "square",
]

Encode = Callable[[Sequence[np.ndarray]], torch.Tensor]
Denoise = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
Predict = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``predict(x_t, timestep, label)``, the network itself in its own type and time unit."""
Decode = Callable[[torch.Tensor], torch.Tensor]


class Space(NamedTuple):
    """Where errors are taken.

    Attributes:
        encode: how images get there.
        decode: how what is there is seen, pixels in [-1, 1].
        fit: how images become pixels of that size, before any code.
        described: the space in words.
    """

    encode: Encode
    decode: Decode
    fit: Encode
    described: dict[str, object]


PREDICTIONS = ("epsilon", "v_prediction", "sample")
BETAS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "rescale_betas_zero_snr",
)


@dataclass(frozen=True)
class Target:
    """What a classifier is made for.

    Attributes:
        labels: names of the classes.
        name: the observer's name.
        device: where the network runs.
        dtype: of the network.
    """

    labels: tuple[str, ...]
    name: str
    device: torch.device
    dtype: torch.dtype

    def classifier(
        self,
        folder: PipelineFolder,
        denoise: Denoise,
        schedule: DiscreteSchedule | FlowSchedule,
        space: Space,
        **details: object,
    ) -> DiffusionClassifier:
        """Put the parts together; pixels are clipped by default, latents are not."""
        return DiffusionClassifier(
            denoise,
            schedule,
            space.encode,
            decode=space.decode,
            fit=space.fit,
            labels=self.labels,
            name=self.name,
            clip="static" if space.described["space"] == "pixels" else "none",
            details={"weights": folder.weights, "pipeline": folder.class_name}
            | space.described
            | details,
        )

    def discrete_classifier(
        self, folder: PipelineFolder, predict: Predict, space: Space, **details: object
    ) -> DiffusionClassifier:
        """Put a network of discrete steps together with the schedule in its folder."""
        schedule, prediction = read_discrete_schedule(folder)
        denoise = discrete_denoiser(predict, schedule, prediction, self)
        return self.classifier(folder, denoise, schedule, space, prediction=prediction, **details)


def pixel_space(size: int, channels: int, folder: PipelineFolder, device: torch.device) -> Space:
    """Return how images become (N, 3, size, size) in [-1, 1], and its description.

    Raises:
        InputError: the network takes no images of three channels.
    """
    if channels != 3:
        raise InputError(
            f"{folder.path}: expected a network of images with 3 channels, found {channels}."
        )
    fit = ImageFit(size)

    def encode(images: Sequence[np.ndarray]) -> torch.Tensor:
        return (2 * fit.fit(images) - 1).to(device)

    described = {"space": "pixels", "resolution": size, "resize": fit.describe()}
    return Space(encode, lambda pixels: pixels, encode, described)


def latent_space(size: int, channels: int, folder: PipelineFolder, device: torch.device) -> Space:
    """Return how images become latents (N, channels, size, size), and its description.

    Raises:
        InputError: the pipeline has no autoencoder, or one of other latents than the network's.
    """
    vae = folder.network("vae", "AutoencoderKL", device=device)
    config = vae.config
    if config.latent_channels != channels:
        raise InputError(
            f"{folder.path}: expected a network of {config.latent_channels} channels, as the "
            f"autoencoder's latents have; found {channels}. Inpainting and upscaling models, "
            "whose networks are given more than the noised image, are not known here."
        )
    resolution = size * 2 ** (len(config.block_out_channels) - 1)
    image_fit = ImageFit(resolution)
    shift = config.get("shift_factor") or 0.0

    def fit(images: Sequence[np.ndarray]) -> torch.Tensor:
        return 2 * image_fit.fit(images) - 1

    def encode(images: Sequence[np.ndarray]) -> torch.Tensor:
        pixels = fit(images)
        # One by one: an image's latents are the same to the last bit in any batch.
        means = [vae.encode(image.to(device)).latent_dist.mode() for image in pixels.split(1)]
        return (torch.cat(means) - shift) * config.scaling_factor

    def decode(latents: torch.Tensor) -> torch.Tensor:
        whole = latents.float() / config.scaling_factor + shift
        return torch.cat([vae.decode(each).sample for each in whole.split(1)])

    described = {"space": "latents", "resolution": resolution, "resize": image_fit.describe()}
    return Space(encode, decode, fit, described)


def read_discrete_schedule(folder: PipelineFolder) -> tuple[DiscreteSchedule, str]:
    """Return the schedule that a pipeline was trained with, and what its network predicts.

    The samplers of discrete steps (DDPM, DDIM, PNDM, Euler, DPM-Solver …) share the fields that
    say so; which of them the folder holds does not matter.

    Raises:
        InputError: the scheduler is not one of those, or predicts something else.
    """
    from diffusers import DDPMScheduler

    config = folder.read_json("scheduler/scheduler_config.json")
    where = folder.path / "scheduler" / "scheduler_config.json"
    name = str(config.get("_class_name"))
    if "beta_schedule" not in config or "EDM" in name or config.get("use_flow_sigmas"):
        raise InputError(
            f"{where}: expected a scheduler of discrete steps, with a beta_schedule; found {name}."
        )
    prediction = config.get("prediction_type", "epsilon")
    if prediction not in PREDICTIONS:
        raise InputError(
            f"{where}: prediction_type: expected one of {', '.join(PREDICTIONS)}; found "
            f"{prediction!r}."
        )
    fields = {field: config[field] for field in BETAS if field in config}
    try:
        scheduler: Any = DDPMScheduler(**fields)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise InputError(f"{where}: expected a schedule that DDPM knows ({error}).") from error
    return DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist())), prediction


def discrete_denoiser(
    predict: Predict, schedule: DiscreteSchedule, prediction: str, target: Target
) -> Denoise:
    """Return ``denoise`` of a network of discrete steps."""
    products = torch.tensor(schedule.alphas_cumprod, dtype=torch.float64)
    alphas = products.sqrt().float().to(target.device)
    sigmas = (1 - products).sqrt().float().to(target.device)

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        # t is (i + 1)/T in single precision: rounded, since a ceiling could take the next step.
        index = (t * schedule.n_steps).round().long().clamp(1, schedule.n_steps) - 1
        output = predict(x_t.to(target.dtype), index, label.to(target.device))
        output = output[:, : x_t.shape[1]].to(x_t.dtype)
        return clean_image(prediction, output, x_t, alphas[index], sigmas[index])

    return denoise


def flow_denoiser(predict: Predict, n_steps: int, target: Target) -> Denoise:
    """Return ``denoise`` of a flow network that counts time in ``n_steps``."""

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        output = predict(x_t.to(target.dtype), t * n_steps, label.to(target.device))
        return clean_image("flow", output.to(x_t.dtype), x_t, 1 - t, t)

    return denoise


def square(size: Any, folder: PipelineFolder) -> int:
    """Return the side of a network's square input, in its own elements.

    Raises:
        InputError: the network's configuration has none, or it is not square.
    """
    sides = {size} if isinstance(size, int) else set(size or ())
    if len(sides) != 1:
        raise InputError(
            f"{folder.path}: expected a network made for one square size, found sample_size {size}."
        )
    return int(sides.pop())
