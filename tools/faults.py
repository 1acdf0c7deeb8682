"""Attack the program with hostile files, flipped bits and signals, and see that it holds.

    python tools/faults.py                          # everything, in about seven minutes
    python tools/faults.py --fast                   # some of what is quick, in about one
    python tools/faults.py --only pictures,stores   # some classes
    python tools/faults.py --name mutated --number 7 --seed 1   # one variant of one attack

An attack is a hostile file or act, many of them in seeded variants; each is tried in a process and
a folder of its own, with limits on time and memory. The program has held if it ended, said in one
message which file it refuses (or took what does no harm), ran no code, asked nothing, and left
neither processes nor temporary files nor damage. Anything else is printed with the class, name and
number that bring it back, and the exit status is 1. ``tools/attacks`` has a module a class.

The libraries are imported once, and everything runs in forks of this process, on copies of the
package: the working tree is not touched. It takes Linux, and a quiet machine: on a busy one, what
must be over in five seconds may not be.
"""

import argparse
import contextlib
import importlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from attacks import attempt
from attacks.attempt import (
    Attack,
    Failure,
    adopt_orphans,
    end_descendants,
    end_with_parent,
    failures,
    in_short,
)
from plant_bugs import LIBRARIES, copy

CLASSES = (
    "runs",
    "models",
    "stores",
    "shipped",
    "archives",
    "trials",
    "pictures",
    "published",
    "mirrors",
)
"""Modules of ``attacks``; those that take long come first."""
AT_A_TIME = 50
"""Variants that one job tries."""
SHOWN = 3
"""Failures of one attack that are printed; the table counts them all."""
MORE = (
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion",
    "pooch",
    "transformers.models.auto.image_processing_auto",
    "transformers.models.clip.modeling_clip",
    "transformers.models.resnet.modeling_resnet",
)
"""What most attacks import of libraries, besides what tests do."""
MODULES = (
    "gcbook.classifiers.clip",
    "gcbook.classifiers.discriminative",
    "gcbook.classifiers.pipelines",
    "gcbook.cli",
    "gcbook.miniworld.training.cnn",
    "gcbook.miniworld.training.recipes",
    "gcbook.scoring.engine",
    "gcbook.stats.benchmark",
    "gcbook.stats.summaries",
    "gcbook.trials.fetch",
)
"""What they import of the package."""
WITHOUT_MODELS = {"archives", "trials", "pictures"}
"""Classes whose attacks load none of these: a fork without them is made in a third of the time."""


@dataclass(frozen=True)
class Chosen:
    """An attack, and the numbers of its variants that are tried."""

    attack: Attack
    numbers: Sequence[int]


_chosen: list[Chosen] = []
"""What is tried; the workers inherit it."""


