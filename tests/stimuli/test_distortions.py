"""Manipulations do to images what the benchmark's do."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom

from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stimuli.distortions import DISTORTIONS, distort

SIZE = 32


def images(number=6, spread=0.04, size=SIZE, seed=0):
    """Grey images of so little contrast that nothing is cut off."""
    values = 0.5 + spread * np.random.default_rng(seed).standard_normal((number, size, size, 1))
    return np.repeat(values.clip(0, 1), 3, axis=3)


def apply(dataset, condition, values, seed=1):
    return distort(values, dataset, condition, np.random.default_rng(seed))


def amplitudes(values):
    return np.abs(np.fft.fft2(values[..., 0]))


ALL_CONDITIONS = [(name, each) for name in DISTORTIONS for each in EXPERIMENTS[name].conditions]


@pytest.mark.parametrize(("dataset", "condition"), ALL_CONDITIONS)
def test_grey_images_stay_grey_and_in_range(dataset, condition):
    before = images(3, spread=0.3)
    kept = before.copy()
    after = apply(dataset, condition, before)
    assert after.shape == before.shape
    assert after.min() >= 0
    assert after.max() <= 1
    assert np.ptp(after, axis=3).max() < 1e-12
    assert (before == kept).all()
    assert (after == apply(dataset, condition, before)).all()


@pytest.mark.parametrize(
    ("dataset", "condition"),
    [
        ("contrast", "c100"),
        ("high-pass", "inf"),
        ("low-pass", "0"),
        ("phase-scrambling", "0"),
        ("power-equalisation", "0"),
        ("rotation", "0"),
    ],
)
def test_strength_zero_changes_nothing(dataset, condition):
    before = images(spread=0.3)
    assert condition in EXPERIMENTS[dataset].unchanged
    np.testing.assert_allclose(apply(dataset, condition, before), before, atol=1e-12)


@pytest.mark.parametrize(("condition", "factor"), [("c50", 0.5), ("c05", 0.05), ("c01", 0.01)])
def test_contrast_scales_about_mid_grey(condition, factor):
    before = images(spread=0.2)
    after = apply("contrast", condition, before)
    np.testing.assert_allclose(after.std(axis=(1, 2)), factor * before.std(axis=(1, 2)))
    np.testing.assert_allclose(after.mean() - 0.5, factor * (before.mean() - 0.5), atol=1e-15)


@pytest.mark.parametrize("sigma", ["3.0", "1.5", "1.0"])
def test_low_and_high_pass_add_up(sigma):
    before = images()
    low = apply("low-pass", sigma.removesuffix(".0"), before) if sigma != "1.5" else None
    high = apply("high-pass", sigma, before)
    np.testing.assert_allclose(high.mean(axis=(1, 2)), 0.5)
    if low is not None:
        rest = low + high - before
        assert np.ptp(rest, axis=(1, 2)).max() < 1e-12


def test_narrow_blur_is_that_of_the_interpolated_image():
    """A filter narrower than a pixel: the same as at a resolution where it is not."""
    row = np.random.default_rng(3).uniform(0.2, 0.8, 21)
    before = np.tile(row[None, None, :, None], (1, 21, 1, 1))
    after = apply("low-pass", "3", before)[0, 10, 3:-3, 0]
    fine = zoom(row, (20 * 101 + 1) / 21, order=1, grid_mode=False)
    expected = gaussian_filter(fine, 101 * 3 * 21 / 224)[::101]
    np.testing.assert_allclose(after, expected[3:-3], atol=2e-3)
    assert np.abs(after - row[3:-3]).max() > 0.02


@pytest.mark.parametrize("size", [SIZE, 31])
def test_phase_scrambling_keeps_amplitudes(size):
    before = images(spread=0.02, size=size)
    after = apply("phase-scrambling", "90", before)
    np.testing.assert_allclose(amplitudes(after), amplitudes(before), atol=1e-9)


def test_phases_shift_evenly_up_to_the_width():
    before = images(20, spread=0.02)
    after = apply("phase-scrambling", "60", before)
    spectra = np.fft.fft2(after[..., 0]), np.fft.fft2(before[..., 0])
    shifts = np.degrees(np.angle(spectra[0] / spectra[1]))
    assert np.abs(shifts).max() < 60 + 1e-6
    # Uniform: the standard deviation is the width over the root of 3; only 4 of 1,024 stay.
    assert shifts.std() == pytest.approx(60 / np.sqrt(3), rel=0.02)
    assert (np.abs(shifts) < 1e-6).mean() == pytest.approx(4 / SIZE**2)


def test_power_equalisation_gives_all_the_mean_spectrum():
    before = images(spread=0.02) * np.linspace(0.5, 1.5, 6)[:, None, None, None]
    after = apply("power-equalisation", "pow", before)
    expected = np.broadcast_to(amplitudes(before).mean(axis=0), (6, SIZE, SIZE))
    np.testing.assert_allclose(amplitudes(after), expected, atol=1e-9)
    turned = np.fft.fft2(after[..., 0]) * np.conj(np.fft.fft2(before[..., 0]))
    assert np.abs(np.angle(turned)).max() < 1e-6


def test_rotation_is_counter_clockwise_and_exact():
    before = images(1)
    corner = before[:, 0, -1]
    assert (apply("rotation", "90", before)[:, 0, 0] == corner).all()
    assert (apply("rotation", "180", before) == before[:, ::-1, ::-1]).all()
    assert (apply("rotation", "270", before)[:, -1, -1] == corner).all()
    tall = apply("rotation", "90", before[:, :, :20])
    assert tall.shape == (1, 20, SIZE, 3)


@pytest.mark.parametrize("condition", ["0.03", "0.2", "0.35"])
def test_noise_is_uniform_on_a_third_of_the_contrast(condition):
    before = images(20)
    noise = apply("uniform-noise", condition, before) - (0.3 * before + 0.35)
    width = float(condition)
    assert np.abs(noise).max() <= width + 1e-12
    assert np.abs(noise).max() > 0.999 * width
    assert noise.std() == pytest.approx(width / np.sqrt(3), rel=0.02)


EIDOLONS = ["eidolonI", "eidolonII", "eidolonIII"]


@pytest.mark.parametrize("dataset", EIDOLONS)
def test_eidolons_move_what_there_is(dataset):
    """Nothing to move: nothing happens. Else the more the reach, the less is left in place."""
    flat = np.full((2, SIZE, SIZE, 1), 0.5)
    for condition in EXPERIMENTS[dataset].conditions:
        np.testing.assert_allclose(apply(dataset, condition, flat), 0.5)
    before = gaussian_filter(images(12, spread=0.3), (0, 1.5, 1.5, 0))
    alike = [
        np.corrcoef(before.ravel(), apply(dataset, each, before).ravel())[0, 1]
        for each in EXPERIMENTS[dataset].conditions
    ]
    assert alike[0] > 0.99
    assert alike == sorted(alike, reverse=True)
    assert alike[-1] < 0.3


@pytest.mark.parametrize(
    ("values", "says"), [(images() * 255, "divide"), (images() * np.nan, "found nan")]
)
def test_refuses(values, says):
    with pytest.raises(InputError, match=says):
        apply("contrast", "c50", values)
