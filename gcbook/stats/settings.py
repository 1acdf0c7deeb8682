"""What a summary of the trials can be asked to do differently."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, Experiment

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SummarySettings"]


@dataclass(frozen=True)
class SummarySettings:
    """Choices behind every number of the book; the defaults are the published benchmark's.

    Attributes:
        datasets: which of the 17 datasets to use; aggregates are over these.
        conditions: ``"benchmark"`` leaves out, in aggregates, the conditions that the benchmark
            leaves out (unchanged images, and those too hard for humans); ``"all"`` keeps all.
        draws: bootstrap resamples, 0 for none.
        confidence: coverage of the intervals, between 0 and 1.
        seed: of the resampling, at least 0.
        zero_division: what error consistency is where it is 0/0: ``"nan"`` (left out of means) or
            ``"toolbox"`` (1.0, as the model-vs-human toolbox has it).
        resample_observers: resample the humans too. They are few; by default they are fixed.

    Raises:
        InputError: a value is not one of these.
    """

    datasets: tuple[str, ...] = DATASETS
    conditions: str = "benchmark"
    draws: int = 10_000
    confidence: float = 0.95
    seed: int = 0
    zero_division: str = "nan"
    resample_observers: bool = False

    def __post_init__(self) -> None:
        unknown = [name for name in self.datasets if name not in EXPERIMENTS]
        if unknown or not self.datasets:
            found = ", ".join(map(repr, unknown)) or "none"
            raise InputError(f"datasets: expected some of {', '.join(DATASETS)}; found {found}.")
        _one_of("conditions", self.conditions, "benchmark", "all")
        _one_of("zero_division", self.zero_division, "nan", "toolbox")
        if not 0 <= self.draws <= 100_000:
            raise InputError(f"draws: expected 0 to 100000, found {self.draws}.")
        if not 0 < self.confidence < 1:
            raise InputError(
                f"confidence: expected more than 0, less than 1; found {self.confidence}."
            )
        if self.seed < 0:
            raise InputError(f"seed: expected 0 or more, found {self.seed}.")
        # The order of the datasets never matters, so that equal choices are equal settings.
        ordered = tuple(name for name in DATASETS if name in self.datasets)
        object.__setattr__(self, "datasets", ordered)

    @classmethod
    def parse(cls, datasets: str = "all", **values: Any) -> "SummarySettings":
        """Make settings from a chapter's parameters.

        Args:
            datasets: ``"all"`` or dataset names separated by commas.
            values: the other attributes.

        >>> SummarySettings.parse("edge, sketch", draws=0).datasets
        ('edge', 'sketch')
        """
        if datasets.strip() == "all":
            return cls(**values)
        return cls(datasets=tuple(filter(None, map(str.strip, datasets.split(",")))), **values)

    def counted(self, experiment: Experiment) -> tuple[str, ...]:
        """The conditions of a dataset that count in aggregates."""
        return experiment.conditions if self.conditions == "all" else experiment.included

    def choose(self, trials: "pd.DataFrame") -> "pd.DataFrame":
        """The trials, or counts, of the chosen datasets."""
        if self.datasets == DATASETS:
            return trials
        return trials[trials["dataset"].isin(self.datasets)]

    def differences(self) -> dict[str, Any]:
        """The attributes that differ from the defaults."""
        default = type(self)()
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != getattr(default, field.name)
        }


def _one_of(name: str, value: str, *allowed: str) -> None:
    if value not in allowed:
        raise InputError(f"{name}: expected one of {', '.join(allowed)}; found {value!r}.")
