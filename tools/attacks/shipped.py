"""What comes with the package: flipped bits, files that are others, missing, or not on any list."""

import contextlib
import os
import random
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import Attack, in_short
from attacks.commands import call, digest, refusal
from attacks.mutants import flipped

ROOT = Path(__file__).resolve().parents[2]
Change = Callable[[Path, random.Random], object]
"""Changes a file."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with the package's data."""

    def changed(part: str, change: Change) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            chance = random.Random(f"{seed} {part} {number}")
            return _changed(part, chance.choice(_files(part)), lambda at: change(at, chance))

        return run

    for part, (_, _, count) in PARTS.items():
        run = changed(part, _flip)
        yield Attack("shipped", f"a flipped bit in {part}", run, count, 2, mend=_mend)
    for name, change in BROKEN.items():
        for part in ("summaries", "weights", "scores", "silhouettes", "published numbers"):
            run = changed(part, change)
            yield Attack("shipped", f"a file of the {part} {name}", run, mend=_mend)

    def stray(place: str, source: str) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            before = told_in_fork(_models)
            try:
                shutil.copytree(_data() / source, _data() / place)
                after = told_in_fork(_models)
            finally:
                shutil.rmtree(_data() / place, ignore_errors=True)
            return "" if after == before or place in after else f"counts as shipped: {after[:80]}"

        return run

    for place, source in (
        ("models/mini-cnn-seed9", "models/mini-cnn-seed1"),
        ("models/mini-pixel-seed7", "models/mini-cnn-seed1"),
        ("scores/mini-cnn/stray", "scores/mini-cnn/cue-conflict"),
        ("worlds/d1-c1/mini-cnn-seed5", "worlds/d1-c1/mini-cnn-seed0"),
    ):
        yield Attack("shipped", f"a stray folder {place}", stray(place, source), mend=_mend)

    def checked(folder: Path, number: int) -> str:
        chance = random.Random(f"{seed} checked {number}")
        file = chance.choice(_files(chance.choice(sorted(PARTS))))
        with _kept(file):
            _flip(file, chance)
            ended = call("check", seconds=60)
        if ended.status != 1 or "Traceback" in ended.said:
            return ended.refused(file.name)
        return "" if file.name in ended.said else f"does not name {file.name}: {ended.last[:120]}"

    yield Attack("shipped", "gcbook check of a flipped bit", checked, 8, mend=_mend)


def _data() -> Path:
    import gcbook

    return Path(gcbook.__file__).parent / "data"


def _files(part: str) -> list[Path]:
    return sorted(path for pattern in PARTS[part][0] for path in _data().glob(pattern))


def _mend() -> None:
    """The package's data as in the working tree."""
    shutil.rmtree(_data(), ignore_errors=True)
    shutil.copytree(ROOT / "gcbook" / "data", _data())


@contextlib.contextmanager
def _kept(file: Path) -> Iterator[None]:
    """Put a file back that is changed meanwhile."""
    aside = Path("kept")
    shutil.copy2(file, aside)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        shutil.move(aside, file)


def _changed(part: str, file: Path, change: Callable[[Path], object]) -> str:
    """What is wrong with what is read of a part, once a file of it has changed."""
    read = PARTS[part][1]
    key = (part, file if read in EACH else None)
    if key not in _before:
        _before[key] = told_in_fork(lambda: read(file))
    before = _before[key]
    with _kept(file):
        change(file)
        after = told_in_fork(lambda: read(file))
    if after == before:
        return ""
    if after.startswith("refused"):
        return refusal(after, file.name)
    place = file.relative_to(_data())
    return f"{place}: {after if ' ' in after else 'another result, silently'}"


_before: dict[tuple[str, Path | None], str] = {}
"""What was read before anything changed."""


