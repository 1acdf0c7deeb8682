"""Pictures are those of the test sets, and the self-test gives nothing away."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from tiny.made import set_of

from gcbook.chapters.miniature_world import pictures
from gcbook.chapters.miniature_world.pictures import (
    PLAIN_SETS,
    SHOWN_OF,
    manipulated_samples,
    png,
    quiz_table,
    sample_table,
    texture_samples,
)
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.testsets import conditions_made, texture_of
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.paper.categories import CATEGORIES
from gcbook.stimuli.distortions import DISTORTIONS


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def pixels(uri):
    head, _, data = uri.partition(",")
    assert head == "data:image/png;base64"
    return decoded(base64.b64decode(data))


def test_a_picture_holds_the_pixels():
    drawn = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert (decoded(png(drawn)) == drawn).all()
    larger = decoded(png(drawn, 3))
    assert larger.shape == (12, 18)
    assert (larger[1::3, 1::3] == drawn).all() and (larger[:3, :3] == drawn[0, 0]).all()


@pytest.mark.parametrize(
    ("name", "texture"),
    [
        ("cat3-dog7.png", "dog"),
        ("cat3-dog7-c50.png", "dog"),
        ("cat3-rabbit1.png", "rabbit"),
        ("none-cat1.png", "cat"),
        ("cat3.png", ""),
    ],
)
def test_textures_are_read_off_names(name, texture):
    assert texture_of(name) == texture


def test_samples_are_the_first_images_of_each_category():
    table = sample_table()
    assert table.groupby(["set", "category"]).size().tolist() == [4] * 80
    assert table["set"].drop_duplicates().tolist() == [SET_TITLES[name] for name in PLAIN_SETS]
    by_name = {each.image_id: each for each in set_of("cue-conflict").stimuli}
    conflicts = table[table["set"] == "Cue conflict"]
    assert (conflicts["texture"] != conflicts["category"]).all()
    for row in conflicts.head(5).itertuples():
        expected = (by_name[row.image_id].read()[..., 0] * 255).round()
        assert (pixels(row.picture) == expected).all()
    assert (table.loc[table["set"] == "Silhouettes", "texture"] == "").all()


def test_manipulated_objects_have_their_own_outlines(monkeypatch):
    monkeypatch.setattr(pictures, "DISTORTIONS", ["contrast"])
    table = manipulated_samples(named_world("calibrated"))
    outlines = table["image_id"].str.extract(r"^([a-z]+)")[0]
    assert (outlines == table["category"]).all()


def test_manipulated_objects_are_the_same_in_all_conditions():
    table = manipulated_samples()
    assert table["set"].nunique() == len(DISTORTIONS)
    for name in DISTORTIONS:
        rows = table[table["set"] == SET_TITLES[name]]
        assert len(rows) == len(SHOWN_OF) * len(conditions_made(name))
        assert sorted(rows["step"].unique()) == list(range(len(conditions_made(name))))
    objects = table["image_id"].str.split("-").str[:2].str.join("-")
    assert objects.groupby(table["category"]).nunique().tolist() == [1] * len(SHOWN_OF)
    grey = table[(table["set"] == "Contrast") & (table["category"] == "cat")]
    spread = [pixels(uri).std() for uri in grey.sort_values("step")["picture"]]
    assert spread == sorted(spread, reverse=True) and spread[-1] < 0.1 * spread[0]


def test_textures_are_those_of_the_world():
    table = texture_samples()
    assert table["category"].tolist() == list(CATEGORIES)
    assert table["texture"].tolist() == list(DEFAULT_WORLD.textures[:16])
    stripes = decoded(table["picture"][0])
    # Stripes lie across: rows are of one luma, and change about every half period.
    assert stripes.std(axis=1).max() == 0
    changes = int((np.diff(stripes[:, 0].astype(int)) != 0).sum())
    period = 2 * len(stripes) / changes
    assert period / 2 == pytest.approx(sum(DEFAULT_WORLD.period) / 2, rel=0.15)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_self_test_uses_every_cue_once_and_hides_them(seed):
    quiz = quiz_table(seed)
    assert quiz["number"].tolist() == list(range(1, 13))
    assert quiz["shape"].is_unique and quiz["texture"].is_unique
    assert (quiz["shape"] != quiz["texture"]).all()
    names = {each.image_id: each for each in set_of("cue-conflict").stimuli}
    for row in quiz.itertuples():
        assert names[row.image_id].category == row.shape
        assert texture_of(row.image_id) == row.texture
    # A texture must not tell the next shape.
    follows = (quiz["texture"].to_numpy()[:-1] == quiz["shape"].to_numpy()[1:]).mean()
    assert follows < 0.5


def test_seeds_change_the_self_test():
    assert quiz_table(0)["image_id"].tolist() != quiz_table(1)["image_id"].tolist()
    assert quiz_table(3).equals(quiz_table(3))
