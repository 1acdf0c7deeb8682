"""Pictures that are none, are other formats', are huge, damaged, or no files at all."""

import os
import random
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import CANARY, Attack
from attacks.commands import call, refusal
from attacks.made import chunk, png, zlib_zeros
from attacks.mutants import mutated

FORMATS = (".png", ".jpg", ".webp", ".bmp", ".tif", ".gif")
LOOP = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n{} loop\nshowpage\n"
NAME = "cat2-dog2.png"

Put = Callable[[Path], object]
"""Puts a hostile picture at a path."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with pictures."""

    def attack(name: str, run: Callable[[Path, int], str], **options: object) -> Attack:
        needs = ("pictures", *options.pop("needs", ()))  # type: ignore[misc]
        return Attack("pictures", name, run, needs=needs, **options)  # type: ignore[arg-type]

    def decode(content: bytes, *, must_fail: bool = False) -> str:
        from gcbook.files.errors import InputError
        from gcbook.stimuli.images import decode_image

        try:
            pixels = decode_image(content, NAME)
        except InputError as error:
            return refusal(str(error), NAME)
        if must_fail:
            return f"was taken for a picture of {pixels.shape[:2]}"
        inside = pixels.ndim == 3 and pixels.size and pixels.min() >= 0 and pixels.max() <= 1
        return "" if inside else "became an array that is no picture"

    def mutant(folder: Path, number: int) -> str:
        files = sorted(path for path in (made / "pictures").iterdir() if path.suffix in FORMATS)
        chance = random.Random(f"{seed} {number}")
        return decode(mutated(files[number % len(files)].read_bytes(), chance, (b"IHDR", b"acTL")))

    def cut(folder: Path, number: int) -> str:
        files = sorted(path for path in (made / "pictures").iterdir() if path.suffix in FORMATS)
        content = files[number % len(files)].read_bytes()
        return decode(content[: len(content) * (number // len(files)) // 8])

    def other(folder: Path, number: int) -> str:
        files = sorted((made / "pictures").glob("other.*"))
        return decode(files[number].read_bytes(), must_fail=True)

    yield attack("mutated", mutant, count=5000, quick=150)
    yield attack("cut short", cut, count=14 * 8, quick=14)
    yield attack("another format that Pillow knows, named .png", other, count=12, quick=12)
    for name, content in _claims():
        yield attack(name, lambda folder, number, content=content: decode(content()), quick=1)

    def scored(put: Put) -> Callable[[Path, int], str]:
        """One bad picture fails as one picture, and the three others are scored."""

        def run(folder: Path, number: int) -> str:
            images = shutil.copytree(made / "images", folder / "images")
            put(images / "cue-conflict" / "cat" / NAME)
            tools = _fake_ghostscript(folder)
            model = made / "models" / "resnet"
            ended = call("score", model, images, "-o", folder / "store", environment=tools)
            if what := ended.refused(NAME):
                return what
            from gcbook.scoring.store import Store

            found = len(Store.open(folder / "store").scores()["image_id"].unique())
            return "" if found == 3 else f"{found} of 3 good pictures were scored"

        return run

    def restored(put: Put) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            put(folder / NAME)
            model = ("--model", made / "models" / "sd", "--prompts", "a cat", "--steps", 2)
            tools = _fake_ghostscript(folder)
            command = ("illusions", folder / NAME, "-o", folder / "out", *model)
            return call(*command, environment=tools).refused(NAME)

        return run

    def trained(put: Put) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            picture = made / "images" / "cue-conflict" / "cat" / "cat1-dog1.png"
            for part in ("train", "val"):
                for name in ("n01440764", "n01443537"):
                    place = folder / "data" / part / name / "a.png"
                    place.parent.mkdir(parents=True)
                    shutil.copy(picture, place)
            put(folder / "data" / "train" / "n01443537" / NAME)
            options = ("--epochs", 1, "--batch-size", 2, "--workers", 0, "--device", "cpu")
            command = ("train", "resnet50", "--data", folder / "data", "-o", folder / "run")
            tools = _fake_ghostscript(folder)
            return call(*command, *options, environment=tools, seconds=60).refused(NAME)

        return run

    for name, put, needs in (
        ("PostScript", lambda at: shutil.copy(made / "pictures" / "other.eps", at), ()),
        ("endless PostScript", lambda at: at.write_bytes(LOOP), ()),
        ("a pipe", os.mkfifo, ()),
        ("a link to /dev/zero", lambda at: at.symlink_to("/dev/zero"), ()),
        ("a link to /dev/tty", lambda at: at.symlink_to("/dev/tty"), ()),
        ("a link to itself", lambda at: at.symlink_to(at), ()),
        ("a socket", _socket, ()),
        (
            "13,000 × 13,000 pixels",
            lambda at: shutil.copy(made / "bombs/square.png", at),
            ("bombs",),
        ),
        ("a sparse gigabyte", _sparse, ()),
    ):
        where = {"needs": ("models", *needs)}
        yield attack(f"{name} among pictures to score", scored(put), **where)
        yield attack(f"{name} as an illusion", restored(put), **where)
        if name in ("endless PostScript", "a pipe", "13,000 × 13,000 pixels"):
            yield attack(f"{name} among photographs", trained(put), seconds=90, **where)


def _claims() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Small files that say to be large."""
    yield (
        "a PNG whose text unpacks to 3 GB",
        lambda: png(8, 8, zlib_zeros(200), more=chunk(b"zTXt", b"a\0\0" + zlib_zeros(3 * 2**30))),
    )
    yield (
        "a PNG whose profile unpacks to 1 GB",
        lambda: png(8, 8, zlib_zeros(200), more=chunk(b"iCCP", b"a\0\0" + zlib_zeros(2**30))),
    )
    yield "a PNG of 2³¹ − 1 pixels a side", lambda: png(2**31 - 1, 2**31 - 1, b"")
    yield "a PNG of 1 × 100,000,000 pixels", lambda: png(1, 100_000_000, zlib_zeros(2**20), 0)
    yield (
        "a BMP of 30,000 pixels a side",
        lambda: (
            b"BM"
            + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 30_000, 30_000, 1, 24, *[0] * 6)
        ),
    )
    yield (
        "a GIF of 65,535 pixels a side",
        lambda: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
    )
    yield "a TIFF of 60,000 pixels a side", lambda: _tiff(60_000)
    yield "a TIFF whose directory follows itself", lambda: _tiff(8, following=8)


def _tiff(side: int, following: int = 0) -> bytes:
    entries = ((256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (279, 64))
    fields = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + struct.pack("<I", following)


def _fake_ghostscript(folder: Path) -> dict[str, str]:
    """An environment with a program ``gs`` that tells that it was run, and does not end."""
    place = folder / "bin" / "gs"
    place.parent.mkdir(exist_ok=True)
    canary = folder / CANARY
    place.write_text(
        f"#!/bin/sh\ntouch '{canary}'\n[ \"$1\" = --version ] && echo 10.0 || sleep 99\n"
    )
    place.chmod(0o755)
    return {"PATH": f"{place.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _socket(at: Path) -> None:
    # The path of a socket has at most 107 bytes.
    here = Path.cwd()
    os.chdir(at.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(at.name)
    os.chdir(here)


def _sparse(at: Path) -> None:
    with at.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(2**30)
