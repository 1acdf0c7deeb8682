r"""Diffusion-style noise as an augmentation of images (Jaini et al., 2024, Appendix E, Listing 1).

An image that was normalized, so that its pixels have mean 0 and variance 1 over the training
images (the paper does not say so; without it the strength of the noise would depend on the unit of
the pixels), becomes

.. math:: \alpha x + \sqrt{1 - \alpha^2}\, \varepsilon, \qquad \alpha = \sqrt u \text{ or } u,
    \quad u \sim U[0, 1], \quad \varepsilon \sim N(0, I),

which is a step of the forward process of diffusion (`gcbook.noise.schedules`) at a random time.
The variance of the pixels stays 1. With the root, the noise's variance is uniform and its mean a
half; without it, the noise is stronger, two thirds of the variance on average.
"""

from typing import Any

import PIL.Image
import torch
from torchvision.transforms import v2
from torchvision.tv_tensors import Image, Video

from gcbook.files.errors import InputError


def draw_alpha(uniform: torch.Tensor, *, sqrt_alphas: bool = True) -> torch.Tensor:
    """Return the factor of the image for numbers drawn evenly from [0, 1].

    Args:
        uniform: of any shape.
        sqrt_alphas: Listing 1's flag, which the paper sets.
    """
    return uniform.sqrt() if sqrt_alphas else uniform


def mix_noise(images: torch.Tensor, alpha: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return images with noise in place of a part of their variance.

    Args:
        images: normalized, (..., C, H, W).
        alpha: factor of the image in [0, 1], of a shape that broadcasts against the images.
        noise: standard normal, of the images' shape.
    """
    return alpha * images + (1 - alpha.square()).clamp(min=0).sqrt() * noise


class DiffusionNoise(v2.Transform):
    """Put diffusion-style noise on normalized images, as the last transform of a pipeline.

    Every image of a batch gets a strength of its own.

    Args:
        sqrt_alphas: draw α as the root of a uniform number, as the paper does; else as the number.
        generator: of the draws; by default torch's global one, which workers of a
            ``torch.utils.data.DataLoader`` seed apart. One that is given here is copied to every
            worker, and all of them would draw the same noise.

    Raises:
        InputError: an image is of Pillow or not of floating point, and so cannot have been
            normalized; or there is a video.
    """

    _transformed_types = (Image, v2.functional.is_pure_tensor)

    def __init__(
        self, *, sqrt_alphas: bool = True, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.sqrt_alphas, self.generator = sqrt_alphas, generator

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        """Refuse what looks like an image, and would be passed on without noise."""
        for each in flat_inputs:
            if isinstance(each, PIL.Image.Image):
                raise InputError(
                    "DiffusionNoise: expected tensors of normalized images, found a PIL image. Put "
                    "it after v2.ToImage(), v2.ToDtype(torch.float32, scale=True) and v2.Normalize."
                )
            if isinstance(each, Video):
                raise InputError(
                    "DiffusionNoise: expected images, found a video. Give it the frames as a batch "
                    "of images, a plain tensor; each frame gets a strength of its own."
                )

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Noise one image or batch (..., C, H, W)."""
        if not inpt.is_floating_point():
            raise InputError(
                "DiffusionNoise: expected normalized images of floating point, found "
                f"{inpt.dtype}. Put it after v2.ToDtype(torch.float32, scale=True) and "
                "v2.Normalize."
            )
        like = {"dtype": inpt.dtype, "device": inpt.device}
        shape = (*inpt.shape[:-3], 1, 1, 1)
        uniform = torch.rand(shape, generator=self.generator, **like)
        noise = torch.randn(inpt.shape, generator=self.generator, **like)
        mixed = mix_noise(inpt, draw_alpha(uniform, sqrt_alphas=self.sqrt_alphas), noise)
        return Image(mixed) if isinstance(inpt, Image) else mixed

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"sqrt_alphas={self.sqrt_alphas}"
