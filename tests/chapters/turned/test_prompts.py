"""What a prompt draws of turned objects, from tables written by hand."""

import pandas as pd
import pytest

from gcbook.chapters.turned import tables as turned_prompts
from gcbook.chapters.turned.tables import prompt_rows, prompt_sentence
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
        monkeypatch.setattr(turned_prompts, "turned_models", lambda: ("m",))
        monkeypatch.setattr(turned_prompts, "read_turned", lambda name: judged(values))
        return prompt_rows(resampling=Resampling(draws))

    return of


UNTOUCHED = (0.9, 0.1, 0.9, 0.1)
FULL = (0.1, 0.8, 0.05, 0.06)


def test_means_are_over_turned_images_alone(rows):
    table = rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.3), 1.0: FULL}).set_index("strength")
    last = table.loc[0.9]
    assert last["n"] == 10
    assert last["drawn"] == pytest.approx(0.4)
    assert last["rise"] == pytest.approx(0.4)
    assert last["wrong_rise"] == pytest.approx(0.2)
    assert last["wrong_beyond"] == pytest.approx(0.24)
    assert table.loc[0.0, "rise"] == 0


def test_upright_without_being_told_takes_more_than_the_image_and_more_than_chance(rows):
    said = prompt_sentence(rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.3), 1.0: FULL}))
    assert said == (
        "- m, from strength 0.9: turned back, the object is given 0.60 (0.60 to 0.60) under its "
        "own prompt and 0.20 (0.20 to 0.20) under another category's, so that +0.40 (+0.40 to "
        "+0.40) are the prompt's doing. As it lies, 0.10 before anything was done become 0.50 "
        "(0.50 to 0.50) under its own prompt and 0.30 (0.30 to 0.30) under another's. From full "
        "strength, where nothing of the image is left, it is 0.80 (0.80 to 0.80) and 0.06 (0.06 to "
        "0.06). So it sets some objects upright without being told what they are."
    )
    told = prompt_sentence(rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.1), 1.0: FULL}))
    assert told.endswith("prompt that names them, which may as well have drawn others.")
    # What pictures of anything else have of the object is no sign of it.
    chance = {0.0: (0.9, 0.01, 0.9, 0.01), 0.9: (0.6, 0.01, 0.2, 0.06), 1.0: FULL}
    assert prompt_sentence(rows(chance)).endswith("told what they are or not.")


def test_without_full_strength_nothing_is_said_of_it(rows):
    said = prompt_sentence(rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.3)}))
    assert "full strength" not in said
    assert said.endswith("which may as well have drawn others.")
    unknown = prompt_sentence(rows({0.0: UNTOUCHED, 0.9: (0.6, 0.5, 0.2, 0.3)}, draws=0))
    assert unknown.endswith("so it cannot be said what goes beyond chance.")
