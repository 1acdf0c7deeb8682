"""Errors and answers of single images, against the scorer and by hand."""

import dataclasses

import numpy as np
import pytest
from tiny.gaussian import class_means, gaussian_classifier

from gcbook.chapters.step_by_step import tables
from gcbook.chapters.step_by_step.tables import (
    DrawErrors,
    answers_table,
    draw_errors,
    lead_table,
)
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.steps import Example, choose_examples, take_steps
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

MEANS = class_means(16, size=32)
CLASSIFIER = gaussian_classifier(CosineSchedule(), MEANS)
EXAMPLES = choose_examples(conflicts=2, ordinary=1, seed=4)
STIMULI = [each.stimulus for each in choose_examples(conflicts=2, ordinary=0)]
HAND = DrawErrors(
    (Example("lead lost", "a", "b", STIMULI[0]), Example("lead kept", "c", "c", STIMULI[1])),
    ("a", "b", "c"),
    np.array([[0.5, 0.1, 0.9], [0.3, 0.8, 0.2]]),
    np.array([[[1, 2, 4], [4, 1, 4], [3, 3, 2.0]], [[2, 2, 1], [5, 6, 4], [4, 4, 4.0]]]),
    np.array([[1, 1, 1], [2, 1, 1.0]]),
)


def test_errors_of_draws_by_hand():
    scored = draw_errors(CLASSIFIER, "toy", EXAMPLES, 3, "exp:2", seed=6)
    assert scored.raw.shape == (3, 3, 16)
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
        assert scored.times[i, draw] == pytest.approx(t)
        assert scored.raw[i, draw, k] == pytest.approx(error, rel=1e-4)
        assert scored.errors[i, draw, k] == pytest.approx(np.exp(-2 * t) * error, rel=1e-4)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Scores of 4 draws of the cue-conflict images, as if the package brought them."""
    stimuli = [each.stimulus for each in EXAMPLES if each.stimulus.dataset == "cue-conflict"]
    score(stimuli, CLASSIFIER, ScoringSettings(draws=4), tmp_path / "s", progress="silent")
    sets = {"toy": ("cue-conflict",)}
    monkeypatch.setattr(tables, "shipped_sets", lambda model: sets.get(model, ()))
    monkeypatch.setattr(tables, "shipped_store", lambda *names: Store.open(tmp_path / "s"))
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
    assert read.raw == pytest.approx(computed.raw, rel=1e-5)
    assert read.times == pytest.approx(computed.times)
    assert read.raw.shape == (2, 3, 16)


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


def test_a_set_without_shipped_scores_is_computed_beside_one_with(shipped):
    mixed = draw_errors(CLASSIFIER, "toy", EXAMPLES, 2)
    assert shipped == [1]
    assert np.isfinite(mixed.raw).all()


def test_the_answer_is_that_of_the_decisions(tmp_path):
    scored = draw_errors(CLASSIFIER, "toy", EXAMPLES[:2], 6)
    stimuli = [each.stimulus for each in EXAMPLES[:2]]
    settings = ScoringSettings(draws=6)
    score(stimuli, CLASSIFIER, settings, tmp_path / "s", progress="silent")
    decisions = decide(Store.open(tmp_path / "s")).set_index("imagename")
    answers = answers_table(scored).set_index("image")
    for example in EXAMPLES[:2]:
        row = decisions.loc[example.stimulus.imagename]
        assert answers.loc[example.title, "answer"] == row["response"]


def test_gaps_are_named():
    broken = gaussian_classifier(CosineSchedule(), MEANS)
    honest = broken.denoise
    broken.denoise = lambda x_t, t, label: honest(x_t, t, label) * float("nan")
    with pytest.raises(GcbookError, match=EXAMPLES[0].title):
        draw_errors(broken, "toy", EXAMPLES[:1], 2)


def test_answers_by_hand():
    answers = answers_table(HAND).set_index("image")
    # Means of all draws: (8/3, 2, 10/3), and of the other image weighted (13/3, 14/3, 10/3).
    assert answers.loc["lead lost", ["answer", "role"]].tolist() == ["b", "texture"]
    assert answers.loc["lead lost", ["equal_answer", "equal_role"]].tolist() == ["b", "texture"]
    assert answers.loc["lead kept", ["answer", "role"]].tolist() == ["c", "shape and texture"]
    weights = np.array([[9, 1, 1], [1, 1, 1.0]])
    weighted = answers_table(dataclasses.replace(HAND, weights=weights)).iloc[0]
    assert (weighted["answer"], weighted["role"], weighted["equal_answer"]) == ("a", "shape", "b")


def test_the_lead_is_that_of_the_shape_over_the_texture():
    steps = take_steps(CLASSIFIER, EXAMPLES, (0.3, 0.8))
    rows = lead_table(steps, CLASSIFIER.schedule)
    # The ordinary image has no conflict.
    assert rows["image"].tolist() == [each.title for each in EXAMPLES[:2] for _ in range(2)]
    errors, first = steps.errors[0, 1], EXAMPLES[0]
    shape, texture = (errors[steps.labels.index(cue)] for cue in (first.shape, first.texture))
    row = rows.iloc[1]
    assert row["prompt_lead"] == pytest.approx(100 * (texture - shape) / errors.min(), abs=1e-3)
    assert row["cues"] == f"{first.shape} / {first.texture}"
    assert row["log_snr"] == pytest.approx(-2 * np.log(np.tan(0.4 * np.pi)), abs=1e-3)
    assert row["log_snr_all"] - row["log_snr"] == pytest.approx(np.log(3), abs=1e-3)
