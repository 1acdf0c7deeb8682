"""The loop that trains any of the miniatures: steps, checkpoints, resuming, validation.

A run is a function of its seed: what is random in a step is keyed by the seed and the number of the
step, so that a run that was interrupted goes on as if it had not been
(`gcbook.miniworld.training.resume`).
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError

from gcbook.classifiers.quiet import quiet_libraries
from gcbook.files.atomic import UnwritableError
from gcbook.files.errors import GcbookError
from gcbook.files.locks import locked
from gcbook.miniworld.training.interrupts import uninterrupted
from gcbook.miniworld.training.plan import Plan
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.resume import pack_run, resume_run, save_run
from gcbook.miniworld.training.state import add_row, forget_later

__all__ = ["Task", "Trainer"]

HISTORY = "history.jsonl"
CHECKPOINTS = "checkpoints"


class Task(Protocol):
    """What is trained, and on what.

    Attributes:
        modules: the networks that learn, by name.
        train: the images.
        validation: others, of other silhouettes.
        batch_size: images a step.
        device: where the networks are.
    """

    modules: dict[str, torch.nn.Module]
    train: Pool
    validation: Pool
    batch_size: int
    device: torch.device

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        """Return the loss of one batch, drawn with the generator."""

    def validate(self) -> dict[str, float]:
        """Return measures on validation images; ``loss`` is one of them. Weights are averaged."""

    def export(self, folder: Path) -> None:
        """Write the networks as they are now in the model's own layout."""


