"""A specification curve: the headline comparisons under every combination of conventions.

Every number rests on choices that could have been made otherwise. A specification curve makes all
of them, and shows each result beside the choices behind it (Simonsohn, Simmons & Nelson, 2020,
Nature Human Behaviour 4, 1208-1214). The choices here are those that `SummarySettings` knows, and
one more: error consistency can be taken as it is, or as a share of its ceiling, the largest value
that the accuracies of two observers allow (`gcbook.stats.agreement.kappa_bound`).

The four headlines compare one network with people or with another network. Which network that is,
each combination decides by its own values: the one nearest to people, or the most accurate one.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.paper.observers import HUMANS, PUBLISHED_SOURCES
from gcbook.stats.comparisons import Means, Who, compare
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.measures import DatasetMeasures, mean_defined
from gcbook.stats.resampling import Resampling, correct_bias
from gcbook.stats.responses import image_factors, make_responses
from gcbook.stats.rows import ordered_rows

Floats = npt.NDArray[np.floating]

SETTINGS: dict[str, tuple[Any, Any]] = {
    "conditions": ("benchmark", "all"),
    "zero_division": ("nan", "toolbox"),
    "resample_observers": (False, True),
    "within_categories": (True, False),
}
"""Conventions of `SummarySettings`, each with the book's choice and the other one."""

CONVENTIONS: dict[str, tuple[Any, Any]] = {**SETTINGS, "of_ceiling": (False, True)}
"""The same, and whether error consistency is shown as a share of its ceiling."""

HEADLINES = {
    "shape bias": ("resample_observers", "within_categories"),
    "accuracy": ("conditions", "resample_observers", "within_categories"),
    "error consistency": tuple(CONVENTIONS),
    "error consistency and accuracy": tuple(CONVENTIONS),
}
"""Headline → the conventions that it depends on.

Shape bias, accuracy and error consistency are those of the network with the most, less those of
people. The last is the error consistency with people of the most accurate network, less that of
`REFERENCE`.
"""

REFERENCE = (PUBLISHED_SOURCES[0], "resnet50")
"""Source and name of the network that the most accurate one is compared with."""

_ENDS = ("difference", "low", "high")

COLUMNS = ("headline", *CONVENTIONS, "observer", *_ENDS)

_DECIMALS = 6

FILE = "specifications.parquet"
"""The shipped table, among the summaries; `tools/build_specifications.py` writes it."""


def load_specifications() -> pd.DataFrame:
    """The shipped table: see `specifications`."""
    return pd.read_parquet(DATA.path("summaries") / FILE)


def specifications(
    trials: pd.DataFrame, resampling: Resampling = SummarySettings().resampling
) -> pd.DataFrame:
    """Make the headline comparisons under every combination of the conventions.

    Args:
        trials: a trials table with humans, networks and, among these, `REFERENCE`, which must not
            be the most accurate one.
        resampling: how all intervals are made.

    Returns:
        `COLUMNS`: a row for each headline and each combination of the conventions that it depends
        on, the book's own first. The other conventions of a row are the book's. Numbers are rounded
        to six decimals, as those of `gcbook.stats.summaries`.
    """
    chosen = [dict(zip(SETTINGS, each, strict=True)) for each in product(*SETTINGS.values())]
    rows = pd.concat(
        [compare_under(trials, SummarySettings(**each, resampling=resampling)) for each in chosen]
    )
    orders = {"headline": HEADLINES, **CONVENTIONS}
    return ordered_rows(rows.round(_DECIMALS), list(orders), orders)


def compare_under(trials: pd.DataFrame, settings: SummarySettings) -> pd.DataFrame:
    """Make the headline comparisons under one combination of the settings.

    Returns:
        As `specifications`. A headline is left out where a convention that it does not depend on
        is not the book's: it has its row elsewhere.
    """
    found = estimate(trials, settings, all_pairs=False)
    shares = _shares(trials, found.means["error_consistency"], settings)
    kappas = found.tests, compare({"error_consistency": shares}, shares.people, settings.resampling)
    best = _leader(found.tests, "ood_accuracy")
    picked = {
        "shape bias": (_leader(found.tests, "shape_bias"),),
        "accuracy": (best,),
        "error consistency": [_leader(tests, "error_consistency") for tests in kappas],
        "error consistency and accuracy": [_against(tests, best) for tests in kappas],
    }
    chosen = {name: getattr(settings, name) for name in SETTINGS}
    rows = [
        {"headline": headline, **chosen, "of_ceiling": bool(of_ceiling), **row}
        for headline, pair in picked.items()
        for of_ceiling, row in enumerate(pair)
        if all(chosen[name] == SETTINGS[name][0] for name in SETTINGS.keys() - HEADLINES[headline])
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _leader(tests: pd.DataFrame, metric: str) -> dict[str, Any]:
    """The network with the highest value, compared with people."""
    family = tests[tests["family"] == f"{metric}:humans"].sort_values("difference")
    test = family.to_dict("records")[-1]
    return _row((test["a_source"], test["a"]), test)


def _against(tests: pd.DataFrame, best: Mapping[str, Any]) -> dict[str, Any]:
    """The error consistency of a network, less that of `REFERENCE`."""
    family = tests[tests["family"] == "error_consistency:models"].to_dict("records")
    pairs = {
        ((test["a_source"], test["a"]), (test["b_source"], test["b"])): test for test in family
    }
    who = best["source"], best["observer"]
    if (who, REFERENCE) in pairs:
        return _row(who, pairs[who, REFERENCE])
    test = pairs[REFERENCE, who]
    signs = {"difference": -test["difference"], "low": -test["high"], "high": -test["low"]}
    return _row(who, signs)


def _row(who: tuple[str, str], test: Mapping[Any, Any]) -> dict[str, Any]:
    return {"source": who[0], "observer": who[1], **{end: test[end] for end in _ENDS}}


def _shares(trials: pd.DataFrame, kappas: Means, settings: SummarySettings) -> Means:
    """Error consistency with humans as a share of its ceiling, for who saw everything.

    Both are means over conditions, humans and datasets, and the share is one of the means. Chance
    sets two accuracies apart and so lowers their ceiling, in a resample once more: draws are
    corrected for that bias, the value is not.

    Args:
        trials: from which the error consistency was computed.
        kappas: it, over all datasets.
        settings: conventions and resampling.
    """
    most: dict[Who, list[Floats]] = {who: [] for who in kappas.people}
    (pooled,) = (who for who in kappas.people if who[1] == HUMANS)
    by_dataset = make_responses(settings.choose(trials))
    factors = image_factors(by_dataset, settings.within_categories)
    for name, responses in by_dataset.items():
        measures = DatasetMeasures(responses, factors[name], settings)
        people = [*responses.observers.itertuples(index=False, name=None), pooled]
        for group in measures.groups(len(measures.humans)):
            *_, (_, found) = measures.with_humans(group, ["error_consistency_max"])
            means = measures.to_humans(group, found["error_consistency_max"])
            # Below the rows of humans stands one of all of them.
            places = [*group, -1][: len(means)]
            for place, values in zip(places, measures.bootstrap(means), strict=True):
                if people[place] in most:
                    most[people[place]].append(values)
    ceilings = np.stack([mean_defined(most[who]) for who in kappas.people])
    shares = kappas.values.values / np.where(ceilings > 0, ceilings, np.nan)
    drawn = correct_bias(shares, -1, 1)
    return Means(kappas.people, replace(kappas.values, plain=drawn, crossed=None))
