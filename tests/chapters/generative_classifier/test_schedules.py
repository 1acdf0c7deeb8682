"""Schedules, conversions and clipping, against their formulas."""

import numpy as np
import pytest
import torch

from gcbook.chapters.generative_classifier.schedules import (
    SCHEDULES,
    conversion_table,
    diffusers_schedule,
    last_step,
    log_snr_at,
    schedule_table,
    variance_shares,
)
from gcbook.classifiers.toy import HALF_WIDTH, make_toy
from gcbook.noise.draws import DrawRule, keyed_noise


def kept(family: str) -> np.ndarray:
    """Products of 1 − β over the 1,000 steps, as Nichol & Dhariwal and Rombach et al. have them."""
    if family == "IF":
        edge = np.cos((np.arange(1001) / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2
        beta = np.minimum(1 - edge[1:] / edge[:-1], 0.999)
    else:
        beta = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    return np.cumprod(1 - beta)


@pytest.mark.parametrize("family", ["IF", "Stable Diffusion"])
def test_schedules_of_diffusers_are_the_published_formulas(family):
    t = np.arange(1, 1001) / 1000
    schedule = diffusers_schedule(family)
    # diffusers counts in single precision, which tells at IF's end.
    assert schedule.alpha(t) ** 2 == pytest.approx(kept(family), rel=5e-3, abs=1e-6)
    assert schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2 == pytest.approx(np.ones(1000))


def test_table_of_log_snr():
    table = schedule_table().pivot(index="t", columns="schedule", values="log_snr")
    assert list(table.index) == [i / 100 for i in range(1, 100)]
    assert set(table.columns) == set(SCHEDULES.values())
    t = table.index.to_numpy()
    assert table[SCHEDULES["SD3"]].to_numpy() == pytest.approx(2 * np.log((1 - t) / t), abs=1e-3)
    for family in ("IF", "Stable Diffusion"):
        part = kept(family)[9:990:10]
        expected = np.log(part / (1 - part))
        assert table[SCHEDULES[family]].to_numpy() == pytest.approx(expected, abs=5e-3)
        assert log_snr_at(family, 0.5) == pytest.approx(expected[49], abs=5e-3)
    # What the description of the figure says.
    stable = table[SCHEDULES["Stable Diffusion"]]
    others = table.drop(columns=stable.name)
    assert (stable < others.min(axis=1))[t <= 0.8].all()
    slopes = -table.diff()
    assert (slopes.iloc[1] > 4 * slopes.loc[0.5]).all()
    assert (slopes.iloc[-1] > 4 * slopes.loc[0.5])[others.columns].all()


def test_conversions_are_exact_when_read_rightly_and_far_off_when_not():
    table = conversion_table(make_toy(), 500, 1)
    assert table["prediction"].tolist() == ["epsilon", "v_prediction", "sample", "flow"]
    assert table["schedule"].tolist() == ["cosine", "cosine", "cosine", "flow"]
    assert (table["difference"] < 1e-12).all()
    assert (table["misread"] > 1).all()


@pytest.mark.parametrize("decay", [0, 7, 20])
def test_last_step_by_hand(decay):
    facts = last_step(decay)
    part = kept("IF")
    parts = np.exp(-decay * np.arange(1, 1001) / 1000) * (1 - part) / part
    parts /= parts.sum()
    assert facts["share"] == pytest.approx(parts[-1], rel=5e-3)
    assert facts["share_before"] == pytest.approx(parts[-2], rel=2e-2)
    assert facts["amplification"] == pytest.approx(part[-1] ** -0.5, rel=5e-3)
    assert facts["alpha"] * facts["amplification"] == pytest.approx(1)


def test_the_weight_that_hides_the_last_step():
    assert last_step(0)["share"] > last_step(7)["share"] > 0.99 > last_step(20)["share"] > 0.5
    assert last_step(50)["share"] < 1e-6


def test_shares_of_the_perfect_network_by_hand():
    """Variance between classes in each draw, as the scorer's own diagnosis defines it."""
    toy = make_toy(scale=1 / HALF_WIDTH)
    n, seed = 4, 6
    found = variance_shares(toy, 5, 0.01, n, seed)[0].set_index(["network", "clip"])
    images, _ = toy.sample(n, np.random.default_rng(seed))
    noise = np.stack([keyed_noise(DrawRule(seed), "clipping", i, (2,)) for i in range(1000)])
    part = kept("IF")
    alpha, sigma = (torch.from_numpy(np.sqrt(values)) for values in (part, 1 - part))
    tenths = np.zeros(10)
    for image in images:
        noised = alpha[:, None] * image + sigma[:, None] * torch.from_numpy(noise).double()
        errors = np.stack(
            [
                (toy.posterior_mean(noised, alpha, sigma, torch.full((1000,), c)) - image)
                .square()
                .mean(1)
                .numpy()
                for c in range(4)
            ]
        )
        between = np.exp(-5 * np.arange(1, 1001) / 1000) ** 2 * errors.var(0)
        tenths += between.reshape(10, 100).sum(1)
    expected = tenths / tenths.sum()
    assert found.loc[("perfect", "none"), "share"].to_numpy() == pytest.approx(expected, abs=2e-3)


def test_without_clipping_the_last_steps_drown_the_rest():
    shares, accuracies = variance_shares(make_toy(scale=1 / HALF_WIDTH), 7, 0.01, 20, 0)
    parts = shares.set_index(["network", "clip", "tenth"])["share"].unstack()
    assert parts.shape == (4, 10)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(np.ones(4), abs=1e-3)
    assert parts.loc[("slightly wrong", "none"), 10] > 0.99
    mended = parts.loc[("slightly wrong", "static")]
    assert mended[10] < 0.05
    assert abs(mended - parts.loc[("perfect", "static")]).max() < 0.01
    assert parts.loc[("perfect", "none"), 1:5].sum() > 0.8
    right = accuracies.set_index(["network", "clip"])["accuracy"]
    assert right["slightly wrong", "none"] < right["slightly wrong", "static"]
    assert right["perfect", "none"] == right["perfect", "static"] > 0.5


def test_no_planted_error_is_no_difference():
    shares, accuracies = variance_shares(make_toy(scale=1 / HALF_WIDTH), 7, 0.0, 3, 0)
    parts = shares.set_index(["network", "clip", "tenth"])["share"].unstack()
    for clip in ("none", "static"):
        gap = abs(parts.loc[("perfect", clip)] - parts.loc[("slightly wrong", clip)])
        assert gap.max() < 1e-3
    assert accuracies.groupby("clip")["accuracy"].nunique().eq(1).all()
