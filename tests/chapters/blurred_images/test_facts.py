"""The chapter's facts: from tables written by hand, and by the shipped summaries."""

import math

import numpy as np
import pandas as pd
import pytest
from tiny.noise_answers import answers

from gcbook.chapters.blurred_images import facts as module
from gcbook.chapters.blurred_images.facts import blurred_images_facts
from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    accuracy_and_bias,
    resnet_rows,
    sharp_difference,
)
from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.miniworld.results.noised import CLEAN, ONE_DRAW, category_changes, change_rows
from gcbook.stats.correlation_tables import correlation_rows
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import bias_by_category, noised_resnets
from gcbook.stats.summaries import Summaries

# Accuracy on blurred, high-pass and coloured images, and shape bias.
NETWORKS = {
    ("ResNet-50", "ResNet"): (0.2, 0.1, 0.9, 0.1),
    ("BagNet-33", "BagNet"): (0.1, 0.2, 0.7, 0.2),
    ("SWAG ViT-B/16", "SWAG"): (0.4, 0.3, 0.8, 0.3),
    ("SWAG ViT-L/16", "SWAG"): (0.3, 0.4, 0.6, 0.4),
    ("mine", "mine"): (0.5, 0.5, 0.5, 0.5),
}


def table(networks, third, kind="Discriminative model"):
    return pd.DataFrame(
        [
            (measured_on, np.nan, observer, kind, family, values[column], values[3])
            for column, measured_on in enumerate((BLURRED, "High-pass", third))
            for (observer, family), values in networks.items()
        ],
        columns=["measured_on", "strength", "observer", "kind", "family", "accuracy", "shape_bias"],
    )


RESNETS = pd.DataFrame(
    [
        ("Humans", "cat", 0.1, 9, 1, 0.1),
        ("ResNet-50", "cat", 0.9, 1, 9, 0.6),
        ("ResNet-50", "dog", 0.3, 14, 6, 0.6),
    ],
    columns=[
        *("observer", "category", "texture_share", "shape_answers", "texture_answers"),
        "category_mean",
    ],
)


SHARES = {
    ("mini-cnn", CLEAN): (2, 6, 9),
    ("mini-cnn-noise", CLEAN): (4, 4, 8),
    ("mini-cnn-noise", ONE_DRAW): (6, 2, 7),
}
"""Of ten conflicts, answers by shape and by texture; and right ones to ten plain images."""


LENGTHS = pd.DataFrame(
    [
        ("longer", "", 0.19, 0.18, -0.01, -0.03, 0.01),
        ("noise", "", 0.18, 0.28, 0.1, 0.07, 0.13),
        ("longer", "mini-cnn-long", 0.19, 0.18, -0.01, -0.02, 0.0),
        ("noise", "mini-cnn-long", 0.18, 0.28, 0.1, 0.08, 0.12),
        ("longer", "mini-cnn-long-seed1", 0.19, 0.18, -0.01, -0.02, 0.01),
        ("noise", "mini-cnn-long-seed1", 0.18, 0.28, 0.1, 0.07, 0.12),
    ],
    columns=["compared", "network", "before", "after", "change", "low", "high"],
)
"""What a longer training changes, and noise at an equal length: as recipes, and of networks."""


def noise_facts(shares=SHARES):
    """The arguments that come from answers to noised images."""
    given, few = answers(shares), Resampling(draws=100)
    changes = category_changes(given, resampling=few)
    return change_rows(given, resampling=few), changes, LENGTHS


def facts_of(rows, resnet=RESNETS, noise=None):
    correlations = correlation_rows(rows)
    noise = noise or noise_facts()
    sharp = sharp_difference(rows, 0.95)
    return blurred_images_facts(
        rows, correlations, sharp, resnet, noised_resnets(), *noise, resampling=Resampling(draws=0)
    )


@pytest.fixture(autouse=True, scope="module")
def biases():
    """Spare the default world's scores."""
    with pytest.MonkeyPatch.context() as patched:
        found = {"mini-cnn": (0.94, 0.92, 0.96), "mini-cnn-noise": (0.96, 0.94, 0.98)}
        patched.setattr(module, "clean_biases", lambda world, resampling: found)
        yield


@pytest.fixture(scope="module")
def facts():
    return facts_of(table(NETWORKS, "Colour"))


@pytest.fixture(scope="module")
def shipped():
    summaries = Summaries.read()
    rows = accuracy_and_bias(summaries)
    rows = rows[rows["strength"].isna()]
    changes, categories, lengths = noise_facts()
    # Ten images leave wide intervals.
    sure = changes.assign(low=changes["change"], high=changes["change"], after_low=changes["after"])
    noise = sure, categories.assign(low=0.1), lengths
    return facts_of(rows, resnet_rows(bias_by_category(summaries)), noise)


def test_coefficients_over_all_networks(facts):
    blurred, bias = zip(*[(v[0], v[3]) for v in NETWORKS.values()], strict=True)
    assert facts.networks == 5
    assert facts.pearson == pytest.approx(np.corrcoef(blurred, bias)[0, 1], abs=1e-4)
    # Two neighbours change places twice: 1 − 6 · 4 / (5 · 24).
    assert facts.spearman == 0.8


def test_coefficients_beside_the_papers(facts):
    assert (str(facts.paper_pearson), str(facts.paper_spearman)) == ("0.59", "0.64")
    assert (facts.paper_points, facts.paper_models) == (60, 58)
    assert facts.paper_largest_p == pytest.approx(1.1e-6, rel=0.05)


