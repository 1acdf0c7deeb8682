"""How the judge is tested, with one that is right about everything but ducks."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import judge
from gcbook.chapters.illusions.judge import (
    FLAT,
    MADE,
    OF_BLENDS,
    OF_DRAWINGS,
    ORDINARY,
    judge_rows,
    plainly_seen,
)
from gcbook.miniworld.results.ambiguous import BLENDS, SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.resampling import Resampling

DUCK, FACE, RABBIT = (ALL_CATEGORIES.index(name) for name in ("duck", "face", "rabbit"))


@pytest.fixture
def made_up(monkeypatch):
    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.zeros(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            place = ALL_CATEGORIES.index(prompt) if prompt else 0
            images[:, :, column] = place / 100
        return Sheet(images[0, 0, 0], images[0, 0, 0], images)

    tested = pd.DataFrame(
        {
            "category": ["cat", "dog", "duck", "face"] * 2,
            "right": [1.0, 1, 0, 1, 1, 0, 0, 1],
            "silhouette": list("abcdabcd"),
            "shown": [ORDINARY] * 4 + [FLAT] * 4,
        }
    )

    def says(images):
        place = np.rint(100 * images.mean((-2, -1))).astype(int).clip(0, 18)
        # A duck is taken for a bird.
        place[place == ALL_CATEGORIES.index("duck")] = ALL_CATEGORIES.index("bird")
        return np.eye(19)[place]

    monkeypatch.setattr(judge, "read_sheet", read)
    monkeypatch.setattr(judge, "judge_pictures", says)
    monkeypatch.setattr(judge, "_tested", lambda: tested)
    monkeypatch.setattr(judge, "reconstructed_models", lambda: ("m",))


@pytest.mark.usefixtures("made_up")
def test_accuracy_over_all_categories():
    rows = judge_rows(resampling=Resampling(draws=100)).set_index("shown")
    drawings, blends = (f"{MADE}m, {which}" for which in (OF_DRAWINGS, OF_BLENDS))
    assert list(rows.index) == [ORDINARY, FLAT, drawings, blends]
    asked = [name for each in ambiguous_pictures() if each.blend for name in each.prompts if name]
    ducks = asked.count("duck")
    assert rows["accuracy"].tolist() == pytest.approx([0.75, 0.5, 0.75, 1 - ducks / len(asked)])
    # Seven drawings and their mirror images, eight draws, four prompts; blends have three.
    assert rows.loc[drawings, "n"] == 14 * 8 * 4
    assert rows.loc[blends, "n"] == BLENDS * 3 == len(asked)


def test_a_reading_is_judged_by_its_control_or_where_it_is_seen_best(monkeypatch):
    names = [each for each in ambiguous_pictures() if each.drawing]

    def says(images):
        said = np.zeros((len(images), 19))
        for place, picture in enumerate(names):
            name = picture.drawing.name
            # The control duck in one of its mirror images; the duck–rabbit's duck in both.
            said[place, DUCK] = {"duck": 0.4, "duck–rabbit": 0.9, "duck–rabbit, mirrored": 0.9}.get(
                name, 0.0
            )
            said[place, FACE] = 0.6 if name.startswith("vase and") else 0.1
            said[place, RABBIT] = 0.8 if name.startswith("rabbit") else 0.3
        return said

    monkeypatch.setattr(judge, "judge_pictures", says)
    plain = plainly_seen()
    assert plain == pytest.approx(
        {
            # Seen better in the drawing itself than in its control, and the other way round.
            ("duck–rabbit", "duck"): 0.9,
            ("duck–rabbit", "rabbit"): 0.8,
            # A face made of holes is another thing than a profile.
            ("face in a rock", "face"): 0.1,
            ("vase and faces", "face"): 0.6,
            ("vase and faces", "bottle"): 0.0,
        }
    )


def test_it_is_tested_on_silhouettes_that_no_model_learned_from():
    tested = judge._tested()
    assert set(tested["shown"]) == {ORDINARY, FLAT}
    assert set(tested["category"]) == set(ALL_CATEGORIES)
    # A judge that answers at random would be right on 5 %.
    assert tested["right"].mean() > 0.5
