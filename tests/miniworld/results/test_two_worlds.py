"""The worlds side by side: each one's rows are those of its own table."""

import pandas as pd

from gcbook.miniworld.results import two_worlds
from gcbook.miniworld.results.calibrated import CALIBRATED, UNCALIBRATED
from gcbook.miniworld.results.two_worlds import in_both
from gcbook.stats.resampling import Resampling

NONE = Resampling(draws=0)


def test_a_table_of_each_world_is_told_apart():
    def rows_of(answers, word, *, resampling):
        return answers.assign(word=word, draws=resampling.draws)

    given = {name: pd.DataFrame({"of": [name]}) for name in two_worlds.WORLDS}
    rows = in_both(rows_of, given, "a", resampling=NONE)
    assert rows.to_dict("list") == {
        "world": [UNCALIBRATED, CALIBRATED],
        "of": ["default", "calibrated"],
        "word": ["a", "a"],
        "draws": [NONE.draws] * 2,
    }
