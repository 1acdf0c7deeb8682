"""The worlds side by side: each one's rows are those of its own table."""

import pandas as pd

from gcbook.miniworld.results import two_worlds
from gcbook.miniworld.results.calibrated import CALIBRATED, UNCALIBRATED
from gcbook.miniworld.results.two_worlds import noise_changes
from gcbook.stats.resampling import Resampling


def test_what_noise_changes_is_told_apart_by_world(monkeypatch):
    monkeypatch.setattr(two_worlds, "change_rows", lambda answers, *, resampling: answers)
    given = {name: pd.DataFrame({"of": [name]}) for name in two_worlds.WORLDS}
    rows = noise_changes(given, resampling=Resampling(draws=0))
    assert rows.to_dict("list") == {
        "world": [UNCALIBRATED, CALIBRATED],
        "of": ["default", "calibrated"],
    }
