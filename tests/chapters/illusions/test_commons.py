"""The paper's four pictures on the page, where they are there and where they are not."""

import numpy as np
import pytest
from PIL import Image
from tiny import diffusion

from gcbook.chapters.illusions.commons import (
    DIFFERENCE,
    attribution_rows,
    fetched_rows,
    fetched_sentence,
)
from gcbook.files.errors import InputError
from gcbook.illusions.commons import ILLUSIONS
from gcbook.illusions.reconstruct import load_for_prompts


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

    monkeypatch.setattr("gcbook.chapters.illusions.commons.load_for_prompts", load)
    monkeypatch.setattr("torch.cuda.is_available", lambda: bool(gpus))
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert len(fetched_rows(str(folder), (0.5,), steps=1)) == 2
    assert asked.pop("device") == device
    assert asked.get("dtype", "float32") == "float32"
