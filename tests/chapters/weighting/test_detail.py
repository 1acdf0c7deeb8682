"""Where weightings lie on the axis of surviving detail, and what is read there."""

import numpy as np
import pytest

from gcbook.chapters.weighting import detail
from gcbook.chapters.weighting.detail import (
    CONTRASTS,
    FINEST,
    PREDICTIONS,
    TIMES,
    WORLDS,
    axis_rows,
    equal_decay,
    imagen_detail,
    make_spectra,
    matching_rows,
    miniature_detail,
)
from gcbook.miniworld.results.sweep import Curves
from gcbook.noise.detail import hidden_octaves, hidden_shares, natural_spectrum
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def spectra():
    return make_spectra()


def test_a_weighting_lies_where_itself_does():
    survives = miniature_detail(natural_spectrum(32, 0.35))
    octaves = hidden_octaves(survives, np.exp(-7 * TIMES), FINEST)
    assert equal_decay(survives, octaves) == pytest.approx(7, abs=1e-2)


def test_imagens_own_pictures_need_imagens_k():
    """With the same pixels, channels and spectrum the k is the same."""
    for contrast in CONTRASTS:
        octaves = hidden_octaves(imagen_detail(contrast, 3), np.exp(-7 * TIMES), FINEST)
        same = miniature_detail(natural_spectrum(64, contrast))
        assert equal_decay(same, octaves) == pytest.approx(7, abs=1e-2)


def test_what_shows_more_detail_needs_a_steeper_weight(spectra):
    rows = matching_rows(spectra).set_index(["contrast", "channels", "world"])["k"]
    for world in WORLDS:
        assert rows.xs(1, level="channels").xs(world, level="world").is_monotonic_increasing
        for contrast in CONTRASTS:
            assert rows[contrast, 3, world] > rows[contrast, 1, world]
    # Twice as many pixels a side show more, and are nearer to Imagen's.
    assert (rows.xs("calibrated64", level="world") < rows.xs("calibrated", level="world")).all()


def test_predictions_are_of_the_k_that_are_computed(spectra):
    rows = matching_rows(spectra).set_index(["contrast", "world", "channels"])["k"].sort_index()
    for world, prediction in PREDICTIONS.items():
        found = rows[CONTRASTS[1], world]
        assert [found[1], found[3]] == pytest.approx(prediction.decays, abs=0.1)


def test_the_miniatures_spectra_fall_like_those_of_photographs_or_faster(spectra):
    for spectrum in spectra.values():
        slope = np.polyfit(np.log(spectrum.frequencies), np.log(spectrum.power), 1)[0]
        assert -3 < slope < -2


def test_the_axis_has_the_shares_of_its_weights(spectra):
    rows = axis_rows(spectra)
    at_8 = rows[rows["frequency"] == 8].set_index("weighting")
    survives = miniature_detail(spectra["calibrated"])
    for k in (0, 7):
        share = hidden_shares(survives, np.exp(-k * TIMES), [8.0])[0]
        assert at_8.loc[f"32 pixels, k = {k}", "share"] == pytest.approx(share)
    imagen = at_8.loc["Imagen, k = 7"]
    assert imagen["low"] < imagen["share"] < imagen["high"]
    assert imagen["high"] < at_8.loc["32 pixels, k = 7", "share"]


def test_outcomes_are_read_at_the_k_of_each_row(spectra, monkeypatch):
    """Each world's measures stand in its own rows, predictions where one was made."""
    import pandas as pd

    def measures(recipe, world, decays, *, resampling):
        names = ["shape_bias", "shape_bias_low", "shape_bias_high", "accuracy"]
        names += ["change", "change_low", "change_high"]
        return pd.DataFrame({"k": decays}).assign(**{n: [k / 100 for k in decays] for n in names})

    def curves(recipe, world, decays, *, resampling):
        # Two networks, at k / 100 on average.
        bias = np.array([[[k / 100 + move] for k in decays] for move in (-0.1, 0.1)])
        return Curves(tuple(decays), bias, bias)

    monkeypatch.setattr(detail, "measures_under", measures)
    monkeypatch.setattr(detail, "curves_of", curves)
    monkeypatch.setattr(detail, "resnet_bias", lambda world, resampling: np.array([0.2]))
    rows = detail.outcome_rows(matching_rows(spectra), resampling=Resampling(draws=0))
    assert len(rows) == len(WORLDS) * 2 * len(CONTRASTS)
    assert rows["shape_bias"].to_numpy() == pytest.approx(rows["k"] / 100)
    assert rows["change"].to_numpy() == pytest.approx(rows["k"] / 100)
    assert rows["excess"].to_numpy() == pytest.approx(rows["k"] / 100 - 0.07)
    assert rows["lead"].to_numpy() == pytest.approx(rows["k"] / 100 - 0.2)
    assert set(rows["shape_bias_paper"]) == {0.07}
    predicted = rows[rows["predicted_low"].notna()]
    assert set(predicted["contrast"]) == {CONTRASTS[1]} and len(predicted) == 6
    for world, own in predicted.groupby("world"):
        assert set(own["predicted_high"]) == {PREDICTIONS[world].shape_bias[1]}


def test_predictions_are_scored_beside_a_forecast_of_no_change():
    import pandas as pd

    rows = pd.DataFrame(
        {
            "shape_bias": [0.15, 0.05, 0.5],
            "shape_bias_paper": [0.4, 0.02, 0.5],
            "predicted_low": [0.1, 0.1, np.nan],
            "predicted_high": [0.2, 0.2, np.nan],
        }
    )
    # Ten times what lies outside; the naive interval of the second is cut at 0, and holds.
    own, naive = detail.forecast_scores(rows)
    assert own == pytest.approx((0.1 + 0.1 + 10 * 0.05) / 2)
    assert naive == pytest.approx((0.1 + 10 * 0.2 + 0.07) / 2)
