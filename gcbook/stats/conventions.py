"""Conventions: what a summary of the trials can be asked to do differently."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, Experiment
from gcbook.stats.resampling import Resampling

if TYPE_CHECKING:
    import pandas as pd

Conditions = Literal["benchmark", "all"]
ZeroDivision = Literal["nan", "toolbox"]

_LEFT_OUT = tuple(
    (name, condition)
    for name, experiment in EXPERIMENTS.items()
    for condition in experiment.conditions
    if condition in experiment.excluded
)
"""The conditions that the benchmark leaves out, each with its dataset."""


@dataclass(frozen=True)
class SummarySettings:
    """Choices behind every number of the book; the defaults are the published benchmark's.

    Attributes:
        datasets: which of the 17 datasets to use; aggregates are over these.
        conditions: ``"benchmark"`` leaves out, in aggregates, the conditions that the benchmark
            leaves out (unchanged images, and those too hard for humans); ``"all"`` keeps all.
        resampling: how the intervals are made.
        zero_division: what error consistency is where it is 0/0: ``"nan"`` (left out of means) or
            ``"toolbox"`` (1.0, as the model-vs-human toolbox has it).
        resample_observers: resample the humans too. They are few; by default they are fixed.
        within_categories: resample images and exemplars within their category, as they were chosen:
            the sixteen categories are fixed. Else from all of a condition.

    Raises:
        InputError: a value is not one of these.
    """

    datasets: tuple[str, ...] = DATASETS
    conditions: Conditions = "benchmark"
    resampling: Resampling = Resampling(draws=10_000)
    zero_division: ZeroDivision = "nan"
    resample_observers: bool = False
    within_categories: bool = True

    def __post_init__(self) -> None:
        unknown = [name for name in self.datasets if name not in EXPERIMENTS]
        if unknown or not self.datasets:
            found = ", ".join(map(repr, unknown)) or "none"
            raise InputError(f"datasets: expected some of {', '.join(DATASETS)}; found {found}.")
        _one_of("conditions", self.conditions, get_args(Conditions))
        _one_of("zero_division", self.zero_division, get_args(ZeroDivision))
        # The order of the datasets never matters, so that equal choices are equal settings.
        ordered = tuple(name for name in DATASETS if name in self.datasets)
        object.__setattr__(self, "datasets", ordered)

    @classmethod
    def parse(cls, datasets: str = "all", **values: Any) -> "SummarySettings":
        """Make settings from a chapter's parameters.

        Args:
            datasets: ``"all"`` or dataset names separated by commas.
            values: the other attributes.

        >>> SummarySettings.parse("edge, sketch").datasets
        ('edge', 'sketch')
        """
        if datasets.strip() == "all":
            return cls(**values)
        return cls(datasets=tuple(filter(None, map(str.strip, datasets.split(",")))), **values)

    def counted(self, experiment: Experiment) -> tuple[str, ...]:
        """The conditions of a dataset that count in aggregates."""
        return experiment.conditions if self.conditions == "all" else experiment.included

    def counts(self, rows: "pd.DataFrame") -> "pd.Series[bool]":
        """Which rows count in aggregates, bool; of a test set that the benchmark lacks, all do.

        Args:
            rows: with ``dataset, condition``.

        >>> import pandas as pd
        >>> rows = pd.DataFrame({"dataset": "contrast", "condition": ["c100", "c50", "c01"]})
        >>> SummarySettings().counts(rows).tolist()
        [False, True, False]
        """
        # Commands ask for settings before they know whether there is anything to compute.
        import pandas as pd

        if self.conditions == "all":
            return pd.Series(True, index=rows.index)
        places = pd.MultiIndex.from_frame(rows[["dataset", "condition"]])
        return pd.Series(~places.isin(_LEFT_OUT), index=rows.index)

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, ready for JSON."""
        return {
            **self.resampling.as_dict(),
            "conditions": self.conditions,
            "zero_division": self.zero_division,
            "resample_observers": self.resample_observers,
            "within_categories": self.within_categories,
            "datasets": list(self.datasets),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "SummarySettings":
        """Make settings from what `as_dict` returned, which may stand among other things."""
        resampling = Resampling(**{each.name: stored[each.name] for each in fields(Resampling)})
        return cls(
            datasets=tuple(stored["datasets"]),
            conditions=stored["conditions"],
            resampling=resampling,
            zero_division=stored["zero_division"],
            resample_observers=stored["resample_observers"],
            within_categories=stored["within_categories"],
        )

    def choose(self, trials: "pd.DataFrame") -> "pd.DataFrame":
        """The trials, or counts, of the chosen datasets."""
        if self.datasets == DATASETS:
            return trials
        return trials[trials["dataset"].isin(self.datasets)]


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{name}: expected one of {', '.join(allowed)}; found {value!r}.")
