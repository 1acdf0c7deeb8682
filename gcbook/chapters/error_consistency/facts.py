"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Iterable
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.error_consistency.tables import shared_errors
from gcbook.claims import Interval, Number
from gcbook.paper.observers import HUMANS_TITLE, published_rows
from gcbook.paper.published import published_values
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.rows import first_row

_ENDS = ["error_consistency_low", "error_consistency_high"]
_NONE = (None, None)
_CAPPED = {"cue": "Cue conflict", "silhouette": "Silhouette"}
"""Datasets on which networks seldom, and often, name the shape."""
_POWER = 0.8
"""With which a difference is to be found: four times in five."""


def consistency_facts(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    agreement: pd.DataFrame,
    against: pd.DataFrame,
    differences: pd.DataFrame,
    confidence: float = 0.95,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Facts are of the published observers. A fact is a number or an interval of `gcbook.claims`, a
    count or a name. Where the parameters leave an observer out or resample nothing, it is NaN or
    None.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        pairs: from `gcbook.chapters.error_consistency.tables.consistency_pairs`.
        agreement: from ``agreement_with_humans`` of the same module.
        against: from `gcbook.stats.differences.against_humans`.
        differences: from `gcbook.stats.differences.model_differences`.
        confidence: of all intervals.
    """
    tables = rows, pairs, agreement, against
    rows, pairs, agreement, against = map(published_rows, tables)
    ranking = _ranking(rows, differences)
    return SimpleNamespace(
        **ranking,
        **_caps(rows, agreement),
        **_kinds(pairs),
        **_datasets(agreement),
        **_tests(against, differences),
        **_power(differences, ranking["lead"], confidence),
        **_orders(rows),
        # Of the exercise.
        a=shared_errors(0.9, 0.5, 0.18),
        b=shared_errors(0.9, 0.85, 0.35),
    )


def _ranking(rows: pd.DataFrame, differences: pd.DataFrame) -> dict[str, Any]:
    """Means over the datasets: people, the paper's models and the networks recomputed here."""
    humans = rows[rows["kind"] == HUMANS_TITLE].iloc[0]
    ours = rows[rows["error_consistency"].notna() & (rows["kind"] != HUMANS_TITLE)]
    ours = ours.sort_values("error_consistency", ascending=False)
    best = first_row(ours)
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    others = printed[paper["kind"] != "generative"]
    ranks = paper["mean_rank"].dropna()
    ahead = _more_accurate(rows)
    resnet = ours[ours["model"] == "ResNet-50"]
    return {
        "humans": Number(humans["error_consistency"]),
        "humans_interval": Interval(*humans[_ENDS]),
        "networks": len(ours),
        "best": best["model"],
        "best_kappa": Number(best["error_consistency"]),
        "best_interval": Interval(*best[_ENDS]),
        "more_accurate": len(ahead),
        "accurate_over_resnet": _over(differences, ahead["model"], "ResNet-50"),
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


def _more_accurate(rows: pd.DataFrame) -> pd.DataFrame:
    """Recomputed networks whose accuracy lies above the humans', intervals and all."""
    humans = rows["kind"] == HUMANS_TITLE
    return rows[~humans & (rows["ood_accuracy_low"] > rows.loc[humans, "ood_accuracy_high"].max())]


def _over(
    differences: pd.DataFrame, models: Iterable[str], other: str
) -> tuple[Interval, ...] | None:
    """By how much the kappa with humans of each of these models exceeds that of another one."""
    columns = differences[["higher", "lower", "low", "high"]].itertuples(index=False, name=None)
    leads = {}
    for higher, lower, low, high in columns:
        leads[higher, lower], leads[lower, higher] = Interval(low, high), Interval(-high, -low)
    return tuple(leads[model, other] for model in models if (model, other) in leads) or None


def _caps(rows: pd.DataFrame, agreement: pd.DataFrame) -> dict[str, Any]:
    """What unequal accuracies allow, and how much of it is reached: over datasets, and on two."""
    each = agreement.groupby("observer")
    means = each[["kappa", "most"]].mean()[each.size() == agreement["dataset"].nunique()]
    share = means["kappa"] / means["most"]
    ahead = means.index.intersection(_more_accurate(rows)["model"].tolist())
    # The ends of kappa, as shares of what these accuracies allow.
    ends = rows.set_index("model")[_ENDS].div(means["most"], axis=0)
    people = Interval(*ends.loc[HUMANS_TITLE]) if HUMANS_TITLE in means.index else Interval(*_NONE)
    facts: dict[str, Any] = {
        "accurate_share": Interval(share[ahead].min(), share[ahead].max(), ".0%"),
        "accurate_share_behind": tuple(people - Interval(*ends.loc[who]) for who in ahead) or None,
        "humans_share": Number(share.get(HUMANS_TITLE), ".0%"),
        "resnet50_share": Number(share.get("ResNet-50"), ".0%"),
    }
    by_name = {}
    for name, dataset in _CAPPED.items():
        there = agreement[agreement["dataset"] == dataset].set_index("observer")
        by_name[name] = there[there["kind"] != HUMANS_TITLE]
        network = there.loc[there["kind"] != HUMANS_TITLE, ["kappa", "most"]].median()
        human = there.reindex([HUMANS_TITLE]).iloc[0]
        for who, found in (("network", network), ("humans", human)):
            facts[f"{name}_{who}"] = Number(found["kappa"], ".2f")
            facts[f"{name}_{who}_most"] = Number(found["most"], ".2f")
        capped = by_name[name]["most"] < human["low"] / 2 if pd.notna(human["low"]) else None
        facts[f"{name}_capped"] = None if capped is None else int(capped.sum())
    cue, silhouette = by_name.values()
    both = cue.index.intersection(silhouette.index)
    higher = silhouette["low"].reindex(both) > cue["high"].reindex(both)
    return facts | {
        "drawn": len(both) or None,
        "silhouette_higher": int(higher.sum()) if cue["low"].notna().any() else None,
    }


def _kinds(pairs: pd.DataFrame) -> dict[str, Any]:
    """Pairs of networks and mixed pairs compared, dataset by dataset."""
    people = sum((pairs[side] == HUMANS_TITLE).astype(int) for side in ("a_kind", "b_kind"))
    # The ends of a mean of kappas are those that it has at most.
    means = pairs.groupby([people, "dataset"])[["kappa", "low", "high"]].mean()
    networks, mixed = (means[means.index.get_level_values(0) == n].droplevel(0) for n in (0, 1))
    among = (networks["kappa"] / mixed["kappa"]).dropna().sort_values()
    most = str(among.index[-1]) if len(among) else None
    ends = [first_row(each[each.index == most]) for each in (networks, mixed)]
    of_networks, of_mixed = (Interval(each["low"], each["high"]) for each in ends)
    return {
        "compared": len(among),
        "among_more": int((among > 1).sum()),
        "among_most": Number(among.max(), ".1f"),
        "among_most_on": most,
        "among_most_lead": of_networks - of_mixed,
    }


def _datasets(agreement: pd.DataFrame) -> dict[str, Any]:
    """The level of people on each dataset, and whether networks are below it or reach it."""
    humans = agreement[agreement["observer"] == HUMANS_TITLE].dropna(subset="kappa")
    networks = agreement[agreement["kind"] != HUMANS_TITLE]
    models = networks.groupby("dataset")
    best = agreement.loc[models["kappa"].idxmax()].assign(of=models.size().to_numpy())
    both = humans.merge(best, on="dataset", how="left", suffixes=("", "_best"))
    known = both.dropna(subset="kappa_best")
    reached = known[known["kappa_best"] > known["kappa"]]
    first = first_row(reached.sort_values("kappa", ascending=False))
    beside = networks.merge(humans, on="dataset", suffixes=("", "_humans"))
    below = (beside["high"] < beside["low_humans"]).groupby(beside["dataset"]).all()
    lead = Interval(first["low_best"], first["high_best"], ".2f")
    facts: dict[str, Any] = {
        "datasets": len(known),
        "all_below": int(below.sum()) if known["low"].notna().any() else None,
        "reached": len(reached),
        "median_share": Number((known["kappa_best"] / known["kappa"]).median(), ".0%"),
        "reached_on": first["dataset"],
        "reached_by": first["observer_best"],
        "reached_kappa": Number(first["kappa_best"], ".2f"),
        "reached_level": Number(first["kappa"], ".2f"),
        "reached_lead": lead - Interval(first["low"], first["high"]),
        "reached_of": int(first["of"]) if len(reached) else None,
    }
    ends = {}
    for name, title in (("high_pass", "High-pass"), ("rotation", "Rotation")):
        there = first_row(both[both["dataset"] == title])
        facts[f"{name}_humans"] = Number(there["kappa"], ".2f")
        facts[f"{name}_kappa"] = Number(there["kappa_best"], ".2f")
        ends[name] = Interval(there["low_best"], there["high_best"])
    turned = networks.loc[networks["dataset"] == "Rotation", ["low", "high"]]
    rotated = [Interval(*each) for each in turned.itertuples(index=False)]
    facts["over_rotation"] = tuple(ends["high_pass"] - each for each in rotated) or None
    return facts


def _tests(against: pd.DataFrame, differences: pd.DataFrame) -> dict[str, Any]:
    """Networks against people, and against each other; nothing where nothing was resampled."""
    ends = against[["low", "high"]].itertuples(index=False, name=None)
    behind = [Interval(-high, -low) for low, high in ends]
    nearest = first_row(against)
    below = against["differs"].eq(True) & (against["difference"] < 0)
    differ = differences["differs"].eq(True)
    decided, told = (tests["differs"].isin([True, False]).any() for tests in (against, differences))
    return {
        "tested": len(against) or None,
        "tested_below": int(below.sum()) if decided else None,
        "all_behind": tuple(behind) or None,
        "nearest_behind": Number(-nearest["difference"] if behind else None),
        "nearest_interval": behind[0] if behind else Interval(*_NONE),
        "pairs": len(differences) or None,
        "pairs_differ": int(differ.sum()) if told else None,
    }


def _power(differences: pd.DataFrame, lead: float, confidence: float) -> dict[str, Any]:
    """What difference between two networks these trials find, and how often they find one.

    Normal approximations, with the median standard error of all pairs; among them the critical
    value is Bonferroni's, which asks for a little more than step-down max-t.

    Args:
        differences: of all pairs of networks.
        lead: a difference that might be found.
        confidence: of the intervals.
    """
    normal, tail = NormalDist(), (1 - confidence) / 2
    alone = normal.inv_cdf(1 - tail)
    error = ((differences["high"] - differences["low"]) / 2 / alone).median()
    among = normal.inv_cdf(1 - tail / max(len(differences), 1))
    power = normal.inv_cdf(_POWER)
    return {
        "standard_error": Number(error),
        "found_alone": Number((alone + power) * error),
        "found_among": Number((among + power) * error),
        "lead_found": Number(normal.cdf(lead / error - among) if error > 0 else None, ".0%"),
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
