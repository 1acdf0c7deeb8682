"""What is attacked: small valid files of every kind, and the few large ones; each made once."""

import os
import shutil
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

CSV = "subj,session,trial,rt,object_response,category,condition,imagename\n" + "".join(
    f"{who},1,{n},{rt},{answer},cat,0,0001_{n}_cat-{n:04d}-sketch-1.png\n"
    for who, rt in (("mine", "NaN"), ("subject-01", "0.5"))
    for n, answer in enumerate(("cat", "dog", "na", "truck"), 1)
)
"""A file of trials of the dataset sketch."""


def pictures(made: Path) -> None:
    """Small pictures of all formats that are read, and some of others: ``pictures/NAME``."""
    import numpy as np
    from PIL import Image

    folder = made / "pictures"
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 256, (24, 24, 4), np.uint8)
    rgba, rgb = Image.fromarray(values), Image.fromarray(values[..., :3])
    deep = Image.fromarray(values[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, image, options in (
        ("rgb.png", rgb, {}),
        ("rgba.png", rgba, {}),
        ("palette.png", rgb.quantize(16), {"transparency": 3}),
        ("deep.png", deep, {}),
        ("plain.jpg", rgb, {"exif": exif}),
        ("progressive.jpg", rgb.convert("CMYK"), {"progressive": True}),
        ("lossy.webp", rgba, {}),
        ("lossless.webp", rgb, {"lossless": True}),
        ("rgb.bmp", rgb, {}),
        ("palette.bmp", rgb.quantize(16), {}),
        ("raw.tif", rgb, {}),
        ("lzw.tif", rgb, {"compression": "tiff_lzw"}),
        ("deflate.tif", deep, {"compression": "tiff_adobe_deflate"}),
        ("one.gif", rgb, {}),
        ("many.gif", rgb, {"save_all": True, "append_images": [rgb.rotate(90)] * 3}),
        ("other.ppm", rgb, {}),
        ("other.pcx", rgb, {}),
        ("other.tga", rgb, {}),
        ("other.dds", rgba, {}),
        ("other.sgi", rgb, {}),
        ("other.eps", rgb, {}),
        ("other.ico", rgb, {}),
        ("other.icns", rgba.resize((32, 32)), {}),
        ("other.jp2", rgb, {}),
        ("other.im", rgb, {}),
        ("other.msp", rgb.convert("1"), {}),
        ("other.xbm", rgb.convert("1"), {}),
    ):
        image.save(folder / name, **options)


def models(made: Path) -> None:
    """Tiny random models in the formats of the large ones: ``models/NAME``; images to score."""
    from PIL import Image
    from tiny import diffusion, images, tokens

    folder = made / "models"
    images.resnet(folder / "resnet", size=32)
    images.clip(folder / "clip", size=32)
    diffusion.stable_diffusion(folder / "sd")
    diffusion.class_conditional_unet(folder / "unet")
    tokens.t5_vq(folder / "t5-vq")
    tokens.amused(folder / "amused")
    for name, grey in (("cat1-dog1", 40), ("dog1-cat1", 90), ("car1-cat1", 200)):
        place = made / "images" / "cue-conflict" / name.partition("1")[0] / f"{name}.png"
        place.parent.mkdir(parents=True)
        Image.new("RGB", (32, 32), (grey, 255 - grey, 128)).save(place)


def stores(made: Path) -> None:
    """Stores: a finished one, and one that was interrupted, with parts: ``stores/NAME``."""
    from tiny.gaussian import stimuli
    from tiny.scorers import LABELS, Counting, scored, slow_settings, toy

    from gcbook.scoring.engine import score

    def stop(batches: int) -> None:
        if batches == 12:
            raise KeyboardInterrupt

    scored(made / "stores" / "whole")
    images, settings = stimuli(12, labels=LABELS), slow_settings()
    half = Counting(toy(), on_batch=stop)
    with suppress(KeyboardInterrupt):
        score(images, half, settings, made / "stores" / "half", save_every=0, progress="silent")
    assert list((made / "stores" / "half" / "parts").glob("*.parquet"))
    score(images, toy(), settings, made / "stores" / "uninterrupted", progress="silent")


def few_images() -> None:
    """Train on a few images from here on, which are composed in a second."""
    from gcbook.miniworld.training import recipes

    recipes.TRAIN_IMAGES, recipes.VALIDATION_IMAGES = 64, 16


def training(made: Path) -> None:
    """A training run halfway, and what the same command makes of it: ``training/NAME``."""
    from gcbook.miniworld.training.recipes import make_trainer

    few_images()
    os.environ["GCBOOK_CACHE_DIR"] = str(made / "training" / "cache")
    half, whole = made / "training" / "half", made / "training" / "whole"
    make_trainer("mini-cnn", half, steps=STEPS, report=str).run(until=2)
    shutil.copytree(half, whole)
    trainer = make_trainer("mini-cnn", whole, steps=STEPS, report=str)
    trainer.run()
    trainer.export(whole / "model")


STEPS = 6
"""Steps of the training."""


_CODE = """
import os
import time
from pathlib import Path

from gcbook.book import chosen_parameters

if begun := os.environ.get("BEGUN"):
    Path(begun).touch()
p = chosen_parameters("{name}", globals())
time.sleep(p.number / 4)
"""
_ROOM = {
    "facts.py": "",
    "__init__.py": "from gcbook.chapters.fields import whole\n"
    "from gcbook.chapters.parameters import Declaration\n\n"
    'PARAMETERS = Declaration({"number": whole(4, "quarters of a second", ge=0, le=99)})\n',
    "claims.yml": "{}\n",
}
CHAPTERS = ("first", "second", "third", "fourth")


def book(made: Path) -> None:
    """A built book of four chapters that take a second each, and the package that builds it."""
    import yaml

    source, project = Path(os.environ["PYTHONPATH"].split(os.pathsep)[0]), made / "project"
    shutil.copytree(source / "gcbook", project / "gcbook")
    shutil.copytree(source / "book" / "_static", project / "book" / "_static")
    shutil.copy(source / "book" / "references.bib", project / "book")
    shutil.copy(source / "_config.yml", project)
    for name in CHAPTERS:
        for file, text in _ROOM.items():
            path = project / "gcbook" / "chapters" / name / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        write_chapter(project, name, "as it was")
    pages = [{"file": f"book/chapters/{name}"} for name in (*CHAPTERS[1:], "status")]
    contents = {"format": "jb-book", "root": f"book/chapters/{CHAPTERS[0]}", "chapters": pages}
    (project / "_toc.yml").write_text(yaml.safe_dump(contents))
    environment = os.environ | {"PYTHONPATH": str(project), "GCBOOK_PROJECT": str(project)}
    command = [sys.executable, "-m", "gcbook", "build"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def write_chapter(project: Path, name: str, text: str) -> None:
    """Write the template of one of `CHAPTERS`."""
    import nbformat
    from nbformat import v4

    cells = [
        v4.new_markdown_cell(f"# The {name}\n\n{text}", id="title"),
        v4.new_code_cell("number = 4", metadata={"tags": ["parameters"]}, id="parameters"),
        v4.new_code_cell(_CODE.format(name=name).strip(), id="code"),
    ]
    path = project / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(v4.new_notebook(cells=cells), path)


def bombs(made: Path) -> None:
    """Files that are small and unpack to gigabytes: ``bombs/NAME``."""
    folder = made / "bombs"
    folder.mkdir()
    side = 13_000
    (folder / "square.png").write_bytes(png(side, side, zlib_zeros(side * (3 * side + 1))))
    size = 4 * 2**30 - 2**20
    body = packed_zeros(size, begin=CSV.encode())
    crc = zlib.crc32(CSV.encode())
    for _ in range(size >> 20):
        crc = zlib.crc32(bytes(2**20), crc)
    size = len(CSV) + (size >> 20 << 20)
    tail = struct.pack("<II", crc, size & 0xFFFFFFFF)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    (folder / "sketch_mine_session-1.csv.gz").write_bytes(head + body + tail)
    for name, inner in (
        ("trials.zip", "raw-data/sketch/sketch_mine_session-1.csv"),
        ("pictures.zip", "cue-conflict/cat/cat1-dog1.png"),
    ):
        (folder / name).write_bytes(zipped(inner, body, crc, size))


def packed_zeros(size: int, *, begin: bytes = b"") -> bytes:
    """What begins with some bytes and goes on with zeros, deflated: 1,000 times smaller."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -15), 2**20
    head = packer.compress(begin) + packer.flush(zlib.Z_FULL_FLUSH)
    same = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + same * (size // block) + packer.compress(bytes(size % block)) + packer.flush()


def zlib_zeros(size: int) -> bytes:
    """Zeros in zlib's format, as pictures have them."""
    return b"\x78\xda" + packed_zeros(size) + struct.pack(">I", (size % 65521) << 16 | 1)


def png(width: int, height: int, data: bytes, colours: int = 2, more: bytes = b"") -> bytes:
    """A PNG of 8 bits that says to be of a size."""
    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def zipped(name: str, body: bytes, crc: int, size: int, flags: int = 0, method: int = 8) -> bytes:
    """A zip archive of one member, whose header says what it is told to say."""
    called = name.encode("latin-1")
    about = struct.pack(
        "<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(body), size, len(called), 0
    )
    entry = b"PK\1\2\x14\0" + about + struct.pack("<HHHII", 0, 0, 0, 0, 0) + called
    start = 30 + len(called) + len(body)
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), start, 0)
    return b"PK\3\4" + about + called + body + entry + b"PK\5\6" + end
