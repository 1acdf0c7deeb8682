"""gcbook illusions: a picture, prompts, a folder."""

import json

import numpy as np
import pytest
from PIL import Image
from tiny.command import call

from gcbook.classifiers.weights import hash_weights
from gcbook.files.manifest import DATA


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_miniature_sees_a_duck_and_a_rabbit(capsys, tmp_path, picture):
    command = ["illusions", picture, "an image of a duck", "an image of a rabbit"]
    command += ["--model", "mini-pixel", "-o", tmp_path / "out", "--steps", 4, "--strength", 0.5]
    status, out, err = call(capsys, *command, "--device", "cpu")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].startswith("strength 0.5, an image of a duck: error 0.")
    assert lines[-1] == str(tmp_path / "out/overview.png")
    assert "strength 0.5, prompts: 2" in err
    record = json.loads((tmp_path / "out/reconstructions.json").read_text())
    assert record["prompts"] == ["an image of a duck", "an image of a rabbit"]
    assert (record["model"], record["steps"], record["seed"]) == ("mini-pixel", 4, 0)
    assert record["weights"] == hash_weights(DATA.path("models/mini-pixel-calibrated"))
    status, _, err = call(capsys, *command)
    assert status == 2
    assert "reconstructions.json: already there" in err


def test_the_original_is_the_picture_and_not_what_an_autoencoder_makes_of_it(
    capsys, tmp_path, picture
):
    command = ["illusions", picture, "a duck", "", "--model", "mini-latent"]
    command += ["-o", tmp_path, "--steps", 2, "--strength", 0.5, "--device", "cpu"]
    assert call(capsys, *command)[0] == 0
    given, original, untouched = (
        np.asarray(Image.open(tmp_path / name), int)
        for name in ("picture.png", "original.png", "untouched.png")
    )
    assert np.array_equal(original, given)
    assert np.abs(untouched - given).mean() > 5


def test_a_users_own_files_are_not_replaced(capsys, tmp_path, picture):
    own = tmp_path / "own"
    own.mkdir()
    original, untouched = (own / name for name in ("original.png", "untouched.png"))
    picture.rename(original)
    command = ["illusions", original, "a", "--model", "mini-pixel", "-o", own]
    content = original.read_bytes()
    for option in ([], ["--overwrite"]):
        status, _, err = call(capsys, *command, *option)
        assert status == 2
        assert "original.png: would be replaced by a result; choose another folder" in err
    elsewhere = original.rename(tmp_path / "mine.png")
    command[1] = elsewhere
    untouched.write_text("mine")
    status, _, err = call(capsys, *command)
    assert status == 2
    assert "untouched.png: already there; choose another name" in err
    assert (elsewhere.read_bytes(), untouched.read_text()) == (content, "mine")


def test_what_cannot_be_read_or_asked_is_one_line(capsys, tmp_path, picture):
    rest = ["a", "b", "-o", tmp_path / "out"]
    for command, says in (
        (
            ["illusions", tmp_path / "none.png", *rest, "--model", "mini-pixel"],
            "expected a file that can be read",
        ),
        (["illusions", picture, *rest, "--model", "mini-cnn"], "of the kind discriminative"),
        (
            ["illusions", picture, *rest[:-1], picture / "out", "--model", "mini-cnn"],
            "expected a folder that can be written to",
        ),
        (["illusions", picture, *rest, "--model", "mini-pixel", "--guidance", "nan"], "guidance"),
    ):
        status, _, err = call(capsys, *command)
        assert status == 2
        assert says in err.splitlines()[-1]
    assert not (tmp_path / "out").exists()
