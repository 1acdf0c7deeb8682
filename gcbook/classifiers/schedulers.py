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
from dataclasses import dataclass
from typing import Any, Literal

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import Denoise, clean_image, columns
from gcbook.files.errors import InputError
from gcbook.files.untrusted import refused
from gcbook.noise.schedules import DiscreteSchedule, EDMSchedule, FlowSchedule, Schedule

Predict = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``predict(x_t, timestep, label)``, the network itself in its own type, scale and time unit."""

Clean = Callable[[torch.Tensor], torch.Tensor]
Ask = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor, Clean]]
"""Of x_t (N, ...) and t (N,): what the network is given of both, and what makes the clean image of
its output."""

Kind = Literal["edm", "flow", "discrete"]

WORDS: dict[Kind, str] = {
    "edm": "of EDM",
    "flow": "of flow matching",
    "discrete": "of discrete steps, with a beta_schedule",
}
PREDICTIONS: dict[Kind, tuple[str, ...]] = {
    "edm": ("epsilon", "v_prediction"),
    "discrete": ("epsilon", "v_prediction", "sample"),
}
FIELDS: dict[Kind, tuple[str, ...]] = {
    "edm": ("sigma_min", "sigma_max", "sigma_data"),
    "discrete": (
        "num_train_timesteps",
        "beta_start",
        "beta_end",
        "beta_schedule",
        "trained_betas",
        "rescale_betas_zero_snr",
    ),
}
"""What a scheduler's configuration says of its schedule; the samplers of a kind share it."""


@dataclass(frozen=True)
class Process:
    """How a pipeline's images are noised, and a network of it restores them.

    Attributes:
        schedule: of the noise.
        prediction: what the network predicts, in words.
        ask: how it is asked.
    """

    schedule: Schedule
    prediction: str
    ask: Ask

    def denoiser(self, predict: Predict, dtype: torch.dtype) -> Denoise:
        """Return ``denoise`` of a network whose inputs are of ``dtype``."""

        def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            scaled, time, clean = self.ask(x_t, t)
            output = predict(scaled.to(dtype), time, label.to(x_t.device))
            # A network that predicts a variance too has twice the channels.
            return clean(output[:, : x_t.shape[1]].to(x_t.dtype))

        return denoise


def read_process(checkpoint: Checkpoint, *known: Kind) -> Process:
    """Return the process that a pipeline's scheduler stands for.

    Args:
        checkpoint: the pipeline.
        known: the processes that its network may have.

    Raises:
        InputError: it is another one, or a field of it is not of this kind.
    """
    from diffusers import DDPMScheduler

    file = "scheduler/scheduler_config.json"
    where, config = checkpoint.path / file, checkpoint.read_json(file)
    kind, prediction = _kind(config), config.get("prediction_type", "epsilon")
    if kind not in known:
        ways = " or ".join(words for each, words in WORDS.items() if each in known)
        raise InputError(
            f"{where}: expected a scheduler {ways}; found {config.get('_class_name')}."
        )
    if prediction not in PREDICTIONS.get(kind, (prediction,)):
        raise InputError(
            f"{where}: prediction_type: expected one of {', '.join(PREDICTIONS[kind])}; found "
            f"{prediction!r}."
        )
    fields = {field: config[field] for field in FIELDS.get(kind, ()) if field in config}
    with refused(where, f"the numbers of a scheduler {WORDS[kind]}", "Take the model's own one."):
        if kind == "flow":
            return Process(
                FlowSchedule(), "flow", ask_flow(config.get("num_train_timesteps", 1000))
            )
        if kind == "edm":
            usual = {"sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5}
            edm = EDMSchedule(**usual | {key: float(each) for key, each in fields.items()})
            return Process(edm, f"edm {prediction}", ask_edm(edm, prediction))
        scheduler: Any = DDPMScheduler(**fields)
        schedule = DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))
        return Process(schedule, prediction, ask_discrete(schedule, prediction))


def _kind(config: dict[str, Any]) -> Kind | None:
    name = str(config.get("_class_name"))
    if "EDM" in name:
        return "edm"
    flows = config.get("use_flow_sigmas") or config.get("prediction_type") == "flow_prediction"
    if "FlowMatch" in name or flows:
        return "flow"
    return "discrete" if "beta_schedule" in config else None


def ask_discrete(schedule: DiscreteSchedule, prediction: str) -> Ask:
    """Ask a network of discrete steps: at index i for t = (i + 1)/T."""
    products = torch.tensor(schedule.alphas_cumprod, dtype=torch.float64)
    factors = torch.stack([products.sqrt(), (1 - products).sqrt()]).float()

    def ask(x_t: torch.Tensor, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Clean]:
        # t is (i + 1)/T in single precision: rounded, since a ceiling could take the next step.
        index = (t * schedule.n_steps).round().long().clamp(1, schedule.n_steps) - 1
        alpha, sigma = factors.to(x_t.device)[:, index]
        return x_t, index, lambda output: clean_image(prediction, output, x_t, alpha, sigma)

    return ask


def ask_flow(n_steps: int) -> Ask:
    """Ask a network of flow matching: at t times ``n_steps``."""
    return lambda x_t, t: (
        x_t,
        t * n_steps,
        lambda output: clean_image("flow", output, x_t, 1 - t, t),
    )


def ask_edm(schedule: EDMSchedule, prediction: str) -> Ask:
    """Ask a network with EDM's scalings."""
    sign = -1 if prediction == "v_prediction" else 1
    data = schedule.sigma_data

    def ask(x_t: torch.Tensor, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Clean]:
        noise = data * torch.tan(torch.pi / 2 * t.double())
        total = (noise.square() + data**2).sqrt()
        c_in, c_skip, c_out = (
            columns(each, x_t).to(x_t.dtype)
            for each in (1 / total, (data / total) ** 2, sign * noise * data / total)
        )
        time = (noise.log() / 4).to(x_t.dtype)
        return x_t * c_in, time, lambda output: c_skip * x_t + c_out * output

    return ask
