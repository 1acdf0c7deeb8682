"""Tiny pipelines, each built once for all tests of classifiers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import diffusion

BUILDERS: dict[str, Callable[[Path], Path]] = {
    "sd-epsilon": diffusion.stable_diffusion,
    "sd-v": lambda folder: diffusion.stable_diffusion(folder, "v_prediction", pad_token="!"),
    "sd-sample": lambda folder: diffusion.stable_diffusion(folder, "sample"),
    "if": diffusion.deep_floyd,
    "sd3": diffusion.stable_diffusion_3,
    "sd3-t5": lambda folder: diffusion.stable_diffusion_3(folder, with_t5=True),
    "unet": diffusion.class_conditional_unet,
    "dit": diffusion.dit,
    "sdxl": diffusion.stable_diffusion_xl,
    "sdxl-v": lambda folder: diffusion.stable_diffusion_xl(folder, prediction_type="v_prediction"),
    "sdxl-edm": lambda folder: diffusion.stable_diffusion_xl(
        folder, "EDMDPMSolverMultistepScheduler"
    ),
    "sdxl-edm-v": lambda folder: diffusion.stable_diffusion_xl(
        folder,
        "EDMEulerScheduler",
        prediction_type="v_prediction",
        sigma_schedule="exponential",
        sigma_data=1.0,
        sigma_max=120.0,
    ),
    "flux-dev": lambda folder: diffusion.flux(folder, guided=True),
    "flux-schnell": diffusion.flux,
    "pixart-alpha": diffusion.pixart,
    "pixart-alpha-sized": lambda folder: diffusion.pixart(folder, side=128),
    "pixart-sigma": lambda folder: diffusion.pixart(folder, sigma=True),
    "sana": diffusion.sana,
    "sana-euler": lambda folder: diffusion.sana(folder, "FlowMatchEulerDiscreteScheduler"),
}


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the tiny pipeline of that name; nobody writes into it."""
    built: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in built:
            built[name] = BUILDERS[name](tmp_path_factory.mktemp(name))
        return built[name]

    return get
