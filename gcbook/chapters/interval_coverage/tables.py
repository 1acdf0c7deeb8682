"""The stored simulation of the intervals: how often each procedure's contain the truth."""

import io
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, read_file, refused
from gcbook.files.manifest import DATA
from gcbook.stats.rows import ordered_rows

OURS, ACROSS = "This book", "Across categories"
KLEIN, SURVEY, MIXED = "Klein et al. (2025)", "svyciprop", "Crossed mixed model"
PROCEDURES = (OURS, ACROSS, KLEIN, SURVEY, MIXED)
"""Ours, the same without strata, and methods of others."""
_NAMES = {
    "before": ACROSS,
    "percentile, as Klein et al. (2025)": KLEIN,
    "svyciprop, beta": SURVEY,
    "crossed mixed model": MIXED,
}
"""Of each, its name in the stored run."""

BAND = (0.93, 0.97)
"""The coverages that the choice of an interval counts as right."""

KINDS = {
    "Accuracy": ["accuracy", "mean accuracy"],
    "Accuracy, gap": ["gap in accuracy"],
    "Consistency": ["mean consistency", "mean consistency of a human"],
    "Kappa, pair": ["kappa of a pair"],
    "Kappa, mean": ["mean kappa", "mean kappa of a human", "gap in kappa"],
    "Dataset kappa": [
        "mean kappa over datasets",
        "mean kappa of a human over datasets",
        "gap in kappa over datasets",
    ],
    "Conflict kappa": ["kappa on conflicts", "mean kappa on conflicts"],
    "Shape accuracy": ["accuracy on conflicts"],
    "Shape bias": ["shape bias", "shape bias of people"],
    "Bias, gap": ["gap in shape bias"],
    "Bias, category": ["shape bias of a category"],
    "Squared gap": ["mean squared", "mean squared of a human"],
    "Over seeds": ["mean over seeds"],
}
"""The kinds of statistics as a reader sees them, and the names of the statistics in the run."""
KIND_OF = {statistic: kind for kind, members in KINDS.items() for statistic in members}

DESIGN = ("images", "accuracies", "observers", "category", "shared", "seeds")
_MEASURED = ["truth", "coverage", "width", "ideal"]
_COLUMNS = [*DESIGN, "split", "statistic", "hard", "method", "ours", *_MEASURED, "replications"]
LARGEST_RUN = 16 * MIB
"""Bytes of a run; the one that ships has 46 kB."""


def read_run(stored: str = "") -> pd.DataFrame:
    """A run that ``benchmarks/coverage --store`` wrote.

    Args:
        stored: its file; nothing for the run that ships.

    Raises:
        InputError: there is no such file, or it has not the columns of a run.
    """
    path = Path(stored) if stored else DATA.path("coverage.parquet")
    with refused(path, "a run of benchmarks/coverage", "Name a file that --store wrote."):
        run = pd.read_parquet(io.BytesIO(read_file(path, LARGEST_RUN)))
    lacking = [name for name in _COLUMNS if name not in run]
    if lacking:
        raise InputError(
            f"stored: expected a run of benchmarks/coverage, found a table without "
            f"{', '.join(lacking)} at {path}."
        )
    return run


def design_rows(run: pd.DataFrame) -> pd.DataFrame:
    """Every design on which intervals are reported, with the procedures that are held together.

    Args:
        run: from `read_run`.

    Returns:
        The run's rows of these with ``kind``, ``procedure`` (one of `PROCEDURES`), ``relative``
        (the width as a multiple of the ideal one) and ``design`` (what it is, in words).
    """
    reported = run[run["split"] == "report"]
    rows = reported.assign(
        kind=reported["statistic"].map(KIND_OF),
        procedure=reported["method"].map(_NAMES).mask(reported["ours"], OURS),
        relative=reported["width"] / reported["ideal"],
        design=[
            ", ".join(
                f"{name} {value}" for name, value in zip(DESIGN, values, strict=True) if value
            )
            for values in reported[list(DESIGN)].itertuples(index=False)
        ],
    )
    return rows.dropna(subset=["procedure", "kind"]).reset_index(drop=True)


def kind_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each kind of statistic and procedure, the worst and the best of its designs.

    Args:
        rows: from `design_rows`; designs that are hard are left out.

    Returns:
        ``kind, procedure, designs, coverage_low, coverage_high`` and ``narrowest, widest`` (width
        as a multiple of the ideal one); the kind with the least coverage of ours first.
    """
    kept = rows[~rows["hard"]]
    found = kept.groupby(["kind", "procedure"]).agg(
        designs=("coverage", "size"),
        coverage_low=("coverage", "min"),
        coverage_high=("coverage", "max"),
        narrowest=("relative", "min"),
        widest=("relative", "max"),
    )
    found = found.reset_index()
    ours = found[found["procedure"] == OURS].sort_values(["coverage_low", "kind"])
    order = {"kind": list(ours["kind"]), "procedure": PROCEDURES}
    return ordered_rows(found, list(order), order)
