r"""The scheduler of a diffusers pipeline: which noise, and what its network's answer means.

============  ===========================  ===============================  ========================
process       noised image                 network is given                 clean image
============  ===========================  ===============================  ========================
``discrete``  :math:`α_t x + σ_t ε`        :math:`x_t`, step i              see ``diffusion.py``
``flow``      :math:`(1 - t) x + t ε`      :math:`x_t`, :math:`tT`          :math:`x_t - t \hat v`
============  ===========================  ===============================  ========================

- Step i of a discrete schedule of T steps is t = (i + 1)/T; the schedule is that of training,
  whichever sampler the folder holds. Samplers of Euler's kind write :math:`x_t / α_t`, and divide
  before they ask the network: it is given the same.
- A flow-matching network is given t times the number of training steps. Its sampler's ``shift``
  says which t are visited when images are made; the noise at a given t does not depend on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import Denoise, clean_image
from gcbook.files.errors import InputError
from gcbook.files.untrusted import refused
from gcbook.noise.schedules import DiscreteSchedule, FlowSchedule, Schedule

Predict = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``predict(x_t, timestep, label)``, the network itself in its own type and time unit."""

Ask = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
"""Of t (N,): the network's time, and the factors of image and noise."""

Kind = Literal["flow", "discrete"]

WORDS: dict[Kind, str] = {
    "flow": "of flow matching",
    "discrete": "of discrete steps, with a beta_schedule",
}
PREDICTIONS = ("epsilon", "v_prediction", "sample")
FIELDS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "rescale_betas_zero_snr",
)
"""What a configuration says of a schedule of discrete steps; samplers share it."""


@dataclass(frozen=True)
class Process:
    """How a pipeline's images are noised, and a network of it restores them.

    Attributes:
        schedule: of the noise.
        prediction: what the network predicts, as `gcbook.classifiers.diffusion.clean_image` has it.
        ask: how it is asked.
    """

    schedule: Schedule
    prediction: str
    ask: Ask

    def denoiser(self, predict: Predict, dtype: torch.dtype) -> Denoise:
        """Return ``denoise`` of a network whose inputs are of ``dtype``."""

        def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            time, alpha, sigma = self.ask(t)
            output = predict(x_t.to(dtype), time, label.to(x_t.device))
            # A network that predicts a variance too has twice the channels.
            output = output[:, : x_t.shape[1]].to(x_t.dtype)
            return clean_image(self.prediction, output, x_t, alpha, sigma)

        return denoise


def read_process(checkpoint: Checkpoint, kind: Kind) -> Process:
    """Return the process that a pipeline's scheduler stands for.

    Args:
        checkpoint: the pipeline.
        kind: of the process that its network was trained with.
    """
    from diffusers import DDPMScheduler

    file = "scheduler/scheduler_config.json"
    where, config = checkpoint.path / file, checkpoint.read_json(file)
    prediction = config.get("prediction_type", "epsilon")
    if _kind(config) != kind:
        raise InputError(
            f"{where}: expected a scheduler {WORDS[kind]}; found {config.get('_class_name')}."
        )
    if kind == "discrete" and prediction not in PREDICTIONS:
        raise InputError(
            f"{where}: prediction_type: expected one of {', '.join(PREDICTIONS)}; found "
            f"{prediction!r}."
        )
    with refused(where, f"the numbers of a scheduler {WORDS[kind]}", "Take the model's own one."):
        if kind == "flow":
            n_steps = float(config.get("num_train_timesteps", 1000))
            return Process(FlowSchedule(), "flow", lambda t: (t * n_steps, 1 - t, t))
        fields = {field: config[field] for field in FIELDS if field in config}
        scheduler: Any = DDPMScheduler(**fields)
        schedule = DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))
        return Process(schedule, prediction, ask_discrete(schedule))


def _kind(config: dict[str, Any]) -> Kind | None:
    name = str(config.get("_class_name"))
    flows = config.get("use_flow_sigmas") or config.get("prediction_type") == "flow_prediction"
    if "FlowMatch" in name or flows:
        return "flow"
    # EDM's samplers give their networks other inputs.
    return "discrete" if "beta_schedule" in config and "EDM" not in name else None


def ask_discrete(schedule: DiscreteSchedule) -> Ask:
    """Ask a network of discrete steps: at index i for t = (i + 1)/T."""
    products = torch.tensor(schedule.alphas_cumprod, dtype=torch.float64)
    factors = torch.stack([products.sqrt(), (1 - products).sqrt()]).float()

    def ask(t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        # t is (i + 1)/T in single precision: rounded, since a ceiling could take the next step.
        index = (t * schedule.n_steps).round().long().clamp(1, schedule.n_steps) - 1
        alpha, sigma = factors.to(t.device)[:, index]
        return index, alpha, sigma

    return ask