def told_in_fork(read: Callable[[], str]) -> str:
    """What is read in another process, so that nothing of it is remembered in this one."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, _told(read)[:9999].encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        found = told.read().decode()
    os.waitpid(child, 0)
    return found


def _told(read: Callable[[], str]) -> str:
    from gcbook.files.errors import GcbookError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except GcbookError as error:
            return f"refused: {error}"
        except Exception as error:
            return in_short(error)


def _models() -> str:
    from gcbook.miniworld.results.shipped import shipped_models, shipped_sets
    from gcbook.miniworld.results.worlds import trained_in_worlds

    models = shipped_models()
    worlds = [str(each.folder) for each in trained_in_worlds()]
    return " ".join([*models, *(name for each in models for name in shipped_sets(each)), *worlds])


def _summaries(file: Path) -> str:
    from gcbook.stats.summaries import load_summaries

    found = load_summaries()
    return digest(found.counts, found.pairs, found.estimates, found.tests, found.provenance)


def _weights(file: Path) -> str:
    from gcbook.classifiers.load import load_classifier

    # The description has a hash of what was loaded.
    return digest(load_classifier(file.relative_to(_data() / "models").parts[0]).describe())


def _card(file: Path) -> str:
    from gcbook.miniworld.results.shipped import model_card

    return digest(dict(model_card(file.parent.name)))


def _scores(file: Path) -> str:
    from gcbook.miniworld.results.shipped import shipped_store

    store = shipped_store(file.parent.parent.name, file.parent.name)
    return digest(store.scores(), store.images(), store.observer, store.settings.as_dict())


def _silhouettes(file: Path) -> str:
    from gcbook.miniworld.silhouettes import load_silhouettes

    found = load_silhouettes()
    return digest(found.images, found.categories, found.names)


def _published(file: Path) -> str:
    from gcbook.paper import published

    tables = (published.table1, published.table2, published.table3, published.quoted)
    return digest(*(table() for table in tables), published.published_values())


def _coverage(file: Path) -> str:
    from gcbook.chapters.interval_coverage.run import read_run

    return digest(read_run())


def _networks(file: Path) -> str:
    from gcbook.book.networks import write_networks

    place = Path("networks")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    write_networks(place)
    return digest(*(path.read_bytes() for path in sorted(place.iterdir())))


def _observer(file: Path) -> str:
    from gcbook.chapters.observer.parts import parts_of

    parts = [*parts_of("photographs"), *parts_of("drawings")]
    return digest(*(table for part in parts for table in (part.images, part.answers)))


def _pictures(file: Path) -> str:
    from gcbook.stimuli.pictures import picture_bytes, pictures_of

    sets = ("cue-conflict", "no-conflict", "example", "silhouette", "edge", "photograph")
    tables = [pictures_of(name) for name in sets]  # type: ignore[arg-type]
    return digest(*tables, *(picture_bytes(name) for table in tables for name in table["file"]))


def _illusions(file: Path) -> str:
    from gcbook.miniworld.results.ambiguous import ambiguous_pictures
    from gcbook.miniworld.results.sheets import read_sheet
    from gcbook.miniworld.results.turned import read_turned

    model = file.parent.name
    picture = next((each for each in ambiguous_pictures() if each.name == file.stem), None)
    if picture is None:
        return digest(read_turned(model))
    sheet = read_sheet(model, picture)
    return digest(*vars(sheet).values())


def _tables(file: Path) -> str:
    from gcbook.classifiers.prompts import clip_templates
    from gcbook.miniworld.results import calibrated
    from gcbook.paper.categories import imagenet_classes
    from gcbook.paper.observers import known_networks
    from gcbook.trials.originals import SOURCES, read_registry

    registries = [read_registry(source) for sources in SOURCES.values() for source in sources]
    done = [repr(each) for each in calibrated.trainings()]
    found = (done, calibrated.measured_by_default(), calibrated._predicted(), registries)
    return digest(*found, clip_templates(), repr(imagenet_classes()), known_networks())


PARTS: dict[str, tuple[tuple[str, ...], Callable[[Path], str], int]] = {
    "summaries": (("summaries/*.*",), _summaries, 100),
    "weights": (("models/mini-cnn*/*.safetensors",), _weights, 30),
    "weights of diffusion": (("models/mini-pixel*/unet/*",), _weights, 15),
    "configurations": (("models/mini-*/*config.json",), _weights, 20),
    "records of training": (("models/mini-cnn*/training.json",), _card, 20),
    "scores": (("scores/*/*/*.*",), _scores, 60),
    "silhouettes": (("miniworld/silhouettes.*",), _silhouettes, 25),
    "published numbers": (("published/*.csv",), _published, 40),
    "coverage": (("coverage.parquet",), _coverage, 20),
    "networks of the page": (("networks/*",), _networks, 4),
    "runtime of the page": (("onnxruntime-web/*.gz",), _networks, 4),
    "images of the observer": (("observer/*.jpg", "observer/*.png"), _observer, 15),
    "answers of the observer": (("observer/*.csv",), _observer, 15),
    "pictures": (("pictures/*.jpg", "pictures/*.png", "pictures/*.csv"), _pictures, 15),
    "illusions": (("illusions/*/*.png", "illusions/*/*.parquet"), _illusions, 25),
    "small tables": (
        ("classifiers/*", "registry/*", "calibration/*", "observers.csv"),
        _tables,
        25,
    ),
}
"""By name: the files, what reads them, and how many bits are flipped."""
EACH = (_weights, _card, _scores, _illusions)
"""Readers of one file; others read all of their part."""


def _flip(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(flipped(content, chance.randrange(8 * len(content))))


def _pipe(path: Path, chance: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _endless(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


BROKEN: dict[str, Change] = {
    "is cut short": lambda path, _: os.truncate(path, path.stat().st_size // 2),
    "is missing": lambda path, _: path.unlink(),
    "is a pipe": _pipe,
    "has no end": _endless,
}
"""What is done to a file, besides flipping a bit."""
