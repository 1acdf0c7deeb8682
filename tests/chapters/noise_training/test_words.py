"""What noise changes, in words."""

import pandas as pd
from tiny.noise_answers import SHARES, answers

from gcbook.chapters.noise_training import words as noise_training_words
from gcbook.chapters.noise_training.tables import CLEAN, cell_rows, change_rows
from gcbook.chapters.noise_training.words import (
    change_sentence,
    equal_steps_sentence,
    normalized_variance,
    resampled_phrase,
)
from gcbook.stats.metrics import blind_bias, by_accident
from gcbook.stats.resampling import Resampling


def test_without_both_recipes_nothing_is_compared():
    alone = answers(SHARES, models=("mini-cnn-noise",))
    changes = change_rows(alone, resampling=Resampling(draws=0))
    assert "noise in training" not in set(changes["step"])
    # What one recipe has is compared all the same.
    assert set(changes["step"]) == {"noise in testing as well", "several draws instead of one"}
    none = change_rows(answers({("mini-cnn", CLEAN): (1, 1, 1)}), resampling=Resampling(draws=0))
    assert "nothing can be compared" in change_sentence(
        none, cell_rows(alone, resampling=Resampling(draws=0))
    )


def test_the_sentence_has_the_paper_and_an_observer_without_texture():
    given = answers(SHARES)
    said = change_sentence(
        change_rows(given, resampling=Resampling(draws=0)),
        cell_rows(given, resampling=Resampling(draws=0)),
    )
    assert "2 networks trained on clean images and 1 network trained on noised images" in said
    assert "*Noise in training*: 0.375 → 0.750 (+0.375, interval not computed)" in said
    assert "from 0.21 to 0.57, and noise in testing as well to 0.78" in said
    assert f"Blind: {blind_bias(0.3):.3f} → {blind_bias(0.6):.3f} (" in said
    assert f"accident: {0.5 - by_accident(0.3):.3f} → {0.2 - by_accident(0.6):.3f} (" in said


def test_intervals_say_whether_there_were_seeds_to_resample():
    both = cell_rows(answers(SHARES), resampling=Resampling(draws=0))
    assert resampled_phrase(both).startswith(
        "resample silhouettes, and seeds where there are several (2 seeds tell the spread"
    )
    single = {key: value for key, value in SHARES.items() if "seed1" not in key[0]}
    assert "another run of the training" in resampled_phrase(
        cell_rows(answers(single), resampling=Resampling(draws=0))
    )
    double = dict(SHARES) | {("mini-cnn-noise-seed1", CLEAN): (6, 2, 8)}
    alone = {key: value for key, value in double.items() if key[1] == CLEAN}
    phrase = resampled_phrase(cell_rows(answers(alone), resampling=Resampling(draws=0)))
    assert phrase == (
        "resample silhouettes and seeds (2 seeds tell the spread between runs but roughly)"
    )


def test_both_recipes_are_compared_after_as_many_steps(monkeypatch):
    early = answers({("mini-cnn", CLEAN): (4, 4, 9), ("mini-cnn-noise", CLEAN): (3, 3, 9)})
    same = answers({("mini-cnn", CLEAN): (2, 6, 9), ("mini-cnn-noise", CLEAN): (6, 2, 8)})
    late = answers({("mini-cnn-noise", CLEAN): (9, 1, 9)})
    course = [(early, 10), (same, 20), (late, 40)]
    monkeypatch.setattr(
        noise_training_words,
        "course_answers",
        lambda models: pd.concat([table.assign(step=step) for table, step in course]),
    )
    said = equal_steps_sentence(resampling=Resampling(draws=0))
    assert "After 20 steps each" in said
    assert "is 0.25 without and 0.75 with noise: +0.500 (interval not computed; one seed" in said
    assert said.endswith("one seed each, one of the two in mid-schedule, 10 conflicts).")
    monkeypatch.setattr(noise_training_words, "course_answers", lambda models: late.assign(step=40))
    assert equal_steps_sentence() == ""


def test_variance_of_what_the_networks_see():
    # Of grey levels between 0 and 1 no more than 4 by a mean of .5 and an SD of .25.
    assert 0.2 < normalized_variance(16) < 2
