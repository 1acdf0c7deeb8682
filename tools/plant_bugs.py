"""Plant known bugs one at a time and see that the tests notice.

    python tools/plant_bugs.py            # all of them
    python tools/plant_bugs.py epsilon    # those whose name or file holds a word

`planted_bugs.yaml` lists them: each changes one place in a copy of the package, and names the tests
that guard it. A bug that they let through is printed, and the exit status says so: a test that
cannot fail proves nothing. The same tests must pass on the copy as it is. The working tree is not
touched.

The libraries are imported once; every run of the tests is a fork of this process, which has not
imported the package. So there must be a fork: Linux or macOS. As many bugs are planted at a time as
there are processor cores, each in a copy of its own.
"""

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("planted_bugs.yaml")
FOLDERS = ("gcbook", "tests", "notebooks", "book")
FILES = ("pyproject.toml", "_toc.yml", "_config.yml")
LIBRARIES = (
    "diffusers.models",
    "diffusers.pipelines.pipeline_utils",
    "pandas",
    "pyarrow.parquet",
    "pydantic",
    "scipy.stats",
    "torch",
    "torchvision.models",
    "transformers.modeling_utils",
)
LONGEST = 300
"""Seconds after which tests that a bug keeps from ending are taken for failed."""


@dataclass(frozen=True)
class Bug:
    """One place of the package, what it becomes, and the tests that must fail then."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str

    def planted(self, source: str) -> str:
        """Return a file's text with the bug."""
        if source.count(self.right) != 1:
            sys.exit(f"{self.file}: expected {self.right!r} once; {LIST.name} needs an update")
        return source.replace(self.right, self.wrong)


def read_bugs(words: list[str]) -> list[Bug]:
    """Return the bugs whose names or files hold one of the words, all if there is none."""
    groups = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    bugs = [
        Bug(file=group["file"], **({"tests": group["tests"]} | one))
        for group in groups
        for one in group["bugs"]
    ]
    if len({(bug.file, bug.name) for bug in bugs}) < len(bugs):
        sys.exit(f"{LIST.name}: expected another name for every bug")
    chosen = [bug for bug in bugs if not words or any(w in f"{bug.file} {bug.name}" for w in words)]
    for bug in chosen:
        bug.planted((ROOT / "gcbook" / bug.file).read_text(encoding="utf-8"))
    return chosen


def main(words: list[str]) -> int:
    """Plant the bugs that hold one of the words; return how many stayed unnoticed."""
    begun = time.monotonic()
    chosen = read_bugs(words)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for library in LIBRARIES:
        importlib.import_module(library)
    # Not a Pool, whose processes are daemons: tests could start none of their own.
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(os.cpu_count(), get_context("fork"), copy, (Path(name),)) as pool,
    ):
        try:
            tests = sorted({test.split("::")[0] for bug in chosen for test in bug.tests.split()})
            for done in as_completed([pool.submit(try_unchanged, each) for each in tests]):
                if failure := done.result():
                    sys.exit(f"the tests fail without a bug:\n{failure}")
            unnoticed = 0
            for done in as_completed([pool.submit(plant, bug) for bug in chosen]):
                noticed, line = done.result()
                if noticed is None:
                    sys.exit(line)
                print(line, flush=True)
                unnoticed += not noticed
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    found, seconds = len(chosen) - unnoticed, time.monotonic() - begun
    print(f"{found} of {len(chosen)} planted bugs were noticed, in {seconds:.0f} s")
    return unnoticed


def copy(folder: Path) -> None:
    """Copy what the tests need into a folder of this process's own, and go there."""
    own = folder / str(os.getpid())
    for part in FOLDERS:
        shutil.copytree(ROOT / part, own / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, own / name)
    os.chdir(own)


def try_unchanged(tests: str) -> str:
    """Run tests on the copy as it is; return what they say if they fail."""
    code, said = run([tests])
    return said[-3000:] if code else ""


def plant(bug: Bug) -> tuple[bool | None, str]:
    """Run a bug's tests on the copy with it; whether they notice, None if they did not run."""
    target = Path("gcbook", bug.file)
    source = target.read_text(encoding="utf-8")
    target.write_text(bug.planted(source), encoding="utf-8")
    begun = time.monotonic()
    code, said = run(bug.tests.split())
    target.write_text(source, encoding="utf-8")
    # 1: tests failed. Anything else above 0 says that they could not run, which proves nothing.
    if code not in (0, 1, -signal.SIGALRM):
        return None, f"{bug.file}: {bug.name}: the tests did not run ({code}):\n{said[-3000:]}"
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    what = failed[0].split(" - ")[0].split("::")[-1] if failed else bug.tests
    verdict, seconds = "noticed  " if code else "UNNOTICED", time.monotonic() - begun
    return code != 0, f"{verdict}  {bug.file}: {bug.name}  ({what}, {seconds:.1f} s)"


def run(tests: list[str]) -> tuple[int, str]:
    """Run tests of the copy in a fork, up to the first that fails; exit status and output."""
    output = Path("output.txt")
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = _run_here(tests, output)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), output.read_text("utf-8", "replace")


def _run_here(tests: list[str], output: Path) -> int:
    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    folder = str(Path.cwd())
    os.environ["PYTHONPATH"] = folder
    # Compiled files are told apart by size and second: a bug must not leave one behind.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    signal.alarm(LONGEST)
    code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--tb=line", *tests])
    sys.stdout.flush()
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
