"""Errors of single images' draws, by hand, and where they are read."""

import numpy as np
import pytest
from tiny.gaussian import class_means, gaussian_classifier

from gcbook.chapters.step_by_step import draws
from gcbook.chapters.step_by_step.draws import draw_errors
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.steps import choose_examples
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

MEANS = class_means(16, size=32)
CLASSIFIER = gaussian_classifier(CosineSchedule(), MEANS)
EXAMPLES = choose_examples(conflicts=2, ordinary=1, seed=4)


def test_errors_of_draws_by_hand():
    times, snr, errors = draw_errors(CLASSIFIER, "toy", EXAMPLES, 3, seed=6)
    assert errors.shape == (3, 3, 16)
    rule = DrawRule(6)
    for i, draw, k in ((0, 0, 0), (1, 2, 7), (2, 1, 15)):
        name = EXAMPLES[i].stimulus.image_id
        t = timestep(rule, name, draw)
        alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
        x = 2 * EXAMPLES[i].stimulus.read().transpose(2, 0, 1).astype(float) - 1
        x_t = alpha * x + sigma * keyed_noise(rule, name, draw, x.shape)
        gain = alpha * 0.25 / (alpha**2 * 0.25 + sigma**2)
        mean = MEANS[k].numpy()
        error = np.square(mean + gain * (x_t - alpha * mean) - x).mean()
        assert times[i, draw] == pytest.approx(t)
        assert snr[i, draw] == pytest.approx(2 * np.log(alpha / sigma))
        assert errors[i, draw, k] == pytest.approx(error, rel=1e-4)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Scores of 4 draws of the cue-conflict images, as if the package brought them."""
    stimuli = [each.stimulus for each in EXAMPLES if each.stimulus.dataset == "cue-conflict"]
    score(stimuli, CLASSIFIER, ScoringSettings(draws=4), tmp_path / "s", progress="silent")
    sets = {"toy": ("cue-conflict",)}
    monkeypatch.setattr(draws, "shipped_sets", lambda model: sets.get(model, ()))
    monkeypatch.setattr(draws, "shipped_store", lambda *names: Store.open(tmp_path / "s"))
    scored = []

    def counted(images, *args, **options):
        scored.append(len(images))
        return score(images, *args, **options)

    monkeypatch.setattr("gcbook.scoring.engine.score", counted)
    return scored


def test_shipped_scores_are_read_instead_of_computed(shipped):
    conflicts = EXAMPLES[:2]
    read = draw_errors(CLASSIFIER, "toy", conflicts, 3)
    assert not shipped
    computed = draw_errors(CLASSIFIER, "another", conflicts, 3)
    assert shipped == [2]
    for one, other in zip(read, computed, strict=True):
        assert one == pytest.approx(other, rel=1e-5)
    assert read[2].shape == (2, 3, 16)


@pytest.mark.parametrize("change", [{"seed": 1}, {"draws": 5}])
def test_scores_of_other_settings_are_not_taken(shipped, change):
    draw_errors(CLASSIFIER, "toy", EXAMPLES[:2], **({"draws": 3} | change))
    assert shipped == [2]


def test_scores_of_other_weights_or_other_images_are_not_taken(shipped):
    retrained = gaussian_classifier(CosineSchedule(), MEANS)
    retrained.details = {"weights": "other"}
    draw_errors(retrained, "toy", EXAMPLES[:2], 2)
    assert shipped == [2]
    another = choose_examples(conflicts=3, ordinary=0, seed=4)[1:]
    draw_errors(CLASSIFIER, "toy", another, 2)
    assert shipped == [2, 2]


def test_gaps_are_named():
    broken = gaussian_classifier(CosineSchedule(), MEANS)
    honest = broken.denoise
    broken.denoise = lambda x_t, t, label: honest(x_t, t, label) * float("nan")
    with pytest.raises(GcbookError, match=EXAMPLES[0].title):
        draw_errors(broken, "toy", EXAMPLES[:1], 2)
