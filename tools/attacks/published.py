"""Published trials at hand, edited: in a zip or a folder of the user's, or in the cache."""

import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import Attack
from attacks.commands import call, digest, refusal
from attacks.mutants import flipped
from attacks.shipped import told_in_fork
from attacks.trials import BUILT_IN

GIVEN = os.environ.get("GCBOOK_DATA_DIR", "")
SOURCES = ("model-vs-human-humans", "model-vs-human-models", "error-consistency-cnns")
LAYOUTS = ("zip", "folder", "cache")

Files = dict[str, bytes]
"""Of a source, by their path in its archive."""


def missing() -> str:
    """Why there is nothing to attack."""
    wanted = [f"{name}.zip" for name in SOURCES]
    if GIVEN and all((Path(GIVEN) / name).is_file() for name in wanted):
        return ""
    return f"GCBOOK_DATA_DIR names no folder with {', '.join(wanted)}"


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with published trials."""

    def edited(change: Callable[[Files, random.Random], str]) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            chance = random.Random(f"{seed} {number}")
            layout, hit = LAYOUTS[number % len(LAYOUTS)], chance.choice(SOURCES)
            whole = {source: _read(source) for source in SOURCES}
            known = made / f"answers-{layout}.txt"
            if not known.exists():
                known.write_text(_answers(folder / "whole", layout, whole))
            before = known.read_text()
            name = change(whole[hit], chance)
            after = _answers(folder / "hostile", layout, whole)
            if after == before:
                return ""
            if after.startswith("refused"):
                return refusal(after, name)
            return f"{layout}, {name}: {after if ' ' in after else 'other answers, silently'}"

        return run

    for name, change in (
        ("an edited answer", _edit),
        ("a flipped bit", _flip),
        ("a stray file", _add),
        ("a missing file", _remove),
        ("two files exchanged", _exchange),
    ):
        yield Attack("published", name, edited(change), 9, 3)

    def rerun(folder: Path, number: int) -> str:
        """A chapter that shows observers with names of JavaScript's, as a user runs it."""
        chapter, dataset = (("ood-accuracy", "low-pass"), ("shape-bias", "cue-conflict"))[number]
        lines = _read(SOURCES[1])[_one(_read(SOURCES[1]), dataset)].decode().splitlines()
        place = folder / "mine" / dataset / f"{dataset}_mine_session-1.csv"
        place.parent.mkdir(parents=True)
        rows = [f"{name},{line.partition(',')[2]}" for name in BUILT_IN for line in lines[1:]]
        place.write_text("\n".join([lines[0], *rows]) + "\n")
        shown = ("-p", "observers", ",".join(BUILT_IN[:4]), "-p", "draws", 0)
        command = ("run", chapter, "-p", "trials", folder / "mine", *shown, "-o", folder / "out")
        given = {"GCBOOK_DATA_DIR": GIVEN, "GCBOOK_PROJECT": os.environ["PYTHONPATH"].split(":")[0]}
        ended = call(*command, environment=given, seconds=90)
        return "" if ended.status == 0 else f"status {ended.status}: {ended.said[-300:]}"

    yield Attack("published", "a rerun with names that JavaScript knows", rerun, 2, seconds=120)


def _read(source: str) -> Files:
    with zipfile.ZipFile(Path(GIVEN) / f"{source}.zip") as archive:
        return {each: archive.read(each) for each in archive.namelist() if each.endswith(".csv")}


def _one(files: Files, dataset: str) -> str:
    return next(name for name in files if f"/{dataset}_" in name)


def _answers(place: Path, layout: str, sources: dict[str, Files]) -> str:
    """What is read of trials that lie in a folder, or how they were refused."""
    place.mkdir()
    for source, files in sources.items():
        if layout == "zip":
            with zipfile.ZipFile(place / f"{source}.zip", "w") as archive:
                for name, content in files.items():
                    archive.writestr(name, content)
            continue
        for name, content in files.items():
            path = place / ("trials" if layout == "cache" else "") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def read() -> str:
        from gcbook.trials.originals import locate_trials
        from gcbook.trials.table import read_answers

        os.environ["GCBOOK_CACHE_DIR" if layout == "cache" else "GCBOOK_DATA_DIR"] = str(place)
        return digest(read_answers(*locate_trials()).astype(str))

    return told_in_fork(read)


def _edit(files: Files, chance: random.Random) -> str:
    name = chance.choice(sorted(files))
    head, *lines = files[name].decode().splitlines(keepends=True)
    place = head.strip().replace('"', "").lower().split(",").index("object_response")
    at = chance.randrange(len(lines))
    words = lines[at].split(",")
    words[place] = "cat" if "cat" not in words[place] else "dog"
    lines[at] = ",".join(words)
    files[name] = "".join([head, *lines]).encode()
    return Path(name).name


def _flip(files: Files, chance: random.Random) -> str:
    name = chance.choice(sorted(files))
    files[name] = flipped(files[name], chance.randrange(8 * len(files[name])))
    return Path(name).name


def _add(files: Files, chance: random.Random) -> str:
    name = chance.choice(sorted(files))
    stray = Path(name).with_name(f"{Path(name).parent.name}_stray_session-1.csv")
    _, *lines = files[name].splitlines(keepends=True)
    files[str(stray)] = files[name].splitlines(keepends=True)[0] + b"".join(
        b"stray," + line.partition(b",")[2] for line in lines
    )
    return stray.name


def _remove(files: Files, chance: random.Random) -> str:
    name = chance.choice(sorted(files))
    del files[name]
    # Where one is missing the source is not there, which is what has to be said.
    return "model-vs-human" if "model-vs-human" in name else "error-consistency"


def _exchange(files: Files, chance: random.Random) -> str:
    one, other = chance.sample(sorted(files), 2)
    files[one], files[other] = files[other], files[one]
    return Path(min(one, other)).name
