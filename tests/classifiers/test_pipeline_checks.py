"""Every diffusion format against its pipeline's own call and its scheduler's own formulas."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny.pipeline_checks import Checked, check_pipeline, table

from gcbook.classifiers import registry, schedulers
from gcbook.noise.schedules import EDMSchedule

SMALL = {"height": 32, "width": 32}
CHECKS: dict[str, dict[str, Any]] = {
    "sd-epsilon": {},
    "sd-v": {},
    "sd-sample": {},
    "if": {},
    "sdxl": {},
    "sdxl-v": {},
    "sdxl-edm": {},
    "sdxl-edm-v": {},
    "sd3": {},
    "sd3-t5": {},
    "flux-dev": {"call": SMALL, "resolution": 32},
    "flux-schnell": {"call": SMALL | {"max_sequence_length": 256}, "resolution": 32},
    "pixart-alpha": {"call": {"use_resolution_binning": False}},
    "pixart-alpha-sized": {"call": {"use_resolution_binning": False}},
    "pixart-sigma": {"call": {"use_resolution_binning": False}},
    "sana": {"call": SMALL | {"use_resolution_binning": False}},
    "sana-euler": {"call": SMALL | {"use_resolution_binning": False}},
    "dit": {"call": {"class_labels": [1]}},
    "unet": {},
}
ROUNDED = {"sana": 1.0}
"""Where the sampler rounds the network's time, by how much at most."""


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[str, Checked]]:
    found: dict[str, Checked] = {}
    yield found
    print("\n" + table(found))


@pytest.mark.filterwarnings("ignore::gcbook.classifiers.text_to_image.DistilledWarning")
@pytest.mark.parametrize("name", CHECKS)
def test_an_adapter_does_what_its_pipeline_does(
    name: str, tiny_pipeline: Callable[[str], Path], rows: dict[str, Checked]
) -> None:
    found = rows[name] = check_pipeline(tiny_pipeline(name), **CHECKS[name])
    assert found.x_t < 1e-5
    assert found.input < 1e-5
    assert found.conditioning < 1e-5
    assert found.timestep < ROUNDED.get(name, 1e-3)
    assert found.clean < 1e-5


@pytest.mark.filterwarnings("ignore::gcbook.classifiers.text_to_image.DistilledWarning")
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("sd-epsilon", {"prompt": "A bad photo of a cat."}),
        ("sdxl", {"original_size": (64, 64)}),
        ("sdxl", {"prompt_2": "A bad photo of a cat."}),
        ("flux-dev", {"guidance_scale": 3.5}),
        ("flux-schnell", {"max_sequence_length": 512}),
        ("pixart-sigma", {"max_sequence_length": 120}),
        ("sana", {"complex_human_instruction": ["Draw "]}),
        ("dit", {"class_labels": [2]}),
    ],
)
def test_another_conditioning_is_noticed(
    name: str, call: dict[str, Any], tiny_pipeline: Callable[[str], Path]
) -> None:
    asked = {**CHECKS[name], "call": CHECKS[name].get("call", {}) | call}
    assert check_pipeline(tiny_pipeline(name), **asked).conditioning > 1e-3


@pytest.mark.parametrize("name", ["sdxl-edm", "sdxl-edm-v"])
def test_wrong_scalings_of_edm_are_noticed(
    name: str, tiny_pipeline: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = schedulers.edm_denoiser

    def other(
        predict: Any, schedule: EDMSchedule, prediction: str, checkpoint: Any
    ) -> Callable[..., torch.Tensor]:
        turned = "epsilon" if prediction == "v_prediction" else "v_prediction"
        return real(predict, replace(schedule, sigma_data=0.7), turned, checkpoint)

    monkeypatch.setattr(schedulers, "edm_denoiser", other)
    found = check_pipeline(tiny_pipeline(name))
    assert min(found.input, found.clean, found.timestep) > 1e-2


def test_every_diffusion_format_is_checked(tiny_pipeline: Callable[[str], Path]) -> None:
    checked = {registry.find(_class_of(tiny_pipeline(name))) for name in CHECKS}
    assert {each for each in registry.FORMATS if each.kind == "diffusion"} == checked


def _class_of(folder: Path) -> str:
    import diffusers

    return str(diffusers.DiffusionPipeline.load_config(folder)["_class_name"])
