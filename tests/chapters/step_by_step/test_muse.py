"""Images reconstructed under every prompt, and what is drawn from the prompt alone."""

import numpy as np
import pytest
from tiny import tokens

from gcbook.chapters.step_by_step import muse
from gcbook.chapters.step_by_step.muse import (
    drawn_rows,
    sixteen_rows,
)
from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.steps import Example
from gcbook.paper.categories import CATEGORIES
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import Png


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A masked model of random weights."""
    folder = tokens.amused(tmp_path_factory.mktemp("amused"))
    return load_for_prompts(folder, [prompt_of(name) for name in CATEGORIES])


def test_sixteen_pictures_with_their_places(tiny):
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    name = "bottle2-bear7.png"
    stimulus = Stimulus(name, name, "bottle", "0", "cue-conflict", name, Png(pixels))
    example = Example("a bottle like a bear", "bottle", "bear", stimulus)
    rows = sixteen_rows([example], tiny, (0.5, 1.0))
    assert rows["hidden"].tolist() == [0.5, 1.0]
    row = rows.iloc[0]
    assert row["image"] == "a bottle like a bear"
    assert sorted(row["place"]) == list(range(1, 17))
    assert row["distance"][row["place"].index(1)] == min(row["distance"])
    assert row["role"][CATEGORIES.index("bottle")] == "shape"
    assert row["role"][CATEGORIES.index("bear")] == "texture"
    assert row["role"].count("") == 14


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(muse, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
