"""Files and archives of trials that are damaged, hostile, or none: trials, or one refusal."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

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
