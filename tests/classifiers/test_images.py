"""Images of any size become the square that a network takes."""

import numpy as np
import pytest
import torch

from gcbook.classifiers.images import ImageFit
from gcbook.files.errors import InputError


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).random((height, width, 3), dtype=np.float32)


@pytest.mark.parametrize("filter_", ["bicubic", "bilinear", "lanczos"])
def test_an_image_of_the_right_size_is_left_alone(filter_: str) -> None:
    image = picture(32, 32)
    fitted = ImageFit(32, filter_).fit([image])
    assert fitted.dtype == torch.float32
    assert np.array_equal(fitted[0].movedim(0, -1), image)


@pytest.mark.parametrize("filter_", ["bicubic", "bilinear"])
def test_it_is_torchs_antialiased_resize(filter_: str) -> None:
    image = picture(90, 90)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(image).movedim(-1, 0)[None], size=32, mode=filter_, antialias=True
    ).clamp(0, 1)
    assert torch.allclose(ImageFit(32, filter_).fit([image]), expected, atol=1e-5)
    aliased = torch.nn.functional.interpolate(
        torch.from_numpy(image).movedim(-1, 0)[None], size=32, mode=filter_
    )
    assert not torch.allclose(ImageFit(32, filter_).fit([image]), aliased, atol=0.05)


def test_a_checkerboard_becomes_grey_not_a_pattern() -> None:
    board = np.indices((256, 256)).sum(0) % 2
    image = np.repeat(board[..., None].astype(np.float32), 3, axis=2)
    inner = ImageFit(50).fit([image])[0, :, 2:-2, 2:-2]
    assert float((inner - 0.5).abs().max()) < 0.02


@pytest.mark.parametrize(("height", "width"), [(20, 40), (40, 20)])
def test_the_middle_is_kept(height: int, width: int) -> None:
    image = np.zeros((height, width, 3), dtype=np.float32)
    image[height // 2 - 10 : height // 2 + 10, width // 2 - 10 : width // 2 + 10] = 1
    assert torch.equal(ImageFit(20).fit([image]), torch.ones(1, 3, 20, 20))


@pytest.mark.parametrize("surplus", [1, 3, 5, 7])
def test_an_odd_border_is_cut_as_torchvision_cuts_it(surplus: int) -> None:
    from torchvision.transforms.functional import center_crop

    for height, width in ((32, 32 + surplus), (32 + surplus, 32)):
        image = picture(height, width)
        expected = center_crop(torch.from_numpy(image).movedim(-1, 0), 32)
        assert torch.equal(ImageFit(32).fit([image])[0], expected)


def test_a_larger_shorter_side_cuts_a_border_off() -> None:
    image = np.zeros((16, 16, 3), dtype=np.float32)
    image[2:14, 2:14] = 1
    fit = ImageFit(12, shorter=16)
    assert torch.equal(fit.fit([image]), torch.ones(1, 3, 12, 12))
    assert fit.describe() == "shorter side to 16 (bicubic, antialiased), centre 12x12"


def test_overshoot_is_clamped_and_images_are_independent() -> None:
    step = np.zeros((40, 40, 3), dtype=np.float32)
    step[:, 20:] = 1
    other = picture(50, 70)
    both = ImageFit(64).fit([step, other])
    assert both.min() >= 0
    assert both.max() <= 1
    assert torch.equal(both[1:], ImageFit(64).fit([other]))


def test_the_input_is_not_changed() -> None:
    image = picture(40, 50)
    before = image.copy()
    ImageFit(32).fit([image])
    assert np.array_equal(image, before)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="bicubic, bilinear, lanczos; found 'nearest'"):
        ImageFit(32, "nearest")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="size 40 and shorter side 32"):
        ImageFit(40, shorter=32)
    with pytest.raises(InputError, match="size 0"):
        ImageFit(0)
    with pytest.raises(InputError, match=r"found one of shape \(8, 8\)"):
        ImageFit(8).fit([np.zeros((8, 8))])
    with pytest.raises(InputError, match="found none"):
        ImageFit(8).fit([])
