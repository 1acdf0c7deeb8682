"""The benchmark: Tables 2 and 3 of the paper for any set of observers.

One row an observer, aggregated as in the model-vs-human toolbox (Geirhos et al., 2021): each model
against each human in each counted condition, the mean over conditions, then over humans, then over
datasets. OOD accuracy pools the trials of a dataset's counted conditions and averages over
datasets. Ranks are among the models that saw all counted conditions of all chosen datasets, of
these all images that humans saw, and with them humans: only they are comparable. What is partial
has its means over what there is, is not ranked, and is named in the notes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS
from gcbook.paper.observers import HUMANS, PUBLISHED_SOURCES, show_once
from gcbook.paper.published import published_models, table2
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.benchmark_notes import benchmark_notes
from gcbook.stats.comparisons import mean_ranks
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Resampling
from gcbook.trials.originals import SOURCES, locate
from gcbook.trials.parse import joined
from gcbook.trials.table import read_answers

METRICS = ("ood_accuracy", *PAIR_METRICS, "mean_rank", "shape_bias")
COLUMNS = ("observer", "n_datasets", *METRICS)
"""Columns of the benchmark; with intervals, ``_low`` and ``_high`` follow each metric.

``n_datasets`` are whole: all their counted conditions were seen, with all images that humans saw.
"""


@dataclass(frozen=True)
class Benchmark:
    """The table, and what its readers must know.

    Attributes:
        table: `COLUMNS` (with intervals ``<metric>_low`` and ``<metric>_high`` too), humans first,
            then models by OOD accuracy. The ends of ``mean_rank`` are those that tests of all pairs
            leave open, for all models at once (`gcbook.stats.comparisons.mean_rank_sets`).
        notes: what is undefined or partial, and why, in words.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def benchmark(
    trials: pd.DataFrame,
    settings: SummarySettings | None = None,
    *,
    against: str = "",
    humans: str = "",
) -> Benchmark:
    """Compare every model, and the humans among themselves, with the humans.

    Args:
        trials: a trials table with humans and models.
        settings: conventions. With draws above 0 every metric gets its interval.
        against: ``"published"`` ranks each model among the 58 rows of the paper's Table 2 (its own
            row left out) instead of among the given models; both sides are rounded to the three
            digits that are printed. Such a rank has no interval: the published rows have none.
        humans: source of the humans to compare with; by default those of all sources, as one.

    Raises:
        InputError: there are no humans, or none of that source; or the published rows are over
            other datasets or conditions than those chosen.
    """
    settings = settings or SummarySettings(resampling=Resampling(draws=0))
    chosen = _checked(trials, settings, against, humans)
    found = estimate(chosen, settings, all_pairs=False)
    rows = _observers(found.estimates, settings)
    if against == "published":
        rows = rows.drop(columns=["mean_rank_low", "mean_rank_high"], errors="ignore")
        rows["mean_rank"] = published_ranks(rows, table2())
    ranks = [name for name in rows if str(name).startswith("mean_rank")]
    rows.loc[~rows["comparable"], ranks] = np.nan
    rows = show_once(rows)
    twice = rows["observer"].duplicated(keep=False)
    shown = rows["observer"].where(~twice, rows["observer"] + " (" + rows["source"] + ")")
    notes = benchmark_notes(rows.assign(shown=shown), chosen, found, settings)
    if not against and rows["mean_rank"].notna().sum() == 1:
        notes.append(
            "mean_rank: only one model is ranked, so its rank says nothing; add models to compare "
            "it with, or --against published"
        )
    if against == "published":
        notes.append(
            f"mean_rank: among the {len(table2())} rows of the paper's Table 2, 1 the most "
            "human-like, the model's own row left out"
        )
    rows = rows.assign(observer=shown).sort_values(
        ["observer_kind", "ood_accuracy", "observer"], ascending=[True, False, True]
    )
    columns = [f"{m}{e}" for m in METRICS for e in ("", "_low", "_high") if f"{m}{e}" in rows]
    table = rows[["observer", "n_datasets", *columns]].reset_index(drop=True)
    return Benchmark(table, tuple(notes))


def _checked(
    trials: pd.DataFrame, settings: SummarySettings, against: str, humans: str
) -> pd.DataFrame:
    """The trials to use, once they are known to allow what is asked; see `benchmark`."""
    if against and (settings.datasets != DATASETS or settings.conditions != "benchmark"):
        raise InputError(
            "--against published: the paper's rows are over all datasets in the benchmark's "
            "conditions; leave out --datasets and --conditions."
        )
    if humans:
        trials = _with_humans_of(trials, humans)
    if not (trials["observer_kind"] == "human").any():
        raise InputError(
            "benchmark: expected trials of human observers to compare with, found none; add the "
            "published ones (`gcbook fetch trials`, or GCBOOK_DATA_DIR)."
        )
    chosen = settings.choose(trials)
    if chosen.empty:
        raise InputError(
            f"--datasets: expected some of {', '.join(sorted(set(trials['dataset'])))}, which the "
            f"trials are of; found {', '.join(settings.datasets)}."
        )
    return chosen


