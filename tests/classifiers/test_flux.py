"""FLUX.1 says how it was distilled, and is given a guidance only where it takes one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.text_to_image import DistilledWarning
from gcbook.files.errors import InputError

Folders = Callable[[str], Path]


def test_dev_is_given_no_guidance_unless_told(tiny_pipeline: Folders) -> None:
    with pytest.warns(DistilledWarning, match="is given guidance 1, which stands for none"):
        plain = load_classifier(tiny_pipeline("flux-dev"), resolution=32)
    with pytest.warns(DistilledWarning, match=r"is given guidance 3\.5\."):
        guided = load_classifier(tiny_pipeline("flux-dev"), resolution=32, guidance=3.5)
    about = plain.describe()
    assert (about["distilled"], about["guidance"]) == ("for guidance", 1.0)
    assert about["resolution"] == 32
    assert guided.describe() == about | {"guidance": 3.5}
    x = plain.prepare([np.full((32, 32, 3), 0.3, np.float32)])
    t, label = torch.full((1,), 0.5), torch.zeros(1, dtype=torch.int64)
    answers = [each.denoise(x, t, label) for each in (plain, guided)]
    assert float((answers[0] - answers[1]).abs().max()) > 1e-5


def test_schnell_takes_none(tiny_pipeline: Folders) -> None:
    folder = tiny_pipeline("flux-schnell")
    with pytest.warns(DistilledWarning, match="distilled to a few steps"):
        about = load_classifier(folder, resolution=32).describe()
    assert (about["distilled"], about["guidance"]) == ("to a few steps", None)
    with pytest.raises(InputError, match="a network that takes none"):
        load_classifier(folder, resolution=32, guidance=1.0)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"resolution": 30}, "expected a multiple of 4 for .* found 30"),
        ({"resolution": 32, "guidance": float("nan")}, "a number from 0 to 100, found nan"),
    ],
)
def test_values_out_of_range_are_refused(
    tiny_pipeline: Folders, options: dict[str, float], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        load_classifier(tiny_pipeline("flux-dev"), **options)


def test_a_consistency_model_is_refused(tiny_pipeline: Folders, tmp_path: Path) -> None:
    from diffusers import UNet2DConditionModel
    from tiny import diffusion

    folder = diffusion.stable_diffusion(tmp_path)
    config = UNet2DConditionModel.load_config(folder / "unet")
    UNet2DConditionModel.from_config(config, time_cond_proj_dim=8).save_pretrained(folder / "unet")
    with pytest.raises(InputError, match="found a latent consistency model"):
        load_classifier(folder)
