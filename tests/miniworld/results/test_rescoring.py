"""Scores that are not those of the shipped model are noticed and named."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny.gaussian import class_means, gaussian_classifier
from tiny.made import set_of
from tiny.shipped import ship_model, use_data
from tiny.stores import rewrite

from gcbook.classifiers import load
from gcbook.files.errors import DataNotFoundError, GcbookError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results import rescoring, shipped
from gcbook.miniworld.results.rescoring import OTHER_RELATIVE, RELATIVE, check_shipped, rescore
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

MODEL = "mini-cnn"
FOLDER = shipped.folder_of(MODEL)
SETS = ("texture", "silhouette")
ALL = 1000
"""More images than a set has."""
WITH_WEIGHTS = [name for name in shipped.shipped_models() if shipped.has_weights(name)]
RACERS = [name for name in WITH_WEIGHTS if shipped.raced_sets(name)]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of one model and its scores on two sets, to plant faults in."""
    original = DATA.folder
    folder = use_data(tmp_path, monkeypatch)
    shutil.copytree(original / "models" / FOLDER, folder / "models" / FOLDER)
    for name in SETS:
        shutil.copytree(original / "scores" / FOLDER / name, folder / "scores" / FOLDER / name)
    return folder


def change(data: Path, test_set: str, plant) -> None:
    """Put a fault into a store's scores."""
    rewrite(data / "scores" / FOLDER / test_set / "scores.parquet", plant)


def change_images(data: Path, test_set: str, sha256: str) -> None:
    """Pretend that a store's images were others, by a pixel or so."""
    path = data / "scores" / FOLDER / test_set / "images.parquet"
    rewrite(path, lambda images: images.assign(sha256=sha256))


def times(factor: float, row: int = 7):
    def plant(scores: pd.DataFrame) -> pd.DataFrame:
        scores.loc[row, "nll"] = (scores.loc[row, "nll"] + 1e-3) * factor
        return scores

    return plant


@pytest.mark.nightly
@pytest.mark.parametrize("model", WITH_WEIGHTS)
def test_shipped_scores_are_those_of_the_shipped_model(model, monkeypatch):
    """One image and draw of each set, and a race on each raced set by one of the models.

    Weights, worlds or schedules of another version change the scores of every image, so one shows
    them; another rule of racing changes those of every race. ``tools/check_scores.py`` has all.
    """
    turn = RACERS.index(model) if model in RACERS else 0
    raced = shipped.raced_sets(model)[turn :: len(RACERS)]
    assert bool(raced) == (model in RACERS)
    monkeypatch.setattr(rescoring, "raced_sets", lambda name: raced)
    (row,) = check_shipped([model], n_images=1, draws=1).to_dict("records")
    assert row["model"] == model
    assert row["images"] == row["test_sets"] == len(TEST_SETS) + len(raced)
    # At least every class once, or of a race at least the two that stay.
    assert row["scores"] >= 16 * len(TEST_SETS) + 2 * len(raced)
    assert np.isnan(row["largest_difference"]) or row["largest_difference"] < RELATIVE


@pytest.mark.nightly
def test_a_network_without_noise_has_one_score_a_class():
    (row,) = check_shipped([MODEL], n_images=2).to_dict("records")
    assert row["images"] == 2 * row["test_sets"] == 2 * len(TEST_SETS)
    assert row["scores"] == 16 * row["images"]


def test_rows_come_in_the_order_that_was_asked_for_whichever_is_done_first(monkeypatch):
    models, asked = ["mini-cnn", "mini-cnn-seed1", "mini-cnn-seed2"], []

    def last_first(check, models, workers):
        asked.append(workers)
        return [{"model": model, "scores": 16} for model in sorted(models, reverse=True)]

    monkeypatch.setattr(rescoring, "_in_processes", last_first)
    found = check_shipped(models, workers=2)
    assert found["model"].tolist() == models
    assert asked == [2]


def test_images_are_drawn_by_a_seed(data):
    names = [
        set(rescore(MODEL, ["texture"], n_images=6, seed=seed)["image_id"]) for seed in (0, 0, 1)
    ]
    assert names[0] == names[1] != names[2]
    assert [len(each) for each in names] == [6, 6, 6]


def test_both_columns_hold_the_same_scores(data):
    table = rescore(MODEL, SETS, n_images=3)
    assert len(table) == 2 * 3 * 16
    assert set(table["test_set"]) == set(SETS)
    assert table["again"].to_numpy() == pytest.approx(table["shipped"].to_numpy(), rel=RELATIVE)
    # Nothing is random here, so there is no t to compare.
    assert set(table["measure"]) == {"nll"}


def test_a_planted_change_of_one_score_is_named(data):
    change(data, "texture", times(1.05))
    scores = Store.open(data / "scores" / FOLDER / "texture").scores()
    image, label = scores.loc[7, ["image_id", "label"]]
    with pytest.raises(GcbookError) as caught:
        check_shipped([MODEL], n_images=ALL)
    for word in (MODEL, "found 1 of", "nll", "texture", image, label, "score_miniatures"):
        assert str(word) in str(caught.value)


