"""The stored simulation of the intervals, and its designs nearest to the paper's numbers."""

import io
from collections.abc import Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, read_file, refused
from gcbook.files.manifest import DATA
from gcbook.paper.published import quoted_value, table2, table3
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

_WORDS = {
    "images": "{} images",
    "accuracies": "accuracies {}",
    "observers": "{} observers",
    "effects": "effects: {}",
    "shared": "shared variance {}",
    "seeds": "{} seeds",
}
_MEASURED = ["truth", "coverage", "width", "below", "above"]
_COLUMNS = [*_WORDS, "statistic", "hard", "method", "ours", *_MEASURED]
LARGEST_RUN = 16 * MIB
"""Bytes of a run; the one that ships has 56 kB."""

_MANY = 60
"""Conditions of the designs called "many"."""


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
        The run's rows of these procedures with ``procedure`` (`OURS`, `PERCENTILE` or `KLEIN`),
        ``name`` (the statistic as a reader sees it) and ``design`` (in words). Where ours is the
        percentile bootstrap, it stands there once, as ours.
    """
    known = {"percentile": PERCENTILE, "percentile, as Klein et al. (2025)": KLEIN}
    procedure = run["method"].map(known).mask(run["ours"], OURS)
    rows = run.assign(procedure=procedure, name=run["statistic"].map(STATISTICS))
    rows = rows.dropna(subset=["procedure", "name"]).reset_index(drop=True)
    rows["design"] = [_in_words(row) for row in rows[list(_WORDS)].to_dict("records")]
    return rows


def mark_nearest(rows: pd.DataFrame) -> pd.DataFrame:
    """Add ``nearest``: the printed number that a design is nearest to, or nothing.

    Of means over conditions, those over many stand for the 17 datasets; of these the nearest in
    images a condition, then in observers, then in the true value. On cue conflicts the true value
    decides alone. The paper does not say the rest (whose variance is shared, what effects shapes
    and textures have): designs that differ in nothing else are all nearest.
    """
    humans, datasets = quoted_value("n_human_observers"), quoted_value("n_datasets")
    images = quoted_value("n_human_trials") / humans * datasets / _MANY
    nearest = pd.Series("", index=rows.index)
    for statistic, (title, value) in _printed().items():
        left = rows[(rows["statistic"] == statistic) & (rows["procedure"] == OURS)]
        many = left[left["accuracies"] == "many"]
        if len(many):
            left = _closest(many, many["images"].astype(float), images)
            # The humans of a dataset, and two networks.
            left = _closest(left, left["observers"].astype(float), humans / datasets + 2)
        nearest[_closest(left, left["truth"], value).index] = title
    return rows.assign(nearest=nearest)


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


def outside_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The designs, pooled by what decides most, that `OURS` misses by more than chance.

    On cue conflicts that is what effects there are, over seeds their number and what they vary
    by, elsewhere the accuracies. Listed is what lies outside of `BAND` by more than two Monte
    Carlo errors; hard designs are left out.

    Args:
        rows: from `coverage_rows`.

    Returns:
        ``name, which`` (in words), ``designs`` (how many), ``coverage`` and its ``error`` (one
        standard error of a coverage of .95), ``below`` and ``above`` (shares of intervals that lie
        below and above the truth), in the order of `STATISTICS`.
    """
    ours = rows[(rows["procedure"] == OURS) & ~rows["hard"]]
    of_seeds = ours["seeds"] != ""
    pooled = ours.assign(
        accuracies=ours["accuracies"].where((ours["effects"] == "") & ~of_seeds, ""),
        shared=ours["shared"].where(of_seeds, ""),
    )
    shares = ["coverage", "below", "above"]
    pooled[shares] = pooled[shares].mul(pooled["replications"], axis=0)
    by = ["statistic", "name", "accuracies", "effects", "seeds", "shared"]
    grouped = pooled.groupby(by, sort=False)
    found = grouped[[*shares, "replications"]].sum().reset_index()
    found[shares] = found[shares].div(found["replications"], axis=0)
    found["designs"] = grouped.size().to_numpy()
    found["error"] = np.sqrt(0.95 * 0.05 / found["replications"])
    words = [_in_words(row) for row in found[by[2:]].to_dict("records")]
    found["which"] = [each.replace("accuracies many", f"{_MANY} conditions") for each in words]
    low, high = BAND[0] - 2 * found["error"], BAND[1] + 2 * found["error"]
    apart = found[~found["coverage"].between(low, high)]
    found = apart.sort_values(
        "statistic", key=lambda each: each.map(list(STATISTICS).index), kind="stable"
    )
    return found[["name", "which", "designs", *shares, "error"]].reset_index(drop=True)


def _in_words(design: Mapping[Hashable, str]) -> str:
    return ", ".join(words.format(design[n]) for n, words in _WORDS.items() if design.get(n))


def _closest(rows: pd.DataFrame, values: pd.Series, wanted: float) -> pd.DataFrame:
    away = (values - wanted).abs()
    return rows[away <= away.min() + 1e-9]


def _printed() -> dict[str, tuple[str, float]]:
    """Statistic → what the paper prints of it, and the value."""
    whole = table2().merge(table3()[["key", "ood_accuracy"]], on="key").set_index("key")
    ood, kappa = whole["ood_accuracy"], whole["error_consistency"]
    one, other = "imagen", "vit_22b_ft_384"
    both = "Imagen and ViT-22B-384"
    return {
        "shape bias": ("Imagen", quoted_value("imagen_shape_bias")),
        "shape bias of pooled humans": ("Humans", quoted_value("human_shape_bias")),
        "mean ood_accuracy": ("Imagen", ood[one]),
        "mean observed_consistency": ("Imagen", whole["observed_consistency"][one]),
        "mean error_consistency over datasets": ("Imagen", kappa[one]),
        "mean accuracy_difference": ("Imagen", whole["accuracy_difference"][one]),
        "difference in ood_accuracy": (both, abs(ood[one] - ood[other])),
        "difference in error_consistency over datasets": (both, abs(kappa[one] - kappa[other])),
    }
