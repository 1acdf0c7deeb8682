"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.error_consistency.tables import shared_errors
from gcbook.claims import Interval, Number
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.paper.published import published_values
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.rows import first_row

_ENDS = ["error_consistency_low", "error_consistency_high"]
_CAPPED = {"cue": "Cue conflict", "silhouette": "Silhouette"}
"""Datasets on which networks seldom, and often, name the shape."""


def consistency_facts(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    agreement: pd.DataFrame,
    against: pd.DataFrame,
    differences: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a number or an interval of `gcbook.claims`, a count or a name. Where the parameters
    leave an observer out or resample nothing, it is NaN or None.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        pairs: from `gcbook.chapters.error_consistency.tables.consistency_pairs`.
        agreement: from ``agreement_with_humans`` of the same module.
        against: from `gcbook.stats.differences.against_humans`.
        differences: from `gcbook.stats.differences.model_differences`.
    """
    return SimpleNamespace(
        **_ranking(rows),
        **_caps(rows, agreement),
        **_kinds(pairs),
        **_datasets(agreement),
        **_tests(against, differences),
        **_orders(rows),
        # Of the exercise.
        a=shared_errors(0.9, 0.5, 0.18),
        b=shared_errors(0.9, 0.85, 0.35),
    )


def _ranking(rows: pd.DataFrame) -> dict[str, Any]:
    """Means over the datasets: people, the paper's models and the networks recomputed here."""
    humans = rows[rows["kind"] == HUMANS_TITLE].iloc[0]
    ours = rows[rows["error_consistency"].notna() & (rows["kind"] != HUMANS_TITLE)]
    ours = ours.sort_values("error_consistency", ascending=False)
    best = first_row(ours)
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    others = printed[paper["kind"] != "generative"]
    ranks = paper["mean_rank"].dropna()
    ahead = ours[ours["ood_accuracy"] > humans["ood_accuracy"]]
    resnet = ours[ours["model"] == "ResNet-50"]
    return {
        "humans": Number(humans["error_consistency"]),
        "humans_interval": Interval(*humans[_ENDS]),
        "networks": len(ours),
        "best": best["model"],
        "best_kappa": Number(best["error_consistency"]),
        "best_interval": Interval(*best[_ENDS]),
        "more_accurate": len(ahead),
        "accurate_kappa": Interval(*ahead["error_consistency"].agg(["min", "max"])),
        "resnet50": Number(resnet["error_consistency"].mean()),
        "imagen": Number(printed["imagen"]),
        "clip": Number(printed["clip"]),
        "vit_22b": Number(printed[printed.index.str.startswith("vit_22b")].max()),
        "stable_diffusion": Number(printed["stable_diffusion"]),
        "parti": Number(printed["parti"], ".2f"),
        "lead": Number(printed["imagen"] - printed.drop("imagen").max()),
        "above_stable_diffusion": int((others > printed["stable_diffusion"]).sum()),
        # Parti's number has two digits, and may have been rounded by half of the second.
        "above_parti": int((others > printed["parti"] + 0.005).sum()),
        "ranked": len(ranks),
        "imagen_place": int((ranks < ranks["imagen"]).sum()) + 1,
        "stable_diffusion_place": int((ranks < ranks["stable_diffusion"]).sum()) + 1,
    }


def _caps(rows: pd.DataFrame, agreement: pd.DataFrame) -> dict[str, Any]:
    """What unequal accuracies allow, and how much of it is reached: over datasets, and on two."""
    each = agreement.groupby("observer")
    means = each[["kappa", "most"]].mean()[each.size() == agreement["dataset"].nunique()]
    share = means["kappa"] / means["most"]
    accuracy = rows.dropna(subset="ood_accuracy").set_index("model")["ood_accuracy"]
    ahead = means.index.intersection(accuracy.index[accuracy > accuracy[HUMANS_TITLE]])
    facts: dict[str, Any] = {
        "accurate_share": Interval(share[ahead].min(), share[ahead].max(), ".0%"),
        "humans_share": Number(share.get(HUMANS_TITLE), ".0%"),
        "resnet50_share": Number(share.get("ResNet-50"), ".0%"),
    }
    for name, dataset in _CAPPED.items():
        there = agreement[agreement["dataset"] == dataset].set_index("observer")
        network = there.loc[there["kind"] != HUMANS_TITLE, ["kappa", "most"]].median()
        human = there.reindex([HUMANS_TITLE]).iloc[0]
        for who, found in (("network", network), ("humans", human)):
            facts[f"{name}_{who}"] = Number(found["kappa"], ".2f")
            facts[f"{name}_{who}_most"] = Number(found["most"], ".2f")
    return facts


def _kinds(pairs: pd.DataFrame) -> dict[str, Any]:
    """Pairs of networks and mixed pairs compared, dataset by dataset."""
    people = sum((pairs[side] == HUMANS_TITLE).astype(int) for side in ("a_kind", "b_kind"))
    means = pairs.groupby(["dataset", people])["kappa"].mean().unstack()
    means = means.reindex(columns=[0, 1])
    among = (means[0] / means[1]).dropna().sort_values()
    return {
        "compared": len(among),
        "among_more": int((among > 1).sum()),
        "among_least": Number(among.min(), ".1f"),
        "among_most": Number(among.max(), ".1f"),
        "among_most_on": str(among.index[-1]) if len(among) else None,
    }


def _datasets(agreement: pd.DataFrame) -> dict[str, Any]:
    """The level of people on each dataset, and whether a network reaches it."""
    humans = agreement[agreement["observer"] == HUMANS_TITLE].dropna(subset="kappa")
    models = agreement[agreement["kind"] != HUMANS_TITLE].groupby("dataset")
    best = agreement.loc[models["kappa"].idxmax()].assign(of=models.size().to_numpy())
    both = humans.merge(best, on="dataset", how="left", suffixes=("", "_best"))
    known = both.dropna(subset="kappa_best")
    reached = known[known["kappa_best"] > known["kappa"]]
    first = first_row(reached.sort_values("kappa", ascending=False))
    facts: dict[str, Any] = {
        "datasets": len(known),
        "not_reached": len(known) - len(reached),
        "median_share": Number((known["kappa_best"] / known["kappa"]).median(), ".0%"),
        "reached_on": first["dataset"],
        "reached_by": first["observer_best"],
        "reached_kappa": Number(first["kappa_best"], ".2f"),
        "reached_level": Number(first["kappa"], ".2f"),
        "reached_interval": Interval(first["low"], first["high"], ".2f"),
        "reached_of": int(first["of"]) if len(reached) else None,
    }
    for name, title in (("high_pass", "High-pass"), ("rotation", "Rotation")):
        there = first_row(both[both["dataset"] == title])
        facts[f"{name}_humans"] = Number(there["kappa"], ".2f")
        facts[f"{name}_kappa"] = Number(there["kappa_best"], ".2f")
    return facts


def _tests(against: pd.DataFrame, differences: pd.DataFrame) -> dict[str, Any]:
    """Networks against people, and against each other; nothing where nothing was resampled."""
    behind = first_row(-against[["difference", "low", "high"]])
    below = against["differs"].eq(True) & (against["difference"] < 0)
    differ = differences["differs"].eq(True)
    decided, told = (tests["differs"].isin([True, False]).any() for tests in (against, differences))
    return {
        "tested": len(against) or None,
        "tested_below": int(below.sum()) if decided else None,
        "nearest_behind": Number(behind["difference"]),
        "nearest_interval": Interval(behind["high"], behind["low"]),
        "pairs": len(differences) or None,
        "pairs_differ": int(differ.sum()) if told else None,
        "least_told": Number(differences.loc[differ, "difference"].min() if told else None),
    }


def _orders(rows: pd.DataFrame) -> dict[str, Any]:
    """How closely each comparison with people follows accuracy, over all models (Spearman)."""
    models = rows[rows["kind"] != HUMANS_TITLE]
    known = {metric: models[metric].fillna(models[f"{metric}_published"]) for metric in METRICS}
    accuracy = known.pop("ood_accuracy")
    return {
        f"{metric}_rho": Number(accuracy.corr(values, method="spearman"), ".2f")
        for metric, values in known.items()
    }