def test_a_change_of_another_image_is_not_among_those_drawn(data):
    """What a sample can miss, a larger one finds."""
    drawn = set(rescore(MODEL, ["texture"], n_images=3)["image_id"])
    scores = Store.open(data / "scores" / FOLDER / "texture").scores()
    other = int(np.flatnonzero(~scores["image_id"].isin(drawn))[0])
    change(data, "texture", times(2, other))
    check_shipped([MODEL], n_images=3)
    with pytest.raises(GcbookError, match="found 1 of"):
        check_shipped([MODEL], n_images=ALL)


def test_rounding_passes(data):
    change(data, "texture", lambda scores: scores.assign(nll=scores["nll"] * (1 + RELATIVE / 4)))
    (row,) = check_shipped([MODEL], n_images=ALL).to_dict("records")
    if not row["other_images"]:
        assert row["largest_difference"] == pytest.approx(RELATIVE / 4, rel=0.2)


def test_a_missing_score_is_a_difference(data):
    change(data, "texture", lambda scores: scores.drop(index=7))
    with pytest.raises(GcbookError, match="1 of them missing"):
        check_shipped([MODEL], n_images=ALL)


def test_scores_of_another_class_are_a_difference(data):
    def swap(scores: pd.DataFrame) -> pd.DataFrame:
        scores.loc[[0, 1], "nll"] = scores.loc[[1, 0], "nll"].to_numpy()
        return scores

    change(data, "texture", swap)
    with pytest.raises(GcbookError, match="found 2 of"):
        check_shipped([MODEL], n_images=ALL)


def test_other_weights_are_noticed(data):
    from safetensors.numpy import load_file, save_file

    path = data / "models" / FOLDER / "model.safetensors"
    weights = load_file(path)
    name = next(name for name in weights if name.startswith("classifier") and "weight" in name)
    weights[name] = weights[name] * np.array(1.2, dtype=weights[name].dtype)
    save_file(weights, path, {"format": "pt"})
    for sha256 in (None, "other"):
        if sha256:
            change_images(data, "texture", sha256)
            change_images(data, "silhouette", sha256)
        with pytest.raises(GcbookError, match="differ"):
            check_shipped([MODEL], n_images=12)


def test_images_of_another_rounding_may_differ_more_but_not_much(data):
    change_images(data, "texture", "other")
    change(data, "texture", times(1 + OTHER_RELATIVE / 2))
    (row,) = check_shipped([MODEL], n_images=ALL).to_dict("records")
    # All textures count as others; silhouettes are as they were shipped, or not, by machine.
    assert row["other_images"] >= 160
    change(data, "texture", lambda s: s.assign(nll=s["nll"] * (1 + 5 * OTHER_RELATIVE)))
    with pytest.raises(GcbookError, match="differ"):
        check_shipped([MODEL], n_images=ALL)


def test_times_are_compared_where_there_are_any():
    table = pd.DataFrame(
        {
            "measure": ["t", "error_l2", "nll", "nll"],
            "shipped": [0.5, 0.5, 2.0, 2.0],
            "same_image": [True, True, True, False],
        }
    )
    allowed = rescoring._allowed(table)
    assert allowed.tolist() == pytest.approx([1.001e-3, 1.001e-3, 4.001e-3, 0.3], abs=1e-5)


@pytest.fixture
def noisy(tmp_path, monkeypatch):
    """A diffusion model whose denoiser is a formula, with its scores of the textures."""
    folder = use_data(tmp_path, monkeypatch)
    ship_model(folder, "mini-pixel")
    classifier = gaussian_classifier(CosineSchedule(), class_means(16, 32))
    monkeypatch.setattr(load, "load_classifier", lambda *_, **__: classifier)
    place = folder / "scores" / "mini-pixel-calibrated" / "texture"
    settings = ScoringSettings(draws=4, device="cpu")
    score(set_of("texture"), classifier, settings, place, progress="silent")
    return place


def test_the_first_draws_are_compared_with_their_times(noisy):
    table = rescore("mini-pixel", ["texture"], n_images=3, draws=2)
    assert set(table["measure"]) == {"error_l2", "error_l1", "t", "log_snr"}
    assert set(table["draw"]) == {0, 1}
    assert len(table) == 3 * 2 * 16 * 4
    (row,) = check_shipped(["mini-pixel"], n_images=3, draws=2).to_dict("records")
    assert (row["images"], row["other_images"]) == (3, 0)
    assert row["largest_difference"] < 1e-5


@pytest.mark.parametrize(
    ("column", "plant"),
    [
        ("t", lambda values: 1 - values),
        ("log_snr", lambda values: values + 0.1),
        ("error_l2", lambda values: values * 1.01),
    ],
)
def test_a_change_in_any_column_is_noticed(noisy, column, plant):
    rewrite(noisy / "scores.parquet", lambda rows: rows.assign(**{column: plant(rows[column])}))
    with pytest.raises(GcbookError, match=f"such as {column} "):
        check_shipped(["mini-pixel"], n_images=3, draws=2)


def test_a_model_that_is_not_there(data):
    with pytest.raises(DataNotFoundError, match="mini-pixel"):
        rescore("mini-pixel", ["texture"])
