"""The numbers of the chapter's text, from tables and scores written down."""

import numpy as np
import pandas as pd
import pytest
from tiny.weighing import write_store

from gcbook.chapters.weighting import facts as weighting_facts
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


def test_shape_bias_over_the_k_whose_accuracy_is_within_the_papers_interval():
    found = weighting_facts._curve(sweep([0.5, 0.75, 0.72, 0.99], [0.8, 0.3, 0.2, 0.01]))
    # k = 0 is less accurate, and other weightings are no k.
    assert (found["bias"], tuple(found["near_biases"])) == (0.3, (0.2, 0.3))
    assert (found["bias_at_0"], found["bias_at_most_k"]) == (0.8, 0.2)


def test_a_model_that_is_left_out_has_no_numbers(monkeypatch):
    table = sweep([0.5] * 4, [0.5] * 4, "mini-pixel")
    monkeypatch.setattr(
        weighting_facts,
        "page_agreement",
        lambda *_: {"decisions": 0, "rounded": 0, "fewer": 0, "all_draws": 32},
    )
    said = weighting_facts.weighting_facts({}, table, shares([0.1] * 10, [0.1] * 10), 16, 0)
    assert said.pixel_bias == 0.5
    assert np.isnan(said.latent_bias) and np.isnan(said.latent_near_biases[0])
    assert np.isnan(said.latent_first_weight) and np.isnan(said.latent_noisy_shape_bias)
    assert (said.page_draws, said.all_draws) == (16, 32)


def shares(weight, variance):
    rows = [
        ("m", name, i + 1, part, share)
        for name in ("exp:7", "uniform")
        for part, values in (("weight", weight), ("variance", variance))
        for i, share in enumerate(values if name == "exp:7" else [0.1] * 10)
    ]
    return pd.DataFrame(rows, columns=["model", "weighting", "tenth", "part", "share"])


def test_where_weight_and_variance_are():
    falling, late = [0.6, 0.4] + [0] * 8, [0.05, 0.1, 0.1, 0.2, 0.3, 0.25] + [0] * 4
    found = weighting_facts._influence(shares(falling, late), {})
    assert (found["first_weight"], found["first_variance"]) == (0.6, 0.05)
    assert (found["half_weight"], found["half_variance"]) == (0.1, 0.5)
    assert found["largest_from"] == 0.4
    assert np.isnan(found["alone"])


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
    cleanest = weighting_facts._influence(shares([0.1] * 10, [1] + [0] * 9), stores["m"])
    assert cleanest["alone"] == 0.25
    noisy = weighting_facts._influence(shares([0.1] * 10, [0] * 8 + [1, 0]), stores["m"])
    assert noisy["alone"] == 0.75


def test_equal_weights_change_the_bias_by_what_they_change_in_the_answers(stores):
    """k = 0 gives the last image to the shape as well; k = 7 leaves it to the texture."""
    found = weighting_facts._change(stores["m"], Resampling(draws=0))
    assert found["change"] == 0.25
    assert np.isnan(found["change_interval"][0])


def test_halves_of_t_are_told_apart(stores):
    found = weighting_facts._halves(stores["m"])
    assert [found[f"clean_{name}"] for name in HALVES] == [0.5, 0, 1, 0]
    assert [found[f"noisy_{name}"] for name in HALVES] == [1, 1, 0, 1]


HALVES = ("accuracy", "shape_accuracy", "texture_accuracy", "shape_bias")
