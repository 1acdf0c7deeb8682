"""Tables behind the figures on error consistency (Figs. 6, 10, 14 to 17 of the paper).

Error consistency (Cohen's kappa of being right, see `gcbook.stats.agreement`) of two observers on a
dataset is the mean over its counted conditions. What an observer has in common "with humans" is the
mean over the humans (for a human: the other humans) of that dataset. Beside it stands the ``most``
that the accuracies of the two would allow: see `gcbook.stats.agreement.kappa_bound`.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.markdown import escape_markdown
from gcbook.miniworld.results.consistency import (
    GROUPS,
    cluster_order,
    clusters,
    group_of_images,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.panel import make_panel
from gcbook.miniworld.results.shipped import recipe_of
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC
from gcbook.paper.observers import (
    HUMANS,
    HUMANS_TITLE,
    choose_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.paper.published import published_values
from gcbook.stats.agreement import consistency_table, kappa, kappa_bound
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "PAIR_KINDS",
    "agreement_with_humans",
    "consistency_by_condition",
    "consistency_pairs",
    "observed_and_expected",
    "range_over_datasets",
    "against_sentence",
    "bound_sentence",
    "ceiling_sentence",
    "faultless_sentence",
    "kinds_sentence",
    "share_sentence",
    "spread_sentence",
    "telling_pairs_sentence",
    "consistency_groups",
    "consistency_sentence",
    "consistency_facts",
    "differences_sentence",
    "mixed_kappa",
    "shared_errors",
]

PAIR_KINDS = ("Two humans", "Human and model", "Two models")
"""Kinds of pairs, in the order in which they are explained."""

# Tables of all pairs are long; no interval is so narrow that a fourth digit would tell.
_DIGITS = 3
_PAIR = ["source", "observer", "other_source", "other"]
_TITLES = {name: experiment.title for name, experiment in EXPERIMENTS.items()}


def agreement_with_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Error consistency of every observer with the humans of every dataset.

    Args:
        summaries: any.
        observers: models to keep; none keeps all.

    Returns:
        ``dataset`` (its title), ``observer, kind, value, low, high, most``, highest value first;
        the row of observer "Humans" is the mean over all pairs of humans, the human–human level.
    """
    rows = _with_humans(summaries, observers)
    rows = rows[rows["condition"] == ""]
    rows = rows.merge(_most_with_humans(summaries, observers), how="left")
    rows = rows.sort_values("value", ascending=False)
    columns = ["dataset", "observer", "kind", "value", "low", "high", "most"]
    return _finish(_by_dataset(rows), columns)


