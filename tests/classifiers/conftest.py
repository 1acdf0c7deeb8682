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
