"""The numbers of the chapter's text, from made-up verdicts."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import facts
from gcbook.chapters.illusions.facts import illusion_facts

MODELS = ("mini-pixel", "mini-latent", "mini-masked")
STRENGTHS = (0.3, 0.6, 0.9, 1.0)
PLAIN = {("duck–rabbit", "duck"): 0.02, ("duck–rabbit", "rabbit"): 0.4}
PLAIN |= {("vase and faces", "face"): 0.8}


def blends(alike=(), placed=()):
    """Rows of `blend_rows`; ``alike`` and ``placed`` hold (model, strength)."""
    return pd.DataFrame(
        {
            "model": model,
            "strength": strength,
            "becomes": becomes,
            "moved": strength / 20,
            "moved_low": 0.0,
            "moved_high": strength / 10,
            "over_noise_low": becomes - 0.7,
            "over_noise_high": becomes - 0.5,
            "steered_low": strength - 0.1,
            "steered_high": strength + 0.1,
            "elsewhere": strength / 40,
            "seen_from": 0.05 - strength / 50,
            "alike": (model, strength) in alike if strength < 1 else None,
            "placed": (model, strength) in placed if strength < 1 else None,
        }
        for model in MODELS
        for strength, becomes in zip(STRENGTHS, (0.1, 0.3, 0.2, 0.6), strict=True)
    )


DRAWN = pd.DataFrame(
    {
        "model": ["mini-pixel"] * 3,
        "strength": [0.3, 0.6, 1.0],
        "moved": [0.01, 0.03, 0.2],
        "seen_from": [0.09, 0.05, 0.3],
        "placed": [False, True, None],
    }
)


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(facts, "plainly_seen", lambda: PLAIN)
    judged = pd.DataFrame(
        {
            "picture": "blend-00",
            "seen": [True, True, False, True],
            "strength": [0.75, 0.75, 0.75, 1.0],
            "prompted": [0.9, 0.6, 0.1, 0.0],
            "right": [True, True, True, False],
        }
    )
    monkeypatch.setattr(facts, "judged_model", lambda model: judged)
    return lambda rows=None, drawn=DRAWN: illusion_facts(
        blends() if rows is None else rows, drawn, "blend-00"
    )


def test_both_criteria_are_met_where_each_is_at_one_strength(found):
    latent = [("mini-latent", strength) for strength in STRENGTHS]
    said = found(blends(latent[1:], [*latent[:3], ("mini-pixel", 0.3)]))
    # 0.3 fails the first criterion.
    assert said.latent_both == 2
    assert tuple(said.latent_strengths) == (0.6, 0.9)
    assert (said.pixel_both, said.pixel_alike, said.pixel_placed) == (0, 0, 1)
    assert np.isnan(said.pixel_strengths[0])


def test_movements_are_those_below_full_strength(found):
    said = found()
    assert (said.pixel_moved, said.pixel_elsewhere) == pytest.approx((0.045, 0.0225))
    assert [high for _, high in said.pixel_moved_intervals] == pytest.approx([0.03, 0.06, 0.09])
    # The strength at which the most is needed.
    assert said.pixel_effect == pytest.approx(0.044)
    assert (said.drawing_moved, said.drawing_effect, said.drawings_placed) == (0.03, 0.09, 1)


def test_the_judge(found):
    said = found()
    assert (said.readings, said.readings_known) == (3, 1)
    assert said.example_least == 0.6
    assert said.masked_drawn == 0


def test_what_becomes_as_named_is_counted_below_full_strength_beside_pure_noise(found):
    said = found()
    assert (said.pixel_becomes, said.pixel_becomes_at, said.pixel_alone) == (0.3, 0.6, 0.6)
    # At strengths 0.3 and 0.6; above, no comparison is asked for.
    assert np.allclose(said.pixel_over_noise, [(-0.6, -0.4), (-0.4, -0.2)])
    assert np.allclose(said.pixel_steered, [(0.5, 0.7), (0.8, 1.0)])


def test_without_intervals_nothing_is_counted(found):
    bare = found(
        blends().assign(alike=None, placed=None, seen_from=np.nan),
        DRAWN.assign(placed=None, seen_from=np.nan),
    )
    assert bare.pixel_both is None
    assert bare.drawings_placed is None
    assert np.isnan(bare.drawing_effect)
