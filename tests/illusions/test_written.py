"""Reconstructions as files."""

import json

import numpy as np
from PIL import Image

from gcbook.illusions.reconstruct import Reconstructions
from gcbook.illusions.written import RECORD, difference_picture, write_reconstructions

FOUND = Reconstructions(
    ("a", "b"),
    (0.25, 0.5),
    np.full((8, 8, 3), 0.5, np.float32),
    np.full((8, 8, 3), 0.5, np.float32),
    np.stack([np.full((2, 8, 8, 3), value, np.float32) for value in (0.2, 0.8)]),
)


def test_signs_are_colours():
    picture = difference_picture(np.array([[0.0, 0.4, -0.2]]))
    assert np.allclose(picture[0], [[1, 1, 1], [1, 0, 0], [0.5, 0.5, 1]])
    assert np.allclose(difference_picture(np.zeros((1, 2))), 1)


def test_all_is_written_and_the_record_last(tmp_path):
    record = write_reconstructions(FOUND, tmp_path / "r", {"model": "m"})
    names = sorted(path.name for path in record.parent.iterdir())
    assert names == sorted(
        [RECORD, "original.png", "untouched.png", "overview.png"]
        + [f"picture-{s}-{p}.png" for s in (0, 1) for p in (0, 1)]
        + ["difference-0.png", "difference-1.png"]
    )
    stored = json.loads(record.read_text())
    assert stored["model"] == "m"
    assert stored["prompts"] == ["a", "b"]
    assert np.allclose(stored["errors"], [[0.09, 0.09], [0.09, 0.09]])
    assert np.asarray(Image.open(record.parent / "picture-1-0.png"))[0, 0].tolist() == [204] * 3
    # Two strengths, and original, two prompts and their difference beside each other.
    width, height = Image.open(record.parent / "overview.png").size
    assert (width, height) == (4 * 132 - 4, 2 * 132 - 4)


def test_one_prompt_has_no_difference(tmp_path):
    one = Reconstructions(("a",), (0.5,), FOUND.original, FOUND.untouched, FOUND.images[:1, :1])
    write_reconstructions(one, tmp_path, {})
    assert not list(tmp_path.glob("difference*"))


def test_nothing_is_written_through_a_link(tmp_path):
    (tmp_path / "mine.png").write_text("mine")
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "overview.png").symlink_to(tmp_path / "mine.png")
    write_reconstructions(FOUND, folder, {})
    assert (tmp_path / "mine.png").read_text() == "mine"
    assert not (folder / "overview.png").is_symlink()
