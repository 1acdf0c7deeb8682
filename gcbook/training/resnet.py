"""A ResNet on ImageNet, with diffusion-style noise or without: the paper's Appendix E.

Accelerate spreads the run over whatever there is, one process on a CPU or many GPUs; the same
command goes on where it was stopped. The learning rate is the paper's whatever the number of
devices, which the paper does not tell.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch.utils.data import DataLoader

from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.errors import InputError
from gcbook.training.imagefolder import (
    KeyedImages,
    class_names,
    key_of,
    open_images,
    training_transform,
    validation_transform,
)
from gcbook.training.state import forget_later, read_about, write_state

__all__ = ["RESNETS", "ResNetPlan", "ResNetRun"]

STATE, HISTORY, MODEL = "state.safetensors", "history.jsonl", "model"
WEIGHTS = "model.safetensors"
SHOW_EVERY = 30
"""Seconds between lines on how it goes."""
ORDER = 2**32 - 1
"""In place of an image's index: the key of the order of an epoch."""


@dataclass(frozen=True)
class ResNetPlan:
    """How a network is trained; the defaults are those of Appendix E.

    Args:
        noise: put diffusion-style noise on the training images.
        sqrt_alphas: the law of its strength.
        epochs: over the training images.
        batch_size: images a step and device.
        learning_rate: its largest value; it falls to zero along half a cosine.
        momentum: of stochastic gradient descent.
        weight_decay: of all weights.
        architecture: one of torchvision's networks.
        crop_size: side of the images, in pixels; they are resized to 8/7 of it before testing.
        seed: of the weights, the order and the augmentation.
    """

    noise: bool
    sqrt_alphas: bool = True
    epochs: int = 300
    batch_size: int = 64
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    architecture: str = "resnet50"
    crop_size: int = 224
    seed: int = 0

    def rate(self, done: float) -> float:
        """Return the learning rate after a share of the run, 0 to 1."""
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * done))

    @property
    def shown(self) -> TorchvisionPreprocess:
        """What a network is tested on."""
        return TorchvisionPreprocess(self.crop_size, round(self.crop_size * 8 / 7))


RESNETS: Mapping[str, ResNetPlan] = {
    "resnet50": ResNetPlan(noise=False, epochs=90),
    "resnet50-noise": ResNetPlan(noise=True),
}
"""By the name that `gcbook train` takes."""