def consistency_pairs(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Figs. 6 and 14 to 17: error consistency of every two observers on every dataset.

    Returns:
        ``dataset`` (its title), ``a, b`` (labels), ``a_kind, b_kind``, ``value, low, high,
        most``, ``n`` (images that both saw), and ``a_humans, b_humans`` (each one's value with
        humans, to order by). Each pair stands once, the one that agrees more with the humans as
        ``a``. A row with "Humans" as ``a`` and as ``b`` holds the human–human level of its dataset.
    """
    with_humans = _with_humans(summaries, observers)
    with_humans = with_humans[with_humans["condition"] == ""].set_index(["dataset", "observer"])
    ceiling = with_humans[with_humans.index.get_level_values("observer") == HUMANS_TITLE]
    means = _pair_means(summaries, observers)[["dataset", *_PAIR, "most"]]
    rows = _pair_rows(summaries, observers).merge(means, on=["dataset", *_PAIR], how="left")
    rows = rows.assign(**_pair_labels(rows))
    for side in ("a", "b"):
        who = pd.MultiIndex.from_frame(rows[["dataset", side]])
        rows[f"{side}_humans"] = with_humans["value"].reindex(who).to_numpy()
    ceiling = ceiling.reset_index().assign(
        a=HUMANS_TITLE, b=HUMANS_TITLE, a_kind=HUMANS_TITLE, b_kind=HUMANS_TITLE, n=0
    )
    rows = pd.concat([_first_by_humans(rows), ceiling], ignore_index=True)
    columns = ["dataset", "a", "b", "a_kind", "b_kind", "value", "low", "high", "most", "n"]
    return _finish(_by_dataset(rows), [*columns, "a_humans", "b_humans"])


def consistency_by_condition(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Fig. 10: error consistency with humans over the strength of each manipulation.

    Returns:
        ``dataset`` (its title), ``condition`` (as printed on the axis), ``position`` (0 for the
        weakest manipulation), ``left_out`` (by the benchmark), ``observer, kind, value, low,
        high``; single humans are left out, "Humans" are their mean over all pairs.
    """
    rows = _with_humans(summaries, observers)
    rows = rows[rows["dataset"].isin(PARAMETRIC) & (rows["condition"] != "")]
    rows = rows[(rows["observer_kind"] == "model") | (rows["observer"] == HUMANS_TITLE)]
    places = list(zip(rows["dataset"], rows["condition"], strict=True))
    known = {
        (name, condition): (i, experiment.label(condition), condition in experiment.excluded)
        for name, experiment in EXPERIMENTS.items()
        for i, condition in enumerate(experiment.conditions)
    }
    rows["position"] = [known[place][0] for place in places]
    rows["condition"] = [known[place][1] for place in places]
    rows["left_out"] = [known[place][2] for place in places]
    rows = _by_dataset(rows.sort_values(["observer", "position"]))
    columns = ["dataset", "condition", "position", "left_out", "observer", "kind"]
    return _finish(rows, [*columns, "value", "low", "high"])


def observed_and_expected(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Observed consistency of every two observers, and what their accuracies alone would give.

    Both are computed in each counted condition and averaged, as error consistency is: pooled over
    conditions, even independent errors would coincide, for all observers err more where it is
    harder.

    Returns:
        ``dataset`` (its title), ``a, b`` (labels), ``pair`` (one of `PAIR_KINDS`), ``expected,
        observed``, ``value`` (error consistency), ``most`` and ``n`` (images that both saw).
    """
    rows = _pair_means(summaries, observers)
    rows = rows.assign(**_pair_labels(rows))
    humans = (rows["observer_kind"] == "human").astype(int) + (rows["other_kind"] == "human")
    rows["pair"] = humans.map(dict(enumerate(reversed(PAIR_KINDS))))
    columns = ["dataset", "a", "b", "pair", "expected", "observed", "value", "most", "n"]
    return _finish(_by_dataset(rows), columns)


def range_over_datasets(table: pd.DataFrame) -> pd.DataFrame:
    """The ceiling of each dataset and the models below it.

    Args:
        table: from `agreement_with_humans`.

    Returns:
        ``dataset``, ``ceiling, ceiling_low, ceiling_high``, ``best`` (the model with the highest
        value of ``n_models``), ``best_value``, and ``share`` (its part of the ceiling); highest
        ceiling first.
    """
    ceiling = table[table["observer"] == HUMANS_TITLE].set_index("dataset")
    models = table[table["kind"] != HUMANS_TITLE]
    best = models.loc[models.groupby("dataset")["value"].idxmax()].set_index("dataset")
    rows = pd.DataFrame(
        {
            "ceiling": ceiling["value"],
            "ceiling_low": ceiling["low"],
            "ceiling_high": ceiling["high"],
            "best": best["observer"],
            "best_value": best["value"],
            "n_models": models.groupby("dataset").size(),
        }
    )
    rows["share"] = rows["best_value"] / rows["ceiling"]
    rows = rows.dropna(subset="ceiling").sort_values("ceiling", ascending=False).reset_index()
    return _finish(rows, list(rows.columns))


def _with_humans(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Error consistency with humans on single datasets, every observer once, labelled."""
    rows = summaries.estimates
    rows = rows[(rows["metric"] == "error_consistency") & (rows["other"] == HUMANS)]
    rows = choose_observers(show_once(rows[rows["dataset"] != ""]), observers)
    rows = rows.assign(
        kind=kind_titles(rows["source"], rows["observer_kind"]),
        observer=unique_labels(rows["source"], rows["observer"]),
    )
    return rows.reset_index(drop=True)


def _pair_rows(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    rows = summaries.estimates
    rows = rows[(rows["metric"] == "error_consistency") & (rows["other"] != HUMANS)]
    rows = show_once(rows[(rows["dataset"] != "") & (rows["condition"] == "")])
    who = summaries.counts[["source", "observer", "observer_kind"]].drop_duplicates()
    who = who.set_axis(["other_source", "other", "other_kind"], axis=1)
    rows = rows.merge(who, on=["other_source", "other"], how="left")
    return _choose_pairs(rows, observers)


def _pair_means(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Every pair on every dataset, averaged over the counted conditions."""
    made = summaries.provenance
    pairs = summaries.pairs
    if made["conditions"] == "benchmark":
        counted = {(n, c) for n, e in EXPERIMENTS.items() for c in e.included}
        pairs = pairs[
            [p in counted for p in zip(pairs["dataset"], pairs["condition"], strict=True)]
        ]
    names = ["source_a", "observer_a", "kind_a", "source_b", "observer_b", "kind_b"]
    ours = ["source", "observer", "observer_kind", "other_source", "other", "other_kind"]
    pairs = show_once(pairs.rename(columns=dict(zip(names, ours, strict=True))))
    pairs = consistency_table(_choose_pairs(pairs, observers), made["zero_division"])
    return pairs.groupby(["dataset", *ours], as_index=False, sort=False).agg(
        expected=("expected_consistency", "mean"),
        observed=("observed_consistency", "mean"),
        value=("error_consistency", "mean"),
        most=("error_consistency_max", "mean"),
        n=("n", "sum"),
    )


def _most_with_humans(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """The mean of ``most`` over the pairs with humans, of every observer and of all humans."""
    pairs = _pair_means(summaries, observers)
    pairs = pairs.assign(**_pair_labels(pairs))
    turned = pairs.rename(
        columns={"a": "b", "b": "a", "observer_kind": "other_kind", "other_kind": "observer_kind"}
    )
    both = pd.concat([pairs, turned], ignore_index=True)
    both = both[both["other_kind"] == "human"]
    people = both[both["observer_kind"] == "human"].assign(a=HUMANS_TITLE)
    means = pd.concat([both, people]).groupby(["dataset", "a"])["most"].mean()
    return means.rename_axis(["dataset", "observer"]).reset_index()


def _choose_pairs(rows: pd.DataFrame, observers: Sequence[str]) -> pd.DataFrame:
    """Keep pairs whose two sides are humans or chosen models."""
    if not observers:
        return rows
    sides = pd.concat(
        [
            rows[["observer", "observer_kind"]],
            rows[["other", "other_kind"]].set_axis(["observer", "observer_kind"], axis=1),
        ]
    )
    choose_observers(sides, observers)
    first = (rows["observer_kind"] == "human") | rows["observer"].isin(list(observers))
    second = (rows["other_kind"] == "human") | rows["other"].isin(list(observers))
    return rows[first & second].reset_index(drop=True)


def _pair_labels(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Labels and kinds of both sides, told apart by source over both."""
    both = unique_labels(
        pd.concat([rows["source"], rows["other_source"]], ignore_index=True),
        pd.concat([rows["observer"], rows["other"]], ignore_index=True),
    ).to_numpy()
    return {
        "a": pd.Series(both[: len(rows)], index=rows.index),
        "b": pd.Series(both[len(rows) :], index=rows.index),
        "a_kind": kind_titles(rows["source"], rows["observer_kind"]),
        "b_kind": kind_titles(rows["other_source"], rows["other_kind"]),
    }


def _first_by_humans(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn pairs so that the side that agrees more with the humans comes first."""
    turn = (rows["b_humans"] > rows["a_humans"]).to_numpy()
    turned = rows.copy()
    for end in ("", "_kind", "_humans"):
        a, b = f"a{end}", f"b{end}"
        turned[a], turned[b] = np.where(turn, rows[b], rows[a]), np.where(turn, rows[a], rows[b])
    return turned.sort_values(["a_humans", "b_humans"], ascending=False, kind="stable")


def _by_dataset(rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order of the datasets, otherwise as they are, with titles for names."""
    ordered = rows.sort_values("dataset", key=lambda c: c.map(DATASETS.index), kind="stable")
    return ordered.assign(dataset=ordered["dataset"].map(_TITLES))


def _finish(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    floats = rows[columns].select_dtypes("float").columns
    return rows[columns].round(dict.fromkeys(floats, _DIGITS)).reset_index(drop=True)


def ceiling_sentence(ranges: pd.DataFrame) -> str:
    """How the human–human level varies over datasets, and whether a model reaches it.

    Args:
        ranges: from `gcbook.chapters.error_consistency.tables.range_over_datasets`.
    """
    highest, lowest = ranges.iloc[0], ranges.iloc[-1]
    said = f"The human–human level is {highest['ceiling']:.2f} for {highest['dataset']}"
    if len(ranges) > 1:
        said = (
            f"The human–human level runs from {lowest['ceiling']:.2f} ({lowest['dataset']}) to "
            f"{highest['ceiling']:.2f} ({highest['dataset']})"
        )
    known = ranges.dropna(subset="best_value")
    if known.empty:
        return said + "."
    reached = known[known["best_value"] > known["ceiling"]]
    said += (
        f". On {len(known) - len(reached)} of {len(known)} datasets no network comes up to it"
        f"; the best one reaches {known['share'].median():.0%} of it on the median dataset."
    )
    for row in reached.to_dict("records"):
        said += (
            f" On {row['dataset']}, {escape_markdown(row['best'])} agrees with the humans more "
            f"than they do with each other ({row['best_value']:.2f} against "
            f"{row['ceiling']:.2f}; the interval of "
            f"the latter: {span(row['ceiling_low'], row['ceiling_high'], '.2f')}). It is the best "
            f"of {row['n_models']} networks, picked because it is the best, and the two values "
            "have no interval for their difference."
        )
    return said


def telling_pairs_sentence(rows: pd.DataFrame) -> str:
    """Three pairs of a human and a model that show what observed consistency hides.

    One agrees often, on no more images than by chance, though its accuracies would allow much
    (below a tenth of a bound above 0.5). One agrees still more often, and as much as its accuracies
    allow, which is next to nothing. One agrees seldom, at a good error consistency (above 0.3).

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.observed_and_expected`.
    """
    mixed = rows[rows["pair"] == "Human and model"].sort_values("observed", kind="stable")
    low = mixed[(mixed["most"] > 0.5) & (mixed["value"] < 0.1 * mixed["most"])]
    bound = mixed[(mixed["value"] >= mixed["most"] - 0.0015) & (mixed["value"] < 0.05)]
    high = mixed[mixed["value"] > 0.3]
    if low.empty or bound.empty or high.empty:
        return "The chosen datasets hold no pairs that would show it."
    often, capped, seldom = low.iloc[-1], bound.iloc[-1], high.iloc[0]
    return (
        f"On {often['dataset']}, {_pair(often)} are both right or both wrong on "
        f"{often['observed']:.0%} of the images, where independent errors at their accuracies "
        f"would give {often['expected']:.0%}: κ = {number(often['value'], '.2f')}, though these "
        f"accuracies would allow {often['most']:.2f}. On {capped['dataset']}, "
        f"{_pair(capped)} coincide even on {capped['observed']:.0%}: "
        f"κ = {number(capped['value'], '.2f')}, and it could not be higher, for one of the two "
        f"hardly errs at all. On {seldom['dataset']}, {_pair(seldom)} coincide on "
        f"only {seldom['observed']:.0%}, where {seldom['expected']:.0%} was to be expected: "
        f"κ = {number(seldom['value'], '.2f')}, of {seldom['most']:.2f} that is possible."
    )


def kinds_sentence(rows: pd.DataFrame) -> str:
    """Pairs of networks and mixed pairs compared, dataset by dataset.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.observed_and_expected`.
    """
    means = rows.groupby(["dataset", "pair"])["value"].mean().unstack()
    if not {"Two models", "Human and model", "Two humans"} <= set(means.columns):
        return ""
    mixed = means["Human and model"]
    among, across = (means["Two models"] / mixed).dropna(), mixed / means["Two humans"]
    if among.empty:
        return ""
    return (
        f"On average two networks have more in common than a human and a network on "
        f"{(among > 1).sum()} of {len(among)} datasets, between {among.min():.1f} times "
        f"({among.idxmin()}) and {among.max():.1f} times as much ({among.idxmax()}). Mixed pairs "
        f"reach {across.min():.0%} ({across.idxmin()}) to {across.max():.0%} ({across.idxmax()}) "
        "of what two humans have in common."
    )


def bound_sentence(rows: pd.DataFrame, agreement: pd.DataFrame) -> str:
    """What unequal accuracies allow, and how much of it is reached, as means over the datasets.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        agreement: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
    """
    each = agreement.groupby("observer")
    means = each[["value", "most"]].mean()[each.size() == agreement["dataset"].nunique()]
    share = means["value"] / means["most"]
    said = (
        f"Two humans could reach {means['most'][HUMANS_TITLE]:.2f} in the mean over the datasets, "
        f"and reach {share[HUMANS_TITLE]:.0%} of it."
    )
    if "ResNet-50" in means.index:
        said += (
            f" ResNet-50 with humans could reach {means['most']['ResNet-50']:.2f} and reaches "
            f"{share['ResNet-50']:.0%}."
        )
    accuracy = rows.dropna(subset="ood_accuracy").set_index("model")["ood_accuracy"]
    ahead = means.index.intersection(accuracy.index[accuracy > accuracy[HUMANS_TITLE]])
    if len(ahead):
        most, part = means.loc[ahead, "most"], share[ahead]
        said += (
            f" The {len(ahead)} networks that are more accurate than the humans could reach "
            f"{most.min():.2f} to {most.max():.2f}, and reach {part.min():.0%} to "
            f"{part.max():.0%} of it."
        )
    return said


def share_sentence(agreement: pd.DataFrame, dataset: str) -> str:
    """Networks and humans on one dataset, as they are and against what their accuracies allow.

    Args:
        agreement: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
        dataset: its title.
    """
    there = agreement[agreement["dataset"] == dataset].set_index("observer")
    networks = there[there["kind"] != HUMANS_TITLE].median(numeric_only=True)
    if there.empty or networks.isna().any():
        return ""
    human = there[["value", "most"]].loc[HUMANS_TITLE]
    return (
        f"On {dataset}, the median network has κ = {networks['value']:.2f} with humans, but its "
        f"accuracy allows only {networks['most']:.2f}; two humans have {human['value']:.2f} where "
        f"{human['most']:.2f} would be possible."
    )


def spread_sentence(agreement: pd.DataFrame, datasets: Sequence[str]) -> str:
    """How far the networks lie apart on each dataset, and where the humans are.

    Args:
        agreement: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
        datasets: their titles; those not in the table are passed over.
    """
    parts = []
    for title in datasets:
        there = agreement[agreement["dataset"] == title]
        models = there[there["kind"] != HUMANS_TITLE].dropna(subset="value")
        if len(models) < 2:
            continue
        ordered = models.sort_values("value")
        worst, best = ordered.iloc[0], ordered.iloc[-1]
        human = there.loc[there["observer"] == HUMANS_TITLE, "value"].iloc[0]
        parts.append(
            f"{title}: {number(worst['value'], '.2f')} ({escape_markdown(worst['observer'])}) to "
            f"{number(best['value'], '.2f')} ({escape_markdown(best['observer'])}), "
            f"humans {human:.2f}"
        )
    return "; ".join(parts) + "." if parts else "Too few networks or datasets were chosen for that."


def faultless_sentence(summaries: Summaries, observers: Sequence[str] = ()) -> str:
    """How often a network has no error in a condition, and so no error consistency to speak of."""
    counts = choose_observers(show_once(summaries.counts), observers)
    counts = counts[(counts["observer_kind"] == "model") & counts["dataset"].isin(PARAMETRIC)]
    keys = ["source", "observer", "dataset", "condition"]
    wrong = counts.assign(wrong=counts["n"].where(counts["response"] != counts["category"], 0))
    errors = wrong.groupby(keys, observed=True)["wrong"].sum()
    places = errors.index[errors == 0]
    counted = [c in EXPERIMENTS[name].included for _, _, name, c in places]
    return (
        f"{len(places)} of {len(errors)} times, a network has no error in a condition at all "
        f"({sum(counted)} times in one that the benchmark counts)"
    )


def against_sentence(rows: pd.DataFrame) -> str:
    """The networks nearest to and farthest from the human level.

    Args:
        rows: from `gcbook.stats.differences.against_humans`.
    """
    if rows.empty:
        return "Without bootstrap draws, no network can be tested."
    near, far = rows.iloc[0], rows.iloc[-1]
    said = f"{rows['differs'].eq(True).sum()} of {len(rows)} networks differ from the humans"
    if isinstance(near["differs"], str):
        said = f"Whether networks differ from the humans {near['differs']}"
    return (
        f"{said}. The nearest, "
        f"{escape_markdown(near['model'])}, is {-near['difference']:.3f} below them "
        f"({span(-near['high'], -near['low'])}), the farthest, {escape_markdown(far['model'])}, "
        f"{-far['difference']:.3f} ({span(-far['high'], -far['low'])})."
    )


ROUNDING = 1e-9
"""Shares that differ by less are the same ones, divided in another order."""


def _pair(row: pd.Series) -> str:
    return f"{escape_markdown(row['a'])} and {escape_markdown(row['b'])}"


def consistency_groups(
    answers: pd.DataFrame, *, resampling: Resampling
) -> tuple[pd.DataFrame, dict[str, list[str]], str]:
    """All that the matrix shows and what is to be said of it.

    Args:
        answers: of the world's own test sets.
        resampling: how the intervals are made.

    Returns:
        The pairs of both `GROUPS`, with ``group``; the order of the models by group; and a
        paragraph for each group, with models that lack answers named.
    """
    tables, orders, notes = [], {}, []
    for group in GROUPS:
        chosen = answers[group_of_images(answers, group)]
        panel = make_panel(chosen, resampling)
        every = np.ones(len(panel.images), dtype=bool)
        pairs, values, bounds = pair_kappas(panel, every, resampling)
        tables.append(pairs.assign(group=group))
        orders[group] = cluster_order(pairs)
        note = f"*{group}.* {consistency_sentence(pairs, values, bounds, resampling)}"
        if panel.incomplete:
            note += f" Left out, as scores are missing: {listed(panel.incomplete)}."
        notes.append(note)
    return pd.concat(tables, ignore_index=True), orders, "\n\n".join(notes)


def consistency_sentence(
    pairs: pd.DataFrame, values: np.ndarray, bounds: np.ndarray, resampling: Resampling
) -> str:
    """Say whether discriminative miniatures err like each other, more than like generative ones.

    Args:
        pairs: from `gcbook.miniworld.results.consistency.pair_kappas`.
        values: likewise.
        bounds: likewise.
        resampling: how the intervals are made.
    """
    if pairs.empty:
        return "There are not yet two miniatures with all these images, and nothing to compare."
    facts, parts = sides(pairs, values, bounds, resampling), []
    for name, words in (
        ("generative", "generative miniatures among each other"),
        ("discriminative", "discriminative miniatures among each other"),
        ("across", "one of either kind"),
    ):
        if facts[f"{name}_pairs"]:
            ends = span(facts[f"{name}_low"], facts[f"{name}_high"], ".2f")
            n = plural(int(facts[f"{name}_pairs"]), "pair of recipes", "pairs of recipes")
            parts.append(f"{words}: {number(facts[name], '.2f')} ({ends}; {n})")
    means = "; ".join(parts)
    sentences = [f"Mean κ of {means}."] if parts else []
    if facts["seeds_pairs"]:
        ends = span(facts["seeds_low"], facts["seeds_high"], ".2f")
        sentences.append(
            "Seeds of one miniature, which differ in nothing but chance, agree to "
            f"{number(facts['seeds'], '.2f')} ({ends}), which is what chance in training leaves "
            "of the agreement, and the value to hold other pairs against."
        )
    sentences += [_verdict(pairs, facts), _capped(facts)]
    return " ".join(filter(None, sentences))


def _verdict(pairs: pd.DataFrame, facts: dict[str, float]) -> str:
    models = dict.fromkeys([*pairs["a"], *pairs["b"]])
    of_kind = {
        side: {recipe_of(name)[0] for name in models if side_of(name) == side}
        for side in ("generative", "discriminative")
    }
    if len(of_kind["discriminative"]) < 2 or not of_kind["generative"]:
        have = listed(f"{len(recipes)} {side}" for side, recipes in of_kind.items())
        return (
            "Whether discriminative miniatures err like each other more than like generative ones "
            f"cannot be told from {have}: it takes two discriminative and one generative with all "
            "these images."
        )
    groups = clusters(pairs)
    pure = all(len({side_of(name) for name in group}) == 1 for group in groups)
    if math.isnan(facts["gap_low"]):
        clear = "has no interval"
    elif facts["gap_low"] > 0:
        clear = "is clearly above 0"
    elif facts["gap_high"] < 0:
        clear = "is clearly below 0: they have less in common with each other"
    else:
        clear = "is not clearly different from 0"
    ends = span(facts["gap_low"], facts["gap_high"], ".2f")
    gap = (
        "The mean κ of discriminative miniatures among each other, minus that with generative "
        f"ones, {clear} ({number(facts['gap'], '.2f')}, {ends})."
    )
    names = " and ".join(f"({', '.join(group)})" for group in groups)
    if pure:
        return f"Cut in two, the tree parts generative from discriminative: {names}. {gap}"
    return f"Cut in two, the tree gives {names}, which are **not** the two kinds. {gap}"


def _capped(facts: dict[str, float]) -> str:
    """What accuracies do to the difference between the two kinds of pairs."""
    if math.isnan(facts["gap_share"]) or math.isnan(facts["gap_low"]):
        return ""
    ends = span(facts["gap_share_low"], facts["gap_share_high"], ".2f")
    shares = (
        "But accuracies cap κ. As shares of the most that they allow, discriminative pairs have "
        f"{facts['discriminative_share']:.0%}, generative ones "
        f"{facts['generative_share']:.0%} and mixed ones {facts['across_share']:.0%}; "
        f"discriminative minus mixed is {number(facts['gap_share'], '+.2f')} ({ends})"
    )
    if facts["gap_share_low"] > ROUNDING:
        verdict = "so the two kinds differ beyond their accuracies"
    elif facts["gap_share_high"] < -ROUNDING:
        verdict = "so relative to that, classifiers err *less* like each other"
    else:
        verdict = "so beyond the accuracies no difference is told from 0"
    return f"{shares}, {verdict}."


def mixed_kappa(common: float, accuracy: float, common_accuracy: float | None = None) -> float:
    """Error consistency of two observers who are of one mind on a share of the images.

    Args:
        common: share of the images on which one is right exactly where the other is; on the others
            they err independently.
        accuracy: of both, on the others.
        common_accuracy: of both, on the images that they have in common; by default the same.
    """
    one_mind = common * (accuracy if common_accuracy is None else common_accuracy)
    both_right = one_mind + (1 - common) * accuracy**2
    only_one = (1 - common) * accuracy * (1 - accuracy)
    return float(kappa(both_right, only_one, only_one, 1 - both_right - 2 * only_one))


def shared_errors(person: float, network: float, consistency: float) -> dict[str, str]:
    """What an error consistency means in errors, for two accuracies.

    Args:
        person: accuracy of a person.
        network: of a network, on the same images.
        consistency: kappa of the two.

    Returns:
        As they are printed: ``cap``, the largest kappa of these accuracies; ``persons``, the share
        of the person's errors that the network makes too, ``chance`` of them if the two erred
        independently; ``networks``, the share of the network's errors that the person makes too.
    """
    both = person * network
    independent = (both, person - both, network - both, 1 - person - network + both)
    expected = independent[0] + independent[3]
    observed = expected + consistency * (1 - expected)
    both_wrong = (observed + 1 - person - network) / 2
    return {
        "cap": number(float(kappa_bound(*independent)), ".2f"),
        "persons": f"{both_wrong / (1 - person):.0%}",
        "chance": f"{1 - network:.0%}",
        "networks": f"{both_wrong / (1 - network):.0%}",
    }


def consistency_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Error consistency in a few numbers.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.

    Returns:
        ``humans`` and ``humans_span``; ``n_networks`` recomputed, the ``best`` of them (in
        Markdown) with ``best_value, best_span``; ``above_humans``, how many of them have a higher
        OOD accuracy than the humans; published: ``imagen, stable_diffusion, parti, clip, vit_22b``
        (the best ViT-22B), ``n_published`` models, ``standing``, a clause on how many of them are
        above the best of ours (if both are over the same datasets and conditions), and
        ``above_stable_diffusion, above_parti``, how many that do not generate are surely above.
    """
    humans = rows[rows["kind"] == HUMANS_TITLE].iloc[0]
    ours = rows[rows["error_consistency"].notna() & (rows["kind"] != HUMANS_TITLE)]
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    facts = {
        "humans": number(humans["error_consistency"]),
        "humans_span": span(humans["error_consistency_low"], humans["error_consistency_high"]),
        "human_accuracy": number(humans["ood_accuracy"]),
        "n_networks": len(ours),
        "n_published": len(printed),
        "vit_22b": number(float(printed[printed.index.str.startswith("vit_22b")].max())),
    }
    others = printed[paper["kind"] != "generative"]
    # Parti's number has two digits, and may have been rounded by half of the second.
    facts["above_stable_diffusion"] = int((others > printed["stable_diffusion"]).sum())
    facts["above_parti"] = int((others > printed["parti"] + 0.005).sum())
    for key in ("imagen", "stable_diffusion", "parti", "clip"):
        facts[key] = number(float(printed[key]))
    if ours.empty:
        return (
            facts
            | {"best": "no network", "best_value": "–", "best_span": "–"}
            | {"above_humans": 0, "standing": "so nothing is to be compared"}
        )
    best = ours.sort_values("error_consistency").iloc[-1]
    return facts | {
        "best": escape_markdown(best["model"]),
        "best_value": number(best["error_consistency"]),
        "best_span": span(best["error_consistency_low"], best["error_consistency_high"]),
        "above_humans": int((ours["ood_accuracy"] > humans["ood_accuracy"]).sum()),
        "standing": _standing(rows, printed, round(float(best["error_consistency"]), 3)),
    }


def _standing(rows: pd.DataFrame, printed: pd.Series, value: float) -> str:
    # Rows have ranks among the paper's only where they are averages over the same.
    if rows["mean_rank"].isna().all():
        return (
            "an average over other datasets or conditions than the paper's, and not comparable "
            "with its numbers"
        )
    return f"which {(printed > value).sum()} of the published models surpass"


def differences_sentence(rows: pd.DataFrame) -> str:
    """What `model_differences` comes to, in words.

    >>> differences_sentence(pd.DataFrame({"differs": [], "difference": []}))
    'Without bootstrap draws, no pair of networks can be tested.'
    """
    if rows.empty:
        return "Without bootstrap draws, no pair of networks can be tested."
    if isinstance(rows["differs"].iloc[0], str):
        return f"Which of {len(rows)} pairs of networks differ {rows['differs'].iloc[0]}."
    differs = rows["differs"].astype(bool)
    said = f"Of {len(rows)} pairs of networks, {differs.sum()} differ after the correction"
    if differs.any():
        said += f", the closest of them by {rows.loc[differs, 'difference'].min():.3f}"
    if not differs.all():
        said += (
            f"; {(~differs).sum()} do not, although they lie up to "
            f"{rows.loc[~differs, 'difference'].max():.3f} apart"
        )
    return said + "."
