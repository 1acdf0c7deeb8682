"""The 17 datasets of the model-vs-human benchmark: their conditions and what is left out.

Twelve datasets vary one image manipulation in steps (parametric); five apply one manipulation
once. The benchmark of Geirhos et al. (2021) leaves out the conditions in which the image is
unchanged (not out-of-distribution) and those in which humans can no longer see what is shown; the
figures show all of them and shade those. A condition is named as in the trial files once its
number has been parsed: ``0.30`` and ``0.3`` are one condition.
"""

from dataclasses import dataclass
from functools import cached_property

SINGLE_CONDITION = "0"
"""Name of the only condition of a nonparametric dataset."""


@dataclass(frozen=True)
class Experiment:
    """One dataset.

    Attributes:
        name: as in folder and file names, e.g. ``"cue-conflict"``.
        title: for headings.
        conditions: all conditions, from the easiest to the hardest.
        unchanged: conditions in which the image is not manipulated.
        too_hard: conditions that humans can barely do.
        n_images: images an observer sees in the whole dataset.
        xlabel: what the condition is, for the axis, with its unit.
        axis_labels: conditions as printed on the axis, in the order of ``conditions``.
    """

    name: str
    title: str
    conditions: tuple[str, ...]
    n_images: int
    xlabel: str = ""
    unchanged: frozenset[str] = frozenset()
    too_hard: frozenset[str] = frozenset()
    axis_labels: tuple[str, ...] = ()

    @property
    def parametric(self) -> bool:
        """Whether one manipulation is varied over several conditions."""
        return len(self.conditions) > 1

    @property
    def excluded(self) -> frozenset[str]:
        """Conditions that the benchmark leaves out."""
        return self.unchanged | self.too_hard

    @cached_property
    def included(self) -> tuple[str, ...]:
        """Conditions that the benchmark counts, in order."""
        return tuple(c for c in self.conditions if c not in self.excluded)

    def label(self, condition: str) -> str:
        """The condition as printed on the axis.

        >>> EXPERIMENTS["contrast"].label("c05")
        '5'
        """
        labels = self.axis_labels or self.conditions
        return labels[self.conditions.index(condition)]


def _parametric(
    name: str,
    title: str,
    xlabel: str,
    unchanged: str,
    included: str,
    too_hard: str = "",
    *,
    n_images: int = 1280,
    axis_labels: str = "",
) -> Experiment:
    return Experiment(
        name,
        title,
        conditions=tuple(f"{unchanged} {included} {too_hard}".split()),
        n_images=n_images,
        xlabel=xlabel,
        unchanged=frozenset(unchanged.split()),
        too_hard=frozenset(too_hard.split()),
        axis_labels=tuple(axis_labels.split()),
    )


def _single(name: str, title: str, n_images: int) -> Experiment:
    return Experiment(name, title, (SINGLE_CONDITION,), n_images)


def _eidolon(number: str, coherence: int, included: str, too_hard: str) -> Experiment:
    def names(reaches: str) -> str:
        return " ".join(f"{reach}-{coherence}-10" for reach in reaches.split())

    return _parametric(
        f"eidolon{number}",
        f"Eidolon {number}",
        "Reach (log₂)",
        names("1"),
        names(included),
        names(too_hard),
        axis_labels="0 1 2 3 4 5 6 7",
    )


_ALL = (
    _parametric("colour", "Colour", "Colour", "cr", "bw", axis_labels="colour greyscale"),
    _parametric(
        "contrast",
        "Contrast",
        "Contrast (%)",
        "c100",
        "c50 c30 c15 c10 c05",
        "c03 c01",
        axis_labels="100 50 30 15 10 5 3 1",
    ),
    _parametric(
        "high-pass",
        "High-pass",
        "Filter standard deviation (pixels)",
        "inf",
        "3.0 1.5 1.0 0.7",
        "0.55 0.45 0.4",
        axis_labels="inf 3 1.5 1 0.7 0.55 0.45 0.4",
    ),
    _parametric(
        "low-pass", "Low-pass", "Filter standard deviation (pixels)", "0", "1 3 5 7 10", "15 40"
    ),
    _parametric(
        "phase-scrambling",
        "Phase scrambling",
        "Phase noise width (°)",
        "0",
        "30 60 90 120",
        "150 180",
        n_images=1120,
    ),
    _parametric(
        "power-equalisation",
        "Power equalisation",
        "Power spectrum",
        "0",
        "pow",
        n_images=1120,
        axis_labels="original equalised",
    ),
    _parametric(
        "false-colour",
        "Opponent (false) colour",
        "Colour",
        "True",
        "False",
        n_images=1120,
        axis_labels="true opponent",
    ),
    _parametric("rotation", "Rotation", "Rotation angle (°)", "0", "90 180 270"),
    _eidolon("I", 10, "2 4 8 16 32", "64 128"),
    _eidolon("II", 3, "2 4 8 16", "32 64 128"),
    _eidolon("III", 0, "2 4 8", "16 32 64 128"),
    _parametric(
        "uniform-noise",
        "Uniform noise",
        "Uniform noise width",
        "0.0",
        "0.03 0.05 0.1 0.2 0.35",
        "0.6 0.9",
    ),
    _single("edge", "Edge", 160),
    _single("silhouette", "Silhouette", 160),
    _single("cue-conflict", "Cue conflict", 1280),
    _single("sketch", "Sketch", 800),
    _single("stylized", "Stylized", 800),
)

EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}
"""The datasets by name: twelve parametric ones, then five with one manipulation."""

TITLES = {name: experiment.title for name, experiment in EXPERIMENTS.items()}
"""Name of a dataset → its title."""

DATASETS = tuple(EXPERIMENTS)
"""Names of the 17 datasets."""

PARAMETRIC = tuple(name for name, experiment in EXPERIMENTS.items() if experiment.parametric)
"""Names of the twelve parametric datasets."""
