"""The posterior of a decision: by hand, by symmetry, and held against draws that were not used."""

import numpy as np
import pytest
from scipy.special import ndtr

from gcbook.miniworld.results.shipped import shipped_store
from gcbook.scoring.posterior import SAMPLES, posterior
from gcbook.scoring.scores import score_array

NOISE = 4 * 0.5 / SAMPLES**0.5
"""Four standard errors of what is estimated from the samples."""


def numbers(errors):
    """Draws in the order in which they were made."""
    return np.broadcast_to(np.arange(errors.shape[1]), errors.shape[:2])


def decided(errors, order=None, **options):
    """The posterior of the class with the smallest mean, of errors without gaps."""
    order = numbers(errors) if order is None else order
    return posterior(errors, order, errors.mean(axis=1).argmin(axis=1), **options)


def normal_errors(n_images, n_draws, n_classes, gap=0.3, seed=0):
    """Classes whose true means are a gap apart in the standard deviation, and their means."""
    rng = np.random.default_rng(seed)
    means = rng.normal(0, gap, (n_images, n_classes))
    return means[:, None] + rng.normal(size=(n_images, n_draws, n_classes)), means


@pytest.mark.parametrize("gap", [0.0, 0.4, 1.0, 2.0])
def test_two_classes_by_hand(gap):
    # Steps of 2, -2 and 2: the variance of the mean is 12 / (2 · 4 · 3).
    difference = gap + np.array([-1, 1, -1, 1])
    errors = np.stack([np.zeros(4), difference], axis=-1)[None]
    assert decided(errors) == pytest.approx(ndtr(gap / 0.5**0.5), abs=NOISE)
    against_two = ndtr(gap / (12 / (2 * 3) * (1 / 4 + 1 / 2)) ** 0.5)
    assert decided(errors, others=2) == pytest.approx(against_two, abs=NOISE)


def test_neighbours_in_time_are_compared():
    rng = np.random.default_rng(0)
    t = rng.permutation(np.arange(16) / 16)[None]
    errors = np.stack([np.zeros(16), 0.1 + t[0] - t.mean()], axis=-1)[None]
    # In time every step is 1/16; as drawn they are as large as the whole range.
    z = 0.1 / np.sqrt(15 / 16**2 / (2 * 16 * 15))
    assert decided(errors, t) == pytest.approx(ndtr(z), abs=NOISE)
    steps = np.diff(t[0])
    z = 0.1 / np.sqrt((steps**2).sum() / (2 * 16 * 15))
    assert decided(errors) == pytest.approx(ndtr(z), abs=NOISE)
    assert decided(errors) < 0.97 < decided(errors, t)


def test_classes_share_what_is_random():
    rng = np.random.default_rng(0)
    own = rng.normal(size=(1, 64, 3))
    own += 0.1 - own.mean(axis=1, keepdims=True)
    own[..., 0] = 0
    z = own.mean(axis=1) / np.sqrt((np.diff(own, axis=1) ** 2).sum(axis=1) / (2 * 64 * 63) + 1e-30)
    one, two = ndtr(z[0, 1:])
    # Two rivals that differ from the best in the same way are beaten together, others apart.
    assert decided(own[..., [0, 1, 1]]) == pytest.approx(one, abs=NOISE)
    assert decided(own) == pytest.approx(one * two, abs=NOISE + 0.05)
    assert decided(own) < min(one, two) - NOISE


def test_what_is_not_known_and_what_is_certain():
    errors, _ = normal_errors(5, 1, 4)
    assert decided(errors).tolist() == [1 / 4] * 5
    # A class that ties in every draw will tie for ever, and one that is as much worse in each, too.
    tied = np.repeat(np.random.default_rng(0).random((1, 8, 1)), 3, axis=2)
    tied[..., 2] += 0.5
    assert decided(tied) == 1


