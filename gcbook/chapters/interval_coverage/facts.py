"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy.stats import binom

from gcbook.chapters.interval_coverage.planning import planning_facts
from gcbook.chapters.interval_coverage.tables import ACROSS, BAND, KLEIN, MIXED, OURS, SURVEY
from gcbook.claims import Interval, Number

CONFLICTS = ("Shape bias", "Shape bias, gap")
_KAPPAS = ("Kappa, one pair", "Kappa, mean", "Kappa, datasets")
_EXCEPTIONS = ("Bias, category", "Squared gap", "Mean over seeds")
"""Kinds that the text speaks of by themselves."""

_PERCENT = ".1%"
_TIE = 0.002
"""Losses within this of each other count as equal in the choice."""


def interval_coverage_facts(rows: pd.DataFrame, run: pd.DataFrame) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Coverages are fractions of the experiments of a design, widths multiples of the ideal one.
    Unless a name says otherwise they are of designs that are not hard, from the worst to the best;
    NaN where the run has no such design.

    Args:
        rows: from `gcbook.chapters.interval_coverage.tables.design_rows`.
        run: from ``read_run`` of the same module, with every candidate.
    """
    easy, hard = rows[~rows["hard"]], rows[rows["hard"]]
    ours = easy[easy["procedure"] == OURS]
    regular = ours[~ours["kind"].isin(_EXCEPTIONS)]
    hard_ours = hard[hard["procedure"] == OURS]
    alone = hard_ours["observers"].str.endswith("alone")
    seeds = ours[ours["kind"] == "Mean over seeds"]
    differ = seeds[(seeds["seeds"] != "1") & (seeds["shared"] != "0.0")]
    experiments = int(ours["replications"].mode().iloc[0])

    def spans(procedure: str, kinds: tuple[str, ...], column: str = "coverage") -> Interval:
        chosen = easy[(easy["procedure"] == procedure) & easy["kind"].isin(kinds)][column]
        return Interval(chosen.min(), chosen.max(), _PERCENT if column == "coverage" else ".2f")

    return SimpleNamespace(
        designs=len(ours),
        statistics=ours["statistic"].nunique(),
        regular=Interval(regular["coverage"].min(), regular["coverage"].max(), _PERCENT),
        regular_width=Number(regular["relative"].max(), ".2f"),
        by_chance=Number(_worst_by_chance(regular["replications"]), _PERCENT),
        within=Number(regular["coverage"].between(*BAND).mean(), ".0%"),
        exact_within=Number(regular["replications"].map(_exact_within).mean(), ".0%"),
        conflicts=spans(OURS, CONFLICTS),
        conflicts_width=spans(OURS, CONFLICTS, "relative"),
        across=spans(ACROSS, CONFLICTS),
        across_width=spans(ACROSS, CONFLICTS, "relative"),
        survey=spans(SURVEY, CONFLICTS),
        mixed=spans(MIXED, CONFLICTS),
        klein_worst_gap=min(spans(OURS, (kind,))[0] - spans(KLEIN, (kind,))[0] for kind in _KAPPAS),
        kappa_least=Number(min(spans(OURS, _KAPPAS)), _PERCENT),
        klein_least=Number(min(spans(KLEIN, _KAPPAS)), _PERCENT),
        category=spans(OURS, ("Bias, category",)),
        category_width=spans(OURS, ("Bias, category",), "relative"),
        squared=spans(OURS, ("Squared gap",)),
        seeds=Interval(differ["coverage"].min(), differ["coverage"].max(), _PERCENT),
        two_seeds=Number(seeds.loc[seeds["seeds"] == "2", "width"].max(), ".2f"),
        alone_least=Number(hard_ours.loc[alone, "coverage"].min(), _PERCENT),
        few_least=Number(hard_ours.loc[~alone, "coverage"].min(), _PERCENT),
        beaten=_beaten(run),
        experiments=experiments,
        error=Number(1.96 * np.sqrt(0.95 * 0.05 / experiments), ".3f"),
        **planning_facts(),
    )


def _beaten(run: pd.DataFrame) -> int:
    """Of how many statistics another candidate has less loss, as the choice defines it."""
    chosen_on = run[(run["split"] == "choose") & ~run["hard"]]
    low, high = BAND
    short, over = low - chosen_on["coverage"], chosen_on["coverage"] - high
    loss = 2 * short.clip(lower=0) + over.clip(lower=0)
    means = chosen_on.assign(loss=loss).groupby(["ours", "statistic", "method"])["loss"].mean()
    best, own = means.groupby("statistic").min(), means.xs(True).droplevel("method")
    return int((own > best.reindex(own.index) + _TIE).sum())


def _exact_within(n: int) -> float:
    """How often a coverage from n experiments is in the band if it is exactly 95 of 100."""
    hits = np.arange(n + 1)
    inside = pd.Series(hits / n).round(4).between(*BAND).to_numpy()
    return float(binom.pmf(hits[inside], n, 0.95).sum())


def _worst_by_chance(experiments: pd.Series) -> float:
    """What the worst of these coverages is above 19 times in 20, if all are exactly .95."""
    tail = 1 - 0.95 ** (1 / max(len(experiments), 1))
    return float((binom.ppf(tail, experiments, 0.95) / experiments).min())