def test_families_left_out_and_averaged(facts):
    assert (facts.swag, facts.families) == (2, 4)
    assert facts.least_two_sided_p == 2 / 24 == 2 * facts.least_one_sided_p
    kept = [(v[0], v[3]) for (_, family), v in NETWORKS.items() if family != "BagNet"]
    assert facts.without_bagnet == pytest.approx(np.corrcoef(np.array(kept).T)[0, 1], abs=1e-4)
    assert facts.without_bagnet_p > 2 / 24


def test_blurred_images_among_the_datasets(facts):
    assert facts.datasets == len(facts.dataset_intervals) == 3
    assert facts.dataset_intervals[0] == facts.pearson_interval
    single = table(NETWORKS, "Colour").assign(strength=3.0)
    single["measured_on"] += ", filter of 3 px"
    with_strengths = facts_of(pd.concat([table(NETWORKS, "Colour"), single]))
    assert with_strengths.datasets == 3


def test_blurred_against_high_pass_images(facts):
    assert facts.sharp == pytest.approx(1)
    # A coefficient of 1 has no interval.
    assert math.isnan(facts.closer)
    values = {**NETWORKS, ("mine", "mine"): (0.5, 0.35, 0.5, 0.5)}
    some = facts_of(table(values, "Colour"))
    assert some.closer == pytest.approx(some.sharp - some.pearson, abs=1e-4)
    low, high = some.closer_interval
    assert low < some.closer < high


def test_the_resnet_and_what_noise_does_to_it(facts):
    assert facts.resnet == 15 / 30
    assert facts.resnet_mean == pytest.approx(0.4)
    assert facts.resnet_by_shape == 1
    cells = ("plain", "trained", "tested")
    assert [getattr(facts, f"printed_{cell}_bias") for cell in cells] == [0.21, 0.57, 0.78]
    assert [getattr(facts, f"printed_{cell}_kappa") for cell in cells] == [0.21, 0.24, 0.18]
    assert (facts.usual_epochs, facts.noise_epochs, facts.earlier_bias) == (90, 300, 0.62)


def test_what_noise_does_to_the_small_resnet(facts):
    assert (facts.plain, facts.trained, facts.tested) == (0.25, 0.5, 0.75)
    assert (facts.plain_shape, facts.tested_shape) == (0.2, 0.6)
    assert (facts.plain_right, facts.tested_right) == (0.9, 0.7)
    low, high = facts.training_interval
    assert low <= facts.training == 0.25 <= high
    assert (facts.longer, facts.same_steps) == (-0.01, 0.1)
    assert tuple(facts.same_steps_interval) == (0.07, 0.13)
    assert facts.long_networks == 2
    assert facts.each_longer == ((-0.02, 0.0), (-0.02, 0.01))
    assert facts.each_at_length == ((0.08, 0.12), (0.07, 0.12))
    # Narrower than a penalty; a naive forecaster expects .09, and the same width holds too.
    assert (facts.same_steps_score, facts.same_steps_naive_score) == pytest.approx((0.085, 0.085))
    assert (facts.default_plain, facts.default_trained) == (0.94, 0.96)
    assert tuple(facts.default_plain_interval) == (0.92, 0.96)
    assert facts.categories == 2
    # A category in which nothing changes is neither raised nor lowered.
    same = facts_of(table(NETWORKS, "Colour"), noise=noise_facts(dict.fromkeys(SHARES, (2, 6, 9))))
    assert (same.categories_raised, same.categories_lowered) == (0, 0)


def test_one_network_has_no_coefficient():
    few = facts_of(table(dict(list(NETWORKS.items())[:1]), "Colour"))
    assert (few.networks, few.families) == (1, 1)
    numbers = (
        "pearson",
        "spearman_p",
        "without_bagnet",
    )
    assert all(math.isnan(getattr(few, name)) for name in (*numbers, "sharp", "least_two_sided_p"))
    assert (few.datasets, few.dataset_intervals) == (None, None)


def test_nothing_to_compare_blurred_images_with():
    rows = table(NETWORKS, "Colour")
    alone = facts_of(rows[rows["measured_on"] == BLURRED])
    assert not math.isnan(alone.pearson)
    assert alone.datasets is None
    assert math.isnan(alone.closer)
    unsharp = facts_of(rows[rows["measured_on"] != "High-pass"])
    assert unsharp.datasets == 2 and math.isnan(unsharp.sharp)


def test_all_claims_hold_by_the_books_own_parameters(shipped):
    outcomes = check_claims(check_parameters("blurred-images"), shipped)
    assert {each.state for each in outcomes.values()} == {"holds"}


def test_a_rerun_says_which_claims_hold(facts):
    changed = check_parameters("blurred-images", seed=1)
    outcomes = check_claims(changed, facts)
    assert outcomes.mostly_swag.state == outcomes.blur_goes_with_bias.state == "fails"
    # A coefficient of 1 has no interval.
    assert outcomes.every_dataset.state == "unknown"
    rows = table(NETWORKS, "Colour")
    outcomes = check_claims(changed, facts_of(rows[rows["measured_on"] == BLURRED]))
    assert outcomes.every_dataset.state == outcomes.closer_cannot_be_told.state == "unknown"
