"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy.stats import binom

from gcbook.chapters.interval_coverage.planning import planning_facts
from gcbook.chapters.interval_coverage.tables import BAND, KLEIN, OURS, procedure_rows
from gcbook.claims import Interval, Number

_SQUARED = ("mean accuracy_difference", "mean accuracy_difference of humans")
"""Statistics whose intervals are exceptions."""
_SIXTY = " over datasets"
"""Ends the names of the statistics over sixty conditions."""
_BEFORE = "smoothed draws, halfway"
"""How kappa over sixty conditions would be done as elsewhere."""
_TEXTURES_MATTER = ("equal", "texture and image")
"""Effects of cue conflicts among which textures' are as large as single images'."""

_PERCENT = ".1%"
_TIE = 0.002
"""Losses within this of each other count as equal in the choice."""


def interval_coverage_facts(rows: pd.DataFrame, run: pd.DataFrame) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Coverages are fractions of the experiments of a design. Unless a name says otherwise they are
    of designs that are not hard; NaN where the run has no such design.

    Args:
        rows: from `gcbook.chapters.interval_coverage.tables.coverage_rows`.
        run: from ``read_run`` of the same module, with every candidate.
    """
    ours = rows[rows["procedure"] == OURS]
    easy, hard = ours[~ours["hard"]], ours[ours["hard"]]
    plain = rows[(rows["procedure"] != OURS) & ~rows["hard"]]
    alone = set(easy["statistic"]) - set(plain["statistic"])
    plain = pd.concat([plain, easy[easy["statistic"].isin(alone)]])
    klein = plain[plain["procedure"] == KLEIN]
    beside = easy[easy["statistic"].isin(klein["statistic"])]
    means = procedure_rows(rows)
    ours_means = means[means["procedure"] == OURS].set_index("statistic")["mean"]
    klein_means = means[means["procedure"] == KLEIN].set_index("statistic")["mean"]
    regular = ours_means.drop(list(_SQUARED), errors="ignore")
    seeds = easy[easy["statistic"] == "mean over seeds"]
    differ = seeds[(seeds["seeds"] != "1") & (seeds["shared"] != "0.0")]["coverage"]
    squared = easy[easy["statistic"].isin(_SQUARED)]
    effects = hard[hard["effects"].str.endswith("alone")]
    sixty = ours_means.filter(like=_SIXTY)
    moved = run[(run["method"] == _BEFORE) & run["statistic"].str.endswith(_SIXTY) & ~run["hard"]]
    before = moved.groupby("statistic")["coverage"].mean()
    kappas = easy[(easy["statistic"] == "kappa") & easy["effects"].isin(_TEXTURES_MATTER)]
    crossed = kappas.groupby("effects")["coverage"].mean()
    experiments = int(ours["replications"].mode().iloc[0])
    return SimpleNamespace(
        easy_designs=len(easy),
        statistics=len(ours_means),
        exceptions=int(ours_means.index.isin(_SQUARED).sum()),
        ours_rest=_mean(easy.drop(squared.index)),
        plain_rest=_mean(plain[~plain["statistic"].isin(_SQUARED)]),
        within=Number(easy["coverage"].between(*BAND).mean(), ".0%"),
        exact_within=Number(easy["replications"].map(_exact_within).mean(), ".0%"),
        regular=Interval(regular.min(), regular.max(), _PERCENT),
        kappa=_mean(beside),
        klein=_mean(klein),
        kappa_kinds=len(klein_means),
        klein_lower=int((klein_means < ours_means.reindex(klein_means.index)).sum()),
        seeds=Interval(differ.min(), differ.max(), _PERCENT),
        two_seeds=Number(seeds.loc[seeds["seeds"] == "2", "width"].max(), ".2f"),
        squared=_mean(squared),
        alone_least=Number(effects["coverage"].min(), _PERCENT),
        few_least=Number(hard.drop(effects.index)["coverage"].min(), _PERCENT),
        sixty=Interval(sixty.min(), sixty.max(), _PERCENT),
        sixty_before=Interval(before.min(), before.max(), _PERCENT),
        crossed_kappa=Interval(crossed.min(), crossed.max(), _PERCENT),
        beaten=_beaten(run),
        experiments=experiments,
        fewest=int(ours["replications"].min()),
        error=Number(1.96 * np.sqrt(0.95 * 0.05 / experiments), ".3f"),
        **planning_facts(),
    )


def _mean(rows: pd.DataFrame) -> Number:
    return Number(rows["coverage"].mean(), _PERCENT)


def _beaten(run: pd.DataFrame) -> int:
    """Of how many statistics another candidate has less loss, as the choice defines it."""
    easy = run[~run["hard"]]
    low, high = BAND
    loss = 2 * (low - easy["coverage"]).clip(lower=0) + (easy["coverage"] - high).clip(lower=0)
    means = easy.assign(loss=loss).groupby(["ours", "statistic", "method"])["loss"].mean()
    best, own = means.groupby("statistic").min(), means.xs(True).droplevel("method")
    return int((own > best.reindex(own.index) + _TIE).sum())


def _exact_within(n: int) -> float:
    """How often a coverage from n experiments is in the band if it is exactly 95 of 100."""
    hits = np.arange(n + 1)
    inside = pd.Series(hits / n).round(4).between(*BAND).to_numpy()
    return float(binom.pmf(hits[inside], n, 0.95).sum())
