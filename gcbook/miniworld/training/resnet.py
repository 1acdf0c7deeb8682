"""A ResNet on ImageNet, with diffusion-style noise or without: the paper's Appendix E.

Accelerate spreads the run over whatever there is, one process on a CPU or many GPUs; the same
command goes on where it was stopped. What the paper does not tell is as is usual: images are
normalized before they are noised, weight decay is on all parameters, there is no warm-up, and the
learning rate is the printed one whatever the number of devices. On a GPU the network runs in
bfloat16.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from gcbook.files.atomic import write_text
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.miniworld.training.conditional import in_bfloat16
from gcbook.miniworld.training.imagefolder import (
    KeyedImages,
    UnreadableImageError,
    check_same_classes,
    class_names,
    key_of,
    open_images,
    training_transform,
    validation_transform,
)
from gcbook.miniworld.training.interrupts import uninterrupted
from gcbook.miniworld.training.resnet_plan import ResNetPlan
from gcbook.miniworld.training.resnet_resume import resume_run, save_run
from gcbook.miniworld.training.state import add_row, forget_later, write_tensors
from gcbook.miniworld.training.together import ignore_interruptions, in_step

__all__ = ["ResNetRun"]

HISTORY, MODEL = "history.jsonl", "model"
WEIGHTS = "model.safetensors"
SHOW_EVERY = 30
"""Seconds between lines on how it goes."""
ORDER = 2**32 - 1
"""In place of an image's index: the key of the order of an epoch."""


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
        check_same_classes(data, train, test)
        self.names = class_names(train)
        noised = training_transform(plan.shown, noise=plan.noise, sqrt_alphas=plan.sqrt_alphas)
        self.train = KeyedImages(train, noised, plan.seed)
        self.test = KeyedImages(test, validation_transform(plan.shown), plan.seed)
        there = torch.cuda.is_available()
        if device not in ("auto", "cpu", "cuda") or (device == "cuda" and not there):
            raise InputError(
                f"device: expected auto, cpu or, where there is a GPU, cuda; found {device!r}. "
                "CUDA_VISIBLE_DEVICES chooses between GPUs, and accelerate launch takes several."
            )
        fast = there and device != "cpu" and in_bfloat16(torch.device("cuda"))
        precision = "bf16" if fast else "no"
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
        self.losses, self.steps = 0.0, 0  # of the epoch so far
        self.validated: list[dict[str, Any]] = []
        self.machines: list[dict[str, Any]] = []
        self._waiting: list[tuple[int, FrameType | None]] = []
        self.class_hash = hashlib.sha256("\n".join(train.classes).encode()).hexdigest()
        if resume_run(self):
            self.report(self._line("going on"))
        self._note_machine()

    def run(self) -> Path:
        """Train to the end, or to an interruption, which saves the state first.

        Several processes stop after the same step, whichever of them has to.

        Returns:
            Folder of the finished model, as `gcbook score` takes it.

        Raises:
            InputError: another run trains in the folder, or an image cannot be read.
            GcbookError: training has diverged, or the disk is full; what was saved before stays.
        """
        held: AbstractContextManager[list[tuple[int, FrameType | None]]] = nullcontext([])
        if self.accelerator.num_processes > 1:
            held = uninterrupted()
        lock = locked(self.folder, "training in this folder") if self.main else nullcontext()
        with lock, held as self._waiting:
            return self._run()

    def _run(self) -> Path:
        size, devices = len(self.train), self.accelerator.num_processes
        # Not before the lock: the history may be another run's. One process mends, all read.
        if self.main:
            forget_later(self.folder / HISTORY, "images_seen", self.seen)
        self.accelerator.wait_for_everyone()
        self.validated = forget_later(self.folder / HISTORY, "images_seen", self.seen)
        validated = {row["images_seen"] for row in self.validated}
        begun = time.monotonic() - self.seconds
        saved = shown = time.monotonic()
        whole = True
        try:
            # An epoch that ended without its validation is validated first. The weights of
            # those before it are gone.
            for epoch in range(max(self.seen - 1, 0) // size, self.plan.epochs):
                if (epoch + 1) * size in validated:
                    continue
                if self.seen == epoch * size:
                    self.losses, self.steps = 0.0, 0
                for images, labels in self._in_step(self._rest_of(epoch)):
                    with uninterrupted():
                        whole = False
                        self.losses += self._step(images, labels)
                        self.steps += 1
                        # The last batch is filled up with images that were there before.
                        most = (epoch + 1) * size
                        self.seen = min(self.seen + self.plan.batch_size * devices, most)
                        whole = True
                    now = time.monotonic()
                    self.seconds = now - begun
                    if now - shown > SHOW_EVERY:
                        self.report(self._line(f"loss {self.losses / self.steps:.4f}"))
                        shown = now
                    if now - saved > self.save_every:
                        self._save()
                        saved = now
                self._validate(epoch)
        except (KeyboardInterrupt, UnreadableImageError, RuntimeError) as stop:
            # A step that failed may have changed a part of the weights: the last state is better.
            # So it is after a mistake; but of several processes another one may be gone.
            if whole and (devices > 1 or not isinstance(stop, RuntimeError)):
                self._save()
            raise
        self._save()
        return self._export()

    def _in_step(self, batches: Iterable[Any]) -> Iterator[Any]:
        return in_step(batches, self.accelerator, self._waiting)

    def _rest_of(self, epoch: int) -> Any:
        """What is left of an epoch, in its own order; of several processes, this one's share."""
        self.train.epoch = epoch
        order = torch.Generator().manual_seed(key_of(self.plan.seed, epoch, ORDER))
        indices = torch.randperm(len(self.train), generator=order).tolist()
        left = indices[self.seen - epoch * len(self.train) :]
        if not left:
            return []
        self.network.train()
        return self._loader(self.train, left)

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

    def _step(self, images: torch.Tensor, labels: torch.Tensor) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate(self.seen / (self.plan.epochs * len(self.train)))
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(images).float(), labels)
        # Where it is not finite in one process, it is not in any.
        mean = float(self.accelerator.reduce(loss.detach(), "mean"))
        if not math.isfinite(mean):
            raise GcbookError(
                f"the loss is {mean} at image {self.seen:,}: training has diverged. The "
                f"last state in {self.folder} is from before; a smaller learning rate may help."
            )
        self.accelerator.backward(loss)
        self.optimizer.step()
        return mean

    @torch.no_grad()
    def _validate(self, epoch: int) -> None:
        """Add a row to the history."""
        self.network.eval()
        totals = torch.zeros(2, dtype=torch.float64)
        for images, labels in self._in_step(self._loader(self.test, range(len(self.test)))):
            logits = self.network(images).float()
            found = F.cross_entropy(logits, labels, reduction="none"), logits.argmax(1) == labels
            gathered = self.accelerator.gather_for_metrics(found)
            totals += torch.stack([each.cpu().double().sum() for each in gathered])
        loss, accuracy = (totals / len(self.test)).tolist()
        row: dict[str, Any] = {
            "epoch": epoch + 1,
            "images_seen": self.seen,
            "seconds": round(self.seconds, 1),
        }
        # Of a state from before its losses were kept, nothing is known.
        training_loss = self.losses / self.steps if self.steps else None
        row |= {"training_loss": training_loss, "loss": loss, "accuracy": accuracy}
        if self.main:
            add_row(self.folder / HISTORY, row)
        self.validated.append(row)
        self.report(self._line(f"loss {loss:.4f}, accuracy {accuracy:.4f} on clean images"))

    def _line(self, text: str) -> str:
        total = self.plan.epochs * len(self.train)
        left = self.seconds * (total / max(self.seen, 1) - 1) / 3600
        return f"image {self.seen:,} of {total:,}, {left:.1f} h left: {text}"

    def parts(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        """Return the state of the network by name, and its parameters."""
        network = self.accelerator.unwrap_model(self.network)
        return network.state_dict(), dict(network.named_parameters())

    def _save(self) -> None:
        if self.main:
            save_run(self)

    def _note_machine(self) -> None:
        """Keep on how many devices and in which precision a run goes on, where that is new."""
        now: dict[str, Any] = {
            "devices": self.accelerator.num_processes,
            "precision": self.accelerator.mixed_precision,
        }
        before = self.machines[-1] if self.machines else None
        if before and {name: before[name] for name in now} == now:
            return
        self.machines.append({"from_image": self.seen, **now})
        if before:
            sizes = [self.plan.batch_size * each["devices"] for each in (before, now)]
            self.report(
                f"note: begun on {before['devices']} devices in precision {before['precision']}, "
                f"goes on with {now['devices']} in {now['precision']}; a step was of {sizes[0]} "
                f"images and is of {sizes[1]}, at the same learning rate. The record keeps that."
            )

    def _export(self) -> Path:
        """Write the network as a folder of torchvision's, with what was done."""
        target = self.folder / MODEL
        if self.main:
            target.mkdir(parents=True, exist_ok=True)
            state, _ = self.parts()
            write_tensors(target / WEIGHTS, {name: value.cpu() for name, value in state.items()})
            config: dict[str, Any] = {"torchvision": self.plan.architecture}
            config["preprocessing"] = asdict(self.plan.shown)
            if self.names is not None:
                config["id2label"] = dict(enumerate(self.names))
            record = {
                "plan": asdict(self.plan),
                "train_images": len(self.train),
                "machines": self.machines,
                "hours": round(self.seconds / 3600, 2),
                "history": self.validated,
            }
            for name, value in (("config.json", config), ("training.json", record)):
                write_text(json.dumps(value, indent=1) + "\n", target / name)
        self.accelerator.wait_for_everyone()
        return target
