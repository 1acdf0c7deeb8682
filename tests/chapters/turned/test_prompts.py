"""What a prompt draws of turned objects, from tables written by hand."""

import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned_prompts
from gcbook.chapters.turned.tables import prompt_rows
from gcbook.stats.resampling import Resampling


def judged(values):
    """Strength → ``back, lying, wrong_back, wrong_lying`` of ten images that are turned."""
    rows = []
    for strength, shares in values.items():
        for i in range(10):
            for condition in ("0", "90"):
                found = shares if condition == "90" else (1.0,) * 4
                rows.append((f"cat{i}-{condition}.png", f"cat{i}", condition, strength, *found))
    columns = ["image_id", "silhouette", "condition", "strength"]
    columns += ["back", "lying", "wrong_back", "wrong_lying"]
    return pd.DataFrame(rows, columns=columns).assign(category="cat")


@pytest.fixture
def rows(monkeypatch):
    def of(values, draws=50):
        monkeypatch.setattr(turned_prompts, "read_turned", lambda name: judged(values))
        return prompt_rows(["m"], resampling=Resampling(draws))

    return of


UNTOUCHED = (0.9, 0.1, 0.9, 0.1)
FULL = (0.1, 0.8, 0.05, 0.06)


def test_means_are_over_turned_images_alone(rows):
    table = rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.3), 1.0: FULL}).set_index("strength")
    last = table.loc[0.9]
    assert last["n"] == 10
    assert last["rise"] == pytest.approx(0.4)
    assert last["wrong_rise"] == pytest.approx(0.2)
    assert last["wrong_beyond"] == pytest.approx(0.24)
    assert table.loc[0.0, "rise"] == 0
