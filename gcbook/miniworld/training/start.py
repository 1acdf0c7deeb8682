"""What the training of any miniature begins from."""

from dataclasses import dataclass
from pathlib import Path

from gcbook.miniworld.training.pool import Pool

__all__ = ["Start"]


@dataclass(frozen=True)
class Start:
    """Images, the model that a task builds on, and where it is computed.

    Attributes:
        train: images of the categories that are learnt.
        validation: likewise, of other silhouettes.
        seed: of the weights.
        steps: of the training.
        base: folder of the trained model that the task builds on, where it builds on one.
        device: where the networks are.
    """

    train: Pool
    validation: Pool
    seed: int = 0
    steps: int = 10_000
    base: Path = Path()
    device: str = "cpu"
