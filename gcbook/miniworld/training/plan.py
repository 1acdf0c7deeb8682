"""How long and how fast a miniature learns."""

import math
from dataclasses import dataclass

__all__ = ["Plan"]


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
        halvings: checkpoints are exported after all steps, half of them, a quarter, and so on.
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
    halvings: int = 6
    seed: int = 0

    def rate(self, step: int, begun: int = 0) -> float:
        """Learning rate of a step, both counted from 0; the warm-up is after ``begun``."""
        rise = min(1.0, (step - begun + 1) / max(1, self.warmup))
        return self.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / self.steps))

    @property
    def milestones(self) -> tuple[int, ...]:
        """Numbers of steps after which a checkpoint is exported."""
        return tuple(sorted({self.steps >> halving for halving in range(self.halvings)} - {0}))
