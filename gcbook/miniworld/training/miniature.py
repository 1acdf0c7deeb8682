"""The run of a miniature: steps keyed by their number, and averaged weights.

The mean of the weights is exponential (`torch.optim.swa_utils.AveragedModel`), and young means
forget their start: after n updates its decay is at most n / (9 + n), the start itself being the
first of them.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError
from torch.optim.swa_utils import AveragedModel

from gcbook.classifiers.load import quiet_libraries
from gcbook.files.atomic import UnwritableError
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.run import Run
from gcbook.miniworld.training.texts import Names


@dataclass(frozen=True)
class Plan:
    """How a task is trained.

    Args:
        steps: number of batches.
        optimizer: "adamw" or "sgd" (momentum .9).
        learning_rate: its largest value; it falls to zero along half a cosine.
        warmup: steps in which it rises from zero.
        weight_decay: of matrices and kernels; biases and norms have none.
        average: decay of the exponential mean of the weights, 0 for none.
        clip: largest norm of the gradient, 0 for any.
        validate_every: steps between validations.
        seed: of the start and of all draws.
    """

    steps: int
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.01
    average: float = 0.999
    clip: float = 1.0
    validate_every: int = 500
    seed: int = 0

    def rate(self, step: int) -> float:
        """Learning rate of a step, counted from 0."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        return self.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / self.steps))

    def make_optimizer(self, networks: torch.nn.Module) -> torch.optim.Optimizer:
        """Return the optimizer of all weights that learn."""
        learning = [value for value in networks.parameters() if value.requires_grad]
        groups = [
            {
                "params": [value for value in learning if value.ndim >= 2],
                "weight_decay": self.weight_decay,
            },
            {"params": [value for value in learning if value.ndim < 2], "weight_decay": 0.0},
        ]
        if self.optimizer == "sgd":
            return torch.optim.SGD(groups, lr=self.learning_rate, momentum=0.9, foreach=True)
        return torch.optim.AdamW(groups, lr=self.learning_rate, betas=(0.9, 0.99), foreach=True)

    def make_average(self, networks: torch.nn.Module) -> AveragedModel | None:
        """Return the mean of the weights, in evaluation mode; None where there is none."""
        if not self.average:
            return None

        def forget(means: Any, values: Any, updates: Any) -> None:
            count = int(updates)
            torch._foreach_lerp_(means, values, 1 - min(self.average, count / (9 + count)))

        mean = AveragedModel(networks, multi_avg_fn=forget).eval()
        mean.update_parameters(networks)
        return mean


@dataclass(frozen=True)
class Start:
    """Images, the model that a task builds on, and where it is computed.

    Attributes:
        train: images of the classes that are learnt.
        validation: likewise, others.
        names: of each class, by the pools' labels.
        seed: of the weights.
        steps: of the training.
        base: folder of the trained model that the task builds on, where it builds on one.
        device: where the networks are.
    """

    train: Pool
    validation: Pool
    names: Names
    seed: int = 0
    steps: int = 10_000
    base: Path = Path()
    device: str = "cpu"


class Task(ABC):
    """What is trained, and on what.

    Args:
        start: its images, and where it is computed.
        batch_size: images a step.
    """

    networks: tuple[str, ...]
    """Names of the attributes that hold the networks that learn."""

    def __init__(self, start: Start, batch_size: int) -> None:
        self.train, self.validation, self.names = start.train, start.validation, start.names
        self.batch_size, self.device = batch_size, torch.device(start.device)

    @abstractmethod
    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        """Return the loss of one batch, drawn with the generator."""

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """Return measures on validation images; ``loss`` is one of them."""

    @abstractmethod
    def export(self, folder: Path) -> None:
        """Write the networks as they are now in the model's own layout."""

    def draw(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a batch of images to train on, as `Pool.batch` does, drawn with replacement."""
        chosen = torch.randint(len(self.train), (self.batch_size,), generator=generator)
        return self.train.batch(chosen)

    def modules(self) -> torch.nn.ModuleDict:
        """Return the networks that learn, by name."""
        return torch.nn.ModuleDict({name: getattr(self, name) for name in self.networks})

    def with_modules(self, modules: torch.nn.Module) -> Self:
        """Return the same task with other networks in the places of those that learn."""
        task = copy(self)
        for name in self.networks:
            setattr(task, name, modules.get_submodule(name))
        return task


class Trainer(Run):
    """Trains a task in a folder, from wherever the folder's last state is.

    Args:
        folder: of the state and the history.
        of: what else makes this run what it is: of which miniature, on which tokenizer.

    Raises:
        InputError: the folder holds a run with another plan, or of something else, or is damaged.
    """

    plan: Plan

    def __init__(
        self,
        task: Task,
        plan: Plan,
        folder: str | Path,
        *,
        report: Callable[[str], None] = print,
        of: Mapping[str, Any] | None = None,
    ) -> None:
        self.task, self.total = task, plan.steps
        networks = task.modules()
        super().__init__(
            plan,
            folder,
            networks,
            plan.make_optimizer(networks),
            of=of or {},
            average=plan.make_average(networks),
            clip=plan.clip,
            report=report,
        )

    def rate(self) -> float:
        return self.plan.rate(self.done)

    def batches(self, end: int) -> Iterator[tuple[int, int]]:
        every = self.plan.validate_every
        for step in range(self.done, min(end, self.done - self.done % every + every)):
            yield step, step + 1

    def loss(self, step: int) -> torch.Tensor:
        # Torch takes 32 bits of a seed: another 2²⁰ steps for each of 2¹² runs.
        key = (self.plan.seed * 2**20 + step) % 2**32
        torch.manual_seed(key)  # for dropout, which takes no generator
        return self.task.loss(step, torch.Generator().manual_seed(key))

    def is_due(self) -> bool:
        return self.done % self.plan.validate_every == 0 or self.done == self.plan.steps

    def measure(self) -> dict[str, float]:
        return self.averaged().validate()

    def averaged(self) -> Task:
        """Return the task with averaged weights, in evaluation mode; the run's own stay."""
        if self.average is None:
            return self.task.with_modules(deepcopy(self.networks).eval())
        return self.task.with_modules(self.average.module)

    def export(self, folder: str | Path) -> None:
        """Write the averaged networks in the model's own layout.

        Raises:
            UnwritableError: the disk is full, say.
        """
        with torch.no_grad(), quiet_libraries():
            try:
                self.averaged().export(Path(folder))
            except (OSError, SafetensorError) as error:
                raise UnwritableError(Path(folder), error) from error
