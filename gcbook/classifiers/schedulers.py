r"""The scheduler of a diffusers pipeline: which noise, and what its network's answer means.

============  ===========================  ===============================  ========================
process       noised image                 network is given                 clean image
============  ===========================  ===============================  ========================
``discrete``  :math:`α_t x + σ_t ε`        :math:`x_t`, step i              see ``diffusion.py``
``flow``      :math:`(1 - t) x + t ε`      :math:`x_t`, :math:`tT`          :math:`x_t - t \hat v`
``edm``       :math:`x + σ ε`              :math:`c_{in} x_t`,              :math:`c_{skip} x_t +
                                           :math:`\ln(σ) / 4`               c_{out} \hat F`
============  ===========================  ===============================  ========================

- Step i of a discrete schedule of T steps is t = (i + 1)/T; the schedule is that of training,
  whichever sampler the folder holds. Samplers of Euler's kind write :math:`x_t / α_t`, and divide
  before they ask the network: it is given the same.
- A flow-matching network is given t times the number of training steps. Its sampler's ``shift``
  says which t are visited when images are made; the noise at a given t does not depend on it.
- EDM (Karras et al., 2022): with :math:`σ_d` the data's standard deviation,
  :math:`c_{in} = 1/\sqrt{σ² + σ_d²}`, :math:`c_{skip} = σ_d²/(σ² + σ_d²)`, :math:`c_{out} = ± σ
  σ_d/\sqrt{σ² + σ_d²}`, plus where diffusers calls the prediction "epsilon", minus for
  "v_prediction". For t see `gcbook.noise.schedules.EDMSchedule`.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_args

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import Denoise, clean_image, columns
from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule, EDMSchedule, FlowSchedule, Schedule

Predict = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``predict(x_t, timestep, label)``, the network itself in its own type, scale and time unit."""

Kind = Literal["edm", "flow", "discrete"]

WORDS = {
    "edm": "of EDM",
    "flow": "of flow matching",
    "discrete": "of discrete steps, with a beta_schedule",
}
PREDICTIONS = ("epsilon", "v_prediction", "sample")
BETAS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "rescale_betas_zero_snr",
)


class Process(NamedTuple):
    """How a pipeline's images are noised, and a network of it restores them.

    Attributes:
        schedule: of the noise.
        prediction: what the network predicts, in words.
        denoiser: makes ``denoise`` of the network.
    """

    schedule: Schedule
    prediction: str
    denoiser: Callable[[Predict], Denoise]


def read_process(checkpoint: Checkpoint, *known: Kind) -> Process:
    """Return the process that a pipeline's scheduler stands for.

    Args:
        checkpoint: the pipeline.
        known: the processes that its network may have.

    Raises:
        InputError: it is another one, or a field of it is not of this kind.
    """
    config = checkpoint.read_json("scheduler/scheduler_config.json")
    name = str(config.get("_class_name"))
    kind = _kind(name, config)
    if kind not in known:
        ways = (WORDS[each] for each in get_args(Kind) if each in known)
        raise InputError(
            f"{checkpoint.path / 'scheduler' / 'scheduler_config.json'}: expected a scheduler "
            f"{' or '.join(ways)}; found {name}."
        )
    if kind == "flow":
        n_steps = int(config.get("num_train_timesteps", 1000))
        return Process(
            FlowSchedule(), "flow", lambda predict: flow_denoiser(predict, n_steps, checkpoint)
        )
    if kind == "edm":
        edm, prediction = _edm_schedule(checkpoint, config)
        return Process(
            edm,
            f"edm {prediction}",
            lambda predict: edm_denoiser(predict, edm, prediction, checkpoint),
        )
    schedule, prediction = read_discrete_schedule(checkpoint)
    return Process(
        schedule,
        prediction,
        lambda predict: discrete_denoiser(predict, schedule, prediction, checkpoint),
    )


def _kind(name: str, config: dict[str, Any]) -> Kind | None:
    if "EDM" in name:
        return "edm"
    flows = config.get("use_flow_sigmas") or config.get("prediction_type") == "flow_prediction"
    if "FlowMatch" in name or flows:
        return "flow"
    return "discrete" if "beta_schedule" in config else None


