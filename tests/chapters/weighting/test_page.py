"""What travels with a page decides as the full errors do, and was not chosen by answers."""

import base64
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from tiny.weighing import times_of, world_errors, write_store, write_world

from gcbook.chapters.weighting import page as weighting_page
from gcbook.chapters.weighting.page import (
    ALPHABET,
    PER_CATEGORY,
    pack,
    page_agreement,
    page_data,
    unpack,
)
from gcbook.miniworld.results.weighting import SETS, read_errors
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    sizes = {"images_a_pair": 2, "a_category": 12}
    return {name: write_world(folder / name, 8, i, **sizes) for i, name in enumerate("ab")}


@pytest.fixture(autouse=True)
def pictures(monkeypatch, stores):
    names = stores["a"]["cue-conflict"].images()["image_id"]
    made = [SimpleNamespace(image_id=name, content=name.encode) for name in names]
    monkeypatch.setattr(weighting_page, "make_test_set", lambda *_: made)


def test_digits_need_no_escape():
    assert len(ALPHABET) == len(set(ALPHABET)) == 88
    assert not set("\"'\\<>& ") & set(ALPHABET)


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.7, 30.0])
def test_what_is_packed_can_be_read_to_four_digits(size):
    rng = np.random.default_rng(0)
    errors = size * rng.random((5, 6, 16))
    times = rng.integers(1, 1001, (5, 6)) / 1000
    packed = pack(times, errors)
    assert {len(text) for text in packed} == {2 * (6 + 6 + 96)}
    found_times, excess = unpack(packed, 6, 16)
    assert found_times.tolist() == times.tolist()
    wanted = errors - errors.min(axis=2, keepdims=True)
    largest = wanted.max(axis=2, keepdims=True)
    # Half a step of a scale that is at most 2^(1/64) times the largest.
    assert (np.abs(excess - wanted) / largest).max() <= 2 ** (1 / 64) / 7743 / 2 * (1 + 1e-6)
    assert (excess.min(axis=2) == 0).all()
    assert np.abs(excess / largest).max() == pytest.approx(1, abs=1e-4)


def test_numbers_by_hand():
    (text,) = pack(np.array([[0.177]]), np.array([[[0.25, 0.75, 0.5]]]))
    # 177 is 2 · 88 + 1; one half is 2^(8 − 576/64), and 576 is 6 · 88 + 48.
    digits = [ALPHABET.index(letter) for letter in text]
    assert digits == [2, 1, 6, 48, 0, 0, 87, 87, 44, 0]
    assert round(7743 / 2) == 88 * 44


def test_what_classes_have_in_common_is_not_kept():
    rng = np.random.default_rng(1)
    errors = rng.integers(0, 1024, (3, 4, 16)) / 1024
    common = rng.integers(0, 8, (3, 4, 1))
    times = np.full((3, 4), 0.5)
    assert pack(times, errors) == pack(times, errors + common)
    assert pack(times, errors) != pack(times, 2 * errors)


def test_a_draw_without_differences_is_nothing():
    _, excess = unpack(pack(np.ones((1, 1)), np.full((1, 1, 4), 0.3)), 1, 4)
    assert (excess == 0).all()


@pytest.mark.parametrize("decay", [0, 7, 20])
def test_rounding_hardly_changes_decisions(decay):
    """On errors as different as the large models': a few in 10,000."""
    names = [f"cat1-dog{i}.png" for i in range(3000)]
    times = times_of(names, 16)
    errors = world_errors(names, times)
    _, excess = unpack(pack(times, errors), 16, 16)
    weights = np.exp(-decay * times)[..., None]
    full, rounded = ((weights * e).sum(axis=1).argmin(axis=1) for e in (errors, excess))
    assert len(set(full.tolist())) > 8
    assert (full != rounded).mean() < 0.002


def test_images_are_one_a_pair_and_ten_a_category(stores):
    data = page_data(stores, 8, 7, 0)
    images = data.images
    assert images.groupby("model")["set"].value_counts().to_dict() == {
        (model, name): n
        for model in "ab"
        for name, n in (("in-distribution", 16 * PER_CATEGORY), ("cue-conflict", 240))
    }
    conflicts = images[images["set"] == "cue-conflict"]
    assert not conflicts.duplicated(["model", "shape", "texture"]).any()
    assert (conflicts["shape"] != conflicts["texture"]).all()
    plain = images[images["set"] == "in-distribution"]
    assert plain.groupby(["model", "shape"]).size().eq(PER_CATEGORY).all()
    ids = {m: rows["image_id"].tolist() for m, rows in images.groupby("model")}
    assert ids["a"] == ids["b"]


def test_the_choice_depends_on_names_and_seed_alone(stores, tmp_path):
    chosen = set(page_data(stores, 8, 7, 0).images["image_id"])
    assert set(page_data(stores, 2, 20, 0).images["image_id"]) == chosen
    assert set(page_data(stores, 8, 7, 1).images["image_id"]) != chosen
    # Fewer other images: those that were chosen and are left stay chosen.
    kept = stores["a"]["cue-conflict"].images()["image_id"].tolist()[::2]
    times = times_of(kept, 8)
    fewer = {
        **stores["a"],
        "cue-conflict": write_store(
            tmp_path / "s", "cue-conflict", kept, world_errors(kept, times), times
        ),
    }
    again = set(page_data({"a": fewer}, 8, 7, 0).images["image_id"])
    assert chosen & set(kept) <= again


