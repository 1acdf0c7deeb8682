"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    RESNET,
    clean_biases,
    printed_correlations,
)
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.calibrated import (
    CALIBRATED_WORLD,
    difference_scores,
    predicted_difference,
)
from gcbook.miniworld.results.longer import seeds_apart
from gcbook.miniworld.results.noised import MEASURES, TRAINED
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import published_rows
from gcbook.paper.published import published_models, quoted_value
from gcbook.stats.correlation_tables import EVERYBODY, FAMILY_MEANS
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import first_row

_AT_EQUAL_STEPS = "noise_at_equal_steps"


def blurred_images_facts(
    rows: pd.DataFrame,
    correlations: pd.DataFrame,
    sharp: Mapping[str, float],
    resnet: pd.DataFrame,
    noised: pd.DataFrame,
    changes: pd.DataFrame,
    categories: pd.DataFrame,
    lengths: pd.DataFrame,
    *,
    resampling: Resampling,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a `gcbook.claims.Number`, a count or a name. Where the parameters leave too few
    networks or datasets for it, it is NaN or None.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.accuracy_and_bias`.
        correlations: of these, from `gcbook.stats.correlation_tables.correlation_rows`.
        sharp, resnet: from `gcbook.chapters.blurred_images.tables`: ``sharp_difference`` and
            ``resnet_rows``.
        noised: from `gcbook.stats.shape_tables.noised_resnets`.
        changes: of the calibrated world, from `gcbook.miniworld.results.noised.change_rows`.
        categories: likewise, from `gcbook.miniworld.results.noised.category_changes`.
        lengths: likewise, from `gcbook.miniworld.results.longer.length_rows`.
        resampling: of the default world's networks.
    """
    rows = published_rows(rows)
    return SimpleNamespace(
        **_all_networks(correlations),
        **_paper(correlations),
        **_families(rows, correlations),
        **_datasets(correlations),
        **_blurred_or_sharp(sharp),
        **_resnet(resnet),
        **_printed(noised),
        **_noise(changes),
        **_categories(categories),
        **_lengths(lengths),
        **_default_world(resampling),
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
    """What the paper prints."""
    printed = printed_correlations()
    pearson = quoted_value("shape_bias_low_pass_pearson")
    points = int(printed["points"].max())
    return {
        "paper_pearson": Number(pearson, ".2f"),
        "paper_spearman": Number(quoted_value("shape_bias_low_pass_spearman"), ".2f"),
        "paper_bracket": Number(quoted_value("correlation_r_argument"), ".0f"),
        "paper_points": points,
        "paper_models": len(published_models().query("table2 != ''")),
        "paper_largest_p": Number(printed["p"].max(), ".1e"),
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
    """The intervals of Pearson's coefficient, a dataset each."""
    whole = correlations["measured_on"].isin([each.title for each in EXPERIMENTS.values()])
    over_all = correlations["left_out"] == EVERYBODY
    rows = correlations[whole & over_all & (correlations["coefficient"] == "Pearson")]
    rows = rows.dropna(subset="r")
    several = len(rows) > 1
    ends = zip(rows["low"], rows["high"], strict=True)
    return {
        "datasets": len(rows) if several else None,
        "dataset_intervals": tuple(Interval(*each, ".2f") for each in ends) if several else None,
    }


def _blurred_or_sharp(sharp: Mapping[str, float]) -> dict[str, Any]:
    """Coefficients with accuracy on high-pass and on blurred images, and their difference."""
    return {
        "sharp": Number(sharp["sharp"], ".2f"),
        "closer": Number(sharp["closer"], "+.2f"),
        "closer_interval": Interval(sharp["low"], sharp["high"], "+.2f"),
    }


def _resnet(rows: pd.DataFrame) -> dict[str, Any]:
    """The public ResNet-50 over the shape categories."""
    own = rows[rows["observer"] == RESNET].assign(bias=lambda each: 1 - each["texture_share"])
    answers = own[["shape_answers", "texture_answers"]].sum()
    return {
        "resnet": Number(bias_of(*answers), ".2f"),
        "resnet_mean": Number(1 - own["category_mean"].max(), ".2f"),
        "resnet_by_shape": int((own["bias"] > 0.5).sum()),
        "resnet_categories": len(own),
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


def _noise(changes: pd.DataFrame) -> dict[str, Any]:
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
            f"tested{ending}_interval": Interval(testing["after_low"], testing["after_high"], form),
        }
        for name, row in (("training", training), ("testing", testing)):
            found[f"{name}{ending}"] = Number(row["change"], f"+{form}")
            found[f"{name}{ending}_interval"] = Interval(row["low"], row["high"], f"+{form}")
    return found


def _categories(changes: pd.DataFrame) -> dict[str, int]:
    """In how many categories noise is shown to raise shape bias, and to lower it."""
    return {
        "categories": len(changes),
        "categories_raised": int((changes["low"] > 0).sum()),
        "categories_lowered": int((changes["high"] < 0).sum()),
    }


def _lengths(lengths: pd.DataFrame) -> dict[str, Any]:
    """What longer training and, at an equal length, noise change in the small ResNet: as recipes,
    and of each network that was trained for longer."""
    recipes = lengths[lengths["network"] == ""].set_index("compared").to_dict("index")
    longer, noise = recipes["longer"], recipes["noise"]
    expected, low, high = predicted_difference(_AT_EQUAL_STEPS)
    # No change is what the naive forecaster expects of a longer training.
    naive = noise["after"] - longer["before"]
    score, naive_score = difference_scores(_AT_EQUAL_STEPS, noise["change"], naive)
    each = lengths[lengths["network"] != ""]
    single = {
        name: tuple(
            Interval(row["low"], row["high"], "+.2f")
            for row in each[each["compared"] == compared].to_dict("records")
        )
        for name, compared in (("each_longer", "longer"), ("each_at_length", "noise"))
    }
    return single | {
        "long_networks": each["network"].nunique(),
        "seeds_apart": Number(seeds_apart(CALIBRATED_WORLD), ".2f"),
        "long": Number(longer["after"], ".2f"),
        "longer": Number(longer["change"], "+.2f"),
        "longer_interval": Interval(longer["low"], longer["high"], "+.2f"),
        "same_steps": Number(noise["change"], "+.2f"),
        "same_steps_interval": Interval(noise["low"], noise["high"], "+.2f"),
        "same_steps_expected": Number(expected, "+.3f"),
        "same_steps_predicted_interval": Interval(low, high, "+.3f"),
        "same_steps_score": Number(score, ".2f"),
        "same_steps_naive_score": Number(naive_score, ".2f"),
    }


def _default_world(resampling: Resampling) -> dict[str, Any]:
    """Shape bias in the default world without noise, and with it in training."""
    biases = clean_biases(DEFAULT, resampling=resampling)
    found: dict[str, Any] = {}
    names = ("default_plain", "default_trained")
    for name, recipe in zip(names, TRAINED, strict=True):
        value, low, high = biases[recipe]
        found |= {name: Number(value, ".2f"), f"{name}_interval": Interval(low, high, ".2f")}
    return found


def _row(
    correlations: pd.DataFrame, left_out: str, coefficient: str = "Pearson"
) -> "pd.Series[Any]":
    """The correlation with accuracy on blurred images."""
    found = correlations[correlations["measured_on"] == BLURRED]
    found = found[(found["left_out"] == left_out) & (found["coefficient"] == coefficient)]
    return first_row(found)
