"""What several tests of the chapter on Muse work on."""

import pytest
from tiny import tokens
from tiny.regenerated import NAMES, sticks
from tiny.shipped import least, ship_scores, use_data

from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.regenerated import MODEL
from gcbook.paper.categories import CATEGORIES


@pytest.fixture
def stores(tmp_path, monkeypatch):
    """Regenerated images in which one prompt sticks, and a bound that is always right."""
    data = use_data(tmp_path / "data", monkeypatch)
    monkeypatch.setattr(regenerated, "FOLDER", data / "scores/regenerated")
    for ratio in ("0.5", "0.75"):
        ship_scores(data, "regenerated", ratio, NAMES, sticks, draws=1)
    ship_scores(
        data,
        MODEL,
        "in-distribution",
        NAMES,
        lambda r: least(r, r["category"]),
        kind="masked",
        draws=16,
    )
    monkeypatch.setattr(regenerated, "shown_images", lambda: NAMES)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A masked model of random weights."""
    folder = tokens.amused(tmp_path_factory.mktemp("amused"))
    return load_for_prompts(folder, [prompt_of(name) for name in CATEGORIES])
