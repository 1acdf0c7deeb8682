"""Answers under weightings are those of the scorer, and shares are of what they are called."""

from types import SimpleNamespace

import pytest
from tiny.weighing import SCHEDULE, times_of, world_errors, write_store, write_world

from gcbook.miniworld.results.weighting import (
    read_errors,
)
from gcbook.noise.schedules import log_snr
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    return {"made-up": write_world(tmp_path_factory.mktemp("world"), 8)}


def test_errors_are_read_as_they_were_written(tmp_path):
    names = ["cat1-dog1.png", "dog1-cat2.png", "car2-cat1.png"]
    times = times_of(names, 3)
    errors = world_errors(names, times)
    raw = read_errors(write_store(tmp_path / "s", "cue-conflict", names, errors, times))
    assert raw.images["image_id"].tolist() == names
    assert raw.labels == CATEGORIES
    assert raw.t == pytest.approx(times)
    assert raw.log_snr == pytest.approx(log_snr(SCHEDULE, times))
    assert raw.errors == pytest.approx(errors, rel=1e-6)


def test_an_image_that_lacks_a_draw_is_left_out(tmp_path):
    names = ["cat1-dog1.png", "dog1-cat2.png"]
    times = times_of(names, 3)
    store = write_store(
        tmp_path / "s", "cue-conflict", names, world_errors(names, times), times, CATEGORIES
    )
    rows = store.scores()
    lacking = rows[(rows["image_id"] != names[0]) | (rows["draw"] != 2) | (rows["label"] != "cat")]
    part = SimpleNamespace(
        **{name: getattr(store, name) for name in ("path", "settings", "traits", "labels")},
        schedule=store.schedule,
        images=store.images,
        scores=lambda: lacking,
    )
    assert read_errors(part).images["image_id"].tolist() == names[1:]


@pytest.mark.parametrize("name", ["exp:0", "exp:7", "exp:20", "eps", "snr:5", "elbo"])
def test_answers_are_those_of_the_scorer(stores, name):
    for store in stores["made-up"].values():
        decided = decide(store, store.weights(name))
        raw = read_errors(store)
        found = raw.mean_errors(name).argmin(axis=1)
        assert [raw.labels[label] for label in found] == decided["response"].tolist()
