"""Whether an adapter does what a pipeline and its scheduler do, measured on a tiny folder.

A pipeline is run as its user runs it, for a few steps and without guidance; so is the classifier,
at the noise of each step. Their network is replaced by one that notes what it is given and answers
with fixed numbers.
"""

import contextlib
import copy
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers.models.modeling_outputs import Transformer2DModelOutput

from gcbook.classifiers.load import load_classifier
from gcbook.noise.schedules import DiscreteSchedule, EDMSchedule
from gcbook.paper.categories import CATEGORIES

LABEL = 3
PROMPT = f"A bad photo of a {CATEGORIES[LABEL]}."
STEPS = 4
COLUMNS = ("x_t", "input", "conditioning", "timestep", "clean")


@dataclass
class Checked:
    """Deviations of an adapter from its pipeline, the greatest of all steps.

    Attributes:
        scheduler: class of the pipeline's.
        prediction: as the classifier describes it.
        x_t: the noised image, from the scheduler's ``add_noise`` or ``scale_noise``, relative.
        input: what the network is given of it, from what the pipeline gives, relative.
        conditioning: likewise of everything else but the time; infinite where one of the two is
            given what the other is not.
        timestep: the network's time, in its own unit.
        clean: the clean image that the network's answer implies, from the scheduler's, relative.
        given: names of what was compared as conditioning.
    """

    scheduler: str
    prediction: str
    x_t: float = 0.0
    input: float = 0.0
    conditioning: float = 0.0
    timestep: float = 0.0
    clean: float = 0.0
    given: tuple[str, ...] = ()


@dataclass
class _Step:
    """What a pipeline did in one step: what its scheduler was given, and made of it."""

    time: torch.Tensor
    sample: torch.Tensor
    output: torch.Tensor
    result: tuple[torch.Tensor, ...]
    converted: list[torch.Tensor] = field(default_factory=list)


def check_pipeline(folder: Path, call: Mapping[str, Any] | None = None, **options: Any) -> Checked:
    """Compare a classifier with its pipeline.

    Args:
        folder: of the model.
        call: arguments of the pipeline's call besides the usual ones.
        options: of the classifier.
    """
    classifier = load_classifier(folder, **options)
    pipe, kind = _open(folder)
    x = classifier.prepare(_images())
    asked: dict[str, Any] = {"prompt": PROMPT, "guidance_scale": 1.0, "output_type": "latent"}
    with _noted(kind) as theirs:
        steps = _run(pipe, {**asked, **(call or {})})
    checked = Checked(type(pipe.scheduler).__name__, str(classifier.describe()["prediction"]))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(7))
    packed = isinstance(pipe, diffusers.FluxPipeline)
    for number, step in enumerate(steps):
        t = _our_time(classifier.schedule, pipe.scheduler, step.time, number)
        alpha, sigma = (
            float(values(np.array(t)))
            for values in (classifier.schedule.alpha, classifier.schedule.sigma)
        )
        expected = _add_noise(pipe.scheduler, x, noise, step.time, number)
        checked.x_t = max(checked.x_t, _relative(alpha * x + sigma * noise, expected))
        sample = _in_our_unit(pipe.scheduler, step.sample, number)
        if packed:
            sample = pipe._unpack_latents(sample, *x.shape[2:], 1)
        with _noted(kind) as ours:
            clean = classifier.denoise(
                sample, torch.tensor([t], dtype=torch.float32), torch.tensor([LABEL])
            )
        their_clean = _clean(pipe.scheduler, step, number)
        if packed:
            their_clean = pipe._unpack_latents(their_clean, *x.shape[2:], 1)
        checked.clean = max(checked.clean, _relative(clean, their_clean))
        _compare(checked, ours[0], theirs[number])
    return checked


def table(rows: Mapping[str, Checked]) -> str:
    """The checks as text, a line a format."""
    head = f"{'format':20}{'scheduler':33}{'prediction':18}" + "".join(f"{c:>14}" for c in COLUMNS)
    lines = [
        f"{name:20}{row.scheduler:33}{row.prediction:18}"
        + "".join(f"{getattr(row, column):14.1e}" for column in COLUMNS)
        + f"  {', '.join(row.given)}"
        for name, row in rows.items()
    ]
    return "\n".join([head + "  conditioning compared", *lines])


def _images() -> list[np.ndarray]:
    return [np.random.default_rng(5).random((48, 40, 3), dtype=np.float32)]


def _open(folder: Path) -> tuple[Any, Any]:
    said = diffusers.DiffusionPipeline.load_config(folder)
    absent = {name: None for name, part in said.items() if part == [None, None]}
    pipe = getattr(diffusers, said["_class_name"]).from_pretrained(folder, **absent)
    pipe.set_progress_bar_config(disable=True)
    config = pipe.scheduler.config
    if type(pipe.scheduler) is diffusers.PNDMScheduler and config.prediction_type == "sample":
        # It knows no such networks.
        pipe.scheduler = diffusers.DDIMScheduler.from_config(config)
    if hasattr(pipe.scheduler.config, "thresholding"):
        # What the network's answer implies, before a sampler clips it.
        whole = {"thresholding": False, "clip_sample": False}
        pipe.scheduler = type(pipe.scheduler).from_config(pipe.scheduler.config, **whole)
    network = pipe.unet if "unet" in pipe.components else pipe.transformer
    return pipe, type(network)


