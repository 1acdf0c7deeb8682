"""Plant known bugs one at a time and see that the tests notice.

    python tools/plant_bugs.py            # all of them, in some ten minutes of two cores
    python tools/plant_bugs.py epsilon    # those whose name, file or tests hold a word

A test that cannot fail proves nothing. Each bug changes one place in a copy of the package; the
tests that guard it, which pass on the copy as it is, must fail then. The working tree is not
touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PARTS = (
    "gcbook",
    "tests",
    "benchmarks",
    "notebooks",
    "book",
    "pyproject.toml",
    "_toc.yml",
    "_config.yml",
)
LONGEST = 600
"""Seconds after which tests that a bug keeps from ending are taken for failed."""


class Bug(NamedTuple):
    """A place of the package, what stands there once, what it becomes, the tests that guard it."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str


BUGS = (
    Bug(
        "all images share their noise",
        "noise/draws.py",
        "(str(seed), image_id, str(draw), stream)",
        "(str(seed), str(draw), stream)",
        "noise/test_noise.py",
    ),
    Bug(
        "log-SNR has the other sign",
        "noise/schedules.py",
        "np.log(schedule.alpha(t)) - np.log(schedule.sigma(t))",
        "np.log(schedule.sigma(t)) - np.log(schedule.alpha(t))",
        "noise/test_noise.py",
    ),
    Bug(
        "exp:K grows with t",
        "noise/weightings.py",
        "np.exp(-value * t)",
        "np.exp(value * t)",
        "noise/test_weightings.py",
    ),
    Bug(
        "epsilon: alpha for sigma",
        "classifiers/diffusion.py",
        "return (x_t - sigma * output) / alpha",
        "return (x_t - alpha * output) / sigma",
        "classifiers/test_diffusion.py",
    ),
    Bug(
        "errors are sums over elements",
        "classifiers/protocol.py",
        '"error_l2": difference.square().mean(1)',
        '"error_l2": difference.square().sum(1)',
        "classifiers/test_diffusion.py",
    ),
    Bug(
        "log p is a mean over tokens",
        "classifiers/autoregressive.py",
        ".cpu().double().sum(1)",
        ".cpu().double().mean(1)",
        "classifiers/test_autoregressive.py",
    ),
    Bug(
        "tokens that were not masked count",
        "classifiers/masked.py",
        "(logits.logsumexp(-1) - chosen).masked_fill(~hidden, 0)",
        "logits.logsumexp(-1) - chosen",
        "classifiers/test_masked.py",
    ),
    Bug(
        "the largest probability of a category's classes counts",
        "classifiers/discriminative.py",
        "log_p[:, list(group)].logsumexp(1)",
        "log_p[:, list(group)].amax(1)",
        "classifiers/test_discriminative.py",
    ),
    Bug(
        "code of a model's folder is trusted",
        "classifiers/pretrained.py",
        'options["trust_remote_code"] = False',
        'options["trust_remote_code"] = True',
        "classifiers/test_pretrained.py::test_no_code_of_a_folder_runs_at_a_terminal_where_one_says_yes",
    ),
    Bug(
        "a race forgets how far apart classes are",
        "scoring/racing.py",
        "- d * ndtr(-z)",
        "",
        "scoring/test_racing.py",
    ),
    Bug(
        "a resumed run repeats draws",
        "scoring/work.py",
        "missing = units[~np.isin(units, work.known[0])]",
        "missing = units",
        "scoring/test_engine.py",
    ),
    Bug(
        "rows with NaN are written",
        "scoring/engine.py",
        "self.writer.add(rows.where(finite))",
        "self.writer.add(rows)",
        "scoring/test_engine.py",
    ),
    Bug(
        "the largest error wins",
        "scoring/decisions.py",
        "first = means.argmin(axis=1)",
        "first = means.argmax(axis=1)",
        "scoring/test_decisions.py",
    ),
    Bug(
        "times drawn more often count more",
        "scoring/scores.py",
        "return weights / density_at(self.density, t, n_steps)",
        "return weights",
        "scoring/test_racing.py",
    ),
    Bug(
        "shards overlap",
        "scoring/shards.py",
        "return images[first:stop]",
        "return images[max(0, first - 1):stop]",
        "scoring/test_shards.py",
    ),
    Bug(
        "a seal covers only what stands before it",
        "files/checksums.py",
        "found.update(view[at + 64 :])",
        "found.update(b'')",
        "files/test_checksums.py",
    ),
    Bug(
        "a flipped bit in what ships is read",
        "files/manifest.py",
        "if found == expected:",
        "if found:",
        "files/test_manifest.py",
    ),
    Bug(
        "a conflict's category may be its texture's",
        "trials/parse.py",
        "[images.codes] != said",
        "[images.codes] == 0",
        "trials/test_table.py",
    ),
    Bug(
        "conditions that the benchmark leaves out count",
        "stats/conventions.py",
        "~places.isin(_LEFT_OUT)",
        "places.isin(_LEFT_OUT) | True",
        "stats/test_estimates.py",
    ),
    Bug(
        "a difference of intervals is too narrow",
        "claims/number.py",
        "Interval(self[0] - high, self[1] - low, self.form)",
        "Interval(self[0] - low, self[1] - high, self.form)",
        "claims/test_number.py",
    ),
)


def main(words: list[str]) -> int:
    """Plant the bugs that hold one of the words; return how many stayed unnoticed."""
    chosen = [bug for bug in BUGS if not words or any(w in " ".join(bug) for w in words)]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for part in PARTS:
            whole = ROOT / part
            (shutil.copytree if whole.is_dir() else shutil.copy)(whole, place / part)
        if failed(sorted({bug.tests for bug in chosen}), place, "-n", "auto"):
            sys.exit("the tests fail without a bug, or did not run: see above")
        unnoticed = 0
        for bug in chosen:
            target = place / "gcbook" / bug.file
            source = target.read_text("utf-8")
            if source.count(bug.right) != 1:
                sys.exit(f"{bug.file}: expected {bug.right!r} once. Bring {__file__} up to date.")
            target.write_text(source.replace(bug.right, bug.wrong), "utf-8")
            noticed = failed([bug.tests], place, "-x", said=False)
            target.write_text(source, "utf-8")
            print("noticed  " if noticed else "UNNOTICED", f"{bug.file}: {bug.name}", flush=True)
            unnoticed += not noticed
    print(f"{len(chosen) - unnoticed} of {len(chosen)} planted bugs were noticed")
    return unnoticed


def failed(tests: list[str], place: Path, *options: str, said: bool = True) -> bool:
    """Whether tests of the copy fail; ends everything if they could not run."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line"]
    # Compiled files are told apart by size and second: a bug must not leave one behind.
    environment = os.environ | {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *options, *(f"tests/{each}" for each in tests)],
            cwd=place,
            env=environment,
            timeout=LONGEST,
            stdout=None if said else subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    # 1: tests failed. Anything else above 0 says that they could not run, which proves nothing.
    if done.returncode > 1:
        sys.exit(f"{' '.join(tests)}: the tests did not run ({done.returncode})")
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