class Trainer:
    """Trains a task in a folder, from wherever the folder's last state is.

    Args:
        task: the networks and their loss.
        plan: how.
        folder: of the state, the history and the checkpoints.
        save_every: seconds after which the state is saved.
        report: called with a line now and then.
        of: what else makes this run what it is: of which miniature, on which tokenizer. A state
            that says nothing of it is taken up all the same.

    Raises:
        InputError: the folder holds a run with another plan, or of something else, or is damaged.
    """

    def __init__(
        self,
        task: Task,
        plan: Plan,
        folder: str | Path,
        *,
        save_every: float = 120.0,
        report: Callable[[str], None] = print,
        of: Mapping[str, Any] | None = None,
    ) -> None:
        self.task, self.plan, self.folder = task, plan, Path(folder)
        # As it comes back from the state: JSON knows no tuples.
        self.of = json.loads(json.dumps(dict(of or {})))
        self.save_every, self.report = save_every, report
        self.parameters = {
            f"{module}.{name}": value
            for module, network in task.modules.items()
            for name, value in network.named_parameters()
            if value.requires_grad
        }
        self.buffers = {
            f"{module}.{name}": value
            for module, network in task.modules.items()
            for name, value in network.named_buffers()
        }
        self.optimizer = self._optimizer()
        self.mean = {name: value.detach().clone() for name, value in self.parameters.items()}
        self.step, self.begun, self.validated = 0, 0, 0
        self.seconds = 0.0
        resume_run(self)

    def run(self, until: int | None = None) -> None:
        """Train to the last step, or to ``until``; an interruption saves the state first.

        Raises:
            InputError: another process trains in the folder.
            GcbookError: the loss is not finite, or the disk is full; what was saved before stays.
        """
        with locked(self.folder, "training in this folder"):
            self._run(until)

    def _run(self, until: int | None) -> None:
        end = min(self.plan.steps, self.plan.steps if until is None else until)
        # Not before the lock: the history may be another process's.
        rows = forget_later(self.folder / HISTORY, "step", self.step)
        self.validated = rows[-1]["step"] if rows else 0
        begun, saved = time.monotonic() - self.seconds, time.monotonic()
        shown, losses = time.monotonic(), torch.zeros(2)
        for network in self.task.modules.values():
            network.train()
        whole = True
        try:
            if self.step:
                self._take_stock(None)  # an interruption may have come between step and stock
            while self.step < end:
                with uninterrupted():
                    whole = False
                    loss = self._one_step()
                    self.step += 1
                    whole = True
                losses += torch.tensor([loss, 1.0])
                now = time.monotonic()
                self.seconds = now - begun
                if self._take_stock(float(losses[0] / losses[1])):
                    losses.zero_()
                if now - shown > 30 and losses[1]:
                    self.report(self._line(f"loss {float(losses[0] / losses[1]):.4f}"))
                    shown = now
                if now - saved > self.save_every:
                    self.save()
                    saved = now
        except KeyboardInterrupt:
            # A step that failed may have changed a part of the weights: the last state is better.
            if whole:
                self._keep()
            raise
        self._keep()

    def _keep(self) -> None:
        self.save()
        pack_run(self)

    def _take_stock(self, loss: float | None) -> bool:
        """Validate and keep a checkpoint, each where it is due and not yet done."""
        every, steps = self.plan.validate_every, self.plan.steps
        due = self.step > self.validated and (self.step % every == 0 or self.step == steps)
        if due:
            self._validate(loss)
        folder = self.folder / CHECKPOINTS / f"{self.step:06d}"
        if self.step in self.plan.milestones and not folder.exists():
            part = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            self.export(part)
            part.rename(folder)
        return due

    def _one_step(self) -> float:
        # Torch takes 32 bits of a seed: another 2²⁰ steps for each of 2¹² runs.
        key = (self.plan.seed * 2**20 + self.step) % 2**32
        generator = torch.Generator().manual_seed(key)
        torch.manual_seed(key)  # for dropout, which takes no generator
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate(self.step, self.begun)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.task.loss(self.step, generator)
        if not torch.isfinite(loss):
            raise GcbookError(
                f"{self.folder}: expected a finite loss, found {loss.item()} in step "
                f"{self.step:,}: the training went astray. What was saved before that is still "
                "there, but goes the same way; train in another folder with another seed or a "
                "smaller rate."
            )
        loss.backward()
        if self.plan.clip:
            torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.plan.clip)
        self.optimizer.step()
        if self.plan.average:
            # Young means forget their start.
            decay = min(self.plan.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(
                list(self.mean.values()),
                [value.detach() for value in self.parameters.values()],
                1 - decay,
            )
        return loss.item()

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the mean of the weights in place of the weights, in evaluation mode."""
        with ExitStack() as back:
            # An interruption saves the weights: it must not find them half exchanged.
            with uninterrupted():
                if self.plan.average:
                    self._swap()
                    back.callback(self._swap_back)
                for network in self.task.modules.values():
                    network.eval()
                    back.callback(network.train)
            with torch.no_grad():
                yield

    def _swap_back(self) -> None:
        with uninterrupted():
            self._swap()

    def _swap(self) -> None:
        with torch.no_grad():
            for name, value in self.parameters.items():
                kept = value.detach().clone()
                value.copy_(self.mean[name])
                self.mean[name].copy_(kept)

    def _validate(self, loss: float | None) -> None:
        """Add a row to the history; ``training_loss`` is over the steps since the last resuming."""
        with self.averaged():
            measures = self.task.validate()
        row = {"step": self.step, "seconds": round(self.seconds, 1), "training_loss": loss}
        row |= measures
        add_row(self.folder / HISTORY, row)
        self.validated = self.step
        shown = {} if loss is None else {"training loss": loss}
        shown |= {f"validation {key}": value for key, value in measures.items()}
        self.report(self._line(", ".join(f"{name} {value:.4f}" for name, value in shown.items())))

    def _line(self, text: str) -> str:
        rate = self.step / max(self.seconds, 1e-9)
        left = (self.plan.steps - self.step) / max(rate, 1e-9) / 60
        return f"step {self.step:,} of {self.plan.steps:,}, {left:.0f} min left: {text}"

    def export(self, folder: str | Path) -> None:
        """Write the averaged networks in the model's own layout.

        Raises:
            UnwritableError: the disk is full, say.
        """
        with self.averaged(), quiet_libraries():
            try:
                self.task.export(Path(folder))
            except (OSError, SafetensorError) as error:
                raise UnwritableError(Path(folder), error) from error

    def save(self) -> None:
        """Write the state, from which another process can go on."""
        save_run(self)

    def _optimizer(self) -> torch.optim.Optimizer:
        plan = self.plan
        plain = [value for value in self.parameters.values() if value.ndim < 2]
        decayed = [value for value in self.parameters.values() if value.ndim >= 2]
        groups = [
            {"params": decayed, "weight_decay": plan.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        if plan.optimizer == "sgd":
            return torch.optim.SGD(groups, lr=plan.learning_rate, momentum=0.9, foreach=True)
        return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.99), foreach=True)
