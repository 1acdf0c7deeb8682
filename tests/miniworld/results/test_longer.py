"""The ResNet with noise in training beside that without, after as many steps."""

import pandas as pd
import pytest
from tiny.noise_answers import answers

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results import longer
from gcbook.miniworld.results.longer import noise_after_equal_steps
from gcbook.miniworld.results.noised import CLEAN
from gcbook.stats.resampling import Resampling


def test_noise_is_compared_after_the_last_step_that_both_have_made(monkeypatch):
    early = answers({("mini-cnn", CLEAN): (4, 4, 9), ("mini-cnn-noise", CLEAN): (3, 3, 9)})
    same = answers({("mini-cnn", CLEAN): (2, 6, 9), ("mini-cnn-noise", CLEAN): (6, 2, 8)})
    late = answers({("mini-cnn-noise", CLEAN): (9, 1, 9)})
    course = pd.concat(
        [table.assign(step=step) for table, step in [(early, 10), (same, 20), (late, 40)]]
    )
    monkeypatch.setattr(longer, "course_answers", lambda models: course)
    found = noise_after_equal_steps(DEFAULT, resampling=Resampling(draws=200))
    assert (found["before"], found["after"]) == (0.25, 0.75)
    assert found["change"] == pytest.approx(0.5)
    assert found["low"] <= 0.5 <= found["high"]