def main() -> int:
    """Try the attacks that are asked for; return 1 if the program did not hold."""
    asked = _options()
    begun = time.monotonic()
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    attempt.patience = asked.patience
    place = Path(tempfile.mkdtemp(prefix="gcbook-faults-"))
    try:
        notes = _choose(asked, place / "made")
        models = not WITHOUT_MODELS.issuperset(asked.only)
        for library in (*LIBRARIES, *MORE) if models else ():
            importlib.import_module(library)
        tried, failed = _campaign(asked.jobs, place, MODULES if models else ())
    except BaseException as error:
        end_descendants()
        shutil.rmtree(place, ignore_errors=True)
        print(f"stopped: {in_short(error)}", file=sys.stderr)
        # A pool whose workers were killed may be waited for without end.
        os._exit(2)
    shutil.rmtree(place, ignore_errors=True)
    print(_table(tried, Counter(each.kind for each in failed)), *notes, sep="\n")
    total, seconds = tried.total(), time.monotonic() - begun
    print(
        f"{total:,} attacks of {len(tried)} classes: {total - len(failed):,} held, "
        f"{len(failed):,} failed (seed {asked.seed}, {seconds:.0f} s)"
    )
    return int(bool(failed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(CLASSES), help="classes, separated by commas")
    parser.add_argument("--name", default="", help="only attacks with this in their name")
    parser.add_argument("--number", type=int, help="only this variant of each")
    parser.add_argument("--seed", type=int, default=0, help="of all variants (default: 0)")
    parser.add_argument("--fast", action="store_true", help="some of what is quick")
    parser.add_argument(
        "--patience", type=float, default=1.0, help="factor of all time limits, on a busy machine"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    asked = parser.parse_args()
    asked.only = asked.only.split(",")
    if strange := sorted({*asked.only} - {*CLASSES}):
        parser.error(f"--only: expected some of {', '.join(CLASSES)}; found {', '.join(strange)}")
    return asked


def _choose(asked: argparse.Namespace, made: Path) -> list[str]:
    """Choose the attacks; return which classes are left out and why."""
    made.mkdir()
    notes = []
    for name in asked.only:
        module = importlib.import_module(f"attacks.{name}")
        if why := getattr(module, "missing", str)():
            notes.append(f"{name} left out: {why}")
            continue
        for attack in module.attacks(made, asked.seed):
            count = attack.quick if asked.fast else attack.count
            numbers = range(count) if asked.number is None else (asked.number,)
            if asked.name in attack.name and count:
                _chosen.append(Chosen(attack, numbers))
    return notes


def _campaign(jobs: int, place: Path, modules: Sequence[str]) -> tuple[Counter[str], list[Failure]]:
    tried: Counter[str] = Counter()
    failed: list[Failure] = []
    # Without a `with`, which would wait for all of it when it is to stop.
    pool = ProcessPoolExecutor(jobs, get_context("fork"), _settle, (place / "copies", modules))
    needs = sorted({need for each in _chosen for need in each.attack.needs})
    for job in as_completed([pool.submit(_make, need, place) for need in needs]):
        if found := job.result():
            sys.exit(f"what is to be attacked could not be made: {found[0].what}")
    waiting = [
        pool.submit(_try, index, numbers, place)
        for index, each in enumerate(_chosen)
        for numbers in _parted(each.numbers)
    ]
    for job in as_completed(waiting):
        kind, count, found = job.result()
        tried[kind] += count
        for each in found:
            failed.append(each)
            if sum(other.name == each.name for other in failed) <= SHOWN:
                print(f"FAILED {each.kind}: {each.name} [{each.number}]: {each.what}")
        sys.stdout.flush()
    pool.shutdown()
    return tried, failed


def _parted(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[first : first + AT_A_TIME] for first in range(0, len(numbers), AT_A_TIME)]


def _settle(copies: Path, modules: Sequence[str]) -> None:
    """Make a worker ready: with a copy of the package, from which everything below it imports."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    end_with_parent()
    copy(copies)
    own = [str(Path.cwd()), str(Path.cwd() / "tests")]
    sys.path[:0] = own
    os.environ["PYTHONPATH"] = os.pathsep.join(own)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    os.environ["GCBOOK_CACHE_DIR"] = str(Path.cwd() / "cache")
    for name in ("GCBOOK_DATA_DIR", "GCBOOK_MODELS_DIR", "GCBOOK_PROJECT"):
        os.environ.pop(name, None)
    for module in modules:
        importlib.import_module(module)
    # What the first command imports and makes, all others have.
    with contextlib.suppress(SystemExit), contextlib.redirect_stderr(io.StringIO()):
        importlib.import_module("gcbook.cli").main(["benchmark", "nowhere.csv"])


def _make(need: str, place: Path) -> list[Failure]:
    """Make what attacks need, once for all of them."""
    make = getattr(importlib.import_module("attacks.made"), need)
    making = Attack("made", need, lambda folder, number: make(place / "made") or "", seconds=120)
    return failures(making, [0], _folder(place))


def _try(index: int, numbers: Sequence[int], place: Path) -> tuple[str, int, list[Failure]]:
    attack = _chosen[index].attack
    try:
        found = failures(attack, numbers, _folder(place))
    except OSError as error:
        found = [Failure(attack.kind, attack.name, numbers[0], f"not tried: {in_short(error)}")]
    return attack.kind, len(numbers), found


def _folder(place: Path) -> Path:
    folder = place / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def _table(tried: Counter[str], failed: Counter[str]) -> str:
    rows = [("class", "tried", "held", "failed")]
    for kind in sorted(tried):
        rows.append(
            (kind, *(f"{n:,}" for n in (tried[kind], tried[kind] - failed[kind], failed[kind])))
        )
    return "\n".join(f"{kind:<12}{n:>8}{held:>8}{lost:>8}" for kind, n, held, lost in rows)


if __name__ == "__main__":
    sys.exit(main())
