"""How intervals are made: how often images are resampled, and which share of values they hold."""

from dataclasses import asdict, dataclass

__all__ = ["Resampling"]


@dataclass(frozen=True)
class Resampling:
    """A bootstrap's settings, passed whole.

    Attributes:
        draws: resamples, 0 for values without intervals.
        confidence: coverage of the intervals, in (0, 1).
        seed: of the resampling, at least 0.
    """

    draws: int = 2000
    confidence: float = 0.95
    seed: int = 0

    def as_dict(self) -> dict[str, float]:
        """The settings by name, as a figure shows what it was made with."""
        return asdict(self)
