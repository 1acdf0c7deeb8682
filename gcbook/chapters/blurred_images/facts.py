"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    HIGH_PASS_TITLE,
    NOISE,
    RESNET,
    clean_biases,
    printed_correlations,
)
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.noised import MEASURES, TRAINED
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.published import published_models, quoted_value
from gcbook.stats.correlation import fisher_difference
from gcbook.stats.correlation_tables import EVERYBODY, FAMILY_MEANS
from gcbook.stats.metrics import bias_of
from gcbook.stats.rows import first_row


def blurred_images_facts(
    rows: pd.DataFrame,
    correlations: pd.DataFrame,
    sharp: pd.DataFrame,
    resnet: pd.DataFrame,
    noised: pd.DataFrame,
    changes: pd.DataFrame,
    categories: pd.DataFrame,
    equal_steps: Mapping[str, float],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a `gcbook.claims.Number`, a count or a name. Where the parameters leave too few
    networks or datasets for it, it is NaN or None.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.accuracy_and_bias`.
        correlations: of these, from `gcbook.stats.correlation_tables.correlation_rows`.
        sharp, resnet: from `gcbook.chapters.blurred_images.tables`: ``sharp_rows`` and
            ``resnet_rows``.
        noised: from `gcbook.stats.shape_tables.noised_resnets`.
        changes: of the calibrated world, from `gcbook.miniworld.results.noised.change_rows`.
        categories: likewise, from `gcbook.chapters.blurred_images.tables.noise_rows`.
        equal_steps: likewise, from `gcbook.miniworld.results.longer.noise_after_equal_steps`.
    """
    return SimpleNamespace(
        **_all_networks(correlations),
        **_paper(correlations),
        **_families(rows, correlations),
        **_datasets(correlations),
        **_blurred_or_sharp(sharp),
        **_resnet(resnet),
        **_printed(noised),
        **_noise(changes, categories),
        same_steps=Number(equal_steps["change"], "+.2f"),
        same_steps_interval=Interval(equal_steps["low"], equal_steps["high"], "+.2f"),
        **_default_world(),
    )


def _all_networks(correlations: pd.DataFrame) -> dict[str, Any]:
    """Both coefficients of blurred images over all networks."""
    found: dict[str, Any] = {"networks": int(_row(correlations, EVERYBODY)["n"] or 0)}
    for coefficient in ("Pearson", "Spearman"):
        row = _row(correlations, EVERYBODY, coefficient)
        name = coefficient.lower()
        found[name] = Number(row["r"], ".2f")
        found[f"{name}_interval"] = Interval(row["low"], row["high"], ".2f")
        found[f"{name}_p"] = Number(row["p"], ".2g")
    return found


def _paper(correlations: pd.DataFrame) -> dict[str, Any]:
    """What the paper prints, and how it compares."""
    printed = printed_correlations()
    pearson = quoted_value("shape_bias_low_pass_pearson")
    points = int(printed["points"].max())
    own = _row(correlations, EVERYBODY)
    _, p = fisher_difference(Number(own["r"]), int(own["n"] or 0), pearson, points)
    return {
        "paper_pearson": Number(pearson, ".2f"),
        "paper_spearman": Number(quoted_value("shape_bias_low_pass_spearman"), ".2f"),
        "paper_bracket": Number(quoted_value("correlation_r_argument"), ".0f"),
        "paper_points": points,
        "paper_models": len(published_models().query("table2 != ''")),
        "paper_largest_p": Number(printed["p"].max(), ".1e"),
        "difference_p": Number(p, ".2g"),
    }


def _families(rows: pd.DataFrame, correlations: pd.DataFrame) -> dict[str, Any]:
    """How far the correlation depends on which family is in it."""
    without_bagnet = _row(correlations, "BagNet")
    means = _row(correlations, FAMILY_MEANS, "Spearman")
    # An arrangement and its reverse have rank correlations equally far from 0.
    arrangements = Number(means["arrangements"] or None)
    swag = rows.loc[rows["family"] == "SWAG", "observer"]
    return {
        "swag": swag.nunique(),
        "families": int(means["n"] or 0),
        "without_bagnet": Number(without_bagnet["r"], ".2f"),
        "without_bagnet_p": Number(without_bagnet["p"], ".2g"),
        "least_one_sided_p": Number(1 / arrangements, ".2g"),
        "least_two_sided_p": Number(2 / arrangements, ".2g"),
    }


def _datasets(correlations: pd.DataFrame) -> dict[str, Any]:
    """The place of blurred and of high-pass images among the datasets, by Pearson's coefficient."""
    whole = correlations["measured_on"].isin([each.title for each in EXPERIMENTS.values()])
    over_all = correlations["left_out"] == EVERYBODY
    pearson = correlations[whole & over_all & (correlations["coefficient"] == "Pearson")]
    r = pearson.dropna(subset="r").set_index("measured_on")["r"].sort_values(ascending=False)
    place = {title: number for number, title in enumerate(r.index, 1)} if len(r) > 1 else {}
    return {
        "datasets": len(place) or None,
        "positive": int((r > 0).sum()) if place else None,
        "blurred_place": place.get(BLURRED),
        "sharp_place": place.get(HIGH_PASS_TITLE),
    }


def _blurred_or_sharp(sharp: pd.DataFrame) -> dict[str, Any]:
    """What accuracy on blurred images adds to that on high-pass images, and the reverse."""
    every = first_row(sharp)
    closer = sharp["sharp"] > sharp["blurred"]
    names = ("blurred", "sharp", "blurred_given", "sharp_given")
    return {
        **{name: Number(every[name], ".2f") for name in names},
        "compared": len(sharp) or None,
        "sharp_closer": int(closer.sum()) if len(sharp) else None,
    }


def _resnet(rows: pd.DataFrame) -> dict[str, Any]:
    """The public ResNet-50 over the shape categories."""
    own = rows[rows["observer"] == RESNET].assign(bias=lambda each: 1 - each["texture_share"])
    answers = own[["shape_answers", "texture_answers"]].sum()
    return {
        "resnet": Number(bias_of(*answers), ".2f"),
        "resnet_mean": Number(1 - own["category_mean"].max(), ".2f"),
        "resnet_by_shape": int((own["bias"] > 0.5).sum()),
    }


def _printed(noised: pd.DataFrame) -> dict[str, Any]:
    """What the paper prints for its ResNet-50 without noise, with it, and with it in testing."""
    short = {"shape_bias": "bias", "ood_accuracy": "accuracy", "error_consistency": "kappa"}
    cells = zip(("plain", "trained", "tested"), noised.to_dict("records"), strict=True)
    printed = {
        f"printed_{cell}_{name}": Number(row[column], ".2f")
        for cell, row in cells
        for column, name in short.items()
    }
    return printed | {
        "earlier_bias": Number(quoted_value("hermann_shape_bias"), ".2f"),
        "least_human_bias": Number(quoted_value("human_shape_bias_lowest"), ".2f"),
        "usual_epochs": Number(quoted_value("resnet50_epochs_standard"), ".0f"),
        "noise_epochs": Number(quoted_value("resnet50_epochs_diffusion_noise"), ".0f"),
    }


def _noise(changes: pd.DataFrame, categories: pd.DataFrame) -> dict[str, Any]:
    """What noise in training changes in the calibrated world, and noise at test time then."""
    found: dict[str, Any] = {}
    steps = {(row["step"], row["measure"]): row for row in changes.to_dict("records")}
    for measure, ending, form in (
        ("shape_bias", "", ".2f"),
        ("shape_accuracy", "_shape", ".0%"),
        ("accuracy", "_right", ".0%"),
    ):
        training, testing = (
            steps[step, MEASURES[measure]] for step in ("training", "testing as well")
        )
        found |= {
            f"plain{ending}": Number(training["before"], form),
            f"trained{ending}": Number(training["after"], form),
            f"tested{ending}": Number(testing["after"], form),
        }
        for name, row in (("training", training), ("testing", testing)):
            found[f"{name}{ending}"] = Number(row["change"], f"+{form}")
            found[f"{name}{ending}_interval"] = Interval(row["low"], row["high"], f"+{form}")
    shares = categories.pivot(index="category", columns="noise", values="texture_share")
    without, _, with_both = NOISE
    return found | {
        "categories": len(shares),
        "categories_raised": int((shares[with_both] < shares[without]).sum()),
    }


def _default_world() -> dict[str, Number]:
    """Shape bias in the default world without noise, and with it in training."""
    biases = clean_biases(DEFAULT)
    names = ("default_plain", "default_trained")
    return {
        name: Number(biases[recipe], ".2f") for name, recipe in zip(names, TRAINED, strict=True)
    }


def _row(
    correlations: pd.DataFrame, left_out: str, coefficient: str = "Pearson"
) -> "pd.Series[Any]":
    """The correlation with accuracy on blurred images."""
    found = correlations[correlations["measured_on"] == BLURRED]
    found = found[(found["left_out"] == left_out) & (found["coefficient"] == coefficient)]
    return first_row(found)
