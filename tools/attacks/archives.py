"""Archives of trials and of pictures that are bombs, encrypted, damaged, or reach outside."""

import bz2
import io
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import Attack, in_short
from attacks.commands import call, refusal
from attacks.made import CSV, zipped
from attacks.mutants import mutated

INNER = "raw-data/sketch/sketch_mine_session-1.csv"
NAME = "hostile.zip"


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with archives."""

    def read(content: bytes, *, harmless: bool) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            (folder / NAME).write_bytes(content)
            ended = call("benchmark", folder / NAME, "--datasets", "sketch")
            return ended.refused(NAME, harmless=harmless)

        return run

    for name, content, harmless in _archives():
        yield Attack("archives", name, read(content, harmless=harmless), quick=1)

    def bomb(name: str) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            if name == "pictures.zip":
                model = made / "models" / "resnet"
                ended = call("score", model, made / "bombs" / name, "-o", folder / "store")
            else:
                ended = call("benchmark", made / "bombs" / name, "--datasets", "sketch")
            return ended.refused("cat1-dog1.png" if name == "pictures.zip" else name)

        return run

    for name in ("trials.zip", "sketch_mine_session-1.csv.gz", "pictures.zip"):
        needs = ("bombs", "models")
        yield Attack("archives", f"4 GB in {name}", bomb(name), needs=needs)

    def pictures(change: Callable[[bytes], bytes], method: int) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            archive = folder / NAME
            with zipfile.ZipFile(archive, "w", method) as zipped_images:
                for path in sorted((made / "images").rglob("*.png")):
                    zipped_images.write(path, path.relative_to(made / "images"))
            archive.write_bytes(change(archive.read_bytes()))
            model = made / "models" / "resnet"
            return call("score", model, archive, "-o", folder / "store").refused(
                NAME, harmless=True
            )

        return run

    for name, change, method in (
        ("encrypted pictures", _encrypted, zipfile.ZIP_DEFLATED),
        ("pictures packed by LZMA", bytes, zipfile.ZIP_LZMA),
        ("pictures packed by bzip2", bytes, zipfile.ZIP_BZIP2),
        ("pictures packed by no method", _method(99), zipfile.ZIP_DEFLATED),
        ("pictures cut short", lambda content: content[:-30], zipfile.ZIP_STORED),
    ):
        yield Attack("archives", name, pictures(change, method), needs=("models",))

    def mutant(folder: Path, number: int) -> str:
        from gcbook.files.errors import InputError
        from gcbook.trials.table import read_answers

        chance = random.Random(f"{seed} {number}")
        method = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]
        content = mutated(_zip({INNER: CSV.encode()}, method), chance, (b"PK\1\2", b"../"))
        (folder / NAME).write_bytes(content)
        try:
            read_answers(folder / NAME)
        except InputError as error:
            return refusal(str(error), NAME)
        except Exception as error:
            return in_short(error)
        return ""

    yield Attack("archives", "mutated", mutant, count=600, quick=50)


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _archives() -> Iterator[tuple[str, bytes, bool]]:
    """What archives of trials hold; whether it may be taken."""
    csv = CSV.encode()
    good = _zip({INNER: csv})
    yield "encrypted trials", _encrypted(good), False
    yield "trials packed by LZMA", _zip({INNER: csv}, zipfile.ZIP_LZMA), True
    yield "trials packed by bzip2", _zip({INNER: csv}, zipfile.ZIP_BZIP2), True
    yield "trials packed by no method", _method(99)(good), False
    yield "damaged LZMA", _member(b"\x09\x04\x05\0" + lzma.compress(csv)[5:], csv, method=14), False
    yield "damaged bzip2", _member(bz2.compress(csv)[:-9] + b"123456789", csv, method=12), False
    yield "a member of another sum", _member(_deflated(csv), csv + b"x"), False
    yield "a member that is longer than it says", _member(_deflated(csv * 999), csv), True
    zeros = bz2.compress(bytes(2**28))
    yield "a bomb of bzip2", zipped(INNER, zeros, 0, 2**28, method=12), False
    yield "a name that is not UTF-8", good.replace(b"mine", b"\xff\xfe\xfd\xfc"), True
    broken = zipped(
        INNER.replace("mine", "m\xffne"), _deflated(csv), zlib.crc32(csv), len(csv), 0x800
    )
    yield "a name that says to be UTF-8 and is not", broken, True
    for path in (
        "../" * 9 + "etc/sketch_x.csv",
        "/etc/sketch_x.csv",
        "C:\\sketch_x.csv",
        "..\\sketch_x.csv",
    ):
        yield f"a member {path}", _zip({INNER: csv, path: csv}), False
    yield "a name of 60,000 letters", _zip({f"sketch/{'x' * 60_000}.csv": csv}), True
    yield "a name of control characters", _zip({"sketch/\x1b[2J\u202e.csv": csv}), False
    other = INNER.replace("mine", "more")
    yield "one name twice", _zip({INNER: csv, other: csv}).replace(b"more", b"mine"), True
    yield "100,000 members", _zip({f"sketch/{n}.csv": b"" for n in range(100_000)}), False
    yield "an archive in an archive", _zip({"raw-data/sketch/inner.zip": good}), False
    yield "a folder that is called .csv", _zip({"sketch/x.csv/": b""}), False
    yield "an empty archive", _zip({}), False
    yield "a member of nothing", _zip({INNER: b""}), False
    yield "an archive after 1 MiB of something else", bytes(2**20) + good, True
    yield "a directory of 4 GB", good[:-10] + struct.pack("<I", 2**32 - 2) + good[-6:], False
    for part in range(1, 10):
        yield f"cut after {part} tenths", good[: len(good) * part // 10], False


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _member(body: bytes, content: bytes, method: int = 8) -> bytes:
    """An archive of a member that says to be some content, and is not."""
    return zipped(INNER, body, zlib.crc32(content), len(content), method=method)


def _encrypted(archive: bytes) -> bytes:
    """The archive with the mark of encryption on every member."""
    changed = bytearray(archive)
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for place in _all(archive, mark):
            changed[place + at] |= 1
    return bytes(changed)


def _method(number: int) -> Callable[[bytes], bytes]:
    def change(archive: bytes) -> bytes:
        changed = bytearray(archive)
        for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            for place in _all(archive, mark):
                changed[place + at] = number
        return bytes(changed)

    return change


def _all(content: bytes, mark: bytes) -> Iterator[int]:
    at = content.find(mark)
    while at >= 0:
        yield at
        at = content.find(mark, at + 1)
