"""Where the shape bias comes from (Section 4): noise in training, and accuracy on blurred images.

The single decisions of the paper's models are not public, so what it correlates cannot be computed
again. What can be is the same correlation over the networks whose trials are public on both
datasets, with families left out, and with other datasets in the place of the blurred images.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from gcbook.files.errors import InputError
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.noised import CLEAN, ONE_DRAW, TRAINED, discriminative_models
from gcbook.paper.categories import CATEGORIES
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
from gcbook.paper.published import quoted_value
from gcbook.stats.correlation import correlate, dependent_difference
from gcbook.stats.correlation_tables import EVERYBODY, FAMILY_MEANS, FEWEST
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import CATEGORY_MEAN
from gcbook.stats.shares import CONFLICT as CONFLICTS
from gcbook.stats.shares import PLAIN, pooled_measures
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import listed

_CLEAN, _NOISED = TRAINED.values()
NOISE = {
    "No noise": (_CLEAN, CLEAN),
    "Noise in training": (_NOISED, CLEAN),
    "Noise in training and testing": (_NOISED, ONE_DRAW),
}
"""The three cells that the paper has, and how a network is trained and tested in each."""

LOW_PASS, HIGH_PASS, CONFLICT = "low-pass", "high-pass", "cue-conflict"
BLURRED, HIGH_PASS_TITLE = (EXPERIMENTS[name].title for name in (LOW_PASS, HIGH_PASS))
"""What these images as a whole are called among what accuracy is measured on."""

RESNET = "ResNet-50"
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
    table = summaries.of("accuracy", "shape_bias")
    table = table[table["category"] == ""]
    _check_saw_both(table, observers)
    table = choose_observers(show_once(table), observers)
    table = table[(table["observer_kind"] == "model") | (table["observer"] == HUMANS)]
    ends = ["value", "low", "high"]
    of_accuracy = ["accuracy", "accuracy_low", "accuracy_high"]
    of_bias = ["shape_bias", "bias_low", "bias_high"]
    accuracy = table[(table["metric"] == "accuracy") & (table["dataset"] != CONFLICT)]
    accuracy = accuracy.rename(columns=dict(zip(ends, of_accuracy, strict=True)))
    bias = table[table["metric"] == "shape_bias"]
    bias = bias.rename(columns=dict(zip(ends, of_bias, strict=True)))
    blurred = accuracy[accuracy["dataset"] == LOW_PASS]
    absent = [name for name, rows in ((CONFLICT, bias), (LOW_PASS, blurred)) if rows.empty]
    if absent:
        raise InputError(
            f"shape bias and accuracy on blurred images: expected trials of {CONFLICT} and "
            f"{LOW_PASS}, found none of {listed(absent)}. Add it to the parameter datasets."
        )
    rows = accuracy[(accuracy["condition"] == "") | (accuracy["dataset"] == LOW_PASS)]
    # The networks of all figures are those that saw blurred images, so that they compare.
    rows = rows.merge(blurred[_WHO].drop_duplicates(), on=_WHO)
    rows = rows.merge(bias[[*_WHO, *of_bias]], on=_WHO)
    family = known_networks().set_index("observer")["family"].to_dict() | {HUMANS: HUMANS_TITLE}
    title = rows["dataset"].map({name: each.title for name, each in EXPERIMENTS.items()})
    filtered = title + ", filter of " + rows["condition"] + " px"
    rows = rows.assign(
        strength=pd.to_numeric(rows["condition"], errors="coerce"),
        measured_on=title.where(rows["condition"] == "", filtered),
        kind=kind_titles(rows["source"], rows["observer_kind"]),
        # Nothing is known of the relatives of a reader's own model.
        family=rows["observer"].map(family).fillna(rows["observer"]),
        observer=unique_labels(rows["source"], rows["observer"]),
        # Blurred images first, as a whole and from the weakest blur on.
        place=rows["dataset"].map(DATASETS.index).where(rows["dataset"] != LOW_PASS, -1),
    )
    rows = rows.sort_values(
        ["place", "strength", "observer"], na_position="first", ignore_index=True
    )
    about = ["measured_on", "strength", "observer", "kind", "family"]
    return rows[[*about, *of_accuracy, *of_bias]].round(_DIGITS)


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


def dataset_rows(rows: pd.DataFrame, correlations: pd.DataFrame) -> pd.DataFrame:
    """Pearson's coefficient of shape bias with accuracy on each dataset, the highest first.

    Args:
        rows: from `accuracy_and_bias`.
        correlations: of these, from `gcbook.stats.correlation_tables.correlation_rows`.

    Returns:
        ``measured_on, points, r, low, high, p``, and ``lowest``, the lowest r when one family is
        left out, with its name in ``without``.
    """
    whole = rows.loc[rows["strength"].isna(), "measured_on"]
    pearson = correlations[
        (correlations["coefficient"] == "Pearson") & correlations["measured_on"].isin(whole)
    ]
    # Left out are families beside which more points stay than say nothing.
    single = ~pearson["left_out"].isin([EVERYBODY, FAMILY_MEANS]) & (pearson["n"] > FEWEST)
    lowest = pearson[single].dropna(subset="r").sort_values("r").drop_duplicates("measured_on")
    lowest = lowest[["measured_on", "r", "left_out"]]
    table = pearson[pearson["left_out"] == EVERYBODY].merge(
        lowest.set_axis(["measured_on", "lowest", "without"], axis=1), how="left"
    )
    table = table.rename(columns={"n": "points"})
    columns = ["measured_on", "points", "r", "low", "high", "p", "lowest", "without"]
    return table.sort_values("r", ascending=False, ignore_index=True)[columns]


def printed_correlations() -> pd.DataFrame:
    """Section 4's r(58): what the number in brackets can mean.

    Returns:
        For Pearson's and Spearman's coefficient and for both readings of the bracket, as degrees
        of freedom (two less than models) or as the number of models: ``coefficient, points`` (the
        number of models), ``r`` and ``p`` (two-sided, of the t statistic).
    """
    bracket = int(quoted_value("correlation_r_argument"))
    readings = product(("Pearson", "Spearman"), (bracket + 2, bracket))
    rows = pd.DataFrame(readings, columns=["coefficient", "points"])
    printed = [quoted_value(f"shape_bias_low_pass_{c.lower()}") for c in rows["coefficient"]]
    r, freedom = np.array(printed), rows["points"].to_numpy() - 2
    t = r * np.sqrt(freedom / (1 - r * r))
    return rows.assign(r=r, p=2 * stats.t.sf(t, freedom))


def resnet_rows(bias: pd.DataFrame) -> pd.DataFrame:
    """Fig. 13: the shape bias of ResNet-50 and of the humans by category.

    Args:
        bias: from `gcbook.stats.shape_tables.bias_by_category`.

    Returns:
        ``observer, category, texture_share, low, high, shape_answers, texture_answers,
        category_mean`` (of ``texture_share`` over the categories).
    """
    chosen = bias[bias["observer"].isin([HUMANS_TITLE, RESNET])]
    mean = chosen[chosen["category"] == CATEGORY_MEAN].set_index("observer")["texture_share"]
    rows = chosen[chosen["category"].isin(CATEGORIES)]
    rows = rows.assign(
        low=(1 - rows["high"]).round(_DIGITS),
        high=(1 - rows["low"]).round(_DIGITS),
        category_mean=rows["observer"].map(mean),
    )
    columns = ["observer", "category", "texture_share", "low", "high", "shape_answers"]
    return rows[[*columns, "texture_answers", "category_mean"]].reset_index(drop=True)


def noise_rows(categories: pd.DataFrame) -> pd.DataFrame:
    """Fig. 13 in miniature: shape bias by category in the paper's three cells.

    Args:
        categories: from `gcbook.miniworld.results.noised.category_rows`.

    Returns:
        The rows of these cells, with ``noise``, which of them (`NOISE`), for ``trained, tested``.
    """
    cells = dict(list(categories.groupby(["trained", "tested"])))
    tables = [cells[cell].assign(noise=name) for name, cell in NOISE.items()]
    return pd.concat(tables, ignore_index=True).drop(columns=["trained", "tested"])


def clean_biases(world: str, *, resampling: Resampling) -> dict[str, tuple[float, float, float]]:
    """Return the shape biases of a world's classifiers on clean images, by recipe, over all seeds.

    Args:
        world: its name, see `gcbook.miniworld.named`.
        resampling: how intervals are made, over silhouettes and seeds.

    Returns:
        The value and the ends of its interval.
    """
    answers = with_recipe(miniature_answers([PLAIN, CONFLICTS], discriminative_models(world)))
    keys, values, _ = pooled_measures(answers, ["recipe"], resampling=resampling, together=True)
    low, high = resampling.interval(values["shape_bias"])
    found = zip(values["shape_bias"][:, 0].tolist(), low.tolist(), high.tolist(), strict=True)
    return dict(zip(keys["recipe"], found, strict=True))


def sharp_difference(rows: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Compare high-pass with blurred images: with which accuracy does shape bias go more closely?

    Args:
        rows: from `accuracy_and_bias`, or of the same columns.
        confidence: of the interval.

    Returns:
        Pearson's coefficients of shape bias with accuracy on high-pass images, ``sharp``, and on
        blurred ones, ``blurred``, over the networks that saw both; their difference, ``closer``,
        and the ends of its interval, ``low, high``. NaN where there are too few networks.
    """
    networks = rows[rows["kind"] != HUMANS_TITLE]
    wide = networks.pivot(
        index=["observer", "shape_bias"], columns="measured_on", values="accuracy"
    ).reset_index()
    wide = wide.reindex(columns=["shape_bias", BLURRED, HIGH_PASS_TITLE]).dropna()
    bias, blurred, sharp = wide.to_numpy(dtype=np.float64).T
    of = {"sharp": correlate(sharp, bias)[0].r, "blurred": correlate(blurred, bias)[0].r}
    both = dependent_difference(bias, sharp, blurred, confidence) if len(wide) > FEWEST else ()
    ends = dict(zip(("closer", "low", "high"), both or [np.nan] * 3, strict=True))
    return of | ends
