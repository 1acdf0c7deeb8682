"""Image files of every kind become colours in [0, 1]."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from gcbook.files.errors import InputError
from gcbook.files.untrusted import MOST_PIXELS
from gcbook.stimuli.images import decode_image

RGB = np.array([[[255, 0, 51], [0, 102, 255]]], dtype=np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def decoded(image: Image.Image, kind: str = "PNG", **options) -> np.ndarray:
    values = decode_image(encoded(image, kind, **options), "x")
    assert values.dtype == np.float32
    assert values.shape[2] == 3
    return values


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_colours(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    assert decoded(Image.fromarray(RGB), kind, **options) == pytest.approx(RGB / 255, abs=1e-6)


def test_grey_palette_and_one_bit():
    grey = np.array([[0, 51], [204, 255]], dtype=np.uint8)
    expected = np.repeat(grey[..., None] / 255, 3, 2)
    assert decoded(Image.fromarray(grey)) == pytest.approx(expected)
    palette = Image.fromarray(RGB).convert("P", palette=Image.Palette.ADAPTIVE, colors=2)
    assert decoded(palette) == pytest.approx(RGB / 255, abs=1e-6)
    assert decoded(Image.new("1", (1, 1), 1)).max() == 1


def test_16_bits_are_not_cut_to_8():
    deep = np.array([[0, 1, 257, 65535]], dtype=np.uint16)
    found = decoded(Image.fromarray(deep))
    assert found[0, :, 0] == pytest.approx([0, 1 / 65535, 1 / 255, 1])


def test_floats_beyond_1_are_refused():
    assert decoded(Image.fromarray(np.array([[0.25]], np.float32)), "TIFF")[0, 0, 0] == 0.25
    with pytest.raises(InputError, match=r"floats in \[0, 1\]; found 0 to 7"):
        decoded(Image.fromarray(np.array([[7.0]], np.float32)), "TIFF")


def test_what_is_transparent_lies_on_white():
    rgba = np.array([[[255, 0, 0, 255], [255, 0, 0, 51], [0, 0, 0, 0]]], dtype=np.uint8)
    found = decoded(Image.fromarray(rgba))
    assert found[0] == pytest.approx(np.array([[1, 0, 0], [1, 0.8, 0.8], [1, 1, 1]]), abs=1e-6)
    palette = Image.new("P", (1, 1), 0)
    palette.putpalette([0, 0, 0])
    assert decoded(palette, transparency=0)[0, 0].tolist() == [1, 1, 1]


def test_orientation_of_a_camera():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    found = decoded(Image.fromarray(np.repeat(RGB, 2, 0)), "PNG", exif=exif)
    assert found[:, :, 0] == pytest.approx(np.array([[1, 1], [0, 0]]))


def test_what_is_a_program_is_not_run(tmp_path):
    """Pillow would hand PostScript to Ghostscript; an endless one would never come back."""
    program = (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n"
        b"(" + str(tmp_path / "canary").encode() + b") (w) file closefile {} loop\n%%EOF\n"
    )
    assert Image.open(io.BytesIO(program)).format == "EPS"
    with pytest.raises(InputError, match=r"x\.png: expected an image \(PNG, .*found none of them"):
        decode_image(program, "x.png")
    assert not (tmp_path / "canary").exists()


def test_pixels_are_counted_before_they_are_decoded():
    side = math.isqrt(MOST_PIXELS)
    told = r"expected an image of 33,554,432 pixels at most, found 5,793 × 5,793\. Make it smaller"
    for kind in ("PNG", "TIFF", "GIF", "BMP"):
        large = encoded(Image.new("1" if kind != "GIF" else "P", (side + 1, side + 1)), kind)
        with pytest.raises(InputError, match=told):
            decode_image(large, "x.png")
        # The header alone tells.
        with pytest.raises(InputError, match="expected an image of 33,554,432 pixels at most"):
            decode_image(large[:600], "x.png")
