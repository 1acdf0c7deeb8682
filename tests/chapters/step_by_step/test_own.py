"""One image in a reader's own scores: each draw alone, and all together."""

import numpy as np
import pytest
from tiny.notebooks import names_after, names_of_cell
from tiny.weighing import times_of, write_store

from gcbook.chapters.parameters import check_parameters
from gcbook.files.errors import InputError
from gcbook.scoring.decisions import decide

NAMES = ["cat1-dog1.png", "dog1-cat1.png"]
LABELS = ("cat", "dog", "car")


@pytest.fixture
def store(tmp_path):
    """The texture's prompt leads below t = ½, the shape's above."""
    times = times_of(NAMES, 8)
    errors = np.full((2, 8, 3), 0.03)
    for image, (shape, texture) in enumerate(((0, 1), (1, 0))):
        errors[image, :, shape] = np.where(times[image] < 0.5, 0.02, 0.01)
        errors[image, :, texture] = np.where(times[image] < 0.5, 0.01, 0.02)
    return write_store(tmp_path / "s", "cue-conflict", NAMES, errors, times, LABELS)


@pytest.fixture(scope="module")
def measured():
    return names_after("step-by-step", "measure")


@pytest.fixture
def shown_image(store, measured):
    """Makes the names after the cell that shows an image of the store."""

    def names(image):
        p = check_parameters("step-by-step", stores=str(store.path), image=image)
        return names_of_cell("step-by-step", "fig-own-image", measured | {"p": p})

    return names


def test_each_draw_answers_by_its_own_error(shown_image):
    rows = shown_image(NAMES[1])["mine"]
    assert len(rows) == 8 and set(rows["image"]) == {NAMES[1]}
    low = rows["t"] < 0.5
    assert set(rows.loc[low, "role"]) == {"texture"}
    assert set(rows.loc[~low, "role"]) == {"shape"}
    assert rows.loc[low, "prompt_lead"].to_numpy() == pytest.approx(np.full(low.sum(), -100))
    assert rows.loc[~low, "prompt_lead"].to_numpy() == pytest.approx(np.full(8 - low.sum(), 100))


def test_all_draws_answer_as_decide_does(store, shown_image):
    for row, weighting in zip(shown_image(NAMES[1])["decided"], ("exp:7", "uniform"), strict=True):
        decided = decide(store, store.weights(weighting, "l2")).set_index("image_id")
        assert row["answer"] == decided.loc[NAMES[1], "response"]


@pytest.mark.parametrize(("image", "shown_as"), [("", NAMES[0]), ("cat1-dog2.png", None)])
def test_the_first_image_is_shown_or_one_that_is_there(shown_image, image, shown_as):
    if shown_as:
        assert shown_image(image)["image"] == shown_as
    else:
        with pytest.raises(InputError, match=r"an image of the stores, found 'cat1-dog2\.png'"):
            shown_image(image)
