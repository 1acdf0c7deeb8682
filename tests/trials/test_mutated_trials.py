"""Files and archives of trials that are damaged, hostile, or none: trials, or one refusal."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny.mutants import mutated, refusal

from gcbook.trials.table import read_answers

CSV = "subj,session,trial,rt,object_response,category,condition,imagename\n" + "".join(
    f"{who},1,{n},{rt},{answer},cat,0,0001_{n}_cat-{n:04d}-sketch-1.png\n"
    for who, rt in (("mine", "NaN"), ("subject-01", "0.5"))
    for n, answer in enumerate(("cat", "dog", "na", "truck"), 1)
)
HEAD, _, ROWS = CSV.partition("\n")
NAME, ARCHIVE = "sketch_mine_session-1.csv", "hostile.zip"
INNER = f"raw-data/sketch/{NAME}"
TRICKS = (b"\0", b"\xff", b'"', b",", b"\n", b"\r", b"\x1b[2J", b"\xe2\x80\xae", b"1e999", b"=1+1")


def read(path: Path) -> str:
    return refusal(lambda: read_answers(path), path.name)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def changed_at_random(folder: Path, numbers: range) -> None:
    """Of files of trials and of archives that were changed, some are read and some refused."""
    trials, archive, refused = folder / NAME, folder / ARCHIVE, 0
    for number in numbers:
        try:
            trials.write_bytes(mutated(CSV.encode(), number, TRICKS))
            refused += bool(read(trials))
            method = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]
            whole = zipped({INNER: CSV.encode()}, method)
            archive.write_bytes(mutated(whole, number, (b"PK\1\2", b"../")))
            refused += bool(read(archive))
        except Exception as error:
            error.add_note(f"mutant {number}")
            raise
    assert len(numbers) // 2 < refused < 2 * len(numbers)


def test_whatever_changes_in_trials(tmp_path: Path) -> None:
    changed_at_random(tmp_path, range(100))


@pytest.mark.nightly
def test_whatever_changes_in_trials_many_times(tmp_path: Path) -> None:
    changed_at_random(tmp_path, range(100, 2000))


def hostile_texts() -> Iterator[tuple[str, str | bytes]]:
    yield "nothing", ""
    yield "a mark of order alone", b"\xef\xbb\xbf"
    yield "a head alone", f"{HEAD}\n"
    yield "zeros", bytes(4096)
    yield "a zero in a name", CSV.replace("mine", "mi\0ne")
    yield "UTF-16", CSV.encode("utf-16")
    yield "UTF-32", CSV.encode("utf-32")
    yield "Latin-1", CSV.replace("mine", "mïne").encode("latin-1")
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    yield "a million columns", "x," * 10**6 + CSV
    yield "a column twice", CSV.replace("rt,", "category,")
    yield "a quote that is not closed", CSV.replace("mine", '"mine', 1)
    yield "one trial twice", CSV + ROWS
    yield "a line of another length", CSV + "mine,1\n"
    yield "100 MB of trials", CSV * 200_000
    for word in ("1e999", "-1", "9" * 400, "0x10"):
        yield f"{word[:9]} seconds", CSV.replace("NaN", word)
    for word in ("-1", "1.5", "9" * 400, "nan", "१२"):
        yield f"session {word[:9]}", CSV.replace("mine,1,", f"mine,{word},")
    # Escape, bell, C1 controls, marks that turn the text, a separator of lines.
    for letter in ("\x1b[31m", "\a", "\x9b31m", "\x85", "\u202e", "\u2067", "\u200f", "\u2028"):
        yield f"{letter!r} in the observer's name", CSV.replace("mine", f"mi{letter}ne")
        yield f"{letter!r} in an image's name", CSV.replace("cat-0001", f"cat-{letter}0001")
    for formula in ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", " =1+1", "\uff1d1+1"):
        yield f"an observer called {formula!r}", CSV.replace("mine", formula)


def test_what_is_no_file_of_trials(tmp_path: Path) -> None:
    for name, content in hostile_texts():
        (tmp_path / NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
        assert read(tmp_path / NAME), name


def sparse(at: Path) -> None:
    with at.open("wb") as file:
        file.write(CSV.encode())
        file.truncate(2**30)


@pytest.mark.parametrize(
    "put",
    [os.mkfifo, sparse, lambda at: at.symlink_to("/dev/zero"), lambda at: at.symlink_to(at.name)],
    ids=["a pipe", "a sparse gigabyte", "no end", "a link to itself"],
)
def test_what_is_no_file(tmp_path: Path, put: Callable[[Path], object]) -> None:
    put(tmp_path / NAME)
    assert read(tmp_path / NAME)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def member(body: bytes, crc: int, size: int) -> bytes:
    """An archive of one member, whose header says what it is told to say."""
    name = INNER.encode()
    about = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(body), size, len(name), 0)
    entry = b"PK\1\2\x14\0" + about + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    start = 30 + len(name) + len(body)
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), start, 0)
    return b"PK\3\4" + about + name + body + entry + b"PK\5\6" + end


def archives() -> Iterator[tuple[str, bytes, bool]]:
    """What archives of trials hold; whether they may be read as well."""
    csv = CSV.encode()
    good, crc = zipped({INNER: csv}), zlib.crc32(csv)
    yield "as it should be", good, True
    yield "another sum", member(deflated(csv), crc ^ 1, len(csv)), False
    yield "longer than it says", member(deflated(csv * 999), crc, len(csv)), True
    yield "a bomb", member(deflated(bytes(2**28)), 0, 2**28), False
    yield "a name of control characters", zipped({"sketch/\x1b[2J\u202e.csv": csv}), True
    twice = zipped({INNER: csv, INNER.replace("mine", "more"): csv}).replace(b"more", b"mine")
    yield "one name twice", twice, True
    yield "an archive in an archive", zipped({"raw-data/sketch/inner.zip": good}), False
    yield "a folder that is called .csv", zipped({"sketch/x.csv/": b""}), False
    yield "an empty archive", zipped({}), False
    yield "a directory of 4 GB", good[:-10] + struct.pack("<I", 2**32 - 2) + good[-6:], False
    for tenths in range(1, 10):
        yield f"cut after {tenths} tenths", good[: len(good) * tenths // 10], False


def test_archives(tmp_path: Path) -> None:
    for name, content, harmless in archives():
        (tmp_path / ARCHIVE).write_bytes(content)
        assert read(tmp_path / ARCHIVE) or harmless, name
