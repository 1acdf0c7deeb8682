"""From images of any size to what a network takes.

Generative models are shown a square: the shorter side is resized, the middle cut out (`ImageFit`).
A resize without antialiasing would be another stimulus (Parmar et al., 2022, "On aliased resizing
and surprising subtleties in GAN evaluation").

Discriminative networks are shown what their own configuration says. One rule is the same for all:
an image that has the size of the network's input goes in as it is. The stimuli of the
model-vs-human toolbox are 224 × 224, and the toolbox shows them so; a network's usual "resize to
256, cut out 224" would cut off their border and give other decisions than the published ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from PIL import Image

from gcbook.classifiers.pretrained import read_pretrained
from gcbook.files.errors import InputError


@dataclass(frozen=True)
class ImageFit:
    """Resize the shorter side to a square's, then cut out the centre: for generative models.

    The filter is bicubic and antialiased (Pillow's, which widens with the factor of reduction). It
    works on floating-point values, so nothing is rounded to 8 bits.

    Args:
        size: side of the square, in pixels.
    """

    size: int

    def fit(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return the images as one tensor.

        Args:
            images: arrays (height, width, 3) in [0, 1], of any sizes.

        Returns:
            (N, 3, size, size) float32 in [0, 1]: what the filter overshoots is clamped.
        """
        return torch.from_numpy(np.stack([self._fit(np.asarray(image)) for image in images]))

    def as_dict(self) -> dict[str, object]:
        """Return what is done, as entries of a classifier's description."""
        done = f"shorter side to {self.size} (bicubic, antialiased), centre {self.size}x{self.size}"
        return {"resolution": self.size, "resize": done}

    def _fit(self, image: np.ndarray) -> np.ndarray:
        if image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise InputError(
                "ImageFit: expected arrays of shape (height, width, 3), found one of shape "
                f"{image.shape}."
            )
        shorter = min(image.shape[:2])
        height, width = (side * self.size // shorter for side in image.shape[:2])
        channels = [
            np.asarray(
                Image.fromarray(np.ascontiguousarray(image[..., channel], dtype=np.float32)).resize(
                    (width, height), Image.Resampling.BICUBIC
                )
            )
            for channel in range(3)
        ]
        top, left = round((height - self.size) / 2), round((width - self.size) / 2)
        cut = np.stack(channels)[:, top : top + self.size, left : left + self.size]
        return cut.clip(0, 1)


class Preprocess(Protocol):
    """Brings images of any size to a network's input."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, in pixels."""

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return (N, 3, height, width), normalized, of arrays (H, W, 3) in [0, 1]."""

    def describe(self) -> str:
        """Return what is done, in words."""


@dataclass(frozen=True)
class TorchvisionPreprocess:
    """Resize the shorter side, cut out the centre, normalize, as torchvision's presets do.

    Args:
        crop_size: side of the input, in pixels.
        resize_size: the shorter side before the cut.
        interpolation: "bilinear" or "bicubic", antialiased.
        mean: of each channel, of values in [0, 1].
        std: likewise.
        squash: both sides are resized to ``resize_size``, whatever the image's aspect.
    """

    crop_size: int = 224
    resize_size: int = 256
    interpolation: str = "bilinear"
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    squash: bool = False

    def __post_init__(self) -> None:
        sides, colours = (self.crop_size, self.resize_size), (*self.mean, *self.std)
        if not (
            all(isinstance(each, int) for each in sides)
            and 1 <= self.crop_size <= self.resize_size
            and all(isinstance(each, int | float) for each in colours)
            and (len(self.mean), len(self.std)) == (3, 3)
            and min(self.std) > 0
            and self.interpolation in ("bilinear", "bicubic")
        ):
            raise InputError(
                "preprocessing: expected whole numbers 1 <= crop_size <= resize_size, three "
                "numbers as mean, three above 0 as std, and interpolation bilinear or bicubic; "
                f"found {self}."
            )

    @property
    def size(self) -> tuple[int, int]:
        return (self.crop_size, self.crop_size)

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        from torchvision.transforms import InterpolationMode, functional

        mode = InterpolationMode(self.interpolation)
        side = [self.resize_size] * 2 if self.squash else self.resize_size
        fitted = []
        for image in images:
            pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32)).movedim(-1, 0)
            if tuple(pixels.shape[1:]) != self.size:
                pixels = functional.resize(pixels, side, mode, antialias=True)
                pixels = functional.center_crop(pixels, self.crop_size).clamp(0, 1)
            fitted.append(functional.normalize(pixels, list(self.mean), list(self.std)))
        return torch.stack(fitted)

    def describe(self) -> str:
        resized = "both sides" if self.squash else "shorter side"
        return (
            f"{resized} to {self.resize_size} ({self.interpolation}, antialiased), centre "
            f"{self.crop_size}; {self.crop_size} x {self.crop_size} as it is; "
            f"mean {list(self.mean)}, std {list(self.std)}"
        )


class ProcessorPreprocess:
    """The image processor that a transformers model comes with.

    Args:
        folder: with ``preprocessor_config.json``.
    """

    def __init__(self, folder: Path) -> None:
        # From_pretrained would take the processor of the architecture's original checkpoint.
        if not (folder / "preprocessor_config.json").is_file():
            raise InputError(
                f"{folder}: expected preprocessor_config.json, found none. It says how the model "
                "wants its images; save it with AutoImageProcessor.save_pretrained(folder)."
            )
        from transformers import AutoImageProcessor

        self.processor: Any = read_pretrained(AutoImageProcessor, folder)
        made = [self._run([np.zeros(shape, np.uint8)]) for shape in ((301, 407, 3), (640, 333, 3))]
        if not all(each.isfinite().all() for each in made):
            raise InputError(
                f"{folder}: expected an image processor that makes finite numbers, found NaN or "
                "infinite ones. See image_std in preprocessor_config.json."
            )
        shapes = {tuple(each.shape) for each in made}
        if len(shapes) != 1:
            raise InputError(
                f"{folder}: expected an image processor whose output has one size, found "
                f"{sorted(shapes)}."
            )
        height, width = shapes.pop()[-2:]
        self.size: tuple[int, int] = (height, width)

    def _run(self, images: Sequence[np.ndarray], **settings: bool) -> torch.Tensor:
        made = self.processor(
            list(images), return_tensors="pt", input_data_format="channels_last", **settings
        )
        return made["pixel_values"]

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        # Processors take 8-bit values, which stored images have.
        pixels = [np.rint(np.asarray(each, np.float32) * 255).astype(np.uint8) for each in images]
        as_it_is = {"do_resize": False, "do_center_crop": False}
        return torch.cat(
            [
                self._run(list(alike), **(as_it_is if shape[:2] == self.size else {}))
                for shape, alike in groupby(pixels, lambda each: each.shape)
            ]
        )

    def describe(self) -> str:
        kept = ("size", "resample", "crop_pct", "do_center_crop", "crop_size", "image_mean")
        settings = self.processor.to_dict()
        shown = ", ".join(
            f"{key} {_plain(settings[key])}"
            for key in (*kept, "image_std")
            if settings.get(key) is not None
        )
        height, width = self.size
        return f"{type(self.processor).__name__} ({shown}); {height} x {width} as it is"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if inner is not None}
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