def test_neither_names_of_classes_nor_other_images_matter():
    errors, _ = normal_errors(30, 12, 5)
    expected = decided(errors)
    assert 0.3 < expected.min() + 0.1 < expected.max()
    rng = np.random.default_rng(1)
    classes, images = rng.permutation(5), rng.permutation(30)
    # Rounding can move a sample over the edge.
    same = {"abs": 2 / SAMPLES}
    assert decided(errors[..., classes]) == pytest.approx(expected, **same)
    assert decided(errors[images]) == pytest.approx(expected[images], **same)
    assert decided(errors[3:4]) == pytest.approx(expected[3:4], **same)
    assert decided(1e-6 * errors + 7) == pytest.approx(expected, abs=0.01)


def test_more_draws_are_surer():
    sure = [decided(normal_errors(300, n, 5)[0]).mean() for n in (8, 32, 128)]
    assert np.diff(sure).min() > 0.05
    errors, _ = normal_errors(20, 8, 5)
    few, many = decided(errors), decided(np.tile(errors, (1, 9, 1)))
    assert (many >= few - NOISE).all()
    assert many.mean() > few.mean() + 0.1


def test_a_dropped_class_is_compared_over_its_own_draws():
    errors, _ = normal_errors(1, 20, 3)
    best = errors.mean(axis=1).argmin(axis=1)
    dropped = (best[0] + 1) % 3
    raced = errors.copy()
    raced[:, 6:, dropped] = np.nan
    other = 3 - best[0] - dropped
    alone = [
        posterior(errors[:, :n][..., [best[0], rival]], numbers(errors[:, :n]), np.array([0]))
        for n, rival in ((6, dropped), (20, other))
    ]
    found = posterior(raced, numbers(raced), best)
    assert found <= min(alone) + NOISE
    assert found >= sum(alone) - 1 - NOISE
    # What is behind a gap is not compared.
    gap = raced.copy()
    gap[:, 9, dropped] = 100
    assert posterior(gap, numbers(gap), best) == found


@pytest.mark.parametrize("n", [4, 16, 64])
def test_probabilities_come_true(n):
    """Normal errors whose true means are known; few draws are too sure of it by a little."""
    errors, means = normal_errors(3000, n, 6, gap=1.0)
    found = decided(errors)
    right = errors.mean(axis=1).argmin(axis=1) == means.argmin(axis=1)
    assert found.mean() == pytest.approx(right.mean(), abs=0.06 if n == 4 else 0.03)
    for low in (0.3, 0.5, 0.7, 0.9):
        some = (found >= low) & (found < low + 0.2)
        if some.sum() >= 100:
            assert found[some].mean() == pytest.approx(right[some].mean(), abs=0.12)


@pytest.mark.parametrize("weighting", ["exp:7", "uniform"])
@pytest.mark.parametrize("n", [8, 16])
def test_draws_that_were_not_used_decide_as_often_as_expected(weighting, n):
    """The first draws of shipped scores against the others."""
    found, agree = [], []
    for model in ("mini-pixel", "mini-latent"):
        store = shipped_store(model, "cue-conflict")
        rows, images = store.scores(), store.images()["image_id"].tolist()[::2]
        values = store.weights(weighting).errors(rows), rows["t"]
        errors, t = (score_array(rows, each, images, store.labels, 32) for each in values)
        best, other = (each.mean(axis=1).argmin(axis=1) for each in (errors[:, :n], errors[:, n:]))
        found.append(posterior(errors[:, :n], t[:, :n, 0], best, others=32 - n))
        agree.append(best == other)
    p, same = np.concatenate(found), np.concatenate(agree)
    # The margin, and two standard errors of the share. Under equal weights near-ties make it too
    # sure, as the module says.
    margin = {"exp:7": 0.05, "uniform": 0.1}[weighting]
    assert p.mean() == pytest.approx(same.mean(), abs=margin + 2 * (0.2 / len(p)) ** 0.5)
    for low in np.linspace(0.4, 0.9, 6):
        some = (p >= low) & (p < low + 0.1)
        error = np.sqrt(p[some].mean() * (1 - p[some].mean()) / some.sum())
        assert p[some].mean() == pytest.approx(same[some].mean(), abs=2 * margin + 2 * error)
    assert np.corrcoef(p, same)[0, 1] > 0.3
