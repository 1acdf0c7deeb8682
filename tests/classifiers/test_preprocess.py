"""What networks are shown, against the libraries' own preprocessing."""

import json

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.preprocess import ImageFit, ProcessorPreprocess, TorchvisionPreprocess
from gcbook.files.errors import InputError


def picture(height, width, seed=0):
    """A random 8-bit image as the scorer hands it over."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    return (values / 255).astype(np.float32)


def test_an_image_of_the_inputs_size_is_only_normalized():
    image = picture(224, 224)
    made = TorchvisionPreprocess()([image])[0]
    by_hand = (image - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    assert torch.allclose(made, torch.from_numpy(by_hand).movedim(-1, 0).float(), atol=1e-6)


@pytest.mark.parametrize("shape", [(300, 260), (180, 500), (256, 256)])
def test_other_sizes_are_what_torchvisions_preset_makes(shape):
    from torchvision.models import ResNet50_Weights

    image = picture(*shape)
    preset = ResNet50_Weights.IMAGENET1K_V1.transforms()
    expected = preset(torch.from_numpy(image).movedim(-1, 0))
    assert torch.allclose(TorchvisionPreprocess()([image])[0], expected, atol=1e-6)


def test_what_a_bicubic_resize_overshoots_is_clamped():
    step = np.zeros((20, 20, 3), dtype=np.float32)
    step[:, 10:] = 1
    preprocess = TorchvisionPreprocess(32, 40, "bicubic", mean=(0, 0, 0), std=(1, 1, 1))
    made = preprocess([step])
    assert (made.min(), made.max()) == (0, 1)


def test_images_of_several_sizes_become_one_batch_in_order():
    pictures = [picture(224, 224, 1), picture(300, 260, 2), picture(224, 224, 3)]
    preprocess = TorchvisionPreprocess()
    together = preprocess(pictures)
    assert together.shape == (3, 3, 224, 224)
    for one, alone in zip(pictures, together, strict=True):
        assert torch.equal(preprocess([one])[0], alone)


def test_clip_is_shown_what_its_own_processor_makes(tmp_path):
    from transformers import CLIPImageProcessor

    folder = images.clip(tmp_path)
    preprocess = ProcessorPreprocess(folder)
    processor = CLIPImageProcessor.from_pretrained(folder)
    assert preprocess.size == (224, 224)
    for shape in ((224, 224), (300, 260)):
        image = picture(*shape)
        eight_bit = np.rint(image * 255).astype(np.uint8)
        expected = processor(eight_bit, return_tensors="pt")["pixel_values"]
        assert torch.equal(preprocess([image]), expected)


def test_a_processor_that_would_cut_a_224_image_is_not_let(tmp_path):
    from transformers import ConvNextImageProcessor

    folder = images.resnet(tmp_path)
    preprocess = ProcessorPreprocess(folder)
    processor = ConvNextImageProcessor.from_pretrained(folder)
    image, other = picture(224, 224), picture(320, 280)
    mean, std = (
        torch.tensor(values)[:, None, None]
        for values in (processor.image_mean, processor.image_std)
    )
    whole = (torch.from_numpy(image).movedim(-1, 0) - mean) / std
    assert torch.allclose(preprocess([image])[0], whole, atol=1e-6)
    expected = processor(np.rint(other * 255).astype(np.uint8), return_tensors="pt")
    assert torch.equal(preprocess([other]), expected["pixel_values"])
    assert "224 x 224 as it is" in preprocess.describe()
    json.dumps(preprocess.describe())


def test_a_missing_processor_is_named(tmp_path):
    with pytest.raises(InputError, match=r"expected preprocessor_config\.json, found none"):
        ProcessorPreprocess(tmp_path)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"interpolation": "nearest"}, "bilinear or bicubic"), ({"crop_size": 300}, "resize_size")],
)
def test_settings_that_make_no_sense_are_refused(settings, says):
    with pytest.raises(InputError, match=says):
        TorchvisionPreprocess(**settings)


def test_it_is_torchs_antialiased_resize():
    image = picture(90, 90)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(image).movedim(-1, 0)[None], size=32, mode="bicubic", antialias=True
    ).clamp(0, 1)
    assert torch.allclose(ImageFit(32).fit([image]), expected, atol=1e-5)
    aliased = torch.nn.functional.interpolate(
        torch.from_numpy(image).movedim(-1, 0)[None], size=32, mode="bicubic"
    )
    assert not torch.allclose(ImageFit(32).fit([image]), aliased, atol=0.05)


@pytest.mark.parametrize("surplus", [0, 1, 3, 5, 7])
def test_a_border_is_cut_as_torchvision_cuts_it(surplus):
    from torchvision.transforms.functional import center_crop

    for shape in ((32, 32 + surplus), (32 + surplus, 32)):
        image = picture(*shape)
        expected = center_crop(torch.from_numpy(image).movedim(-1, 0), 32)
        assert torch.equal(ImageFit(32).fit([image])[0], expected)


def test_overshoot_is_clamped_and_images_are_independent():
    step = np.zeros((40, 40, 3), dtype=np.float32)
    step[:, 20:] = 1
    other = picture(50, 70)
    both = ImageFit(64).fit([step, other])
    assert both.min() >= 0
    assert both.max() <= 1
    assert torch.equal(both[1:], ImageFit(64).fit([other]))


def test_what_is_no_colour_image_is_refused():
    with pytest.raises(InputError, match=r"found one of shape \(8, 8\)"):
        ImageFit(8).fit([np.zeros((8, 8))])
