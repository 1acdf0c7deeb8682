"""A ResNet on photographs, with diffusion-style noise or without: the paper's Appendix E.

ResNet-50 on ImageNet as the paper has it, or a small one on Tiny ImageNet's photographs.

Accelerate spreads the run over whatever there is, one process on a CPU or many GPUs; the same
command goes on where it was stopped. What the paper does not tell is as is usual: images are
normalized before they are noised, weight decay is on all parameters, there is no warm-up, and the
learning rate is the printed one whatever the number of devices. The network runs in bfloat16 where
that is faster.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.miniworld.training.cnn import save_small, small_resnet
from gcbook.miniworld.training.conditional import in_bfloat16
from gcbook.miniworld.training.imagefolder import (
    KeyedImages,
    class_names,
    ignore_interruptions,
    key_of,
    open_images,
    training_transform,
    validation_transform,
)
from gcbook.miniworld.training.run import Run
from gcbook.miniworld.training.state import write_tensors

MODEL, WEIGHTS = "model", "model.safetensors"
SMALL = "small"
"""Architecture of 1.3 million parameters, `gcbook.miniworld.training.cnn.small_resnet`."""
ORDER = 2**32 - 1
"""In place of an image's index: the key of the order of an epoch."""


@dataclass(frozen=True)
class ResNetPlan:
    """How a network is trained; the defaults are those of Appendix E.

    Args:
        noise: put diffusion-style noise on the training images.
        crops: cut the training images at random; else they are flipped alone.
        epochs: over the training images.
        batch_size: images a step and device.
        learning_rate: its largest value; it falls to zero along half a cosine.
        momentum: of stochastic gradient descent.
        weight_decay: of all weights.
        architecture: one of torchvision's networks, or `SMALL`.
        crop_size: side of the images, in pixels.
        resize_size: of their shorter side, of which the centre is cut out before testing.
        seed: of the weights, the order and the augmentation.
    """

    noise: bool
    crops: bool = True
    epochs: int = 300
    batch_size: int = 64
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    architecture: str = "resnet50"
    crop_size: int = 224
    resize_size: int = 256
    seed: int = 0

    def rate(self, done: float) -> float:
        """Return the learning rate after a share of the run, 0 to 1."""
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * done))

    @property
    def shown(self) -> TorchvisionPreprocess:
        """What a network is tested on."""
        return TorchvisionPreprocess(self.crop_size, self.resize_size)


# 13,000 photographs 30 times, as often as the generative models of photographs see them.
_SMALL = ResNetPlan(
    noise=False, epochs=30, batch_size=128, architecture=SMALL, crop_size=64, resize_size=64
)

RESNETS: Mapping[str, ResNetPlan] = {
    "resnet50": ResNetPlan(noise=False, epochs=90),
    "resnet50-noise": ResNetPlan(noise=True),
    "photo-cnn": _SMALL,
    "photo-cnn-flips": replace(_SMALL, crops=False),
    "photo-cnn-noise": replace(_SMALL, noise=True),
}
"""By the name that `gcbook train` takes."""


