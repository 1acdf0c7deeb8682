"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy.stats import binom

from gcbook.chapters.interval_coverage.planning import planning_facts
from gcbook.chapters.interval_coverage.tables import ACROSS, BAND, KLEIN, MIXED, OURS, SURVEY
from gcbook.claims import Interval, Number

_CONFLICTS = ("Shape bias", "Bias, gap")
_KAPPAS = ("Kappa, pair", "Kappa, mean", "Dataset kappa")
_EXCEPTIONS = ("Bias, category", "Over seeds")
"""Kinds that the text speaks of by themselves."""
_KEYS = ["statistic", "observers", "category", "truth", "width"]
"""What tells designs of cue conflicts apart, and the width."""

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
    unlike = hard[hard["procedure"] == OURS]
    alone = unlike["observers"].str.endswith("alone")
    seeds = ours[ours["kind"] == "Over seeds"]
    differ = seeds[(seeds["seeds"] != "1") & (seeds["shared"] != "0.0")]
    experiments = int(ours["replications"].mode().iloc[0])

    def of(procedure: str, *kinds: str) -> pd.DataFrame:
        return easy[(easy["procedure"] == procedure) & easy["kind"].isin(kinds)]

    conflicts, across = of(OURS, *_CONFLICTS), of(ACROSS, *_CONFLICTS)
    category = of(OURS, "Bias, category")
    of_both = conflicts[_KEYS].merge(across[_KEYS], on=_KEYS[:-1])
    biases = [
        each[each["statistic"] == "shape bias"] for each in (conflicts, of(MIXED, *_CONFLICTS))
    ]
    few_shapes, mixed = (each[each["observers"] == "BagNet"] for each in biases)
    return SimpleNamespace(
        designs=len(regular),
        statistics=ours["statistic"].nunique(),
        regular=_span(regular["coverage"]),
        within=Number(regular["coverage"].between(*BAND).mean(), ".0%"),
        by_chance=Number(_worst_by_chance(regular["replications"]), _PERCENT),
        conflicts_width=_span(conflicts["relative"], ".2f"),
        across_width=_span(across["relative"], ".2f"),
        across_wider=_span(of_both["width_y"] / of_both["width_x"], ".2f"),
        few_shapes=_span(few_shapes["coverage"]),
        mixed=_span(mixed["coverage"]),
        survey=_span(of(SURVEY, *_CONFLICTS)["coverage"]),
        klein_worst_gap=min(_least(of(OURS, kind)) - _least(of(KLEIN, kind)) for kind in _KAPPAS),
        kappa_least=Number(_least(of(OURS, *_KAPPAS)), _PERCENT),
        klein_least=Number(_least(of(KLEIN, *_KAPPAS)), _PERCENT),
        category=_span(category["coverage"]),
        category_width=_span(category["relative"], ".2f"),
        seeds=_span(differ["coverage"]),
        two_seeds=Number(seeds.loc[seeds["seeds"] == "2", "width"].max(), ".2f"),
        alone=_span(unlike.loc[alone, "coverage"]),
        few_errors=_span(unlike.loc[~alone, "coverage"]),
        beaten=_beaten(run),
        experiments=experiments,
        error=Number(1.96 * np.sqrt(0.95 * 0.05 / experiments), ".3f"),
        **planning_facts(),
    )


def _span(values: pd.Series, form: str = _PERCENT) -> Interval:
    return Interval(values.min(), values.max(), form)


def _least(rows: pd.DataFrame) -> float:
    return float(rows["coverage"].min())


def _beaten(run: pd.DataFrame) -> int:
    """Of how many statistics another candidate has less loss, as the choice defines it."""
    chosen_on = run[(run["split"] == "choose") & ~run["hard"]]
    low, high = BAND
    short, over = low - chosen_on["coverage"], chosen_on["coverage"] - high
    loss = 2 * short.clip(lower=0) + over.clip(lower=0)
    means = chosen_on.assign(loss=loss).groupby(["ours", "statistic", "method"])["loss"].mean()
    best, own = means.groupby("statistic").min(), means.xs(True).droplevel("method")
    return int((own > best.reindex(own.index) + _TIE).sum())


def _worst_by_chance(experiments: pd.Series) -> float:
    """What the worst of these coverages is above 19 times in 20, if all are exactly .95."""
    tail = 1 - 0.95 ** (1 / max(len(experiments), 1))
    return float((binom.ppf(tail, experiments, 0.95) / experiments).min())
