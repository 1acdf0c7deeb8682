"""Rows of the gallery, from reconstructions and a judge that are made up."""

import numpy as np
import pytest
from PIL import Image
from tiny import diffusion

from gcbook.chapters.illusions import gallery
from gcbook.chapters.illusions.gallery import (
    DIFFERENCE,
    attribution_rows,
    fetched_rows,
    fetched_sentence,
    gallery_rows,
    pair_of,
    part_rows,
)
from gcbook.files.errors import InputError
from gcbook.illusions.commons import ILLUSIONS
from gcbook.illusions.drawings import DRAWINGS
from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results.ambiguous import SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.miniworld.world import ALL_CATEGORIES

PICTURES = {each.name: each for each in ambiguous_pictures()}


@pytest.fixture
def made(monkeypatch):
    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.zeros(shape, np.float32)
        images += 0.1 * np.arange(shape[2], dtype=np.float32)[:, None, None]
        return Sheet(np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), np.float32), images)

    monkeypatch.setattr(gallery, "read_sheet", read)
    monkeypatch.setattr(
        gallery, "judge_pictures", lambda images: np.tile(0.75 * np.eye(19)[17], (len(images), 1))
    )


@pytest.mark.usefixtures("made")
def test_a_row_a_model_picture_and_strength():
    rows = gallery_rows(["m", "n"], blends=2)
    assert len(rows) == 2 * (14 + 2) * 6
    first = rows.iloc[0]
    assert first["prompt"] == ["duck", "rabbit", "face", "bottle", "no prompt"]
    assert first["seen"] == [True, True, False, False, False]
    assert first["says"] == [f"{ALL_CATEGORIES[17]}, 75 %"] * 5
    # What the model's codec makes of the picture, not the picture.
    assert first["original"] == png_text(np.ones((SIDE, SIDE)))
    assert first["compared"] == "“duck” − “rabbit”"
    # Drawn as dark as can be, and said how much that is.
    assert first["difference"] == png_text(np.full((SIDE, SIDE), -1.0), 9)
    assert first["full"] == 0.1
    assert len(set(first["picture"])) == 5


def test_which_two_are_compared():
    def names(name):
        return [PICTURES[name].prompts[place] for place in pair_of(PICTURES[name])]

    assert names("vase-and-faces") == ["bottle", "face"]
    assert names("face-in-a-rock") == ["face", ""]
    assert names("rock") == ["duck", "rabbit"]
    assert names("blend-07") == list(PICTURES["blend-07"].blend.categories)


@pytest.fixture
def two_pictures(tmp_path, monkeypatch):
    folder = tmp_path / "cache/illusions"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for illusion in ILLUSIONS[:2]:
        pixels = rng.integers(0, 255, (90, 120, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{illusion.name}.png")
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)


def test_none_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    assert fetched_rows("").empty
    assert "gcbook fetch illusions" in fetched_sentence("")
    assert (attribution_rows()["here"] == "no").all()
    with pytest.raises(InputError, match=r"no model is called 'sd-1.44'"):
        fetched_rows("sd-1.44")


@pytest.mark.usefixtures("two_pictures")
def test_pictures_as_they_are():
    rows = fetched_rows("")
    assert rows["title"].tolist() == [["The picture"]] * 2
    assert rows["credit"][1] == "Mirabeau, CC BY-SA 3.0, via Wikimedia Commons"
    said = fetched_sentence("")
    assert "but for a portrait made of vegetables, a young and an old woman." in said
    assert "shown as they are" in said
    assert attribution_rows()["here"].tolist() == ["yes", "yes", "no", "no"]


@pytest.mark.usefixtures("two_pictures")
def test_reconstructed_by_a_model(tmp_path):
    folder = diffusion.deep_floyd(tmp_path / "if")
    rows = fetched_rows(str(folder), (0.5, 0.9), steps=2)
    assert rows["strength"].tolist() == [0.5, 0.9] * 2
    assert rows["title"][0] == [
        "The picture",
        "“an image of a duck”",
        "“an image of a rabbit”",
        DIFFERENCE,
    ]
    assert all(len(pictures) == 4 for pictures in rows["picture"])
    # The same picture at both strengths, other reconstructions.
    assert rows["picture"][0][0] == rows["picture"][1][0]
    assert rows["picture"][0][1] != rows["picture"][1][1]
    assert "Reconstructed by" in fetched_sentence(str(folder))


@pytest.mark.usefixtures("two_pictures")
@pytest.mark.parametrize(("gpus", "device"), [(0, "cpu"), (1, "cuda")])
def test_a_gpu_is_used_where_there_is_one(tmp_path, monkeypatch, gpus, device):
    folder, asked = diffusion.deep_floyd(tmp_path / "if"), {}

    def load(model, prompts, **options):
        asked.update(options)
        return load_for_prompts(model, prompts)

    monkeypatch.setattr("gcbook.chapters.illusions.gallery.load_for_prompts", load)
    monkeypatch.setattr("torch.cuda.is_available", lambda: bool(gpus))
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert len(fetched_rows(str(folder), (0.5,), steps=1)) == 2
    assert asked.pop("device") == device
    assert asked.get("dtype", "float32") == "float32"


def test_parts_as_a_table():
    rows = part_rows()
    assert len(rows) == sum(len(each.parts) for each in DRAWINGS.values())
    assert (rows["left"] < rows["right"]).all()
    assert (rows["top"] < rows["bottom"]).all()
    assert rows[["left", "top"]].min().min() >= 0
