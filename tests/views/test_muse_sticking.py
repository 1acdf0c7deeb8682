"""Prompts that stay close to whatever is shown."""

import numpy as np
import pandas as pd
import pytest
from tiny.regenerated import STICKY

from gcbook.categories import CATEGORIES
from gcbook.views import muse_sticking
from gcbook.views.muse import rule_rows
from gcbook.views.muse_sticking import (
    drawn_rows,
    prompts_share,
    stick_rows,
    stick_sentence,
    why_sentence,
)


@pytest.mark.usefixtures("stores")
def test_the_prompt_that_sticks_is_near_and_named():
    drawn = pd.DataFrame({"category": CATEGORIES, "drawn": np.linspace(0.1, 0.9, 16)})
    rows = stick_rows(0.75, drawn).set_index("category")
    assert rows["distance"].idxmin() == STICKY
    assert rows.loc[STICKY, "named"] == 1
    assert rows.drop(STICKY)["named"].max() == 0
    said = stick_sentence(rows.reset_index(), "75% hidden")
    assert said.startswith("- 75% hidden, over 16 prompts: between the distance to which a prompt")
    # Prompts differ, and images do not: all of the variance within an image is the prompts' own.
    assert prompts_share(0.75) > 0.5
    why = why_sentence(rule_rows(draws=100))
    assert why.startswith("With the distance, 6% and, less each prompt's mean, 100% (50% hidden);")
    assert f"{prompts_share(0.5):.1%} to {prompts_share(0.75):.1%} of the variance" in why


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(muse_sticking, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