def read_discrete_schedule(checkpoint: Checkpoint) -> tuple[DiscreteSchedule, str]:
    """Return the schedule that a pipeline was trained with, and what its network predicts.

    The samplers of discrete steps (DDPM, DDIM, PNDM, Euler, DPM-Solver …) share the fields that
    say so; which of them the folder holds does not matter.

    Raises:
        InputError: the scheduler's fields are not those of a schedule, or it predicts something
            else.
    """
    from diffusers import DDPMScheduler

    config = checkpoint.read_json("scheduler/scheduler_config.json")
    where = checkpoint.path / "scheduler" / "scheduler_config.json"
    prediction = config.get("prediction_type", "epsilon")
    if prediction not in PREDICTIONS:
        raise InputError(
            f"{where}: prediction_type: expected one of {', '.join(PREDICTIONS)}; found "
            f"{prediction!r}."
        )
    fields = {field: config[field] for field in BETAS if field in config}
    try:
        scheduler: Any = DDPMScheduler(**fields)
        schedule = DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))
    except (NotImplementedError, TypeError, ValueError) as error:
        raise InputError(f"{where}: expected a schedule that DDPM knows ({error}).") from error
    return schedule, prediction


def _edm_schedule(checkpoint: Checkpoint, config: dict[str, Any]) -> tuple[EDMSchedule, str]:
    where = checkpoint.path / "scheduler" / "scheduler_config.json"
    prediction = config.get("prediction_type", "epsilon")
    if prediction not in PREDICTIONS[:2]:
        raise InputError(
            f"{where}: prediction_type: expected epsilon or v_prediction, found {prediction!r}."
        )
    usual = {"sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5}
    try:
        return EDMSchedule(**{key: float(config.get(key, usual[key])) for key in usual}), prediction
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: expected numbers {', '.join(usual)} ({error}).") from error


def discrete_denoiser(
    predict: Predict, schedule: DiscreteSchedule, prediction: str, checkpoint: Checkpoint
) -> Denoise:
    """Return ``denoise`` of a network of discrete steps, asked at index i for t = (i + 1)/T."""
    products = torch.tensor(schedule.alphas_cumprod, dtype=torch.float64)
    alphas = products.sqrt().float().to(checkpoint.device)
    sigmas = (1 - products).sqrt().float().to(checkpoint.device)

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        # t is (i + 1)/T in single precision: rounded, since a ceiling could take the next step.
        index = (t * schedule.n_steps).round().long().clamp(1, schedule.n_steps) - 1
        output = _asked(predict, checkpoint, x_t, index, label)
        return clean_image(prediction, output, x_t, alphas[index], sigmas[index])

    return denoise


def flow_denoiser(predict: Predict, n_steps: int, checkpoint: Checkpoint) -> Denoise:
    """Return ``denoise`` of a network of flow matching, asked at t times ``n_steps``."""

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        output = _asked(predict, checkpoint, x_t, t * n_steps, label)
        return clean_image("flow", output, x_t, 1 - t, t)

    return denoise


def edm_denoiser(
    predict: Predict, schedule: EDMSchedule, prediction: str, checkpoint: Checkpoint
) -> Denoise:
    """Return ``denoise`` of a network with EDM's scalings."""
    sign = -1 if prediction == "v_prediction" else 1
    data = schedule.sigma_data

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        noise = data * torch.tan(torch.pi / 2 * t.double())
        total = (noise.square() + data**2).sqrt()
        c_in, c_skip, c_out = (
            columns(each, x_t).to(x_t.dtype)
            for each in (1 / total, (data / total) ** 2, sign * noise * data / total)
        )
        output = _asked(predict, checkpoint, x_t * c_in, (noise.log() / 4).to(x_t.dtype), label)
        return c_skip * x_t + c_out * output

    return denoise


def _asked(
    predict: Predict,
    checkpoint: Checkpoint,
    scaled: torch.Tensor,
    timestep: torch.Tensor,
    label: torch.Tensor,
) -> torch.Tensor:
    output = predict(scaled.to(checkpoint.dtype), timestep, label.to(checkpoint.device))
    # A network that predicts a variance too has twice the channels.
    return output[:, : scaled.shape[1]].to(scaled.dtype)
