"""Answers under weightings are those of the scorer, and shares are of what they are called."""

from types import SimpleNamespace

import numpy as np
import pytest
from tiny.shipped import ship_model, use_data
from tiny.weighing import SCHEDULE, times_of, world_errors, write_store, write_world

from gcbook.files.errors import InputError
from gcbook.miniworld.results import weighting
from gcbook.miniworld.results.weighting import (
    RawErrors,
    read_errors,
    share_table,
    weighing_stores,
)
from gcbook.noise.schedules import log_snr
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide
from gcbook.scoring.diagnostics import variance_shares


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


def test_mean_errors_by_hand():
    raw = RawErrors(
        None,
        ("a", "b"),
        np.array([[0.5, 1.0]]),
        np.zeros((1, 2)),
        np.array([[[1.0, 2.0], [8.0, 4.0]]]),
        None,
    )
    e = np.exp
    expected = [[(e(-1) * 1 + e(-2) * 8) / 2, (e(-1) * 2 + e(-2) * 4) / 2]]
    assert raw.mean_errors("exp:2") == pytest.approx(np.array(expected))
    assert raw.mean_errors("uniform").tolist() == [[4.5, 3.0]]


@pytest.mark.parametrize("name", ["exp:0", "exp:7", "exp:20", "eps", "snr:5", "elbo"])
def test_answers_are_those_of_the_scorer(stores, name):
    for store in stores["made-up"].values():
        decided = decide(store, store.weights(name))
        raw = read_errors(store)
        found = raw.mean_errors(name).argmin(axis=1)
        assert [raw.labels[label] for label in found] == decided["response"].tolist()


def test_shares_of_weight_by_hand_and_of_variance_from_the_diagnostics(tmp_path):
    names = ["cat1-dog1.png", "dog1-cat2.png"]
    times = np.array([[0.1, 0.35, 1.0], [0.05, 0.31, 0.95]])
    store = write_store(tmp_path / "s", "cue-conflict", names, world_errors(names, times), times)
    table = share_table({"m": {"cue-conflict": store}}, ["exp:2", "uniform"])
    parts = table.set_index(["weighting", "part", "tenth"])["share"].sort_index()
    weights = np.exp(-2 * times).sum(axis=0) / np.exp(-2 * times).sum()
    found = parts["exp:2", "weight"]
    # The upper end of a tenth belongs to it.
    assert found[[1, 4, 10]].tolist() == pytest.approx(weights.tolist())
    assert found.drop([1, 4, 10]).eq(0).all()
    assert parts["uniform", "weight"][[1, 4, 10]].tolist() == pytest.approx([1 / 3] * 3)
    for name in ("exp:2", "uniform"):
        expected = variance_shares(store, store.weights(name, "l2"))
        assert parts[name, "variance"].tolist() == pytest.approx(expected.tolist())
        assert parts[name, "variance"].sum() == pytest.approx(1)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Models of two worlds, of which some can be weighed."""
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-pixel", "mini-pixel-seed1", "mini-latent", "mini-ar"):
        ship_model(data, name)
    for name in ("mini-pixel-calibrated", "mini-latent-calibrated", "mini-cnn-calibrated"):
        ship_model(data, name)
    monkeypatch.setattr(weighting, "shipped_store", lambda name, test_set: (name, test_set))


def test_models_that_take_weights_are_found(shipped):
    found = weighing_stores()
    assert list(found) == ["mini-pixel", "mini-latent"]
    assert list(found["mini-pixel"]) == ["in-distribution", "cue-conflict"]
    assert list(weighing_stores(("mini-pixel-seed1",))) == ["mini-pixel-seed1"]


def test_models_of_a_world_go_by_their_names_within_it(shipped):
    found = weighing_stores(world="calibrated")
    assert found["mini-latent"]["cue-conflict"] == ("mini-latent-calibrated", "cue-conflict")
    assert list(found) == ["mini-pixel", "mini-latent"]


@pytest.mark.parametrize("name", ["mini-ar", "maxi"])
def test_others_are_refused_with_what_there_is(shipped, name):
    with pytest.raises(InputError, match=f"mini-pixel, .*mini-latent.*found {name}"):
        weighing_stores((name,))
