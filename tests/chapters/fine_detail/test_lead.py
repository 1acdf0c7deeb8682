"""Where shape gains: made-up errors, of which it is known at which noise they part."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.fine_detail.lead import lead_rows, lead_sentence
from gcbook.chapters.fine_detail.restored import MEAN
from gcbook.stats.resampling import Resampling


def conflicts(gains, back):
    """Rows as of `restored_powers` of cue conflicts: time → what a prompt's error is less by."""
    rows = []
    for image in range(8):
        for t, of_prompt in gains.items():
            for prompt in ("shape", "texture", "other 0"):
                for band, clean in ((MEAN, 5.0), ("2 to 4", 3.0), ("4 to 8", 1.0)):
                    less = of_prompt.get(prompt, 0.0) / 2 if band != "4 to 8" else 0.0
                    missed = 1 - back[t] if band == "4 to 8" else 2.0 - less
                    about = ("cue-conflict", f"i{image}", "cat", f"s{image}", prompt, t, band)
                    rows.append((*about, clean, back[t] * clean, missed))
    columns = ["test_set", "image_id", "category", "silhouette", "prompt", "t", "band", "clean"]
    return pd.DataFrame(rows, columns=[*columns, "restored", "error"])


BANDS = ("4 to 8",)
BACK = {0.2: 0.9, 0.6: 0.3}


def test_gains_are_split_where_the_textures_band_is_lost():
    gains = {0.2: {"shape": 0.1, "texture": 0.3}, 0.6: {"shape": 0.5}}
    rows = lead_rows(conflicts(gains, BACK), BANDS, resampling=Resampling(draws=100)).set_index(
        "part"
    )
    late = 1 / (1 + np.exp(7 * 0.4))
    assert rows["weight"].tolist() == pytest.approx([1 - late, late, 1])
    assert set(rows["lost_from"]) == {0.6}
    assert set(rows["bands"]) == {"4 to 8"}
    # Half of it each in the mean and in coarse detail, over the clean variance, which is 4.
    assert rows.loc["less", "shape"] == pytest.approx((1 - late) * 0.1 / 4)
    assert rows.loc["less", "texture"] == pytest.approx((1 - late) * 0.3 / 4)
    assert rows.loc["more", "lead"] == pytest.approx(late * 0.5 / 4)
    assert rows.loc["all", "lead"] == pytest.approx(rows["lead"].iloc[:2].sum())
    # All silhouettes are alike, so resamples are, too.
    assert rows["low"].tolist() == pytest.approx(rows["lead"].tolist())


@pytest.mark.parametrize(
    ("early", "late", "says"),
    [
        (-0.2, 0.5, "little weight or not"),
        (0.0, 0.5, "little weight or not"),
        (0.2, 0.5, "where texture is still given back, too"),
        (0.2, 0.0, "still given back, and not clearly where it has been lost"),
        (-0.2, 0.0, "cannot tell where shape gains"),
    ],
)
def test_where_shape_gains_follows_the_rows(early, late, says):
    gains = {0.2: {"shape": 0.3 + early, "texture": 0.3}, 0.6: {"shape": late}}
    rows = lead_rows(conflicts(gains, BACK), BANDS, resampling=Resampling(draws=50))
    said = lead_sentence(rows)
    assert "4 to 8 cycles, more than half of the power is missed" in said
    assert "texture's own prompt from t = 0.6 on. There lies 5.7% of the paper's weight" in said
    assert says in said
    wins = rows.set_index("part")["low"]["all"] > 0
    assert ("and not that it wins" in said) == (not wins)
    if late:
        assert ("this model's preference for shape" in said) == wins


def test_texture_that_is_never_lost_explains_nothing():
    rows = lead_rows(
        conflicts({0.2: {}, 0.6: {}}, {0.2: 0.9, 0.6: 0.8}), BANDS, resampling=Resampling(draws=50)
    )
    assert np.isnan(rows["lost_from"]).all()
    assert rows["weight"].tolist() == [1, 0, 1]
    assert "so no loss of detail can be behind" in lead_sentence(rows)
    # Lost at little noise and found again at more is not lost.
    back = lead_rows(
        conflicts({0.2: {}, 0.6: {}}, {0.2: 0.3, 0.6: 0.8}), BANDS, resampling=Resampling(draws=50)
    )
    assert np.isnan(back["lost_from"]).all()


def test_without_resamples_nothing_is_said_of_where_shape_gains():
    gains = {0.2: {"shape": 0.5}, 0.6: {"shape": 0.5}}
    rows = lead_rows(conflicts(gains, BACK), BANDS, resampling=Resampling(draws=0))
    assert lead_sentence(rows).startswith("Nothing was resampled")
