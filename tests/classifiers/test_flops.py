"""What networks cost, against hand counts, the adapters' own evaluations and public numbers."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from gcbook.classifiers.flops import NetworkCost, _count, model_cost
from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.delenv("GCBOOK_MODELS_DIR", raising=False)
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))


def counted(network, *shape):
    with torch.device("meta"), torch.inference_mode():
        return _count(network, torch.empty(shape))


def test_operations_and_bytes_are_those_counted_by_hand():
    with torch.device("meta"):
        conv, one, two = nn.Conv2d(3, 5, 3, padding=1), nn.Linear(4, 8), nn.Linear(8, 2)
    # Each of the 5 x 7 x 6 outputs is a product of 3 x 3 x 3 numbers; 4 bytes each.
    assert counted(conv, 1, 3, 7, 6) == (2 * 5 * 7 * 6 * 27, 4 * 5 * 7 * 6)
    assert counted(one, 10, 4) == (2 * 10 * 4 * 8, 4 * 10 * 8)
    both = nn.Sequential(one, two)
    assert counted(both, 1, 4) == (2 * (4 * 8 + 8 * 2), 4 * (8 + 2))
    # What is done in place, or only seen otherwise, takes no more; what is over is given back.
    seen = nn.Sequential(one, nn.ReLU(inplace=True), nn.Flatten(), two, nn.Unflatten(1, (1, 2)))
    assert counted(seen, 1, 4) == counted(both, 1, 4)
    long = nn.Sequential(*[nn.Linear(6, 6, device="meta") for _ in range(9)])
    assert counted(long, 1, 6) == (9 * 2 * 36, 2 * 4 * 6)


def test_weights_seen_otherwise_are_not_held():
    class Transposed(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.empty(8, 400, device="meta"))

        def forward(self, x):
            return x @ self.weight.view(400, 8)

    assert counted(Transposed(), 1, 400) == (2 * 400 * 8, 4 * 8)


def test_attention_is_counted_and_holds_no_matrix_of_pairs():
    class Attention(nn.Module):
        def forward(self, x):
            return nn.functional.scaled_dot_product_attention(x, x, x)

    flops, held = counted(Attention(), 1, 2, 50, 8)
    assert flops == 2 * 2 * (2 * 50 * 50 * 8)
    assert held == 4 * 2 * 50 * 8


def test_stable_diffusion_costs_what_others_have_counted():
    cost = model_cost("sd-1.4")
    assert cost == model_cost("sd-1.5")
    assert cost.parameters == 859_520_964
    assert cost.flops == pytest.approx(0.80e12, rel=0.05)
    assert cost.image_flops == pytest.approx(1.12e12, rel=0.05)


@pytest.mark.parametrize(
    "name",
    [
        *("sd-epsilon", "if", "sd3", "sd3-t5", "unet", "dit", "sdxl", "sdxl-edm"),
        *("pixart-alpha", "pixart-alpha-sized", "pixart-sigma", "sana"),
    ],
)
def test_the_count_is_that_of_the_adapters_own_evaluation(tiny_pipeline, name):
    cost = model_cost(str(tiny_pipeline(name)))
    classifier = load_classifier(tiny_pipeline(name))
    counters = [FlopCounterMode(display=False) for _ in range(2)]
    # Other kernels of attention are not counted.
    with sdpa_kernel(SDPBackend.MATH), torch.no_grad():
        with counters[0]:
            x = classifier.prepare([np.full((32, 32, 3), 0.5, np.float32)])
        draw = classifier.draw("", 0, DrawRule(), x[0])
        with counters[1]:
            classifier.measure(x, [draw], torch.zeros(1, dtype=torch.int64), "none")
    assert [each.get_total_flops() for each in counters] == [cost.image_flops, cost.flops]


@pytest.mark.parametrize("name", ["flux-dev", "flux-schnell"])
@pytest.mark.filterwarnings("ignore::gcbook.classifiers.flux.DistilledWarning")
def test_what_flux_is_counted_on_is_what_its_adapter_gives_it(tiny_pipeline, name, monkeypatch):
    # At its own resolution even a tiny one takes long: its inputs are compared at another.
    from diffusers import FluxTransformer2DModel

    from gcbook.classifiers.flux import flux_inputs

    folder, given = tiny_pipeline(name), []
    classifier = load_classifier(folder, resolution=32)
    assert model_cost(str(folder)).flops > 1e9
    monkeypatch.setattr("gcbook.classifiers.flux.RESOLUTION", 32)
    config = FluxTransformer2DModel.load_config(folder / "transformer")
    expected = flux_inputs(folder, SimpleNamespace(**config))
    monkeypatch.setattr(
        FluxTransformer2DModel, "forward", lambda self, **inputs: given.append(inputs) or 1 / 0
    )
    x = classifier.prepare([np.full((32, 32, 3), 0.5, np.float32)])
    with pytest.raises(ZeroDivisionError):
        classifier.denoise(x, torch.ones(1) / 2, torch.zeros(1, dtype=torch.int64))
    (inputs,) = given
    shapes = {key: getattr(value, "shape", None) for key, value in inputs.items()}
    assert shapes == {key: getattr(value, "shape", None) for key, value in expected.items()}


def test_a_folder_is_read_from_its_own_configuration(tiny_pipeline, monkeypatch, tmp_path):
    small = tiny_pipeline("sd-epsilon")
    stored = [file.stat().st_size for file in (small / "unet").glob("*.safetensors")]
    cost = model_cost(str(small))
    assert 4 * cost.parameters == pytest.approx(sum(stored), rel=0.3)
    # It goes before what ships, as it does when the model is loaded.
    monkeypatch.setenv("GCBOOK_MODELS_DIR", str(tmp_path / "models"))
    shutil.copytree(small, tmp_path / "models" / "sd-1.4")
    assert model_cost("sd-1.4") == cost


@pytest.mark.parametrize("model", ["mini-masked", "mini-ar", "mini-cnn", "resnet50", "sd-2.1"])
def test_what_is_not_counted_is_none(model):
    assert model_cost(model) is None


def test_memory_is_weights_and_a_batch():
    cost = NetworkCost(1, 1, 1000, 10, 300, 500)
    assert cost.memory(4, 1) == 4000 + 40 + 500  # encoding an image takes more
    assert cost.memory(4, 2) == 4000 + 40 + 600
    assert cost.memory(2, 8) == 2000 + 40 + 1200


def edited(folder, file, **changes):
    values = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(values | changes))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"layers_per_block": 2000}, "one of a much larger network"),
        ({"block_out_channels": []}, "of another kind|expected"),
        ({"sample_size": 2**14}, "sample_size: expected a number from 1 to 1024"),
        ({"auto_map": {"a": "b"}}, "code of its own"),
    ],
)
def test_a_hostile_configuration_is_refused(tiny_pipeline, tmp_path, change, says):
    copy = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "copy")
    edited(copy, "unet/config.json", **change)
    with pytest.raises(InputError, match=says):
        model_cost(str(copy))


def test_weights_that_are_missing_are_named(tiny_pipeline, tmp_path):
    copy = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "copy")
    for file in (copy / "unet").glob("*.safetensors"):
        file.unlink()
    with pytest.raises(InputError, match="expected weights as"):
        model_cost(str(copy))
