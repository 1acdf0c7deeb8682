"""The stored simulation of the intervals: how often each procedure's contain the truth."""

import io
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import MIB, read_file, refused

_KINDS = {
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
KIND_OF = {statistic: kind for kind, members in _KINDS.items() for statistic in members}
"""Name of a statistic in a run → its kind, as a reader sees it."""

_DESIGN = ("images", "accuracies", "observers", "category", "shared", "seeds")
_COLUMNS = [
    *_DESIGN, "split", "statistic", "hard", "method", "ours",
    "truth", "coverage", "width", "ideal", "replications",
]  # fmt: skip
LARGEST_RUN = 16 * MIB
"""Bytes of a run; the one that ships has 46 kB."""


def read_run(stored: str = "") -> pd.DataFrame:
    """A run that ``benchmarks/coverage --store`` wrote.

    Args:
        stored: its file; nothing for the run that ships.

    Returns:
        A row a design, statistic and way of making intervals: the design (``images, accuracies,
        observers, category, shared, seeds``, as text), ``split`` ("choose" or "report"), ``hard``
        (unlike the published trials), ``statistic, method``, ``ours`` (whether this book's),
        ``truth``, ``coverage`` (share of the experiments whose interval contains it), ``width``
        (mean), ``ideal`` (1.96 true standard errors on either side) and ``replications``.

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
