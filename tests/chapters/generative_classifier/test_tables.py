"""Images, expected errors and decisions of the toy."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gcbook.chapters.generative_classifier.tables import (
    TIMES,
    cue_decisions,
    drawn_errors,
    expected_errors,
    grid_points,
    weights_of,
)
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.noise.schedules import FlowSchedule

TOY = make_toy()
IMAGES = torch.tensor([[-0.4, 1.05], [0.05, -0.02], [2.1, -1.6]], dtype=torch.float64)


def test_grid_runs_row_by_row_from_below():
    points = grid_points(4).numpy() * 3
    assert points[[0, 1, 4, 15]] == pytest.approx(np.array([[-6, -6], [-2, -6], [-6, -2], [6, 6]]))


@pytest.mark.parametrize("schedule", [None, FlowSchedule()])
def test_expected_errors_are_what_the_classifier_measures_on_average(schedule):
    classifier = toy_classifier(TOY, schedule)
    found = expected_errors(classifier, IMAGES, nodes=14)
    assert found.shape == (3, 25, 4)
    rough = expected_errors(classifier, IMAGES)
    assert abs(rough / found - 1).max() < 0.08
    n, generator = 3000, np.random.default_rng(0)
    for i in (0, 2, 5, 9, 14, 24):
        noises = generator.standard_normal((n, 2, 1, 1), np.float32)
        draws = [Draw(j, float(TIMES[i]), noise=noise) for j, noise in enumerate(noises)]
        for image, expected in zip(IMAGES, found[:, i], strict=True):
            x = classifier.prepare([image.numpy()]).expand(n, -1, -1, -1)
            for c in range(4):
                error = classifier.measure(x, draws, torch.full((n,), c), "none")["error_l2"]
                spread = error.std().item() / np.sqrt(n)
                assert abs(error.mean().item() - expected[c]) < 4.5 * spread + 1e-6


def test_the_mean_of_many_draws_is_the_expected_error():
    draws = 2**14
    t, errors = drawn_errors(TOY, IMAGES, draws, seed=3)
    assert (t.shape, errors.shape) == ((3, draws), (3, draws, 4))
    expected = expected_errors(toy_classifier(TOY), IMAGES, nodes=14)
    for at, time in enumerate(TIMES):
        for image in range(3):
            of_time = errors[image][t[image] == time]
            spread = of_time.std(axis=0) / len(of_time) ** 0.5
            assert (abs(of_time.mean(axis=0) - expected[image, at]) < 4.5 * spread + 1e-6).all()
    # Few draws are spread evenly, and so are the next.
    for some in (t[:, :25], t[:, 32:57]):
        assert (np.diff(np.sort(some, axis=1)) < 0.1).all()
    again = drawn_errors(TOY, IMAGES, 8, seed=3)[1]
    assert (again != drawn_errors(TOY, IMAGES, 8, seed=4)[1]).all()


def test_weights_by_hand():
    assert weights_of("exp:3").tolist() == pytest.approx(
        [np.exp(-3 * j / 25) for j in range(1, 26)]
    )
    u = np.pi / 2 * TIMES
    # SNR of the cosine schedule, and −½ dSNR/dt of cot²(πt/2).
    snr, slope = 1 / np.tan(u) ** 2, np.pi / 2 / np.tan(u) / np.sin(u) ** 2
    for name, expected in (("eps", snr), ("snr:5", np.minimum(snr, 5)), ("elbo", slope)):
        found = weights_of(name)
        assert found / found[0] == pytest.approx(expected / expected[0], abs=1e-6)


def cues(coarse, fine) -> SimpleNamespace:
    return SimpleNamespace(
        coarse_cue=lambda images: torch.tensor(coarse), fine_cue=lambda images: torch.tensor(fine)
    )


def test_cue_decisions_by_hand():
    toy = cues([0, 0, 1, 2, 3, 3, 1], [0, 1, 2, 3, 0, 1, 1])
    # Images 0 and 6 have no conflict; 1, 2, 3 go by the coarse cue, 4 by the fine, 5 by neither.
    found = cue_decisions(toy, IMAGES, np.array([0, 0, 1, 2, 0, 2, 3]))
    assert found == {"conflicts": 5, "coarse": 0.6, "fine": 0.2, "coarse_bias": 0.75}


def test_no_bias_where_nothing_tells():
    none = cue_decisions(cues([0, 1], [0, 1]), IMAGES, np.array([0, 1]))
    assert none["conflicts"] == 0
    assert np.isnan([none["coarse"], none["fine"], none["coarse_bias"]]).all()
    neither = cue_decisions(cues([0], [1]), IMAGES, np.array([2]))
    assert (neither["coarse"], neither["fine"]) == (0, 0)
    assert np.isnan(neither["coarse_bias"])