class ResNetRun:
    """A training run in a folder, from wherever the folder's state is.

    ``main`` tells whether this process speaks and writes for all of them.

    Args:
        plan: how.
        data: folder of train and val.
        folder: of the state, the history and, in the end, the model.
        device: "cpu" for one process without a GPU; else whatever accelerate finds.
        workers: processes that read images, for each device.
        save_every: seconds after which the state is saved.
        report: takes lines on how it goes.

    Raises:
        InputError: the folder holds a run with another plan.
        DataNotFoundError: the images are not there.
    """

    def __init__(
        self,
        plan: ResNetPlan,
        data: str | Path,
        folder: str | Path,
        *,
        device: str = "auto",
        workers: int = 0,
        save_every: float = 600.0,
        report: Callable[[str], None] = print,
    ) -> None:
        from accelerate import Accelerator
        from torchvision.models import get_model

        self.plan, self.folder, self.workers = plan, Path(folder), workers
        self.save_every = save_every
        train, test = open_images(data, "train"), open_images(data, "val")
        if train.classes != test.classes:
            raise InputError(
                f"{data}: expected the same classes in train and val, found {len(train.classes)} "
                f"and {len(test.classes)}, or other names."
            )
        self.names = class_names(train)
        noised = training_transform(plan.shown, noise=plan.noise, sqrt_alphas=plan.sqrt_alphas)
        self.train = KeyedImages(train, noised, plan.seed)
        self.test = KeyedImages(test, validation_transform(plan.shown), plan.seed)
        if device not in ("auto", "cpu", "cuda"):
            raise InputError(
                f"device: expected auto, cpu or cuda, found {device!r}; CUDA_VISIBLE_DEVICES "
                "chooses between GPUs, and accelerate launch takes several."
            )
        precision = "no" if device == "cpu" or not torch.cuda.is_available() else "bf16"
        self.accelerator = Accelerator(cpu=device == "cpu", mixed_precision=precision)
        self.main: bool = self.accelerator.is_main_process
        self.report = report if self.main else lambda line: None
        torch.manual_seed(plan.seed)
        network: Any = get_model(plan.architecture, weights=None, num_classes=len(train.classes))
        optimizer = torch.optim.SGD(
            network.parameters(),
            lr=plan.learning_rate,
            momentum=plan.momentum,
            weight_decay=plan.weight_decay,
        )
        self.network, self.optimizer = self.accelerator.prepare(network, optimizer)
        self.seen, self.seconds = 0, 0.0
        self._resume()

    def run(self) -> Path:
        """Train to the end, or to an interruption, which saves the state first.

        Returns:
            Folder of the finished model, as `gcbook score` takes it.
        """
        size, devices = len(self.train), self.accelerator.num_processes
        begun = time.monotonic() - self.seconds
        saved = shown = time.monotonic()
        try:
            for epoch in range(self.seen // size, self.plan.epochs):
                losses, steps = 0.0, 0
                for images, labels in self._rest_of(epoch):
                    losses, steps = losses + self._step(images, labels), steps + 1
                    # The last batch is filled up with images that were there before.
                    most = (epoch + 1) * size
                    self.seen = min(self.seen + self.plan.batch_size * devices, most)
                    now = time.monotonic()
                    self.seconds = now - begun
                    if now - shown > SHOW_EVERY:
                        self.report(self._line(f"loss {losses / steps:.4f}"))
                        shown = now
                    if now - saved > self.save_every:
                        self._save()
                        saved = now
                self._validate(epoch, losses / max(steps, 1))
        finally:
            self._save()
        return self._export()

    def _rest_of(self, epoch: int) -> Any:
        """What is left of an epoch, in its own order; of several processes, this one's share."""
        self.train.epoch = epoch
        order = torch.Generator().manual_seed(key_of(self.plan.seed, epoch, ORDER))
        indices = torch.randperm(len(self.train), generator=order).tolist()
        left = indices[self.seen - epoch * len(self.train) :]
        self.network.train()
        return self._loader(self.train, left)

    def _loader(self, images: KeyedImages, indices: Sequence[int]) -> Any:
        from accelerate.data_loader import prepare_data_loader

        # Every process has the same indices, and accelerate hands out their batches in turn.
        # Accelerator.prepare would keep a reference to every epoch's.
        loader: DataLoader[Any] = DataLoader(
            images, self.plan.batch_size, sampler=indices, num_workers=self.workers
        )
        return prepare_data_loader(loader, self.accelerator.device, put_on_device=True)

    def _step(self, images: torch.Tensor, labels: torch.Tensor) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate(self.seen / (self.plan.epochs * len(self.train)))
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(images).float(), labels)
        self.accelerator.backward(loss)
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def _validate(self, epoch: int, training_loss: float) -> None:
        self.network.eval()
        totals = torch.zeros(2, dtype=torch.float64)
        for images, labels in self._loader(self.test, range(len(self.test))):
            logits = self.network(images).float()
            found = F.cross_entropy(logits, labels, reduction="none"), logits.argmax(1) == labels
            gathered = self.accelerator.gather_for_metrics(found)
            totals += torch.stack([each.double().sum().cpu() for each in gathered])
        loss, accuracy = (totals / len(self.test)).tolist()
        row = {"epoch": epoch + 1, "images_seen": self.seen, "seconds": round(self.seconds, 1)}
        row |= {"training_loss": training_loss, "loss": loss, "accuracy": accuracy}
        if self.main:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / HISTORY).open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
        self.report(self._line(f"loss {loss:.4f}, accuracy {accuracy:.4f} on clean images"))

    def _line(self, text: str) -> str:
        total = self.plan.epochs * len(self.train)
        left = self.seconds * (total / max(self.seen, 1) - 1) / 3600
        return f"image {self.seen:,} of {total:,}, {left:.1f} h left: {text}"

    def _parts(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        """State of the network by name, and its parameters."""
        network = self.accelerator.unwrap_model(self.network)
        return network.state_dict(), dict(network.named_parameters())

    def _save(self) -> None:
        if not self.main:
            return
        state, parameters = self._parts()
        tensors = {f"network/{name}": value for name, value in state.items()}
        for name, value in parameters.items():
            momentum = self.optimizer.state.get(value, {}).get("momentum_buffer")
            if momentum is not None:
                tensors[f"momentum/{name}"] = momentum
        about = {"step": self.seen, "seconds": self.seconds, "plan": asdict(self.plan)}
        write_state(self.folder / STATE, tensors, about)

    def _resume(self) -> None:
        path = self.folder / STATE
        if not path.is_file():
            return
        about = read_about(path)
        if about["plan"] != asdict(self.plan):
            raise InputError(
                f"{path}: expected a run with {asdict(self.plan)}, found one with "
                f"{about['plan']}; use another folder, or remove this one."
            )
        self.seen, self.seconds = about["step"], about["seconds"]
        if self.main:
            forget_later(self.folder / HISTORY, "images_seen", self.seen)
        state, parameters = self._parts()
        with safe_open(path, framework="pt") as stored, torch.no_grad():
            for key in stored.keys():  # noqa: SIM118 - not a mapping
                kind, _, name = key.partition("/")
                value = stored.get_tensor(key)
                if kind == "network":
                    state[name].copy_(value)
                else:
                    parameter = parameters[name]
                    kept = value.to(parameter.device)
                    self.optimizer.state[parameter]["momentum_buffer"] = kept
        self.report(self._line("going on"))

    def _export(self) -> Path:
        """Write the network as a folder of torchvision's, with what was done."""
        target = self.folder / MODEL
        if self.main:
            target.mkdir(parents=True, exist_ok=True)
            state, _ = self._parts()
            save_file({k: v.cpu().contiguous() for k, v in state.items()}, target / WEIGHTS)
            config: dict[str, Any] = {"torchvision": self.plan.architecture}
            config["preprocessing"] = asdict(self.plan.shown)
            if self.names is not None:
                config["id2label"] = dict(enumerate(self.names))
            history = (self.folder / HISTORY).read_text(encoding="utf-8").splitlines()
            record = {
                "plan": asdict(self.plan),
                "train_images": len(self.train),
                "devices": self.accelerator.num_processes,
                "precision": self.accelerator.mixed_precision,
                "hours": round(self.seconds / 3600, 2),
                "history": [json.loads(line) for line in history],
            }
            for name, value in (("config.json", config), ("training.json", record)):
                (target / name).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        self.accelerator.wait_for_everyone()
        return target