def test_answers_of_the_table_are_the_scorers(stores):
    images = page_data(stores, 4, 7, 0).images
    for (model, name), rows in images.groupby(["model", "set"]):
        decided = decide(stores[model][name], draws=4).set_index("image_id")
        assert rows["answer"].tolist() == decided.loc[rows["image_id"], "response"].tolist()


def test_packed_rows_hold_the_images_of_the_table(stores):
    data = page_data(stores, 4, 7, 0)
    assert (data.n_draws, data.labels) == (4, CATEGORIES)
    assert set(zip(data.packed["model"], data.packed["norm"], data.packed["set"], strict=True)) == {
        (m, n, s) for m in "ab" for n in ("l1", "l2") for s in ("in-distribution", "cue-conflict")
    }
    for row in data.packed.to_dict("records"):
        images = data.images.query("model == @row['model'] and set == @row['set']")
        assert [CATEGORIES[i] for i in row["shape"]] == images["shape"].tolist()
        assert [CATEGORIES[i] for i in row["texture"]] == images["texture"].tolist()
        silhouettes = [name.partition("-")[0] for name in images["image_id"]]
        assert row["silhouette"] == silhouettes
        times, excess = unpack(row["p"], 4, 16)
        assert times == pytest.approx(times_of(images["image_id"].tolist(), 8)[:, :4])
        if row["norm"] == "l2":
            answers = (np.exp(-7 * times)[..., None] * excess).sum(axis=1).argmin(axis=1)
            assert [CATEGORIES[i] for i in answers] == images["answer"].tolist()


def test_errors_that_a_model_lacks_are_no_choice(stores, monkeypatch):
    def read(store):
        raw = read_errors(store)
        lacking = store.path == stores["b"]["cue-conflict"].path
        return replace(raw, errors={"l2": raw.errors["l2"]}) if lacking else raw

    monkeypatch.setattr(weighting_page, "read_errors", read)
    assert set(page_data(stores, 2, 7, 0).packed["norm"]) == {"l2"}


def test_samples_show_different_things(stores):
    data = page_data(stores, 4, 7, 0)
    samples = {}
    for row in data.packed.to_dict("records"):
        images = data.images.query("model == @row['model'] and set == @row['set']")
        at = [
            (s, name) for s, name in zip(row["sample"], images["image_id"], strict=True) if s >= 0
        ]
        if row["set"] == "in-distribution":
            assert at == []
        else:
            samples[row["model"], row["norm"]] = dict(at)
    first = samples["a", "l2"]
    assert all(each == first for each in samples.values())
    assert sorted(first) == list(range(6))
    shown = data.images[
        data.images["image_id"].isin(first.values()) & (data.images["model"] == "a")
    ]
    assert len({*shown["shape"], *shown["texture"]}) == 12
    for i, picture in enumerate(data.pictures):
        kind, _, content = picture.partition(";base64,")
        assert (kind, base64.b64decode(content).decode()) == ("data:image/png", first[i])


def test_fewer_draws_are_taken_where_there_are_fewer(stores):
    assert page_data(stores, 30, 7, 0).n_draws == 8


def test_agreement_counts_decisions_that_differ(stores):
    found = page_agreement(stores, 8, 0)
    assert (found["decisions"], found["all_draws"]) == (800, 8)
    assert found["fewer"] == found["rounded"]
    assert found["rounded"] <= 2
    few = page_agreement(stores, 2, 0)
    images = page_data(stores, 2, 7, 0).images
    differ = 0
    for (model, name), rows in images.groupby(["model", "set"]):
        full = decide(stores[model][name]).set_index("image_id")["response"]
        differ += (full[rows["image_id"]].to_numpy() != rows["answer"].to_numpy()).sum()
    assert abs(few["fewer"] - differ) <= 2 and differ > 20


def test_agreement_sees_a_rounding_that_matters(tmp_path):
    """Two classes that differ by a hundred-thousandth of a draw's range become equal."""
    names = ["cat1-dog1.png", "dog1-cat2.png"]
    times = times_of(names, 1)
    errors = np.full((2, 1, 16), 1.0)
    errors[:, 0, 3] = 1e-5
    errors[:, 0, 5] = 0
    store = write_store(tmp_path / "s", "cue-conflict", names, errors, times)
    clear = write_store(tmp_path / "p", "in-distribution", names, 100 * errors, times)
    found = page_agreement({"m": {"in-distribution": store, "cue-conflict": clear}}, 1, 0)
    assert found == {"decisions": 4, "rounded": 4, "fewer": 4, "all_draws": 1}
    errors[:, 0, 3] = 1e-3
    clear = write_store(tmp_path / "c", "cue-conflict", names, errors, times)
    assert page_agreement({"m": dict.fromkeys(SETS, clear)}, 1, 0)["rounded"] == 0
