"""How accurate the miniatures of one world are out of distribution."""

import pandas as pd

from gcbook.miniworld.results.kinds import printed_values
from gcbook.miniworld.results.panel import OOD_SETS, counted, make_panel
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import KINDS
from gcbook.stats.resampling import Resampling

_MEASURES = {
    "OOD accuracy": "All",
    "accuracy, low-pass": SET_TITLES["low-pass"],
    "accuracy, high-pass": SET_TITLES["high-pass"],
}
_DIGITS = 4


def robustness_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Accuracy out of distribution beside that in distribution.

    Args:
        answers: of one world's own test sets.
        resampling: how the intervals are made.

    Returns:
        ``recipe``; ``ood_accuracy, low, high``, the mean over the test sets that have a counterpart
        in the benchmark, in the conditions that count there; ``in_distribution``, and ``lost``, the
        difference of the two. Over all seeds of a miniature.
    """
    sets = ("in-distribution", *OOD_SETS)
    panel = make_panel(answers[answers["dataset"].isin(sets) & counted(answers)], resampling)
    rows = []
    for recipe in (name for name in KINDS if panel.rows(name)):
        ood = panel.accuracy(recipe, OOD_SETS)
        plain = panel.accuracy(recipe, ["in-distribution"])
        low, high = map(float, resampling.interval(ood))
        rows.append((recipe, ood[0], low, high, plain[0], plain[0] - ood[0]))
    columns = ["recipe", "ood_accuracy", "low", "high", "in_distribution", "lost"]
    return pd.DataFrame(rows, columns=columns).round(_DIGITS)


def difference_rows(compared: pd.DataFrame) -> pd.DataFrame:
    """What the paper claims of accuracy, as differences between two miniatures.

    Args:
        compared: from `gcbook.miniworld.results.findings.claim_rows`.

    Returns:
        ``compared`` (test sets and the two miniatures without "mini-"), ``measure, a, b`` (the
        miniatures), ``difference, low, high``, and ``paper``, the difference of the two models of
        their kinds in the paper's Table 1, NaN where it prints none.
    """
    rows = compared[compared["measure"].isin(list(_MEASURES))].reset_index(drop=True)
    rows[["a", "b"]] = rows["compared"].str.split(" − ", expand=True)
    printed = printed_values("ood_accuracy")
    ahead = rows["a"].map(printed).astype(float) - rows["b"].map(printed).astype(float)
    shown = rows["compared"].str.replace("mini-", "")
    rows = rows.assign(
        compared=rows["measure"].map(_MEASURES) + ": " + shown,
        paper=ahead.where(rows["measure"] == "OOD accuracy"),
    )
    columns = ["compared", "measure", "a", "b", "difference", "low", "high", "paper"]
    return rows[columns].round(_DIGITS)
