"""timm's networks, with random weights, against timm's own transform and logits."""

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import images

from gcbook.classifiers import load
from gcbook.classifiers.discriminative import category_log_probs
from gcbook.classifiers.load import load_classifier, name_of
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.paper.categories import imagenet_indices


@pytest.fixture
def folder(tmp_path):
    pytest.importorskip("timm", reason="timm is not installed (gcbook[timm])")
    return images.timm_model(tmp_path / "model")


def nll(classifier, batch):
    x = classifier.prepare(batch)
    return classifier.measure(x, [Draw(0)] * len(batch), None, "none")["nll"]


def test_it_answers_as_timm_does(folder):
    import timm
    from safetensors.torch import load_file

    batch = list(np.random.default_rng(0).random((2, 64, 64, 3), dtype=np.float32))
    model = timm.create_model("mobilenetv3_small_050", pretrained=False).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pixels = ((torch.from_numpy(np.stack(batch)) - mean) / std).movedim(-1, 1)
    with torch.inference_mode():
        expected = category_log_probs(model(pixels), list(imagenet_indices().values()))
    assert torch.allclose(nll(load_classifier(folder), batch), -expected, atol=1e-4)


def test_other_sizes_are_fitted_as_timm_fits_them(folder):
    import timm

    picture = np.linspace(0, 1, 90 * 120 * 3, dtype=np.float32).reshape(90, 120, 3)
    config = {"input_size": (3, 64, 64), "crop_pct": 0.9, "interpolation": "bicubic"}
    transform = timm.data.create_transform(**config, is_training=False)
    image = Image.fromarray(np.rint(picture * 255).astype(np.uint8))
    found = load_classifier(folder).prepare([picture])[0]
    # timm's works on 8 bits.
    assert torch.allclose(found, transform(image), atol=0.03)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"architecture": "mobilenetv3_small_51"}, "a network of timm, .* near it: mobilenetv3"),
        ({"num_classes": 0}, "num_classes: expected a network with outputs, found 0"),
        ({"num_classes": 10}, "expected the weights of timm mobilenetv3_small_050"),
        ({"pretrained_cfg": {"input_size": [3, 64, 32]}}, "expected a square input"),
        ({"architecture": "vit_base_patch16_224"}, "one of a much larger network"),
    ],
)
def test_what_does_not_fit_is_refused(folder, changes, says):
    import json

    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(InputError, match=says):
        load_classifier(folder)


def test_a_name_is_one_of_the_hubs_organisation(tmp_path, monkeypatch):
    monkeypatch.setattr(load, "_try", lambda *_: None)
    monkeypatch.setattr(
        "gcbook.classifiers.image_networks.load_timm", lambda checkpoint: checkpoint
    )
    monkeypatch.setenv("GCBOOK_MODELS_DIR", str(tmp_path))
    (tmp_path / "timm--resnet50.a1_in1k").mkdir()
    found = load_classifier("timm:resnet50.a1_in1k")
    assert (found.path.name, found.name) == ("timm--resnet50.a1_in1k", "resnet50.a1_in1k")
    assert found.format == "timm resnet50.a1_in1k"
    assert name_of("timm:resnet50.a1_in1k") == "resnet50.a1_in1k"
