"""Without extras: what reads, compares and draws trials runs, the rest says what to install."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gcbook.files.extras import EXTRAS
from gcbook.files.manifest import DATA

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED = set(ARGUMENTS.pop(0).split(","))
sys.meta_path.insert(0, Missing())
from gcbook.cli import main
main(ARGUMENTS)
"""


def call(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``gcbook`` where nothing of any extra can be imported."""
    blocked = ",".join(module for modules in EXTRAS.values() for module in modules)
    words = [blocked, *map(str, arguments)]
    return subprocess.run(
        [sys.executable, "-c", f"ARGUMENTS = {words!r}\n{BLOCKED}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


SILHOUETTES = DATA.folder / "scores/mini-pixel-calibrated/silhouette"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decisions of a model, made by ``decide``, and the same as if they were a person's."""
    folder = tmp_path_factory.mktemp("core")
    done = call(
        "decide", DATA.path("scores/mini-cnn-calibrated/cue-conflict"), "-o", "mine", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    (file,) = (folder / "mine").rglob("*.csv")
    assert file.name == "cue-conflict_mini-cnn-calibrated_session-1.csv"
    person = file.with_name("cue-conflict_subject-01_session-1.csv")
    person.write_text(file.read_text().replace("mini-cnn-calibrated", "subject-01"))
    shutil.copy(person, person.with_name("cue-conflict_subject-02_session-1.csv"))
    other = person.with_name("cue-conflict_subject-02_session-1.csv")
    other.write_text(file.read_text().replace("mini-cnn-calibrated", "subject-02"))
    return folder


def test_a_benchmark(trials):
    words = "benchmark mine --datasets cue-conflict --ci --draws 100 --format json"
    done = call(*words.split(), cwd=trials)
    assert done.returncode == 0, done.stderr
    rows = {row["observer"]: row for row in json.loads(done.stdout)["rows"]}
    # The people are copies of the model.
    assert rows["mini-cnn-calibrated"]["shape_bias"] == pytest.approx(117 / 647, abs=1e-3)
    assert rows["mini-cnn-calibrated"]["error_consistency"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chapters"], "shape-bias  "),
        (["chapters", "weighting", "--json"], '"noise_draws"'),
        (["claims", "--json"], '"humans-shape-bias"'),
        (["models"], "sd-1.4"),
        (["models", "mini-pixel", "--json"], '"at_hand": "package: '),
        (
            ["decide", SILHOUETTES, "--json"],
            '"accuracy"',
        ),
        (
            ["check", SILHOUETTES],
            "a store of scores: whole",
        ),
    ],
    ids=lambda value: " ".join(map(str, value[:1])) if isinstance(value, list) else "",
)
def test_what_needs_no_extra_runs(arguments, says, tmp_path):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


@pytest.mark.parametrize(
    ("arguments", "module", "extra"),
    [
        (["run", "shape-bias"], "papermill", "book"),
        (["build"], "papermill", "book"),
        (["score", "mini-cnn", "cue-conflict", "--drawn", "-o", "s"], "torch", "models"),
        (["train", "mini-cnn", "-o", "run"], "torch", "models"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_needs_an_extra_says_which(arguments, module, extra, tmp_path):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == (
        f"gcbook: expected {module}, found that it is not installed. Install it: pip install "
        f"'gcbook[{extra}]'."
    )
    assert not any(tmp_path.iterdir())
