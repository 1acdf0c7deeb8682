"""A training run in a folder: it starts, saves its state, stops, and goes on where it was.

A run is a function of its seed: whatever is random in it is keyed by the seed and by how far the
run has come, so that one that was interrupted ends in the bytes in which it would have ended.
Ctrl-C and SIGTERM wait for the end of a step; between steps weights, optimizer and counts are those
of one moment, and that is when the state is saved.
"""

import json
import math
import os
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch.optim.swa_utils import AveragedModel

from gcbook.files.artefacts import RUN_STATE
from gcbook.files.atomic import UnwritableError, write_text
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.interrupts import held_back
from gcbook.files.locks import locked
from gcbook.files.untrusted import refused
from gcbook.miniworld.training.state import (
    BEGIN_ANEW,
    STATE_OF_A_RUN,
    check_same,
    read_about,
    write_state,
)

STATE, HISTORY = RUN_STATE, "history.jsonl"
"""What a run goes on from; and what the state knows of the validations, for people to follow."""
SHOW_EVERY = 30.0
"""Seconds between lines on how it goes."""


class Run(ABC):
    """A run, from wherever its folder's state is.

    Of several processes each has a run of its own; one of them speaks and writes for all, and where
    one has to stop, whoever started them ends the others.

    Args:
        plan: a dataclass that says how it is trained.
        folder: of the state and the history.
        of: what else makes the run what it is, by name: JSON.
        average: of the weights, updated after each step.
        clip: largest norm of the gradient, 0 for any.
        accelerator: accelerate's, where several processes can train together.
        save_every: seconds after which the state is saved.

    Attributes:
        done: how far it has come, in steps or images.
        total: how far it goes.
        history: a row a validation.
        notes: JSON that the state keeps for a kind of run.

    Raises:
        InputError: the folder holds another run, or a damaged one.
    """

    unit = "step"
    counted = "step"
    """What a row of the history calls the number that is ``done``."""
    total: int

    def __init__(
        self,
        plan: Any,
        folder: str | Path,
        networks: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        of: Mapping[str, Any],
        average: AveragedModel | None = None,
        clip: float = 0.0,
        accelerator: Any = None,
        save_every: float = 120.0,
        report: Callable[[str], None] = print,
    ) -> None:
        self.plan, self.folder = plan, Path(folder)
        self.networks, self.optimizer, self.average = networks, optimizer, average
        self.clip, self.accelerator, self.save_every = clip, accelerator, save_every
        self.main: bool = accelerator is None or accelerator.is_main_process
        self.report = report if self.main else lambda line: None
        # As it comes back from the state: JSON knows no tuples.
        self.of: dict[str, Any] = json.loads(json.dumps(dict(of)))
        self.done, self.seconds = 0, 0.0
        self.losses, self.steps = 0.0, 0  # since the last validation
        self.history: list[dict[str, Any]] = []
        self.notes: dict[str, Any] = {}
        self._stops: list[int] = []
        self._saved = 0
        if os.path.lexists(self.folder / STATE):
            self._resume(self.folder / STATE)

    @abstractmethod
    def rate(self) -> float:
        """Learning rate of the next step."""

    @abstractmethod
    def batches(self, end: int) -> Iterable[tuple[Any, int]]:
        """Yield what is left until the next stock, and how far the run is after each step."""

    @abstractmethod
    def loss(self, batch: Any) -> torch.Tensor:
        """Return the loss of a batch."""

    @abstractmethod
    def is_due(self) -> bool:
        """Tell whether weights that have come this far are validated."""

    @abstractmethod
    def measure(self) -> dict[str, float]:
        """Return measures on validation images; ``loss`` is one of them."""

    def place(self) -> dict[str, int]:
        """What a row of the history begins with."""
        return {self.counted: self.done}

    def run(self, until: int | None = None) -> None:
        """Train to the end, or as far as ``until``; an interruption saves the state first.

        Raises:
            InputError: another process trains in the folder, or an image cannot be read.
            GcbookError: training has diverged, or the disk is full; what was saved before stays.
        """
        lock = locked(self.folder, "training in this folder") if self.main else nullcontext()
        try:
            with lock, held_back() as self._stops:
                self._run(self.total if until is None else min(self.total, until))
        except KeyboardInterrupt as stop:
            there = "there" if self._saved == self.done else f"{self.unit} {self._saved:,}"
            stop.add_note(
                f"stopped at {self.unit} {self.done:,}; the same command goes on from {there}"
            )
            self.report(stop.__notes__[-1])
            raise

    def _run(self, end: int) -> None:
        # Not before the lock: the history may be another run's.
        self._write_history()
        begun = time.monotonic() - self.seconds
        saved = shown = time.monotonic()
        self.networks.train()
        while True:
            # First: an interruption may have come between a step and the stock that follows it.
            self.take_stock()
            if self.done >= end:
                break
            for batch, after in self.taken(self.batches(end)):
                self.losses += self._step(batch)
                self.steps += 1
                self.done = after
                now = time.monotonic()
                self.seconds = now - begun
                if now - shown > SHOW_EVERY:
                    self.report(self.line(f"loss {self.losses / self.steps:.4f}"))
                    shown = now
                if now - saved > self.save_every:
                    self.save()
                    saved = now
        self.save()

    def _step(self, batch: Any) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(batch)
        mean = loss.detach()
        if self.accelerator is not None:
            # Where it is not finite in one process, it is not in any.
            mean = self.accelerator.reduce(mean, "mean")
        value = float(mean)
        if not math.isfinite(value):
            raise GcbookError(
                f"{self.folder}: expected a finite loss, found {value} at {self.unit} "
                f"{self.done:,}: training has diverged. What was saved before that is still "
                "there, but goes the same way; train in another folder with another seed or a "
                "smaller learning rate."
            )
        loss.backward()
        if self.clip:
            torch.nn.utils.clip_grad_norm_(self.networks.parameters(), self.clip)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.networks)
        return value

    def taken(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield batches; where there is none because the run has to stop, save the state."""
        source = iter(batches)
        while True:
            try:
                batch = next(source, None)
                if self._stops:
                    raise KeyboardInterrupt
            except BaseException as error:
                self._save_at_a_stop()
                if isinstance(error, InputError):
                    # A worker process puts a traceback before the message.
                    alone = str(error).rpartition("InputError: ")[2].strip()
                    raise InputError(alone) from error
                raise
            if batch is None:
                return
            yield batch

    def _save_at_a_stop(self) -> None:
        try:
            self.save()
        except UnwritableError:
            self._stops.clear()  # this is the error to report, and not the interruption
            raise

    def take_stock(self) -> None:
        """Add a row to the history where one is due and not yet there."""
        there = bool(self.history) and self.history[-1][self.counted] == self.done
        if not self.done or there or not self.is_due():
            return
        with torch.no_grad():
            measures = self.measure()
        row: dict[str, Any] = {**self.place(), "seconds": round(self.seconds, 1)}
        row["training_loss"] = self.losses / self.steps if self.steps else None
        row |= measures
        self.history.append(row)
        self._write_history()
        self.losses, self.steps = 0.0, 0
        shown = {f"validation {name}": value for name, value in measures.items()}
        if row["training_loss"] is not None:
            shown = {"training loss": row["training_loss"]} | shown
        self.report(self.line(", ".join(f"{name} {value:.4f}" for name, value in shown.items())))

    def _write_history(self) -> None:
        if self.main:
            lines = [json.dumps(row) + "\n" for row in self.history]
            write_text("".join(lines), self.folder / HISTORY)

    def line(self, text: str) -> str:
        """Say how far the run is, and how long it takes from here."""
        left = self.seconds * (self.total / max(self.done, 1) - 1)
        wait = f"{left / 60:.0f} min" if left < 2 * 3600 else f"{left / 3600:.1f} h"
        return f"{self.unit} {self.done:,} of {self.total:,}, {wait} left: {text}"

    def _tensors(self) -> dict[str, torch.Tensor]:
        """All that is learnt, by name."""
        learnt = torch.nn.ModuleDict({"networks": self.networks})
        if self.average is not None:
            learnt["average"] = self.average
        return dict(learnt.named_parameters()) | dict(learnt.named_buffers())

    def save(self) -> None:
        """Write the state, from which another process can go on.

        Raises:
            UnwritableError: the disk is full, say; the state that was there before still is.
        """
        if not self.main:
            return
        tensors = {name: value.detach() for name, value in self._tensors().items()}
        for index, slots in self.optimizer.state_dict()["state"].items():
            for slot, value in slots.items():
                if value is not None:
                    tensors[f"optimizer/{index}/{slot}"] = value
        about = {
            "done": self.done,
            "seconds": self.seconds,
            "losses": [self.losses, self.steps],
            "notes": self.notes,
            "history": self.history,
            "plan": asdict(self.plan),
            "of": self.of,
        }
        write_state(self.folder / STATE, tensors, about)
        self._saved = self.done

    def _resume(self, path: Path) -> None:
        about = read_about(path)
        check_same(path, about["plan"] | about["of"], asdict(self.plan) | self.of)
        self.done, self.seconds, self.notes = about["done"], about["seconds"], about["notes"]
        self.losses, self.steps = about["losses"]
        self.history = about["history"]
        self._saved = self.done
        own = self._tensors()
        slots: dict[int, dict[str, torch.Tensor]] = defaultdict(dict)
        with (
            refused(path, STATE_OF_A_RUN, BEGIN_ANEW),
            safe_open(path, framework="pt") as stored,
            torch.no_grad(),
        ):
            for key in stored.keys():  # noqa: SIM118 - not a mapping
                if key in own:
                    own[key].copy_(stored.get_tensor(key))
                else:
                    _, index, slot = key.split("/")
                    slots[int(index)][slot] = stored.get_tensor(key)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": slots, "param_groups": groups})
