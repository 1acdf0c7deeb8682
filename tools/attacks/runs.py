"""Builds, runs, scoring, training and serving that are interrupted, killed, or started twice."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from attacks import attempt
from attacks.attempt import GRACE, Attack, descendants, end_descendants, survivors
from attacks.commands import call, files_of, start, wait
from attacks.made import CHAPTERS, write_chapter

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOCK = ".lock"
BEGUN = "a chapter's code"
"""The moment in which the code of a chapter begins."""
PAGES = "the last page"
"""The moment in which pages are about to take the place of others."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks on what takes long."""
    package = str(made / "project")

    def given(project: Path) -> dict[str, str]:
        begun = Path("begun").resolve()
        begun.unlink(missing_ok=True)
        return {"PYTHONPATH": package, "GCBOOK_PROJECT": str(project), "BEGUN": str(begun)}

    def interrupted(words: list[str], project: Path, number: int, moment: str) -> str:
        """End a command at some moment; say what is wrong with how it ends."""
        chance = random.Random(f"{seed} {words[0]} {number}")
        child = start(words, Path("said.txt"), given(project), program=True)
        if moment:
            _wait_for(moment, child)
        time.sleep(chance.uniform(0.0, 1.5))
        sent = SIGNALS[number % len(SIGNALS)]
        with suppress(ProcessLookupError):
            # A terminal tells all that were started from it.
            by_terminal = sent in (signal.SIGINT, signal.SIGHUP) and number % 8 < 4
            (os.killpg if by_terminal else os.kill)(child, sent)
        status = wait(child, GRACE)
        left, said = survivors(GRACE), Path("said.txt").read_text("utf-8", "replace")
        end_descendants()
        name = f"after {sent.name}" + (f" at {moment}" if moment else "")
        if status is None:
            return f"{name}: still there after {GRACE:g} s"
        if left:
            return f"{name}: {len(left)} processes left running: {left[0]}"
        if "Traceback" in said:
            return f"{name}: a traceback: {said.strip().splitlines()[-1][:120]}"
        return ""

    def built(folder: Path, number: int) -> str:
        project = folder / "project"
        shutil.copytree(made / "project", project, ignore=shutil.ignore_patterns("gcbook"))
        whole = files_of(project / "_build" / "html")
        names = _names(project)
        # Of many chapters for one worker all kernels come from a server of kernels.
        warm = number % 3 == 2
        for name in CHAPTERS if warm else CHAPTERS[:2]:
            write_chapter(project, name, f"as it is in number {number}")
        moment = BEGUN if number < 4 else PAGES
        words = ["build", "--jobs", "1" if warm else "2"]
        if what := interrupted(words, project, number, moment):
            return what
        html = project / "_build" / "html"
        if not (html / "index.html").is_file() or {*files_of(html)} ^ {*whole}:
            return "the book is no longer whole"
        ended = call("build", environment=given(project), seconds=90, program=True)
        if ended.status != 0:
            return f"the next build fails: {ended.last}"
        stray = _names(project) - names
        return f"left behind: {', '.join(sorted(stray)[:5])}" if stray else ""

    def ran(folder: Path, number: int) -> str:
        words = ["run", "second", "-p", "number", "12", "-o", str(folder / "out")]
        moment = BEGUN if number < 4 else ""
        if what := interrupted(words, made / "project", number, moment):
            return what
        quick = ("run", "second", "-p", "number", "0", "-o", folder / "out", "--overwrite")
        ended = call(*quick, environment=given(made / "project"), seconds=60, program=True)
        if ended.status != 0:
            return f"the next run fails: {ended.last}"
        stray = _names(folder / "out") - {"second.ipynb", "second.html"}
        return f"left behind: {', '.join(sorted(stray))}" if stray else ""

    def scored(folder: Path, number: int) -> str:
        store, model = folder / "store", made / "models" / "unet"
        options = ["--draws", "40", "--save-every", "0", "--batch-size", "8"]
        words = ["score", str(model), str(made / "images"), "-o", str(store), *options]
        if what := interrupted(words, made / "project", number, str(store / "store.json")):
            return what
        ended = call(*words, seconds=90)
        return "" if ended.status == 0 else f"does not go on: {ended.last}"

    def trained(folder: Path, number: int) -> str:
        picture = made / "images" / "cue-conflict" / "cat" / "cat1-dog1.png"
        for part in ("train", "val"):
            for one in range(12):
                place = folder / "data" / part / ("n01440764", "n01443537")[one % 2] / f"{one}.png"
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(picture, place)
        words = ["train", "resnet50", "--data", str(folder / "data"), "-o", str(folder / "run")]
        words += ["--epochs", "1", "--batch-size", "2", "--workers", "2", "--device", "cpu"]
        return interrupted(words, made / "project", number, "two processes" if number % 2 else "")

    def served(folder: Path, number: int) -> str:
        return interrupted(["serve", "--port", "0"], made / "project", number, "http://")

    needs = ("book", "models")
    for name, run, count in (
        ("an interrupted build", built, 6),
        ("an interrupted run", ran, 6),
        ("interrupted scoring", scored, 4),
        ("interrupted training", trained, 4),
        ("an interrupted server", served, 4),
    ):
        yield Attack("runs", name, run, count, needs=needs, seconds=180)

    def twice(words: Callable[[Path], list[str]], moment: str) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            project = folder / "project"
            shutil.copytree(made / "project", project, ignore=shutil.ignore_patterns("gcbook"))
            for name in CHAPTERS:
                write_chapter(project, name, "anew")
            variables = given(project)
            first = start(words(folder), Path("first.txt"), variables, program=True)
            _wait_for(moment.format(folder), first)
            second = call(*words(folder), environment=variables, seconds=60, program=True)
            status = wait(first, 90)
            if status != 0:
                return f"the first ended with {status}"
            return second.refused(str(folder))

        return run

    for name, words, moment in (
        ("two builds", lambda folder: ["build"], BEGUN),
        (
            "two runs into one folder",
            lambda folder: [
                "run",
                "second",
                "-p",
                "number",
                "40",
                "-o",
                f"{folder}/out",
                "--overwrite",
            ],
            BEGUN,
        ),
        (
            "two scorings into one store",
            lambda folder: [
                *("score", str(made / "models" / "unet"), str(made / "images")),
                *("-o", f"{folder}/store", "--draws", "150", "--batch-size", "8"),
            ],
            "{}/store/store.json",
        ),
    ):
        yield Attack("runs", name, twice(words, moment), needs=needs, seconds=240)


def _wait_for(moment: str, child: int) -> None:
    """Wait until a process has come so far, or has ended; half a minute at most."""
    end = time.monotonic() + 30 * attempt.patience
    while time.monotonic() < end and _alive(child):
        below = descendants(child)
        if moment == "two processes" and len(below) > 1:
            return
        if moment.startswith("/") and Path(moment).exists():
            return
        if moment.startswith("http") and moment in Path("said.txt").read_text("utf-8", "replace"):
            return
        if moment == PAGES and _written(Path.cwd()):
            return
        if moment == BEGUN and Path("begun").exists():
            return
        time.sleep(0.05)


def _alive(child: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def _written(folder: Path) -> bool:
    """Whether the last page of a build that is under way is there."""
    return any(folder.glob("project/_build/staging*/_build/html/searchindex.js"))


def _names(folder: Path) -> set[str]:
    """Names of files below a folder, of pages without what is left of one that is under way."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    return {str(path) for path in found if path.name != LOCK and "staging" not in path.parts}
