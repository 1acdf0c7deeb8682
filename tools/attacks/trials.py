"""Files of trials: damaged, endless, full of names that do something elsewhere."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attacks.attempt import Attack, in_short
from attacks.commands import call, refusal
from attacks.made import CSV
from attacks.mutants import mutated

NAME = "sketch_mine_session-1.csv"
HEAD, _, ROWS = CSV.partition("\n")
Put = Callable[[Path], object]
"""Puts a hostile file at a path."""

TRICKS = (
    b"\0",
    b"\xff",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\x1b[2J",
    "\u202e".encode(),
    b"1e999",
    b"=1+1",
)
BUILT_IN = ("constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype")
"""Names that every object of JavaScript has."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with files of trials."""

    def attack(
        name: str, put: Put, *, harmless: bool = False, quick: int = 0, named: str = NAME
    ) -> Attack:
        def run(folder: Path, number: int) -> str:
            (folder / "mine").mkdir()
            put(folder / "mine" / NAME)
            command = ("benchmark", folder / "mine", "--datasets", "sketch")
            return call(*command, seconds=45).refused(named, harmless=harmless)

        return Attack("trials", name, run, quick=quick, seconds=90)

    for name, text in _refused():
        content = text if isinstance(text, bytes) else text.encode()
        yield attack(name, lambda at, content=content: at.write_bytes(content), quick=1)
    for name, put in (
        ("a pipe", os.mkfifo),
        ("a link to /dev/zero", lambda at: at.symlink_to("/dev/zero")),
        ("a link to itself", lambda at: at.symlink_to(at.name)),
        ("a sparse gigabyte", _sparse),
    ):
        yield attack(name, put, quick=1)
    yield attack("a folder that holds itself", _circle, harmless=True, quick=1)
    yield attack("a folder called .csv", Path.mkdir, named="mine")
    yield attack("a million observers", lambda at: _many(at, 1_000_000))
    yield attack("20,000 observers", lambda at: _many(at, 20_000), harmless=True)
    yield attack("100 MB of trials", lambda at: at.write_text(CSV * 200_000))
    for name in BUILT_IN:
        named = CSV.replace("mine", name)
        yield attack(
            f"an observer called {name}", lambda at, t=named: at.write_text(t), harmless=True
        )

    def mutant(folder: Path, number: int) -> str:
        from gcbook.files.errors import InputError
        from gcbook.trials.table import read_answers

        chance = random.Random(f"{seed} {number}")
        (folder / NAME).write_bytes(mutated(CSV.encode(), chance, TRICKS))
        try:
            found = read_answers(folder / NAME)
        except InputError as error:
            return refusal(str(error), NAME)
        except Exception as error:
            return in_short(error)
        return "" if len(found) else "no trials and no message"

    yield Attack("trials", "mutated", mutant, count=1500, quick=100)

    yield Attack("trials", "names that JavaScript knows, in charts", _charted, 5, 1)


def _charted(folder: Path, number: int) -> str:
    """Names in a chart: of rows, of one that is marked, in two lines, in a group, and by ticks."""
    import html

    import altair as alt
    import pandas as pd

    from gcbook.charts.chart import chart_spec, static_svg
    from gcbook.charts.forest import fig_forest

    named = [f"group, {name}" for name in BUILT_IN] if number == 3 else list(BUILT_IN)
    rows = pd.DataFrame({"model": named, "value": 0.5, "low": 0.4, "high": 0.6})
    options: dict[str, Any] = (
        {},
        {"marked": named[:1]},
        {"two_lines": True},
        {"grouped": True},
        {"ticks": "high"},
    )[number]
    x = alt.X("value:Q", title="Value", scale=alt.Scale(domain=[0, 1]))
    chart = fig_forest(
        rows, row="model", value="value", x=x, tooltip=[], description="Names.", **options
    )
    shown = html.unescape(static_svg(chart_spec(chart)))
    lacking = [name for name in BUILT_IN if name not in shown]
    return f"a chart without {', '.join(lacking)}" if lacking else ""


def _refused() -> Iterator[tuple[str, str | bytes]]:
    """What must be refused of a file of trials."""
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
    for word, column in (("1e999", "NaN"), ("-1", "NaN"), ("9" * 400, "NaN"), ("0x10", "NaN")):
        yield f"{word[:9]} seconds", CSV.replace(column, word)
    for word in ("-1", "1.5", "9" * 400, "nan", "१२"):
        yield f"session {word[:9]}", CSV.replace("mine,1,", f"mine,{word},")
    for name, letter in {
        "ESC": "\x1b[31m",
        "BEL": "\a",
        "a C1 control": "\x9b31m",
        "another C1 control": "\x85",
        "a mark that turns the text": "\u202e",
        "an isolate that turns the text": "\u2067",
        "a mark from right to left": "\u200f",
        "a line of its own": "\u2028",
    }.items():
        yield f"{name} in the observer's name", CSV.replace("mine", f"mi{letter}ne")
        yield f"{name} in an image's name", CSV.replace("cat-0001", f"cat-{letter}0001")
    for formula in (
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "=HYPERLINK(A1)",
        "\t=1+1",
        " =1+1",
        "\uff1d1+1",
    ):
        yield f"an observer called {formula!r}", CSV.replace("mine", formula)
    yield "an observer of nothing", CSV.replace("mine", "")
    yield "an observer called humans", CSV.replace("mine", "humans")


def _many(at: Path, number: int) -> None:
    with at.open("w") as file:
        file.write(f"{HEAD}\n")
        for one in range(number):
            file.write(f"o{one},1,1,NaN,cat,cat,0,0001_1_cat-0001-sketch-1.png\n")


def _circle(at: Path) -> None:
    at.write_text(CSV)
    (at.parent / "sketch").symlink_to(at.parent, target_is_directory=True)


def _sparse(at: Path) -> None:
    with at.open("wb") as file:
        file.write(CSV.encode())
        file.truncate(2**30)