@contextlib.contextmanager
def _noted(kind: Any) -> Iterator[list[dict[str, Any]]]:
    """Replace what networks of a class compute; yields what each call is given."""
    calls: list[dict[str, Any]] = []
    original = kind.forward
    signature = inspect.signature(original)

    def forward(self: Any, *args: Any, **named: Any) -> Any:
        given = dict(signature.bind(self, *args, **named).arguments)
        given |= given.pop("kwargs", {})
        del given["self"]
        calls.append({key: copy.deepcopy(value) for key, value in given.items()})
        first = next(iter(given.values()))
        shape = list(first.shape)
        if first.ndim == 4:
            shape[1] = self.config.out_channels
        answer = torch.randn(shape, generator=torch.Generator().manual_seed(11)).to(first.dtype)
        return Transformer2DModelOutput(sample=answer)

    kind.forward = forward
    try:
        yield calls
    finally:
        kind.forward = original


def _run(pipe: Any, asked: dict[str, Any]) -> list[_Step]:
    scheduler, steps = pipe.scheduler, []
    step_of = scheduler.step
    convert_of = getattr(scheduler, "convert_model_output", None)
    converted: list[torch.Tensor] = []

    def step(output: Any, time: Any, sample: Any, *args: Any, **named: Any) -> Any:
        before = sample.clone()
        result = step_of(output, time, sample, *args, **named)
        parts = result if isinstance(result, tuple) else tuple(result.values())
        steps.append(_Step(torch.as_tensor(time), before, output.clone(), parts, list(converted)))
        converted.clear()
        return result

    def convert(*args: Any, **named: Any) -> Any:
        converted.append(convert_of(*args, **named))
        return converted[-1]

    # Pipelines ask a scheduler's signature what it takes.
    step.__signature__ = inspect.signature(step_of)  # type: ignore[attr-defined]
    scheduler.step = step
    if convert_of is not None:
        scheduler.convert_model_output = convert
    known = inspect.signature(pipe.__call__).parameters
    pipe(
        num_inference_steps=STEPS,
        generator=torch.Generator().manual_seed(3),
        **{key: value for key, value in asked.items() if key in known},
    )
    del scheduler.step
    if convert_of is not None:
        del scheduler.convert_model_output
    return steps


def _our_time(schedule: Any, scheduler: Any, time: torch.Tensor, number: int) -> float:
    if isinstance(schedule, DiscreteSchedule):
        return (int(time) + 1) / schedule.n_steps
    sigma = float(scheduler.sigmas[number])
    if isinstance(schedule, EDMSchedule):
        return 2 / np.pi * float(np.arctan(sigma / schedule.sigma_data))
    return sigma


def _fresh(scheduler: Any) -> Any:
    """The scheduler with its steps, before the first of them."""
    again = copy.deepcopy(scheduler)
    for name in ("_step_index", "_begin_index"):
        if hasattr(again, name):
            setattr(again, name, None)
    return again


def _is_scaled(scheduler: Any) -> bool:
    """Whether its samples are x_t / α_t."""
    return type(scheduler) is diffusers.EulerDiscreteScheduler


def _in_our_unit(scheduler: Any, sample: torch.Tensor, number: int) -> torch.Tensor:
    if _is_scaled(scheduler):
        return sample / (scheduler.sigmas[number] ** 2 + 1) ** 0.5
    return sample


def _add_noise(
    scheduler: Any, x: torch.Tensor, noise: torch.Tensor, time: torch.Tensor, number: int
) -> torch.Tensor:
    again = _fresh(scheduler)
    times = time.reshape(1)
    if hasattr(again, "scale_noise"):
        return again.scale_noise(x, times, noise)
    return _in_our_unit(scheduler, again.add_noise(x, noise, times), number)


def _clean(scheduler: Any, step: _Step, number: int) -> torch.Tensor:
    channels = step.sample.shape[1]
    if step.converted:
        return step.converted[0]
    if isinstance(scheduler, diffusers.FlowMatchEulerDiscreteScheduler):
        # Its step goes along a straight line; to its end it is the whole of sigma.
        now, then = scheduler.sigmas[number : number + 2]
        return step.sample - now * (step.result[0] - step.sample) / (then - now)
    if isinstance(scheduler, diffusers.PNDMScheduler):
        plain = diffusers.DDPMScheduler.from_config(scheduler.config, clip_sample=False)
        output = step.output[:, :channels]
        return plain.step(output, int(step.time), step.sample).pred_original_sample
    return step.result[1]


def _compare(checked: Checked, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    main = next(iter(theirs))
    ours, theirs = dict(_flat(ours)), dict(_flat(theirs))
    checked.input = max(checked.input, _relative(ours.pop(main), theirs.pop(main)))
    times = [float(each.pop("timestep").reshape(-1)[0]) for each in (ours, theirs)]
    checked.timestep = max(checked.timestep, abs(times[0] - times[1]))
    checked.given = tuple(sorted(ours))
    for name in {*ours, *theirs}:
        # DDPM's pipeline draws images of no class.
        if name == "class_labels" and name not in theirs:
            continue
        same = name in ours and name in theirs
        deviation = _relative(ours[name], theirs[name]) if same else float("inf")
        checked.conditioning = max(checked.conditioning, deviation)


def _flat(given: dict[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    for name, value in given.items():
        if isinstance(value, dict):
            yield from _flat(value)
        elif value is not None and not isinstance(value, bool):
            yield name, torch.as_tensor(value)


def _relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    found, expected = found.double(), expected.double()
    if found.numel() != expected.numel():
        return float("inf")
    difference = float((found.reshape(-1) - expected.reshape(-1)).abs().max())
    return difference / max(float(expected.abs().max()), 1e-12)
