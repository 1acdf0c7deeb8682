"""The stored simulation of the intervals: how often each procedure's contain the truth."""

import io
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, read_file, refused
from gcbook.files.manifest import DATA
from gcbook.stats.rows import ordered_rows

OURS, PERCENTILE, KLEIN = "This book", "Percentile bootstrap", "Klein et al. (2025)"
"""The procedures that are shown."""

BAND = (0.93, 0.97)
"""The coverages that the choice of an interval counts as right."""

STATISTICS = {
    "accuracy": "Accuracy",
    "mean ood_accuracy": "OOD accuracy",
    "difference in ood_accuracy": "OOD accuracy, gap",
    "mean observed_consistency": "Observed consistency",
    "mean observed_consistency of humans": "Observed c., humans",
    "kappa of a pair": "Kappa, one pair",
    "mean error_consistency": "Kappa, mean",
    "mean error_consistency of humans": "Kappa, humans",
    "difference in error_consistency": "Kappa, gap",
    "mean error_consistency over datasets": "Kappa, datasets",
    "mean error_consistency of humans over datasets": "Kappa, datasets, humans",
    "difference in error_consistency over datasets": "Kappa, datasets, gap",
    "kappa": "Kappa, cue conflicts",
    "shape bias": "Shape bias",
    "shape bias of a category": "Shape bias, category",
    "shape bias of pooled humans": "Shape bias, humans",
    "difference in shape bias": "Shape bias, gap",
    "shape accuracy": "Shape accuracy",
    "mean accuracy_difference": "Squared difference",
    "mean accuracy_difference of humans": "Squared d., humans",
    "mean over seeds": "Mean over seeds",
}
"""What is simulated, by its name in the stored run, and as a reader sees it."""

_KINDS = {
    "Accuracy": ["accuracy", "mean ood_accuracy"],
    "Accuracy gap": ["difference in ood_accuracy"],
    "Consistency": [
        "mean observed_consistency",
        "mean observed_consistency of humans",
    ],
    "Kappa": [
        "kappa of a pair",
        "mean error_consistency",
        "mean error_consistency of humans",
        "difference in error_consistency",
    ],
    "Kappa, datasets": [
        "mean error_consistency over datasets",
        "mean error_consistency of humans over datasets",
        "difference in error_consistency over datasets",
    ],
    "Kappa, conflicts": ["kappa"],
    "Shape bias": [
        "shape bias",
        "shape bias of a category",
        "shape bias of pooled humans",
        "difference in shape bias",
        "shape accuracy",
    ],
    "Squared difference": ["mean accuracy_difference", "mean accuracy_difference of humans"],
    "Mean over seeds": ["mean over seeds"],
}
"""The kinds of statistics that the figure has a row for, and which belong to each."""
KIND_OF = {statistic: kind for kind, members in _KINDS.items() for statistic in members}

_DESIGN = ["images", "accuracies", "observers", "effects", "shared", "seeds"]
_MEASURED = ["truth", "coverage", "width", "below", "above"]
_COLUMNS = [*_DESIGN, "statistic", "hard", "method", "ours", *_MEASURED]
LARGEST_RUN = 16 * MIB
"""Bytes of a run; the one that ships has 56 kB."""


def read_run(stored: str = "") -> pd.DataFrame:
    """A run that ``benchmarks/coverage.py --store`` wrote.

    Args:
        stored: its file; nothing for the run that ships.

    Raises:
        InputError: there is no such file, or it has not the columns of a run.
    """
    path = Path(stored) if stored else DATA.path("coverage.parquet")
    with refused(path, "a run of benchmarks/coverage.py", "Name a file that --store wrote."):
        run = pd.read_parquet(io.BytesIO(read_file(path, LARGEST_RUN)))
    lacking = [name for name in [*_COLUMNS, "replications"] if name not in run]
    if lacking:
        raise InputError(
            f"stored: expected a run of benchmarks/coverage.py, found a table without "
            f"{', '.join(lacking)} at {path}."
        )
    return run


def coverage_rows(run: pd.DataFrame) -> pd.DataFrame:
    """Ours and the procedures that it is held against, of every design.

    Args:
        run: from `read_run`.

    Returns:
        The run's rows of these procedures with ``procedure`` (`OURS`, `PERCENTILE` or `KLEIN`) and
        ``name`` (the statistic as a reader sees it). Where ours is the percentile bootstrap, it
        stands there once, as ours.
    """
    known = {"percentile": PERCENTILE, "percentile, as Klein et al. (2025)": KLEIN}
    procedure = run["method"].map(known).mask(run["ours"], OURS)
    rows = run.assign(procedure=procedure, name=run["statistic"].map(STATISTICS))
    return rows.dropna(subset=["procedure", "name"]).reset_index(drop=True)


def kind_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each kind of statistic and procedure, how it does over the designs that are not hard.

    Args:
        rows: from `coverage_rows`.

    Returns:
        ``kind, procedure, designs``, ``coverage`` (mean over them) and ``low, high`` (between
        which four of five of them lie).
    """
    easy = rows[~rows["hard"]]
    grouped = easy.assign(kind=easy["statistic"].map(KIND_OF)).groupby(["kind", "procedure"])
    found = grouped["coverage"].agg(
        designs="size",
        coverage="mean",
        low=lambda each: each.quantile(0.1),
        high=lambda each: each.quantile(0.9),
    )
    order = {"kind": [*_KINDS], "procedure": [OURS, PERCENTILE, KLEIN]}
    return ordered_rows(found.reset_index(), list(order), order)


def procedure_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each statistic and procedure, how it does over the designs that are not hard.

    Args:
        rows: from `coverage_rows`.

    Returns:
        ``statistic, name, procedure, designs``, ``mean`` and ``least`` coverage, ``within`` (share
        of designs in `BAND`) and mean ``width``, in the order of `STATISTICS`.
    """
    grouped = rows[~rows["hard"]].groupby(["statistic", "name", "procedure"], sort=False)
    found = grouped.agg(
        designs=("coverage", "size"),
        mean=("coverage", "mean"),
        least=("coverage", "min"),
        within=("coverage", lambda each: each.between(*BAND).mean()),
        width=("width", "mean"),
    ).reset_index()
    order = {"statistic": [*STATISTICS], "procedure": [OURS, PERCENTILE, KLEIN]}
    return ordered_rows(found, list(order), order)
