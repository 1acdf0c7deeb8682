"""One image in a reader's own scores: each draw alone, and all together."""

import numpy as np
import pytest
from tiny.notebooks import names_after, names_of_cell
from tiny.weighing import times_of, write_store

from gcbook.chapters.parameters import check_parameters, named_trials
from gcbook.chapters.step_by_step.own import with_image
from gcbook.charts.chart import chart_spec
from gcbook.files.errors import InputError
from gcbook.miniworld.results.own_stores import open_stores
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


@pytest.fixture
def shown(store):
    """The names after the cell that shows an image of the store."""
    p = check_parameters("step-by-step", stores=str(store.path), image=NAMES[1])
    given = names_after("step-by-step", "measure") | {"p": p}
    return names_of_cell("step-by-step", "fig-own-image", given)


def test_each_draw_answers_by_its_own_error(shown):
    rows = shown["mine"]
    assert len(rows) == 8 and set(rows["image"]) == {NAMES[1]}
    low = rows["t"] < 0.5
    assert set(rows.loc[low, "role"]) == {"texture"}
    assert set(rows.loc[~low, "role"]) == {"shape"}
    assert rows.loc[low, "prompt_lead"].to_numpy() == pytest.approx(np.full(low.sum(), -100))
    assert rows.loc[~low, "prompt_lead"].to_numpy() == pytest.approx(np.full(8 - low.sum(), 100))


def test_all_draws_answer_as_decide_does(store, shown):
    for row, weighting in zip(shown["decided"], ("exp:7", "uniform"), strict=True):
        decided = decide(store, store.weights(weighting, "l2")).set_index("image_id")
        assert row["answer"] == decided.loc[NAMES[1], "response"]


def test_a_panel_a_model(store, shown):
    spec = chart_spec(shown["fig_own"](shown["mine"]))
    assert [panel["title"] for panel in spec["concat"]] == [store.observer]


def test_the_first_image_is_shown_where_none_is_named(store):
    own = open_stores(str(store.path))
    assert with_image(own, "") == ([*own], store.images()["image_id"][0])
    assert with_image((), "") == ([], "")


def test_an_image_has_to_be_there(store):
    with pytest.raises(InputError, match=r"found 'cat1-dog2\.png'\. Did you mean cat1-dog1\.png"):
        named_trials(
            check_parameters("step-by-step", stores=str(store.path), image="cat1-dog2.png")
        )
    with pytest.raises(InputError, match="image: has no effect without stores"):
        named_trials(check_parameters("step-by-step", image="cat1-dog1.png"))
