"""Whether an adapter does what a pipeline and its scheduler do, measured on a tiny folder.

A pipeline is run as its user runs it, for a few steps and without guidance; so is the classifier,
at the noise of each step. Their network is replaced by one that notes what it is given and answers
with fixed numbers.
"""

import contextlib
import copy
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers.models.modeling_outputs import Transformer2DModelOutput

from gcbook.classifiers.load import load_classifier
from gcbook.noise.schedules import DiscreteSchedule

LABELS = ("bird", "cat")
STEPS = 4
IMAGES = [np.random.default_rng(5).random((48, 40, 3), dtype=np.float32)]
FLOW = diffusers.FlowMatchEulerDiscreteScheduler


def deviations(
    folder: Path, *, options: dict[str, Any] | None = None, **call: Any
) -> dict[str, float]:
    """Compare a classifier with its pipeline, on an image of the first of `LABELS`.

    Args:
        folder: of the model.
        options: of the classifier.
        call: arguments of the pipeline's call besides the usual ones.

    Returns:
        The greatest deviation of all steps: ``x_t``, the noised image, relative to what the
        scheduler's ``add_noise`` or ``scale_noise`` makes; ``input``, what the network is given of
        it, relative; ``conditioning``, likewise of everything else but the time, infinite where one
        of the two is given what the other is not; ``timestep``, the network's time, in its own
        unit; ``clean``, the clean image that the network's answer implies, relative to the
        scheduler's.
    """
    classifier = load_classifier(folder, labels=LABELS, **(options or {}))
    pipe, kind = _open(folder)
    scheduler, schedule = pipe.scheduler, classifier.schedule
    x = classifier.prepare(IMAGES)
    asked = {"prompt": f"A bad photo of a {LABELS[0]}.", "guidance_scale": 1.0}
    with _noted(kind) as theirs:
        steps = _run(pipe, asked | {"output_type": "latent"} | call)
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(7))

    def whole(latents: torch.Tensor) -> torch.Tensor:
        packed = isinstance(pipe, diffusers.FluxPipeline)
        return pipe._unpack_latents(latents, *x.shape[2:], 1) if packed else latents

    found = dict.fromkeys(("x_t", "input", "conditioning", "timestep", "clean"), 0.0)
    for number, step in enumerate(steps):
        t = _our_time(schedule, scheduler, step.time, number)
        alpha, sigma = (float(of(np.array(t))) for of in (schedule.alpha, schedule.sigma))
        sample = whole(_in_our_unit(scheduler, step.sample, number))
        with _noted(kind) as ours:
            clean = classifier.denoise(
                sample, torch.tensor([t], dtype=torch.float32), torch.tensor([0])
            )
        noised = _add_noise(scheduler, x, noise, step.time, number)
        now = _compare(ours[0], theirs[number])
        now["x_t"] = _relative(alpha * x + sigma * noise, noised)
        now["clean"] = _relative(clean, whole(_clean(scheduler, step, number)))
        found = {name: max(value, now[name]) for name, value in found.items()}
    return found


@dataclass
class _Step:
    """What a pipeline did in one step: what its scheduler was given, and made of it."""

    time: torch.Tensor
    sample: torch.Tensor
    output: torch.Tensor
    result: tuple[torch.Tensor, ...]
    converted: list[torch.Tensor]


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
    return float(scheduler.sigmas[number])


def _in_our_unit(scheduler: Any, sample: torch.Tensor, number: int) -> torch.Tensor:
    # Euler's samples are x_t / alpha_t.
    scaled = type(scheduler) is diffusers.EulerDiscreteScheduler
    return sample / (scheduler.sigmas[number] ** 2 + 1) ** 0.5 if scaled else sample


def _add_noise(
    scheduler: Any, x: torch.Tensor, noise: torch.Tensor, time: torch.Tensor, number: int
) -> torch.Tensor:
    # As it is before the first of its steps.
    again = copy.deepcopy(scheduler)
    for name in {"_step_index", "_begin_index"} & {*vars(again)}:
        setattr(again, name, None)
    if hasattr(again, "scale_noise"):
        return again.scale_noise(x, time.reshape(1), noise)
    return _in_our_unit(scheduler, again.add_noise(x, noise, time.reshape(1)), number)


def _clean(scheduler: Any, step: _Step, number: int) -> torch.Tensor:
    channels = step.sample.shape[1]
    if step.converted:
        return step.converted[0]
    if isinstance(scheduler, FLOW):
        # Its step goes along a straight line; to its end it is the whole of sigma.
        now, then = scheduler.sigmas[number : number + 2]
        return step.sample - now * (step.result[0] - step.sample) / (then - now)
    if isinstance(scheduler, diffusers.PNDMScheduler):
        plain = diffusers.DDPMScheduler.from_config(scheduler.config, clip_sample=False)
        output = step.output[:, :channels]
        return plain.step(output, int(step.time), step.sample).pred_original_sample
    return step.result[1]


def _compare(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """What two calls of a network differ by, both of which name the image first."""
    main = next(iter(theirs))
    one, other = dict(_flat(ours)), dict(_flat(theirs))
    found = {"input": _relative(one.pop(main), other.pop(main))}
    times = [float(each.pop("timestep").reshape(-1)[0]) for each in (one, other)]
    if "class_labels" not in other:
        # DDPM's pipeline draws images of no class.
        one.pop("class_labels", None)
    same = one.keys() == other.keys()
    apart = [_relative(one[name], other[name]) if same else float("inf") for name in one]
    return found | {"timestep": abs(times[0] - times[1]), "conditioning": max(apart, default=0)}


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
