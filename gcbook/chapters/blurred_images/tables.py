"""Do networks that recognise blurred images have a shape bias (Section 4)? The public ones.

The single decisions of the paper's models are not public, so what it correlates cannot be computed
again. What can be is the same correlation over the networks whose trials are public on both
datasets, and how much of it is theirs: with families left out, and with other datasets in the place
of the blurred images.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.panel import NOT_OOD, OOD_SETS, counted
from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import (
    HUMANS,
    HUMANS_TITLE,
    choose_observers,
    kind_titles,
    known_networks,
    show_once,
    unique_labels,
)
from gcbook.stats.correlation import Correlation, correlate, partial
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import listed

__all__ = [
    "BLURRED",
    "EVERYBODY",
    "FAMILY_MEANS",
    "HIGH_PASS",
    "LOW_PASS",
    "accuracy_and_bias",
    "correlation_rows",
    "lowest_rows",
    "sharp_rows",
    "miniature_accuracy_and_bias",
]

LOW_PASS, HIGH_PASS, CONFLICT = "low-pass", "high-pass", "cue-conflict"
BLURRED = "Low-pass"
"""What the blurred images as a whole are called among what accuracy is measured on."""

EVERYBODY, FAMILY_MEANS = "nobody", "one mean a family"
"""Of the networks: none is left out, or each family is one point."""

FEWEST = 3
"""Points of which a coefficient says nothing."""

_DIGITS = 4
_WHO = ["source", "observer", "observer_kind"]


def accuracy_and_bias(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Accuracy on each dataset, and at each strength of the blur, beside shape bias.

    Args:
        summaries: with cue-conflict and low-pass.
        observers: models to keep; none keeps all. The pooled humans always stay.

    Returns:
        ``measured_on`` (`BLURRED` over the conditions that count, its single strengths, and the
        other datasets but cue-conflict, whose accuracy is what shape bias counts), ``strength``
        (standard deviation of the filter in pixels, NaN for whole datasets), ``observer, kind,
        family, accuracy, accuracy_low, accuracy_high, shape_bias, bias_low, bias_high``; of the
        humans and of the models that saw both cue-conflict and low-pass.

    Raises:
        InputError: one of the two datasets is missing, or a model that was asked for.
    """
    table = summaries.estimates
    table = table[(table["other"] == "") & (table["category"] == "")]
    _check_saw_both(table, observers)
    table = choose_observers(show_once(table), observers)
    table = table[(table["observer_kind"] == "model") | (table["observer"] == HUMANS)]
    bias = table[table["metric"] == "shape_bias"]
    accuracy = table[(table["metric"] == "accuracy") & (table["dataset"] != CONFLICT)]
    absent = [
        name
        for name, rows in ((CONFLICT, bias), (LOW_PASS, accuracy[accuracy["dataset"] == LOW_PASS]))
        if rows.empty
    ]
    if absent:
        raise InputError(
            f"shape bias and accuracy on blurred images: expected trials of {CONFLICT} and "
            f"{LOW_PASS}, found none of {listed(absent)}. Add it to the parameter datasets."
        )
    accuracy = accuracy[(accuracy["condition"] == "") | (accuracy["dataset"] == LOW_PASS)]
    ends = ["value", "low", "high"]
    # The networks of all figures are those that saw blurred images, so that they compare.
    saw = accuracy.loc[accuracy["dataset"] == LOW_PASS, _WHO].drop_duplicates()
    accuracy = accuracy.merge(saw, on=_WHO)
    # Pooled humans have other sources on other datasets, and are other people too.
    people = bias["observer"] == HUMANS
    models = accuracy.merge(bias[~people], on=_WHO, suffixes=("", "_bias"))
    humans = accuracy[accuracy["observer"] == HUMANS].merge(
        bias.loc[people, ["observer", *ends]], on="observer", suffixes=("", "_bias")
    )
    rows = pd.concat([models, humans], ignore_index=True)
    family = known_networks().set_index("observer")["family"]
    whole = rows["condition"] == ""
    title = rows["dataset"].map({name: each.title for name, each in EXPERIMENTS.items()})
    rows = rows.assign(
        strength=pd.to_numeric(rows["condition"].where(~whole, None)),
        measured_on=title.where(whole, title + ", filter of " + rows["condition"] + " px"),
        kind=kind_titles(rows["source"], rows["observer_kind"]),
        family=np.where(
            rows["observer"] == HUMANS,
            HUMANS_TITLE,
            # Nothing is known of the relatives of a reader's own model.
            rows["observer"].map(family).fillna(rows["observer"]),
        ),
        observer=unique_labels(rows["source"], rows["observer"]),
        # Blurred images first, as a whole and from the weakest blur on.
        place=rows["dataset"].map(DATASETS.index).where(rows["dataset"] != LOW_PASS, -1),
    )
    rows = rows.sort_values(
        ["place", "strength", "observer"], na_position="first", ignore_index=True
    ).rename(
        columns={
            "value": "accuracy",
            "low": "accuracy_low",
            "high": "accuracy_high",
            "value_bias": "shape_bias",
            "low_bias": "bias_low",
            "high_bias": "bias_high",
        }
    )
    numbers = ["accuracy", "accuracy_low", "accuracy_high", "shape_bias", "bias_low", "bias_high"]
    about = ["measured_on", "strength", "observer", "kind", "family"]
    return rows[[*about, *numbers]].round(dict.fromkeys(numbers, _DIGITS))


