"""Sentences say what the tables hold, whichever way the numbers go."""

import numpy as np
import pandas as pd
import pytest
from tiny.weighing import write_store

from gcbook.chapters.weighting import facts as weighting_facts
from gcbook.chapters.weighting.facts import (
    agreement_sentence,
    bias_change,
    change_sentences,
    half_sentences,
    main_weightings,
    scaling_sentences,
    share_sentences,
    sweep_sentences,
)
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling


def sweep(accuracy, bias, model="m"):
    """Rows of a sweep over k = 0, 7, 20 and one other weighting."""
    table = pd.DataFrame(
        {"model": model, "weighting": ["exp:0", "exp:7", "exp:20", "eps"], "k": [0, 7, 20, np.nan]}
    ).assign(n=320)
    for name, values in (("accuracy", accuracy), ("shape_bias", bias)):
        at = np.array(values, dtype=float)
        table = table.assign(**{name: at, f"{name}_low": at - 0.05, f"{name}_high": at + 0.06})
    return table


def test_the_range_over_k_is_told():
    said = sweep_sentences(sweep([0.5, 0.75, 0.625, 0.99], [0.8, 0.3, 0.35, 0.01]))
    assert said.count("- **m**") == 1
    assert "right on 75.0% (70.0% to 81.0%) of 320" in said
    assert "shape bias is 0.30 (0.25 to 0.36)" in said
    assert "from 0 to 20 the accuracy lies between 50.0% ($k = 0$) and 75.0% ($k = 7$)" in said
    assert "the shape bias between 0.30 ($k = 7$) and 0.80 ($k = 0$)" in said
    assert "99" not in said


def test_every_model_has_its_sentence_and_missing_numbers_are_named():
    both = pd.concat([sweep([0.5] * 4, [0.5] * 4, "a"), sweep([0.5] * 4, [np.nan] * 4, "b")])
    first, second = sweep_sentences(both).splitlines()
    assert first.startswith("- **a**") and "not computed" not in first
    assert second.startswith("- **b**") and "shape bias is not computed" in second
    assert second.endswith("the shape bias not computed.")


def test_the_table_has_a_few_k_and_all_others():
    table = pd.concat([sweep([0.5] * 4, [0.5] * 4, "a"), sweep([0.5] * 4, [0.5] * 4, "b")])
    kept = main_weightings(table, (0, 20))
    assert kept["weighting"].tolist() == ["exp:0", "exp:20", "eps"] * 2
    assert kept.index.tolist() == list(range(6))


def shares(weight, variance):
    rows = [
        ("m", name, i + 1, part, share)
        for name in ("exp:7", "uniform")
        for part, values in (("weight", weight), ("variance", variance))
        for i, share in enumerate(values if name == "exp:7" else [0.1] * 10)
    ]
    return pd.DataFrame(rows, columns=["model", "weighting", "tenth", "part", "share"])


def test_where_weight_and_variance_are_is_told():
    falling, late = [0.6, 0.4] + [0] * 8, [0.05, 0.1, 0.1, 0.2, 0.3, 0.25] + [0] * 4
    said = share_sentences(shares(falling, late), {})
    assert "cleanest tenth of $t$ has 60% of the weight and 5% of the variance" in said
    assert (
        "weight is used up by $t = 0.1$; half of the variance is reached only at $t = 0.5$" in said
    )
    assert said.endswith("with the most variance, 30%, is that from 0.4 to 0.5.")
    said = share_sentences(shares(late, falling), {})
    assert "used up by $t = 0.5$; so is half of the variance by $t = 0.1$" in said
    assert "with the most variance, 60%, is that from 0.0 to 0.1" in said
    assert "used up by $t = 0.5$" in share_sentences(shares(late, late), {}, "uniform")


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Two draws: a clean one for the texture, and a noisy one for the shape, with a wider range."""
    folder = tmp_path_factory.mktemp("s")
    names = ["cat1-dog1.png", "dog1-cat2.png", "car1-cat3.png", "cat2-car4.png"]
    times = np.tile([0.1, 0.9], (4, 1))
    errors = np.full((4, 2, 16), 1.0)
    for i, name in enumerate(names):
        shape, texture = (
            CATEGORIES.index(part.rstrip("0123456789"))
            for part in name.removesuffix(".png").split("-")
        )
        errors[i, 0, texture], errors[i, 0, shape] = 0.99, 0.995
        # exp(−7t) weighs the noisy draw 1/270 of the clean one, where the texture is ahead by
        # 0.005: the shape wins by a gap of 2, and not by one of 0.9.
        errors[i, 1] = 3
        errors[i, 1, shape] = 1 if i < 3 else 2.1
    plain = ["cat1-cat1.png", "dog1-dog2.png"]
    clear = np.full((2, 2, 16), 1.0)
    clear[0, :, CATEGORIES.index("cat")] = clear[1, 1, CATEGORIES.index("dog")] = 0.5
    clear[1, 0, CATEGORIES.index("cat")] = 0.5
    return {
        "m": {
            "in-distribution": write_store(
                folder / "p", "in-distribution", plain, clear, np.tile([0.1, 0.9], (2, 1))
            ),
            "cue-conflict": write_store(folder / "c", "cue-conflict", names, errors, times),
        }
    }


def test_how_often_the_tenth_with_the_most_variance_decides_as_all_is_counted(stores):
    """The clean draw names every texture, all draws the texture of the last image alone."""
    cleanest = share_sentences(shares([0.1] * 10, [1] + [0] * 9), stores)
    assert "alone it gives the same answer to 25% of the cue conflicts." in cleanest
    noisy = share_sentences(shares([0.1] * 10, [0] * 8 + [1, 0]), stores)
    assert "alone it gives the same answer to 75% of the cue conflicts." in noisy


def test_equal_weights_change_the_bias_by_what_they_change_in_the_answers(stores):
    """k = 0 gives the last image to the shape as well; k = 7 leaves it to the texture."""
    said = change_sentences(bias_change(stores, resampling=Resampling(draws=0)))
    assert said == (
        "- **m**. From $k = 7$ to $k = 0$ the shape bias changes by +0.25 (interval not computed, "
        "from the same resampled silhouettes), shape accuracy by +0.25 and texture accuracy by "
        "−0.25."
    )


def test_scaling_is_not_harmless_and_subtracting_is(stores):
    """Scaled, the clean draw decides all four; unscaled, the noisy one's range wins three."""
    said = scaling_sentences(stores)
    assert said == (
        "m: subtracting changes none, dividing by the draw's range changes 3 of 4 decisions on "
        "cue conflicts"
    )


def test_halves_of_t_are_told_apart(stores):
    said = half_sentences(stores)
    assert (
        "$t$ up to 0.5: accuracy 50%, shape accuracy 0%, texture accuracy 100%, shape bias 0.00"
        in said
    )
    assert (
        "$t$ above 0.5: accuracy 100%, shape accuracy 100%, texture accuracy 0%, shape bias 1.00"
        in said
    )


def test_the_agreement_is_told(monkeypatch):
    found = {"decisions": 1200, "rounded": 3, "fewer": 45, "draws": 32}
    asked = []

    def agreement(*arguments):
        asked.append(arguments)
        return found

    monkeypatch.setattr(weighting_facts, "page_agreement", agreement)
    said = agreement_sentence({"m": {}}, 16, 5)
    assert asked == [({"m": {}}, 16, 7, 5)]
    assert "in 1,200 decisions under the paper's weighting: rounding, 3 of them" in said
    assert "having fewer draws than the full 32, 45." in said
    found["rounded"] = 0
    assert "rounding, none of them" in agreement_sentence({"m": {}}, 16, 5)
