"""Figures of Appendix A."""

import re

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.diffusion_bound.charts import (
    _density,
    fig_bound_parts,
    fig_forward,
    fig_ratio,
    fig_weights,
)
from gcbook.chapters.diffusion_bound.tables import PARTS, density_grid
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.noise.mixture import make_pair

PAIR = make_pair()


@pytest.mark.parametrize("t", [0.0, 0.1, 0.6, 1.0])
def test_the_page_draws_the_density_that_is_known(t):
    """The expression for Vega, read as Python."""
    expression = _density(PAIR["A"]).replace("datum.x", "x")
    names = {"pow": np.power, "cos": np.cos, "sin": np.sin, "exp": np.exp, "sqrt": np.sqrt}
    x = np.linspace(-4, 4, 9)
    drawn = eval(expression, {**names, "PI": np.pi, "bound_t": t, "x": x})
    expected = np.exp(PAIR["A"].log_density(x, np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)))
    assert np.allclose(drawn, expected, atol=1e-5)


def test_the_slider_melts_the_peaks():
    spec = chart_spec(fig_forward(PAIR, density_grid()))
    (slider,) = spec["params"]
    assert (slider["bind"]["min"], slider["bind"]["max"]) == (0, 1)
    drawn = static_svg(spec)
    assert "t = 0.10: signal-to-noise ratio 39.9" in drawn
    clean = static_svg({**spec, "params": [{**slider, "value": 0}]})
    assert "signal-to-noise ratio ∞" in clean


def test_bars_stack_to_the_bound():
    rows = pd.DataFrame(
        [
            (s, T, 0.1, 1.0, 8.0 / T, 1.1 + 8 / T, 1.2, 0.5 / T)
            for s in ("log-SNR", "t")
            for T in (16, 32)
        ],
        columns=["spacing", "steps", *PARTS, "bound", "exact", "gap"],
    )
    spec = chart_spec(fig_bound_parts(rows))
    (spacing,) = spec["params"]
    assert spacing["bind"]["options"] == ["log-SNR", "t"]
    bars, rule = spec["concat"][0]["layer"]
    assert bars["encoding"]["y"]["stack"] == "zero"
    assert rule["encoding"]["y"]["aggregate"] == "max"
    assert bars["encoding"]["color"]["scale"]["domain"] == list(PARTS.values())
    gap = spec["concat"][1]
    assert gap["encoding"]["y"]["scale"]["type"] == "log"
    assert static_svg(spec).count("Diffusion") >= 1


def test_scores_keep_their_look_from_figure_to_figure():
    weights = pd.DataFrame(
        [(w, t, 0.0, 1.0, 1.0, t) for w in ("elbo", "exp:7", "uniform") for t in (0.2, 0.8)],
        columns=["weighting", "t", "log_snr", "value", "density", "below"],
    )
    ratios = pd.DataFrame(
        [(x, s, x) for s in ("exact", "bound", "exp:7", "uniform") for x in (-1.0, 1.0)],
        columns=["x", "score", "value"],
    )
    looks = []
    for spec in (chart_spec(fig_weights(weights)), chart_spec(fig_ratio(ratios))):
        text = re.findall(r"'color': \{'field': 'name'.*?'scale': (\{.*?\})", str(spec))
        scale = eval(text[0])
        looks.append(dict(zip(scale["domain"], scale["range"], strict=True)))
    weighted, decided = looks
    assert list(weighted) == ["the bound", "exp(−7t)", "equal weights"]
    assert list(decided) == ["likelihoods", "the bound", "exp(−7t)", "equal weights"]
    assert weighted.items() <= decided.items()
