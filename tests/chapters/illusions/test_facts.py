"""The numbers of the chapter's text, from made-up verdicts."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import facts
from gcbook.chapters.illusions.criteria import BLEND
from gcbook.chapters.illusions.facts import illusion_facts
from gcbook.chapters.illusions.judge import FLAT, ORDINARY

MODELS = ("mini-pixel", "mini-latent", "mini-masked")
STRENGTHS = (0.3, 0.6, 0.9, 1.0)
PLAIN = {("duck–rabbit", "duck"): 0.02, ("duck–rabbit", "rabbit"): 0.4}
PLAIN |= {("vase and faces", "face"): 0.8}


def verdicts(met, **columns):
    """Rows of both drawings' and blends' verdicts; ``met`` holds (model, picture, strength)."""
    rows = [
        {"model": model, "picture": picture, "strength": strength}
        | {"met": (model, picture, strength) in met}
        for model in MODELS
        for picture in ("duck–rabbit", "vase and faces", BLEND)
        for strength in STRENGTHS
    ]
    return pd.DataFrame(rows).assign(**columns)


def found(monkeypatch, alike=(), placed=(), moved=0.01):
    monkeypatch.setattr(facts, "plainly_seen", lambda: PLAIN)
    monkeypatch.setattr(facts, "check_reconstructions", lambda model, names: (9, 1))
    asked = {"picture": "blend-00", "seen": [True, True, False], "strength": 0.75}
    example = pd.DataFrame({**asked, "prompted": [0.9, 0.6, 0.1]})
    monkeypatch.setattr(facts, "judged_model", lambda model: example)
    similar = verdicts(set(alike), knows=True)
    there = verdicts(set(placed), moved=moved, moved_low=-0.1, moved_high=0.1, elsewhere=0.004)
    flips = pd.DataFrame(
        [
            (model, becomes, strength, share, share - 0.1, share + 0.1)
            for model in MODELS
            for becomes, times in (("what is named", 1.0), ("the opposite", 0.0))
            for strength, share in zip(STRENGTHS, (0.1, 0.3, 0.2, 0.6 * times), strict=True)
        ],
        columns=["model", "becomes", "strength", "share", "low", "high"],
    )
    judged = pd.DataFrame({"shown": [ORDINARY, FLAT], "accuracy": [0.8, 0.84]})
    return illusion_facts(similar, there, flips, judged, "blend-00")


def test_both_criteria_are_met_where_each_is_at_one_strength(monkeypatch):
    latent = [("mini-latent", BLEND, strength) for strength in STRENGTHS]
    pixel = [("mini-pixel", BLEND, 0.3)]
    said = found(monkeypatch, latent[1:], [*latent[:3], *pixel])
    # Full strength does not count, and 0.3 fails the first criterion.
    assert said.latent_both == 2
    assert said.latent_elsewhere == 0.004
    assert tuple(said.latent_strengths) == (0.6, 0.9)
    assert (said.pixel_both, said.pixel_alike, said.pixel_placed) == (0, 0, 1)
    assert np.isnan(said.pixel_strengths[0])


def test_drawings_are_counted_below_full_strength(monkeypatch):
    placed = [("mini-pixel", "duck–rabbit", 0.6), ("mini-pixel", "duck–rabbit", 1.0)]
    said = found(monkeypatch, placed=placed)
    assert (said.drawings, said.drawings_asked, said.drawings_placed) == (2, 18, 1)


def test_the_judge_and_the_remade_pictures(monkeypatch):
    said = found(monkeypatch)
    assert (said.readings, said.readings_known) == (3, 1)
    assert said.judge_ordinary == 0.8
    assert said.example_least == 0.6
    assert (said.remade, said.remade_otherwise) == (27, 3)


def test_flips_are_those_below_full_strength_beside_those_from_noise(monkeypatch):
    said = found(monkeypatch)
    assert (said.pixel_flips, said.pixel_flips_at) == (0.3, 0.6)
    assert tuple(said.pixel_flips_interval) == pytest.approx((0.2, 0.4))
    assert said.pixel_alone == 0.6


def test_without_intervals_nothing_is_counted():
    blends = verdicts(set(), knows=True).assign(met=None)
    placed = blends.assign(moved=0.1, moved_low=np.nan, moved_high=np.nan, elsewhere=np.nan)
    assert facts._blends(blends, placed)["pixel_both"] is None
    assert facts._drawings(blends, placed)["drawings_placed"] is None
