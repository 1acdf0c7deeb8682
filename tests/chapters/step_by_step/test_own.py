"""One image in a reader's own scores: each draw alone, and the first draws together."""

import numpy as np
import pytest
from tiny.weighing import times_of, write_store

from gcbook.chapters.parameters import check_parameters, named_trials
from gcbook.chapters.step_by_step.own import BY_DRAW, BY_NOISE, own_draws
from gcbook.chapters.step_by_step.own_charts import fig_own_image
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


def test_each_draw_answers_by_its_own_error(store):
    rows = own_draws(open_stores(str(store.path)), NAMES[0], "exp:7")
    alone = rows[rows["way"] == BY_NOISE]
    assert len(alone) == 8
    low = alone["t"] < 0.5
    assert set(alone.loc[low, "role"]) == {"the texture"}
    assert set(alone.loc[~low, "role"]) == {"the shape"}
    assert alone.loc[low, "prompt_lead"].to_numpy() == pytest.approx(np.full(low.sum(), -100))
    assert alone.loc[~low, "prompt_lead"].to_numpy() == pytest.approx(np.full(8 - low.sum(), 100))


def test_all_draws_answer_as_decide_does(store):
    rows = own_draws(open_stores(str(store.path)), NAMES[1], "exp:7")
    for weighting in ("exp:7", "uniform"):
        together = rows[(rows["way"] == BY_DRAW) & (rows["weighting"] == weighting)]
        decided = decide(store, store.weights(weighting, "l2")).set_index("image_id")
        assert together["answer"].iloc[-1] == decided.loc[NAMES[1], "response"]
        assert together["draw"].tolist() == list(range(1, 9))


def test_the_first_image_is_shown_where_none_is_named(store):
    own = open_stores(str(store.path))
    assert set(own_draws(own, "", "exp:7")["image"]) == {store.images()["image_id"][0]}
    assert own_draws((), "", "exp:7").empty


def test_an_image_has_to_be_there(store):
    with pytest.raises(InputError, match=r"found 'cat1-dog2\.png'\. Did you mean cat1-dog1\.png"):
        named_trials(
            check_parameters("step-by-step", stores=str(store.path), image="cat1-dog2.png")
        )
    with pytest.raises(InputError, match="image: has no effect without stores"):
        named_trials(check_parameters("step-by-step", image="cat1-dog1.png"))


def test_two_panels_a_model_with_what_each_answer_names(store):
    spec = chart_spec(fig_own_image(own_draws(open_stores(str(store.path)), "", "exp:7")))
    assert [panel["title"] for panel in spec["concat"]] == [
        "One draw decides",
        "The first draws decide",
    ]
    assert "after 8 draws the answer is" in spec["description"]
