"""Pictures that are damaged, are other formats', or say to be huge: a picture, or one refusal."""

import io
import struct
import tracemalloc
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from tiny.mutants import mutated, refusal

from gcbook.stimuli.images import decode_image

NAME = "cat2-dog2.png"
MOST_MEMORY = 2**29
"""Bytes that Python may take for a picture that is refused: a decoded one has 2⁷ at most."""


def read(content: bytes) -> str:
    """How a picture was refused; "" if it was read, and is one."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of what it passes over
        said = refusal(lambda: found.append(decode_image(content, NAME)), NAME)
    for pixels in found:
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
        assert pixels.min() >= 0
        assert pixels.max() <= 1
    return said


def files() -> dict[str, bytes]:
    """Small pictures of all formats that are read, and some that only Pillow reads."""
    values = np.random.default_rng(0).integers(0, 256, (24, 24, 4), np.uint8)
    rgba, rgb = Image.fromarray(values), Image.fromarray(values[..., :3])
    deep = Image.fromarray(values[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    made: dict[str, tuple[Image.Image, str, dict]] = {
        "png": (rgb, "PNG", {}),
        "png, transparent": (rgba, "PNG", {}),
        "png, a palette": (rgb.quantize(16), "PNG", {"transparency": 3}),
        "png, 16 bits": (deep, "PNG", {}),
        "jpeg": (rgb, "JPEG", {"exif": exif}),
        "jpeg, progressive": (rgb.convert("CMYK"), "JPEG", {"progressive": True}),
        "webp": (rgba, "WEBP", {}),
        "webp, lossless": (rgb, "WEBP", {"lossless": True}),
        "bmp": (rgb, "BMP", {}),
        "bmp, a palette": (rgb.quantize(16), "BMP", {}),
        "tiff": (rgb, "TIFF", {}),
        "tiff, lzw": (rgb, "TIFF", {"compression": "tiff_lzw"}),
        "tiff, 16 bits": (deep, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "gif": (rgb, "GIF", {}),
        "gif, moving": (rgb, "GIF", {"save_all": True, "append_images": [rgb.rotate(90)] * 3}),
    }
    for other in ("PPM", "PCX", "TGA", "DDS", "SGI", "EPS", "ICO", "JPEG2000"):
        made[f"other: {other}"] = (rgb, other, {})
    for other in ("MSP", "XBM"):
        made[f"other: {other}"] = (rgb.convert("1"), other, {})
    content = {}
    for name, (image, kind, options) in made.items():
        file = io.BytesIO()
        image.save(file, kind, **options)
        content[name] = file.getvalue()
    return content


FILES = files()
READ = [name for name in FILES if not name.startswith("other")]


def changed_at_random(numbers: range) -> None:
    """Every picture is read; of those that were changed both come about."""
    refused = 0
    for number in numbers:
        whole = FILES[READ[number % len(READ)]]
        try:
            refused += bool(read(mutated(whole, number, (b"IHDR", b"acTL"))))
        except Exception as error:
            error.add_note(f"mutant {number}")
            raise
    assert 0 < refused < len(numbers)


def test_whatever_changes_in_a_picture() -> None:
    assert not any(read(FILES[name]) for name in READ)
    changed_at_random(range(300))


@pytest.mark.parametrize("name", READ)
def test_a_picture_cut_short(name: str) -> None:
    # The last eighth may hold nothing but an end.
    for eighths in range(7):
        read(FILES[name][: len(FILES[name]) * eighths // 8])
    assert read(b"")
    assert read(FILES[name][: len(FILES[name]) // 8])


@pytest.mark.parametrize("name", sorted({*FILES} - {*READ}))
def test_other_formats_are_refused_whatever_their_name(name: str) -> None:
    assert read(FILES[name])


def packed_zeros(size: int) -> bytes:
    """Zeros in zlib's format, 1,000 times smaller."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -15), 2**20
    same = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(bytes(size % block)) + packer.flush()
    return b"\x78\xda" + same * (size // block) + end + struct.pack(">I", (size % 65521) << 16 | 1)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes, more: bytes = b"") -> bytes:
    """A PNG of 8-bit colours that says to be of a size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def tiff(side: int, following: int = 0) -> bytes:
    entries = ((256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (279, 64))
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + struct.pack("<I", following)


BMP = struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 30_000, 30_000, 1, 24, *[0] * 6)
GIF = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
CLAIMS: dict[str, Callable[[], bytes]] = {
    "a PNG whose text unpacks to 1 GB": lambda: png(
        8, 8, packed_zeros(200), chunk(b"zTXt", b"a\0\0" + packed_zeros(2**30))
    ),
    "a PNG of 13,000 pixels a side": lambda: png(13_000, 13_000, packed_zeros(13_000 * 39_001)),
    "a PNG of 2³¹ - 1 pixels a side": lambda: png(2**31 - 1, 2**31 - 1, b""),
    "a PNG of 1 × 100,000,000 pixels": lambda: png(1, 100_000_000, packed_zeros(2**20)),
    "a BMP of 30,000 pixels a side": lambda: b"BM" + BMP,
    "a GIF of 65,535 pixels a side": lambda: GIF,
    "a TIFF of 60,000 pixels a side": lambda: tiff(60_000),
    "a TIFF whose directory follows itself": lambda: tiff(8, following=8),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_small_files_that_say_to_be_large(name: str) -> None:
    content = CLAIMS[name]()
    tracemalloc.start()
    said, (_, peak) = read(content), tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert said or "directory" in name
