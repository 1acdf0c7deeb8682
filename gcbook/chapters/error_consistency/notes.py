"""Sentences of the chapter on error consistency, computed from the tables its figures show."""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.markdown import escape_markdown
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
from gcbook.paper.observers import HUMANS_TITLE, choose_observers, show_once
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number, span

__all__ = [
    "against_sentence",
    "bound_sentence",
    "ceiling_sentence",
    "faultless_sentence",
    "kinds_sentence",
    "share_sentence",
    "spread_sentence",
    "telling_pairs_sentence",
]


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
    return (
        f"{rows['differs'].sum()} of {len(rows)} networks differ from the humans. The nearest, "
        f"{escape_markdown(near['model'])}, is {-near['difference']:.3f} below them "
        f"({span(-near['high'], -near['low'])}), the farthest, {escape_markdown(far['model'])}, "
        f"{-far['difference']:.3f} ({span(-far['high'], -far['low'])})."
    )


def _pair(row: pd.Series) -> str:
    return f"{escape_markdown(row['a'])} and {escape_markdown(row['b'])}"
