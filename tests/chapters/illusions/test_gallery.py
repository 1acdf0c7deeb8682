"""Rows of the gallery, from reconstructions and a judge that are made up."""

import numpy as np
import pytest
from PIL import Image
from tiny import diffusion

from gcbook.chapters.illusions import gallery
from gcbook.chapters.illusions.gallery import (
    DIFFERENCE,
    STRENGTHS,
    fetched_rows,
    gallery_rows,
)
from gcbook.files.errors import InputError
from gcbook.illusions.commons import ILLUSIONS
from gcbook.miniworld.results.ambiguous import SIDE, Sheet, ambiguous_pictures
from gcbook.miniworld.results.steps import png_text
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
def test_a_row_a_model_and_picture_with_all_strengths_and_prompts():
    rows = gallery_rows(["m", "n"], "blend-07")
    names = [" and ".join(PICTURES[f"blend-{n:02}"].blend.categories) for n in (7, 0, 1, 2)]
    drawings = ["duck–rabbit", "face in a rock", "vase and faces"]
    assert rows["image"].tolist() == 2 * [names[0], *drawings, *names[1:]]
    duck = rows.iloc[1]
    prompts = ["duck", "rabbit", "face", "bottle", "no prompt"]
    assert duck["prompt"] == prompts * len(STRENGTHS)
    assert duck["strength"][::5] == list(STRENGTHS)
    assert duck["row"][5:7] == [1, 1]
    assert duck["column"][5:7] == [0, 1]
    # The judge says rabbit.
    assert duck["says"] == [ALL_CATEGORIES[17]] * 25
    assert duck["sure"][0] == 0.75
    assert duck["named"] == [False, True, False, False, False] * len(STRENGTHS)
    # What the model's codec makes of the picture, not the picture.
    assert duck["original"] == png_text(np.ones((SIDE, SIDE)))
    assert len(set(duck["picture"])) == 5


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
    with pytest.raises(InputError, match=r"no model is called 'sd-1.44'"):
        fetched_rows("sd-1.44")


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