def _check_saw_both(table: pd.DataFrame, observers: Sequence[str]) -> None:
    who = [
        set(table.loc[(table["metric"] == metric) & (table["dataset"] == dataset), "observer"])
        for metric, dataset in (("shape_bias", CONFLICT), ("accuracy", LOW_PASS))
    ]
    # Without one of the datasets nobody has seen both.
    unseeing = [name for name in observers if all(who) and name not in who[0] & who[1]]
    if unseeing:
        models = set(table.loc[table["observer_kind"] == "model", "observer"])
        raise InputError(
            f"observers: expected networks that saw {CONFLICT} and {LOW_PASS}, found "
            f"{listed(unseeing)}. These did: {listed(sorted(who[0] & who[1] & models))}."
        )


def correlation_rows(
    rows: pd.DataFrame,
    left_out: Iterable[str] | None = None,
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Correlate accuracy with shape bias over the networks; humans are not counted.

    Args:
        rows: from `accuracy_and_bias`.
        left_out: `EVERYBODY`, `FAMILY_MEANS`, names of families; by default all of these.
        resampling: see `gcbook.stats.correlation.correlate`.

    Returns:
        ``measured_on, left_out, coefficient, n, r, low, high, p, arrangements, exact``, see
        `gcbook.stats.correlation.Correlation`.
    """
    networks = rows[rows["kind"] != HUMANS_TITLE]
    families = list(dict.fromkeys(networks["family"]))
    wanted = [EVERYBODY, *families, FAMILY_MEANS] if left_out is None else list(left_out)
    found = []
    for measured_on, group in networks.groupby("measured_on", sort=False):
        pairs = group[["family", "accuracy", "shape_bias"]].dropna()
        for name in wanted:
            kept = pairs[pairs["family"] != name]
            if name == FAMILY_MEANS:
                kept = pairs.groupby("family", as_index=False)[["accuracy", "shape_bias"]].mean()
            values = kept["accuracy"].to_numpy(), kept["shape_bias"].to_numpy()
            found += [
                {"measured_on": measured_on, "left_out": name} | vars(each)
                for each in correlate(*values, resampling=resampling)
            ]
    columns = ["measured_on", "left_out", *Correlation.__dataclass_fields__]
    table = pd.DataFrame(found, columns=columns)
    return table.round({"r": _DIGITS, "low": _DIGITS, "high": _DIGITS, "p": 6})


def lowest_rows(correlations: pd.DataFrame) -> pd.DataFrame:
    """How low each coefficient falls when one family is left out.

    Left out are families beside which more than `FEWEST` points stay.

    Args:
        correlations: from `correlation_rows`.

    Returns:
        ``measured_on, coefficient, lowest, without`` (which family).
    """
    single = ~correlations["left_out"].isin([EVERYBODY, FAMILY_MEANS])
    families = correlations[single & (correlations["n"] > FEWEST)].dropna(subset="r")
    by = ["measured_on", "coefficient"]
    lowest = families.sort_values("r").drop_duplicates(by)[[*by, "r", "left_out"]]
    return lowest.rename(columns={"r": "lowest", "left_out": "without"})


def sharp_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare blurred with high-pass images over the same networks: what does either add?

    Args:
        rows: from `accuracy_and_bias`, or of the same columns.

    Returns:
        A row for all networks and one for each family left out: ``left_out, n``, Pearson's
        coefficients of shape bias with accuracy on blurred images, ``blurred``, and on high-pass
        images, ``sharp``; and the partial ones, ``blurred_given`` with that on high-pass images
        held constant and ``sharp_given`` with that on blurred images. Descriptions, not tests.
    """
    networks = rows[rows["kind"] != HUMANS_TITLE]
    wide = networks.pivot(
        index=["observer", "family", "shape_bias"], columns="measured_on", values="accuracy"
    ).reset_index()
    columns = ["left_out", "n", "blurred", "sharp", "blurred_given", "sharp_given"]
    sharp = EXPERIMENTS[HIGH_PASS].title
    if sharp not in wide:
        return pd.DataFrame(columns=columns)
    wide = wide.dropna(subset=[BLURRED, sharp])
    found: list[tuple[object, ...]] = []
    for name in (EVERYBODY, *dict.fromkeys(wide["family"])):
        kept = wide[wide["family"] != name]
        if len(kept) > FEWEST:
            bias, low, high = (kept[each].to_numpy() for each in ("shape_bias", BLURRED, sharp))
            both = (correlate(each, bias)[0].r for each in (low, high))
            given = partial(bias, low, high), partial(bias, high, low)
            found.append((name, len(kept), *both, *given))
    return pd.DataFrame(found, columns=columns).round(dict.fromkeys(columns[2:], _DIGITS))


MINIATURE_CONFLICT = "cue-conflict"
IN_DISTRIBUTION = "in-distribution"


def miniature_accuracy_and_bias(
    models: Sequence[str] | None = None,
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Accuracy on each test set, and at each strength of the blur, beside shape bias.

    Args:
        models: names; by default all that come with the package, all seeds.
        resampling: how the intervals are made.

    Returns:
        As `gcbook.chapters.blurred_images.tables.accuracy_and_bias` returns it, a model a row;
        ``kind`` and ``family`` are the miniature that it is a seed of. Whole test sets are the
        conditions that the benchmark counts. Images as in training are there too, and texture alone
        is not.
    """
    sets = (LOW_PASS, IN_DISTRIBUTION, *(name for name in OOD_SETS if name != MINIATURE_CONFLICT))
    sets = tuple(dict.fromkeys(sets))
    answers = miniature_answers([*sets, MINIATURE_CONFLICT], models)
    bias = cue_shares(answers[answers["dataset"] == MINIATURE_CONFLICT], resampling=resampling)
    bias = bias[["observer", "shape_bias", "shape_bias_low", "shape_bias_high"]]
    plain = answers[answers["dataset"] != MINIATURE_CONFLICT]
    blurred = plain[plain["dataset"] == LOW_PASS]
    whole = plain[counted(plain) | plain["dataset"].isin(NOT_OOD)]
    tables = [
        accuracies(
            rows.assign(measured_on=names), ["measured_on", "observer"], resampling=resampling
        )
        for rows, names in (
            (whole, whole["dataset"].map(_title)),
            (blurred, BLURRED + ", filter of " + blurred["condition"].astype("str") + " px"),
        )
    ]
    rows = pd.concat(tables, ignore_index=True).merge(bias, on="observer")
    strength = rows["measured_on"].str.extract(r"filter of ([\d.]+) px", expand=False)
    order = [_title(name) for name in sets]
    # Blurred images first, as a whole and from the weakest blur on.
    place = np.where(strength.notna(), 0, rows["measured_on"].map(_place(order)).fillna(0))
    rows = with_recipe(rows).assign(strength=pd.to_numeric(strength), place=place)
    rows = rows.sort_values(
        ["place", "strength", "observer"], na_position="first", ignore_index=True
    ).rename(
        columns={
            "low": "accuracy_low",
            "high": "accuracy_high",
            "shape_bias_low": "bias_low",
            "shape_bias_high": "bias_high",
        }
    )
    numbers = ["accuracy", "accuracy_low", "accuracy_high", "shape_bias", "bias_low", "bias_high"]
    rows = rows.assign(kind=rows["recipe"], family=rows["recipe"]).round(dict.fromkeys(numbers, 4))
    return rows[["measured_on", "strength", "observer", "kind", "family", *numbers]]


def _title(name: str) -> str:
    return EXPERIMENTS[name].title if name in EXPERIMENTS else name.capitalize()


def _place(order: Sequence[str]) -> dict[str, int]:
    return {title: place for place, title in enumerate(order)}