class ResNetRun(Run):
    """A training run in a folder, from wherever the folder's state is.

    Args:
        data: folder of train and val.
        folder: of the state, the history and, in the end, the model.
        device: "cpu" for one process without a GPU; else whatever accelerate finds.
        workers: processes that read images, for each device.

    Raises:
        InputError: the folder holds a run with another plan, or on other images.
        DataNotFoundError: the images are not there.
    """

    unit, counted = "image", "images_seen"
    plan: ResNetPlan

    def __init__(
        self,
        plan: ResNetPlan,
        data: str | Path,
        folder: str | Path,
        *,
        device: str = "auto",
        workers: int = 0,
        report: Callable[[str], None] = print,
    ) -> None:
        from accelerate import Accelerator
        from torchvision.models import get_model

        train, test = open_images(data, "train"), open_images(data, "val")
        if alone := sorted({*train.classes} ^ {*test.classes}):
            raise InputError(
                f"{data}: expected the same folders of classes in train and val, found in one of "
                f"them alone {', '.join(alone[:3])}. Add, rename or remove these folders."
            )
        self.names, self.workers = class_names(train), workers
        shown = training_transform(plan.shown, noise=plan.noise, crops=plan.crops)
        self.train = KeyedImages(train, shown, plan.seed)
        self.test = KeyedImages(test, validation_transform(plan.shown), plan.seed)
        self.total = plan.epochs * len(self.train)
        there = torch.cuda.is_available()
        if device not in ("auto", "cpu", "cuda") or (device == "cuda" and not there):
            raise InputError(
                f"device: expected auto, cpu or, where there is a GPU, cuda; found {device!r}. "
                "CUDA_VISIBLE_DEVICES chooses between GPUs, and accelerate launch takes several."
            )
        fast = in_bfloat16(torch.device("cuda" if there and device != "cpu" else "cpu"))
        accelerator = Accelerator(cpu=device == "cpu", mixed_precision="bf16" if fast else "no")
        torch.manual_seed(plan.seed)
        network: Any = (
            small_resnet(self.names or ())
            if plan.architecture == SMALL
            else get_model(plan.architecture, weights=None, num_classes=len(train.classes))
        )
        # What is prepared wraps the network, whose weights it moves to the device.
        self.network = accelerator.prepare(network)
        optimizer = torch.optim.SGD(
            network.parameters(),
            lr=plan.learning_rate,
            momentum=plan.momentum,
            weight_decay=plan.weight_decay,
        )
        classes = hashlib.sha256("\n".join(train.classes).encode()).hexdigest()
        super().__init__(
            plan,
            folder,
            network,
            optimizer,
            of={"images": len(train), "classes, their SHA-256": classes},
            accelerator=accelerator,
            save_every=600.0,
            report=report,
        )
        if self.done:
            self.report(self.line("going on"))
        # What the size of a step and the rounding depend on.
        now = {"devices": accelerator.num_processes, "precision": accelerator.mixed_precision}
        machines = self.notes.setdefault("machines", [])
        if not machines or machines[-1] | now != machines[-1]:
            machines.append({"from_image": self.done, **now})

    def rate(self) -> float:
        return self.plan.rate(self.done / self.total)

    def batches(self, end: int) -> Iterator[tuple[Any, int]]:
        """What is left of an epoch, in its own order; of several processes, this one's share."""
        size = len(self.train)
        epoch = self.done // size
        self.train.epoch = epoch
        order = torch.Generator().manual_seed(key_of(self.plan.seed, epoch, ORDER))
        indices = torch.randperm(size, generator=order).tolist()
        after = self.done
        for batch in self._loader(self.train, indices[after - epoch * size :]):
            # The last batch is filled up with images that were there before.
            after = min(
                after + self.plan.batch_size * self.accelerator.num_processes, size * (epoch + 1)
            )
            yield batch, after

    def _loader(self, images: KeyedImages, indices: Sequence[int]) -> Any:
        from accelerate.data_loader import prepare_data_loader

        # Every process has the same indices, and accelerate hands out their batches in turn.
        # Accelerator.prepare would keep a reference to every epoch's.
        loader: DataLoader[Any] = DataLoader(
            images,
            self.plan.batch_size,
            sampler=indices,
            num_workers=self.workers,
            worker_init_fn=ignore_interruptions,
        )
        return prepare_data_loader(loader, self.accelerator.device, put_on_device=True)

    def loss(self, batch: Any) -> torch.Tensor:
        images, labels = batch
        return F.cross_entropy(self._logits(images), labels)

    def _logits(self, images: torch.Tensor) -> torch.Tensor:
        found = self.network(images)
        return (found if isinstance(found, torch.Tensor) else found.logits).float()

    def is_due(self) -> bool:
        return self.done % len(self.train) == 0

    def place(self) -> dict[str, int]:
        return {"epoch": self.done // len(self.train), **super().place()}

    def measure(self) -> dict[str, float]:
        self.network.eval()
        totals = torch.zeros(2, dtype=torch.float64)
        for images, labels in self.taken(self._loader(self.test, range(len(self.test)))):
            logits = self._logits(images)
            found = F.cross_entropy(logits, labels, reduction="none"), logits.argmax(1) == labels
            gathered = self.accelerator.gather_for_metrics(found)
            totals += torch.stack([each.cpu().double().sum() for each in gathered])
        self.network.train()
        loss, accuracy = (totals / len(self.test)).tolist()
        return {"loss": loss, "accuracy": accuracy}

    def export(self) -> Path:
        """Write the network as a folder of torchvision's, or of transformers', with what was done.

        Returns:
            The folder.

        Raises:
            UnwritableError: the disk is full, say.
        """
        target = self.folder / MODEL
        if self.main:
            if self.plan.architecture == SMALL:
                save_small(self.networks, self.plan.shown, target)
            else:
                self._export_torchvision(target)
            record = {
                "plan": asdict(self.plan),
                "parameters": sum(each.numel() for each in self.networks.parameters()),
                "train_images": len(self.train),
                "images_seen": self.plan.epochs * len(self.train),
                "machines": self.notes["machines"],
                "minutes": round(self.seconds / 60, 1),
                "history": self.history,
            }
            write_text(json.dumps(record, indent=1) + "\n", target / "training.json")
        self.accelerator.wait_for_everyone()
        return target

    def _export_torchvision(self, target: Path) -> None:
        weights = {name: value.cpu() for name, value in self.networks.state_dict().items()}
        write_tensors(target / WEIGHTS, weights)
        config: dict[str, Any] = {"torchvision": self.plan.architecture}
        config["preprocessing"] = asdict(self.plan.shown)
        if self.names is not None:
            config["id2label"] = dict(enumerate(self.names))
        write_text(json.dumps(config, indent=1) + "\n", target / "config.json")
