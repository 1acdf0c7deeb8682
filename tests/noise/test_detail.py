"""What survives noise: white pictures, spectra of a power law, and gratings."""

import numpy as np
import pytest

from gcbook.noise.detail import (
    Spectrum,
    hidden_octaves,
    hidden_shares,
    measured_spectrum,
    natural_spectrum,
    surviving_detail,
)
from gcbook.noise.schedules import CosineSchedule, log_snr

SIDE = 32
LOG_SNR = np.linspace(-8, 8, 33)


def test_white_pictures_survive_whole_or_not_at_all():
    """Every coefficient has the variance of a pixel, divided by their number."""
    white = np.random.default_rng(0).normal(0, 0.5, (4000, SIDE, SIDE))
    spectrum = measured_spectrum(white)
    np.testing.assert_allclose(spectrum.power * SIDE**2, 0.25, rtol=0.02)
    flat = Spectrum(spectrum.frequencies, np.full_like(spectrum.power, 0.25 / SIDE**2), SIDE)
    found = surviving_detail([np.log(4) - 1e-9, np.log(4) + 1e-9, np.inf, -np.inf], flat)
    assert found.tolist() == [0, SIDE / 2, SIDE / 2, 0]


def test_a_power_law_gives_a_square_root():
    """With P = A / f², the ratio SNR C N² A / f² is 1 at the root of its numerator."""
    spectrum = natural_spectrum(SIDE, 0.4)
    first = spectrum.power[0]
    for channels in (1, 3):
        expected = np.sqrt(np.exp(LOG_SNR) * channels * SIDE**2 * first)
        expected = np.where(expected < 1, 0, np.minimum(expected, SIDE / 2))
        np.testing.assert_allclose(surviving_detail(LOG_SNR, spectrum, channels), expected)


def test_powers_add_up_to_the_variance():
    frequency = np.fft.fftfreq(SIDE, 1 / SIDE)
    radius = np.hypot(frequency[:, None], frequency)
    spectrum = natural_spectrum(SIDE, 0.4)
    every = spectrum.power[0] / radius[radius > 0] ** 2
    assert every.sum() == pytest.approx(0.16)


def test_pixels_and_channels_shift_the_log_snr():
    """Twice the pixels a side are ln 4, three channels ln 3, at frequencies that both have."""
    small, large = natural_spectrum(SIDE, 0.4), natural_spectrum(2 * SIDE, 0.4)
    same = Spectrum(large.frequencies, small.power[0] / large.frequencies**2, 2 * SIDE)
    found = surviving_detail(LOG_SNR, same)
    np.testing.assert_allclose(
        np.minimum(found, SIDE / 2), surviving_detail(LOG_SNR + np.log(4), small)
    )
    np.testing.assert_allclose(
        surviving_detail(LOG_SNR, small, 3), surviving_detail(LOG_SNR + np.log(3), small)
    )


def test_a_gratings_spectrum_has_its_frequency():
    picture = 7 + np.sin(2 * np.pi * 5 * np.arange(SIDE) / SIDE) * np.ones((SIDE, 1))
    spectrum = measured_spectrum([picture, picture])
    assert spectrum.frequencies[spectrum.power.argmax()] == 5
    assert (np.delete(spectrum.power, 4) < 1e-12).all()


def test_detail_behind_a_gap_survives():
    """Fine texture is seen in noise that hides coarser detail."""
    power = np.array([1, 1e-6, 0.1, 1e-6])
    spectrum = Spectrum(np.arange(1.0, 5.0), power, 8)
    found = surviving_detail(-np.log(64 * 0.1), spectrum)
    assert found == pytest.approx(3)
    assert surviving_detail(-np.log(64 * 0.5), spectrum) == pytest.approx(
        2 ** (np.log(2) / np.log(1e6))
    )


def test_hidden_shares_by_hand():
    detail, weights = [16, 4, 2, 0], [4, 3, 2, 1]
    assert hidden_shares(detail, weights, [1, 2, 3, 16]).tolist() == [0.1, 0.1, 0.3, 0.6]
    # No octave, two, three and all four.
    assert hidden_octaves(detail, weights, 16) == pytest.approx((0 + 3 * 2 + 2 * 3 + 1 * 4) / 10)


@pytest.mark.parametrize(("shift", "decay"), [(np.log(3), 12), (np.log(4), 14)])
def test_what_a_shift_of_the_cosine_schedule_makes_of_the_papers_weighting(shift, decay):
    """exp(-7t) lies at the log-SNR, shifted, at which exp(-12t) or exp(-14t) does."""

    def median(k):
        return -np.log((1 + np.exp(-k)) / 2) / k

    shifted, other = (log_snr(CosineSchedule(), np.array(median(k))) for k in (7, decay))
    assert shifted + shift == pytest.approx(other, abs=0.02)
