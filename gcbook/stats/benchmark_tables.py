"""Tables 1 to 3 of the paper, published beside recomputed, and the per-dataset values.

A recomputed value stands in a column named after its metric, its interval in ``<metric>_low`` and
``<metric>_high``, the paper's value in ``<metric>_published``. Published values are over all 17
datasets in the benchmark's conditions; where a reader has chosen others, nothing published stands
beside what was recomputed, for the two would not be comparable.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.paper.experiments import DATASETS, TITLES
from gcbook.paper.observers import (
    GENERATIVE,
    HUMANS,
    HUMANS_TITLE,
    PUBLISHED_SOURCES,
    choose_observers,
    kind_titles,
    published_kind,
    show_once,
    unique_labels,
)
from gcbook.paper.published import (
    published_models,
    published_values,
    quoted_value,
    table1,
    table2,
    table3,
)
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.benchmark import published_ranks
from gcbook.stats.summaries import Summaries

METRICS = ("ood_accuracy", *PAIR_METRICS)
"""The four benchmark metrics, in the order of Fig. 9."""

_ENDS = {"value": "", "low": "_low", "high": "_high"}
# As many as the estimates have: rounding twice could change a printed third digit.
_DIGITS = 6
_WHO = ["source", "observer", "observer_kind"]


def comparable_with_paper(summaries: Summaries) -> bool:
    """Whether aggregates are over what the paper's are: 17 datasets, the benchmark's conditions."""
    made = summaries.settings
    return made.datasets == DATASETS and made.conditions == "benchmark"


def benchmark_rows(
    summaries: Summaries, observers: Sequence[str] = (), metrics: Sequence[str] = METRICS
) -> pd.DataFrame:
    """All observers of the benchmark: the humans, our networks, and every model of the paper.

    Args:
        observers: of our networks, those to keep; none keeps all.
        metrics: those to recompute; the columns of others, and ranks that need them, are NaN.

    Returns:
        ``key`` (of the paper's model, else ``""``), ``observer`` (in the trials, else ``""``),
        ``model`` (to show), ``kind``, and for each of `METRICS` the value, its interval and the
        published value; for the models also ``mean_rank`` and ``ood_rank``, recomputed as the rank
        among the paper's 58 rows with the model's own row replaced, and their published twins.
        Only observers with all chosen datasets are recomputed: others are not comparable.
    """
    ours = _recomputed(summaries, observers, metrics)
    paper = _paper([*METRICS, "mean_rank", "ood_rank"])
    if comparable_with_paper(summaries):
        if observers:
            paper = paper[(paper["observer"] == "") | paper["observer"].isin(list(observers))]
        ours["mean_rank"] = published_ranks(ours, table2())
        ours["ood_rank"] = published_ranks(ours, table3(), ("ood_accuracy",))
    else:
        paper = paper.iloc[:0]
        ours[["mean_rank", "ood_rank"]] = np.nan
    rows = _beside_paper(ours, paper)
    rows["key"] = rows["key"].fillna("")
    values = [f"{metric}{end}" for metric in METRICS for end in (*_ENDS.values(), "_published")]
    ranks = ["mean_rank", "mean_rank_published", "ood_rank", "ood_rank_published"]
    return rows[["key", "observer", "model", "kind", *values, *ranks]].round(_DIGITS)


def standing_rows(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row a model, best first: what Figs. 3 and 4 draw.

    Args:
        rows: from `benchmark_rows`.
        metric: one of `METRICS` of which more is better.

    Returns:
        ``position`` (1 is the best, humans included), ``model, kind``, ``origin``
        ("recomputed" or "published"), ``value, low, high``, and ``paper`` (the published value,
        also where ``value`` is recomputed).
    """
    table = rows[["model", "kind"]].assign(
        origin=np.where(rows[metric].notna(), "recomputed", "published"),
        value=rows[metric].fillna(rows[f"{metric}_published"]),
        low=rows[f"{metric}_low"],
        high=rows[f"{metric}_high"],
        paper=rows[f"{metric}_published"],
    )
    table = table.dropna(subset="value")
    table = table.sort_values(["value", "model"], ascending=[False, True], ignore_index=True)
    table.insert(0, "position", np.arange(1, len(table) + 1))
    return table


def table2_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Table 2: the rows of `benchmark_rows` by mean rank, the humans first.

    Models that only Table 1 has are left out.
    """
    printed = set(table2()["key"])
    kept = rows[(rows["observer"] != "") | rows["key"].isin(printed)]
    rank = kept["mean_rank"].fillna(kept["mean_rank_published"])
    return _humans_first(kept, rank, ["error_consistency", "error_consistency_published"])


def table3_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Table 3: the rows of `benchmark_rows` by OOD accuracy, the humans first.

    A published network that the paper's table lacks has no rank: several such ranks would share a
    number, each being the rank of one network alone among the paper's.
    """
    printed = set(table3()["key"])
    kept = rows[(rows["observer"] != "") | rows["key"].isin(printed)]
    accuracy = kept["ood_accuracy"].fillna(kept["ood_accuracy_published"])
    unranked = (kept["key"] == "") & (kept["kind"] != "Own model")
    kept = kept.assign(ood_rank=kept["ood_rank"].mask(unranked))
    return _humans_first(kept, -accuracy, [])


def dataset_rows(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """The four metrics of every model, and of the humans, on every dataset.

    Returns:
        ``dataset`` (its title), ``model, kind``, then ``accuracy`` and the metrics of
        `PAIR_METRICS`, each with ``_low`` and ``_high``.
    """
    rows = _shown(summaries, observers, ["accuracy", *PAIR_METRICS])
    rows = rows[(rows["dataset"] != "") & (rows["condition"] == "")]
    wide = _widen(rows, ["dataset", *_WHO]).sort_values(["observer_kind", "source", "observer"])
    wide = wide.sort_values("dataset", key=lambda c: c.map(DATASETS.index), kind="stable")
    wide["dataset"] = wide["dataset"].map(TITLES)
    values = [f"{m}{end}" for m in ("accuracy", *PAIR_METRICS) for end in _ENDS.values()]
    return wide.reindex(columns=["dataset", "model", "kind", *values]).round(_DIGITS)


def shape_bias_rows(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Shape bias, pooled and as the mean over categories, and the two accuracies behind it.

    Returns:
        ``model, kind``; ``shape_bias, shape_bias_category_mean, shape_accuracy,
        texture_accuracy``, each with ``_low`` and ``_high``; ``shape_bias_published`` (Table 1).
        The humans first, then the most shape-biased.
    """
    metrics = ["shape_bias", "shape_bias_category_mean", "shape_accuracy", "texture_accuracy"]
    rows = _shown(summaries, observers, metrics)
    rows = rows[rows["category"] == ""]
    paper = _paper(["shape_bias"]).dropna(subset="shape_bias_published")
    wide = _beside_paper(_widen(rows, _WHO), paper)
    values = [f"{metric}{end}" for metric in metrics for end in _ENDS.values()]
    wide = wide.reindex(columns=["model", "kind", *values, "shape_bias_published"])
    bias = -wide["shape_bias"].fillna(wide["shape_bias_published"])
    return _humans_first(wide, bias, []).round(_DIGITS)


def _shown(summaries: Summaries, observers: Sequence[str], metrics: Sequence[str]) -> pd.DataFrame:
    """Estimates of the models and the pooled humans, compared with humans where they are pairs."""
    rows = choose_observers(show_once(summaries.of(*metrics)), observers)
    rows = rows[rows["other"].isin(["", HUMANS])]
    return rows[(rows["observer_kind"] == "model") | (rows["observer"] == HUMANS)]


def _recomputed(
    summaries: Summaries, observers: Sequence[str], metrics: Sequence[str]
) -> pd.DataFrame:
    rows = _shown(summaries, observers, metrics)
    rows = rows[rows["dataset"] == ""]
    n_datasets = rows.groupby("metric")["n"].transform("max")
    wide = _widen(rows[rows["n"] == n_datasets], _WHO)
    values = [f"{metric}{end}" for metric in METRICS for end in _ENDS.values()]
    return wide.reindex(columns=[*_WHO, "model", "kind", *values])


def _paper(metrics: Sequence[str]) -> pd.DataFrame:
    """The paper's models: ``key, name, paper_kind, source, observer``, ``<metric>_published``."""
    paper = published_values()
    # An own model may carry a published name; only the published network is the paper's.
    paper["source"] = np.where(paper["observer"] != "", PUBLISHED_SOURCES[0], "")
    paper["paper_kind"] = published_kind(paper["key"])
    named = {metric: f"{metric}_published" for metric in metrics}
    wanted = ["key", "name", "paper_kind", "source", "observer", *named.values()]
    return paper.rename(columns=named)[wanted]


def _beside_paper(ours: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Our observers, each with what the paper says of it, and then the paper's other models."""
    public = paper["observer"] != ""
    rows = ours.merge(paper[public], on=["source", "observer"], how="left")
    rows = pd.concat([rows, paper[~public]], ignore_index=True)
    rows["model"] = rows["model"].fillna(rows["name"])
    rows["kind"] = rows["kind"].fillna(rows["paper_kind"])
    return rows


def _widen(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """A row an observer, with ``model`` and ``kind`` to show."""
    wide = rows.pivot(index=keys, columns="metric", values=list(_ENDS))
    ends, metrics = wide.columns.get_level_values(0), wide.columns.get_level_values(1)
    wide.columns = pd.Index(metrics + ends.map(_ENDS))
    wide = wide.reset_index()
    wide["model"] = unique_labels(wide["source"], wide["observer"])
    wide["kind"] = kind_titles(wide["source"], wide["observer_kind"])
    return wide


def _humans_first(rows: pd.DataFrame, key: pd.Series, then: list[str]) -> pd.DataFrame:
    ordered = rows.assign(
        _humans=rows["kind"] != HUMANS_TITLE, _key=key, _then=-rows[then].max(axis=1) if then else 0
    ).sort_values(["_humans", "_key", "_then", "model"], na_position="last", ignore_index=True)
    return ordered.drop(columns=["_humans", "_key", "_then"])


def table1_recomputed(summaries: Summaries) -> pd.DataFrame:
    """Table 1 with what can be recomputed beside what is printed; the humans come first.

    Returns:
        ``model, model_type`` and, for each of ``shape_bias, ood_accuracy, error_consistency``, the
        recomputed value (NaN where trials are not public), ``…_low`` and ``…_high``,
        ``…_published``, and ``…_best``: whether that is the largest of its ``model_type``. Means
        over other datasets or conditions than the paper's are left out: beside its numbers they
        would look like a failure to reproduce them.
    """
    printed, names = table1(), published_models().set_index("key")
    rows = pd.DataFrame(
        {
            "model": ["Humans", *printed["key"].map(names["name"])],
            "model_type": ["human", *printed["model_type"]],
            "observer": [HUMANS, *printed["key"].map(names["observer"])],
        }
    )
    values = summaries.of("shape_bias", "ood_accuracy", "error_consistency", published=True)
    published = (values["source"] == PUBLISHED_SOURCES[0]) | (values["observer"] == HUMANS)
    values = values[published & (values["category"] == "")]
    # Shape bias belongs to one dataset, the other two are means over all.
    place = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
    for metric, dataset in place.items():
        if dataset == "" and not comparable_with_paper(summaries):
            values = values[values["metric"] != metric]
        found = values[
            (values["metric"] == metric)
            & (values["dataset"] == dataset)
            & values["other"].isin(["", HUMANS])
        ].set_index("observer")
        for end, suffix in _ENDS.items():
            rows[metric + suffix] = rows["observer"].map(found[end])
        # Table 1 has no row for the humans; their shape bias is given in the text.
        human = quoted_value("human_shape_bias") if metric == "shape_bias" else np.nan
        rows[f"{metric}_published"] = [human, *printed[metric]]
        largest = rows.groupby("model_type")[f"{metric}_published"].transform("max")
        best = rows[f"{metric}_published"] == largest
        rows[f"{metric}_best"] = best & (rows["model_type"] != "human")
    return rows.drop(columns="observer").round(4)


def table1_quoted(summaries: Summaries) -> dict[str, float]:
    """What pages quote of `table1_recomputed`: the paper's generators as printed, two recomputed.

    Returns:
        ``NAME_METRIC`` of ``imagen, stable_diffusion, parti`` (printed) and ``humans, resnet50``
        (recomputed), and of ``shape_bias, ood_accuracy, error_consistency``.
    """
    rows = table1_recomputed(summaries).set_index("model")
    recomputed = {"humans": HUMANS_TITLE, "resnet50": "ResNet-50"}
    return {
        f"{key}_{metric}": float(rows[f"{metric}{end}"][name])
        for named, end in ((GENERATIVE, "_published"), (recomputed, ""))
        for key, name in named.items()
        for metric in ("shape_bias", "ood_accuracy", "error_consistency")
    }
