"""Plant known bugs one at a time and see that the tests notice.

    python tools/plant_bugs.py            # all of them
    python tools/plant_bugs.py epsilon    # those whose name holds a word

Each entry changes one line in a copy of the package and runs the tests that guard it. A bug that
they let through is printed, and the exit status says so: a test that cannot fail proves nothing.
The working tree is not touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Bug:
    """One line of the package, what it becomes, and the tests that must fail then."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str


BUGS = (
    Bug(
        "epsilon: sign of the noise",
        "classifiers/diffusion.py",
        "return (x_t - sigma * output) / alpha",
        "return (x_t + sigma * output) / alpha",
        "tests/classifiers",
    ),
)


def main(words: list[str]) -> int:
    """Plant the bugs whose names hold one of the words; return how many stayed unnoticed."""
    chosen = [bug for bug in BUGS if not words or any(word in bug.name for word in words)]
    unnoticed = 0
    for bug in chosen:
        with tempfile.TemporaryDirectory() as folder:
            noticed, detail = plant(bug, Path(folder))
        unnoticed += not noticed
        print(f"{'noticed  ' if noticed else 'UNNOTICED'}  {bug.name}  ({detail})", flush=True)
    print(f"{len(chosen) - unnoticed} of {len(chosen)} planted bugs were noticed")
    return unnoticed


def plant(bug: Bug, folder: Path) -> tuple[bool, str]:
    """Run a bug's tests on a copy of the package that holds it."""
    for part in ("gcbook", "tests", "notebooks", "book"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "_toc.yml", "_config.yml"):
        shutil.copy(ROOT / name, folder / name)
    target = folder / "gcbook" / bug.file
    source = target.read_text(encoding="utf-8")
    if source.count(bug.right) != 1:
        sys.exit(f"{bug.file}: expected {bug.right!r} once; the list of bugs needs an update")
    target.write_text(source.replace(bug.right, bug.wrong), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *bug.tests.split(),
    ]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    # 1: tests failed. Anything else above 0 says that they could not run, which proves nothing.
    if done.returncode > 1:
        sys.exit(f"{bug.name}: the tests did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    what = failed[0].removeprefix("FAILED ").split(" - ")[0] if failed else bug.tests
    return done.returncode == 1, what


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
