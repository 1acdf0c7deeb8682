"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Sequence
from types import SimpleNamespace

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    UNCALIBRATED,
    predicted_consistency,
)
from gcbook.miniworld.training.calibration import ARGUED, DAMAGES, Training, best, targets
from gcbook.paper.observers import HUMANS
from gcbook.stats.summaries import Summaries

__all__ = ["calibrated_world_facts"]


def calibrated_world_facts(
    done: Sequence[Training],
    search: pd.DataFrame,
    matched: pd.DataFrame,
    summaries: Summaries,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        done: trainings of the search.
        search: from `gcbook.miniworld.results.calibrated.search_rows`.
        matched: from `gcbook.miniworld.results.calibrated.matched_rows`.
        summaries: of the published trials.
    """
    estimates = summaries.estimates
    named = estimates[
        (estimates["metric"] == "accuracy")
        & (estimates["observer"] == HUMANS)
        & (estimates["dataset"] == "silhouette")
    ]
    world = best(done)
    value, low, high = targets()["shape_bias"]
    bias = matched[matched["measure"] == "Shape bias"].set_index("observer").to_dict("index")
    mine = bias[CALIBRATED]
    first = search[(search["seed"] == 0) & (search["contrast_low"] == ARGUED[0])]
    by_damage = dict(zip(first["damage"], first["shape_bias"], strict=True))
    undamaged, half, whole = (Number(by_damage[damage], ".2f") for damage in DAMAGES)
    alike, alike_low, alike_high = predicted_consistency()
    targets_met = matched[matched["observer"] == CALIBRATED].set_index("measure")["matched"]
    return SimpleNamespace(
        people=Number(float(named["value"].mean()), ".0%"),
        trainings=len(done),
        hours=Number(sum(each.minutes for each in done) / 60, ".1f"),
        target=Number(value, ".2f"),
        target_interval=Interval(low, high, ".2f"),
        default_bias=Number(bias[UNCALIBRATED]["value"], ".2f"),
        misleading=Number(world.misleading, ".0%"),
        argued_least=Number(ARGUED[0], ".2f"),
        argued_most=Number(ARGUED[1], ".2f"),
        bias=Number(mine["value"], ".2f"),
        undamaged=undamaged,
        half_damaged=half,
        damaged=whole,
        measures=len(targets_met),
        met=int(targets_met.sum()),
        missed=tuple(targets_met.index[~targets_met]),
        alike=Number(alike, "+.2f"),
        alike_interval=Interval(alike_low, alike_high, "+.2f"),
    )
