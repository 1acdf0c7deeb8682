"""Photographs in folders as ImageNet has them, augmented by a key of each image's own.

What is random about an image is keyed by (seed, epoch, index), so that an epoch is the same however
many workers or processes read it, and an interrupted one goes on as if it had not been.
"""

import atexit
import multiprocessing
import signal
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from gcbook.classifiers.augmentation import DiffusionNoise
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.interrupts import SIGNALS
from gcbook.files.processes import end_with_parent
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.paper.categories import IMAGENET_CLASSES, imagenet_classes
from gcbook.stimuli.images import IMAGE_SUFFIXES, opened_image


class _Folders(ImageFolder):
    """Folders of classes, but for hidden ones, which tools leave."""

    def find_classes(self, directory: str | Path) -> tuple[list[str], dict[str, int]]:
        names = [name for name in super().find_classes(directory)[0] if not name.startswith(".")]
        return names, {name: index for index, name in enumerate(names)}


def _is_image(path: str) -> bool:
    return Path(path).suffix.lower() in IMAGE_SUFFIXES


def _load(path: str) -> Image.Image:
    with opened_image(read_file(path, LARGEST_PICTURE), path) as opened:
        return opened.convert("RGB")


class KeyedImages(Dataset[tuple[torch.Tensor, int]]):
    """Images with labels whose augmentation is keyed.

    Args:
        transform: from a PIL image to a tensor; it may draw from torch's global generator.
        seed: of the run.

    Attributes:
        epoch: the part of the key that its user sets.
    """

    def __init__(self, images: ImageFolder, transform: v2.Transform, seed: int) -> None:
        self.images, self.transform, self.seed, self.epoch = images, transform, seed, 0

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        try:
            picture, label = self.images[index]
        except InputError as error:
            raise InputError(f"{error} The same command then goes on.") from error
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(key_of(self.seed, self.epoch, index))
            return self.transform(picture), label


def key_of(seed: int, epoch: int, index: int) -> int:
    """Return a seed for torch, which takes 32 bits, out of three numbers.

    Two keys can meet, as chance has it; they then give two images one augmentation.

    >>> key_of(0, 0, 5) == key_of(0, 0, 5), key_of(0, 0, 5) == key_of(0, 5, 0)
    (True, False)
    """
    return int(np.random.SeedSequence([seed, epoch, index]).generate_state(1)[0])


def training_transform(
    shown: TorchvisionPreprocess, *, noise: bool, crops: bool = True
) -> v2.Transform:
    """Return what ImageNet's networks are trained on: random crops and flips, normalized, noised.

    Args:
        shown: size and normalization of the network's input.
        noise: add diffusion-style noise, last.
        crops: at random; else the centre is cut out, as it is for a test.
    """
    steps: list[v2.Transform] = [
        v2.ToImage(),
        v2.RGB(),
        *([v2.RandomResizedCrop(shown.crop_size, antialias=True)] if crops else _centre(shown)),
        v2.RandomHorizontalFlip(),
        *_normalized(shown),
    ]
    if noise:
        steps.append(DiffusionNoise())
    return v2.Compose([*steps, v2.ToPureTensor()])


def validation_transform(shown: TorchvisionPreprocess) -> v2.Transform:
    """Return what they are tested on: the centre of the resized image, normalized."""
    return v2.Compose(
        [
            v2.ToImage(),
            v2.RGB(),
            *_centre(shown),
            *_normalized(shown),
            v2.ToPureTensor(),
        ]
    )


def _centre(shown: TorchvisionPreprocess) -> list[v2.Transform]:
    return [v2.Resize(shown.resize_size, antialias=True), v2.CenterCrop(shown.crop_size)]


def _normalized(shown: TorchvisionPreprocess) -> list[v2.Transform]:
    return [v2.ToDtype(torch.float32, scale=True), v2.Normalize(list(shown.mean), list(shown.std))]


def open_images(data: str | Path, part: str) -> ImageFolder:
    """Open ``DATA/PART/CLASS/…``, as torchvision does.

    Args:
        part: "train" or "val".

    Raises:
        DataNotFoundError: there is no such folder.
        InputError: it holds no image.
    """
    folder = Path(data).expanduser() / part
    if not folder.is_dir():
        raise DataNotFoundError(
            f"{folder}: expected a folder with a folder of images for each class, found none. "
            "--data takes the folder that holds train and val, for ImageNet those of the "
            "classification challenge of 2012, with the validation images sorted by class."
        )
    try:
        return _Folders(folder, loader=_load, is_valid_file=_is_image)
    except FileNotFoundError as error:
        raise InputError(f"{folder}: expected images in every class's folder; {error}.") from error


def class_names(images: ImageFolder) -> list[str] | None:
    """Return the names of a network's outputs; None for those of ImageNet, known by their order.

    A folder that is named by the id of a class that belongs to a category has the class's name.

    Raises:
        InputError: there are as many classes as ImageNet has, but not its own.
    """
    found = list(images.classes)
    if len(found) != IMAGENET_CLASSES:
        names = {each.wnid: each.name for each in imagenet_classes()}
        return [names.get(name, name) for name in found]
    for each in imagenet_classes():
        if found[each.index] != each.wnid:
            raise InputError(
                f"{images.root}: expected ImageNet's {IMAGENET_CLASSES:,} classes, each in a "
                f"folder of its WordNet id; class {each.index} should be {each.wnid} "
                f"({each.name}), found {found[each.index]}."
            )
    return None


def ignore_interruptions(worker: int) -> None:
    """Let a reader of images live on when all processes of a group are told to stop.

    Else torch raises the reader's death in its parent, in the midst of whatever that does.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    end_with_parent()


@atexit.register
def _end_readers() -> None:
    # Python ends what still reads with SIGTERM, and waits for it, which would be for ever.
    for process in multiprocessing.active_children():
        if process.daemon:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch's raises a killed reader
            process.kill()
