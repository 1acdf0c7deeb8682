"""What a wheel brings: the book's sources as they are in the repository, and what chapters read."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gcbook
from gcbook.files.manifest import SUMS, Manifest
from gcbook.miniworld.results.shipped import network_parameters

# A copy of the package and all that it ships.
pytestmark = pytest.mark.nightly

ROOT = Path(gcbook.__file__).parents[1]
LATENT = "mini-latent-calibrated"
LEFT_OUT = {LATENT} | {
    f"photo-{n}" for n in ("cnn-flips", "cnn-noise", "cnn-seed1", "latent", "pixel")
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that would be site-packages."""
    made = tmp_path_factory.mktemp("wheel")
    steps = ["egg_info", "--egg-base", made, "build_py", "--build-lib", made / "site-packages"]
    subprocess.run([sys.executable, "setup.py", "-q", *map(str, steps)], cwd=ROOT, check=True)
    return made / "site-packages"


def call(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``gcbook`` as it is installed, far from a checkout."""
    code = "import sys; from gcbook.cli import main; main(sys.argv[1:])"
    places = {name: value for name, value in os.environ.items() if name != "GCBOOK_PROJECT"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=places | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def listed() -> list[str]:
    """Sources of the book that are in the repository."""
    done = subprocess.run(
        ["git", "ls-files", "_config.yml", "_toc.yml", "notebooks", "book"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout:
        pytest.skip("no git repository")
    return done.stdout.splitlines()


def test_sources_are_those_of_the_repository(installed):
    sources = installed / "gcbook" / "sources"
    found = [path.relative_to(sources).as_posix() for path in sources.rglob("*") if path.is_file()]
    assert sorted(found) == sorted(listed())
    for name in found:
        assert (sources / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_list_of_what_ships_is_that_of_the_wheel(installed):
    data = Manifest(installed / "gcbook" / "data")
    assert data.problems() == []
    everything = Manifest(ROOT / "gcbook" / "data")
    left_out = set(everything.listed) - set(data.listed)
    assert {name.split("/")[1] for name in left_out} == LEFT_OUT
    assert all(name.endswith(".safetensors") for name in left_out)
    assert {data.listed[name] for name in data.listed} <= set(everything.listed.values())
    assert (ROOT / "gcbook" / "data" / SUMS).read_text() != (data.folder / SUMS).read_text()


def test_a_wheel_is_light(installed):
    """Most of it is data that hardly compress, Python for pages (5.5 MB) among them."""
    data = installed / "gcbook" / "data"
    assert sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) < 100e6


def test_chapters_and_claims_need_no_checkout(installed, tmp_path):
    done = call(installed, tmp_path, "chapters")
    assert done.returncode == 0, done.stderr
    chapters = [name for name in listed() if re.search(r"notebooks/[^/]+\.ipynb$", name)]
    assert len(done.stdout.splitlines()) == len(chapters)
    done = call(installed, tmp_path, "claims", "--json")
    assert '"humans-shape-bias"' in done.stdout
    assert not any(tmp_path.iterdir())


def test_a_model_that_is_left_out_is_said_to_be(installed, tmp_path):
    done = call(installed, tmp_path, "models", "mini-latent", "--json")
    assert '"at_hand": ""' in done.stdout
    done = call(installed, tmp_path, "run", "step-by-step", "-p", "model", "mini-latent")
    assert done.returncode == 1
    assert "expected the weights of mini-latent, found none" in done.stderr
    assert "A checkout of gcbook's repository has them in gcbook/data/models" in done.stderr


def test_the_size_of_a_model_that_is_left_out_is_known(installed, tmp_path):
    code = (
        "import sys; from gcbook.miniworld.results.shipped import has_weights, network_parameters; "
        "print(*(f'{each}:{network_parameters(each)}' for each in sys.argv[1:]), "
        "*map(has_weights, sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, LATENT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"{LATENT}:{network_parameters(LATENT)}", "False"]


def test_a_chapter_runs_and_nothing_is_written_beside_the_package(installed, tmp_path):
    before = sorted(path for path in installed.rglob("*") if "__pycache__" not in path.parts)
    done = call(installed, tmp_path, "run", "interval-coverage", "-o", "out")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "interval-coverage.html").read_text(encoding="utf-8")
    assert "Intervals: in the worst design they miss a little too often" in page
    after = sorted(path for path in installed.rglob("*") if "__pycache__" not in path.parts)
    assert after == before


def test_without_a_checkout_the_book_goes_to_the_current_folder(installed, tmp_path):
    done = call(installed, tmp_path, "serve")
    assert done.returncode == 1
    assert f"expected a built book in {tmp_path.resolve() / '_build/html'}" in done.stderr
