"""Diffusion-style noise as a transform: its law, its limits, and what it leaves alone."""

import pytest
import torch
from PIL import Image
from scipy import stats
from torchvision import tv_tensors
from torchvision.transforms import v2

from gcbook.classifiers.augmentation import DiffusionNoise, mix_noise
from gcbook.files.errors import InputError

MANY = 4000


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def standardized(count: int = MANY, side: int = 8) -> torch.Tensor:
    """Images with structure whose pixels have mean 0 and variance 1 over all of them."""
    coarse = torch.randn((count, 3, 2, 2), generator=generator(1))
    return coarse.repeat_interleave(side // 2, 2).repeat_interleave(side // 2, 3)


@pytest.mark.parametrize("sqrt_alphas", [True, False])
def test_the_variance_of_standardized_images_stays_1(sqrt_alphas: bool) -> None:
    transform = DiffusionNoise(sqrt_alphas=sqrt_alphas, generator=generator())
    noised = transform(standardized())
    assert noised.mean().item() == pytest.approx(0, abs=0.02)
    assert noised.var().item() == pytest.approx(1, abs=0.02)


def test_strengths_follow_the_law_that_is_asked_for() -> None:
    # Images of 0 show the noise alone; its variance over many pixels tells α.
    images = torch.zeros((500, 1, 64, 64))
    for sqrt_alphas, law in (
        (True, stats.uniform.cdf),  # α = √u: 1 − α² is uniform
        (False, lambda v: 1 - (1 - v) ** 0.5),  # α = u
    ):
        noised = DiffusionNoise(sqrt_alphas=sqrt_alphas, generator=generator(3))(images)
        variances = noised.var(dim=(1, 2, 3)).clamp(0, 1).numpy()
        assert stats.kstest(variances, law).pvalue > 0.01
        other = stats.uniform.cdf if not sqrt_alphas else (lambda v: 1 - (1 - v) ** 0.5)
        assert stats.kstest(variances, other).pvalue < 1e-6


def test_limits_are_the_image_and_noise_alone() -> None:
    images, noise = standardized(2), torch.randn((2, 3, 8, 8), generator=generator())
    assert torch.equal(mix_noise(images, torch.tensor(1.0), noise), images)
    assert torch.equal(mix_noise(images, torch.tensor(0.0), noise), noise)
    # Rounding above 1 is no root of a negative number.
    assert mix_noise(images, torch.tensor(1.0 + 1e-7), noise).isfinite().all()


def test_it_takes_one_image_and_leaves_labels_and_kinds_alone() -> None:
    transform = DiffusionNoise(generator=generator())
    image = tv_tensors.Image(torch.zeros((3, 16, 16)))
    mask = tv_tensors.Mask(torch.ones((16, 16)))
    noised, label, same = transform(image, 7, mask)
    assert isinstance(noised, tv_tensors.Image)
    assert noised.shape == image.shape
    assert not torch.equal(noised, image)
    assert label == 7
    assert torch.equal(same, mask)
    assert transform(torch.zeros((3, 4, 4), dtype=torch.float64)).dtype == torch.float64


def test_one_seed_one_noise() -> None:
    one, same, other = (
        DiffusionNoise(generator=generator(seed))(standardized(3)) for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_it_stands_at_the_end_of_a_pipeline_and_says_so_if_not() -> None:
    pixels = torch.full((3, 8, 8), 128, dtype=torch.uint8)
    pipeline = v2.Compose(
        [
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize([0.5] * 3, [0.25] * 3),
            DiffusionNoise(generator=generator()),
        ]
    )
    assert pipeline(pixels).isfinite().all()
    with pytest.raises(InputError, match=r"found torch\.uint8.*after v2.ToDtype"):
        DiffusionNoise()(pixels)
    assert "sqrt_alphas=False" in repr(DiffusionNoise(sqrt_alphas=False))


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        (Image.new("RGB", (8, 8)), r"found a PIL image\. Put it after v2\.ToImage"),
        (tv_tensors.Video(torch.zeros((2, 3, 8, 8))), r"found a video.*as a batch of images"),
    ],
)
def test_what_it_cannot_noise_is_not_passed_on(sample: object, says: str) -> None:
    for given in (sample, (sample, 7), {"image": sample, "extra": torch.zeros((3, 8, 8))}):
        with pytest.raises(InputError, match=says):
            DiffusionNoise()(given)