def _observers(estimates: pd.DataFrame, settings: SummarySettings) -> pd.DataFrame:
    """A row for each model and for the pooled humans.

    Returns:
        ``observer_kind, source, observer``, `METRICS` with their intervals if there are draws,
        ``n_datasets``, and ``comparable``, whether all chosen datasets are whole.
    """
    overall = estimates[
        (estimates["dataset"] == "")
        | ((estimates["metric"] == "shape_bias") & (estimates["category"] == ""))
    ]
    overall = overall[(overall["observer_kind"] == "model") | (overall["observer"] == HUMANS)]
    wide = overall.pivot(
        index=["observer_kind", "source", "observer"],
        columns="metric",
        values=["value", "low", "high", "n"],
    )
    ends = ("value", "low", "high") if settings.resampling.draws else ("value",)
    rows = pd.DataFrame(index=wide.index)
    for metric in METRICS:
        for end in ends:
            name = metric if end == "value" else f"{metric}_{end}"
            rows[name] = wide.get((end, metric), np.nan)
    rows["n_datasets"] = wide["n", "ood_accuracy"].astype("int64")
    n = [wide.get(("n", metric), pd.Series(0, wide.index)) for metric in PAIR_METRICS]
    rows["comparable"] = np.all([each == len(settings.datasets) for each in n], axis=0)
    return rows.reset_index()


def _with_humans_of(trials: pd.DataFrame, source: str) -> pd.DataFrame:
    human = trials["observer_kind"] == "human"
    known = sorted(set(trials.loc[human, "source"]))
    if source not in known:
        raise InputError(
            f"--humans: expected a source of humans ({', '.join(known) or 'there is none'}), "
            f"found {source!r}."
        )
    return trials[~human | (trials["source"] == source)]


def benchmark_paths(
    paths: Sequence[str | Path], settings: SummarySettings, *, against: str = "", humans: str = ""
) -> Benchmark:
    """Run the benchmark on folders, zips and CSVs.

    If they hold no human, or none of the source asked for, the published humans are added, and the
    notes say so.

    Raises:
        DataNotFoundError: there is no human to compare with on this machine.
    """
    trials = read_answers(*paths)
    human = trials["observer_kind"] == "human"
    absent = humans == PUBLISHED_SOURCES[0] and humans not in set(trials.loc[human, "source"])
    added: tuple[str, ...] = ()
    if absent or not human.any():
        trials = joined([trials, read_answers(*locate("trials", SOURCES["trials"][:1]))])
        of_that = " of that source" if human.any() else ""
        added = (f"compared with the published humans: the given trials hold none{of_that}",)
    found = benchmark(trials, settings, against=against, humans=humans)
    return replace(found, notes=added + found.notes)


def format_benchmark(found: Benchmark, kind: str) -> str:
    """Print a benchmark.

    Args:
        found: from `benchmark`.
        kind: ``"table"`` for people (three digits, notes below), ``"csv"`` or ``"json"`` for
            programs (all digits; what is undefined is an empty field or null).
    """
    table = found.table
    if kind == "csv":
        return table.to_csv(index=False, lineterminator="\n")
    if kind == "json":
        records = json.loads(table.to_json(orient="records", double_precision=15))
        return json.dumps({"rows": records, "notes": found.notes}, indent=2)
    text = pd.DataFrame({"observer": table["observer"], "datasets": table["n_datasets"]})
    for metric in METRICS:
        form = " (rank {:.3g} to {:.3g})" if metric == "mean_rank" else " [{:z.3f}, {:z.3f}]"
        text[metric] = _cells(table, metric, form)
    notes = [f"- {note}" for note in found.notes]
    return "\n".join([text.to_string(index=False), *notes])


def _cells(table: pd.DataFrame, metric: str, form: str) -> list[str]:
    ends = table.reindex(columns=[metric, f"{metric}_low", f"{metric}_high"]).to_numpy()
    return [
        "–"
        if np.isnan(value)
        else f"{value:z.3f}" + ("" if np.isnan(low) else form.format(low, high))
        for value, low, high in ends
    ]


def published_ranks(
    ours: pd.DataFrame, printed: pd.DataFrame, metrics: Sequence[str] = PAIR_METRICS
) -> list[float]:
    """The rank that each model would have among the rows of a table of the paper.

    Both sides are rounded to the three digits that are printed, and the paper's own row of a
    network is left out when that network is ranked.

    Args:
        ours: ``source, observer`` and the metrics.
        printed: `gcbook.paper.published.table2` or `gcbook.paper.published.table3`.
        metrics: `PAIR_METRICS` for the mean rank, or ``("ood_accuracy",)``.

    Returns:
        One rank a row, ties averaged; NaN for the humans and where a metric is undefined.
    """
    observer_of = published_models().set_index("key")["observer"]
    own_row = printed["key"].map(observer_of)
    ranks = []
    for row in ours.to_dict("records"):
        twin = row["observer"] if row["source"] == PUBLISHED_SOURCES[0] else None
        others = printed[own_row != twin]
        values = [np.append(row[m], others[m]).astype(np.float64).round(3) for m in metrics]
        if row["observer"] == HUMANS or np.isnan([each[0] for each in values]).any():
            ranks.append(np.nan)
        elif len(metrics) == len(PAIR_METRICS):
            ranks.append(float(mean_ranks(*values)[0]))
        else:
            ranks.append(float(pd.Series(-values[0]).rank().iloc[0]))
    return ranks
