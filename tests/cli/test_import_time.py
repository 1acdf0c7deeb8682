"""Importing gcbook and asking for help load nothing heavy (asserted by module, not by clock)."""

import json
import subprocess
import sys

import pytest
import typer

from gcbook.cli import app

HEAVY = {
    "altair",
    "IPython",
    "jupyter_book",
    "matplotlib",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pooch",
    "pyarrow",
    "requests",
    "scipy",
    "sphinx",
    "diffusers",
    "PIL",
    "ray",
    "torch",
    "torchvision",
    "transformers",
    "vl_convert",
}
COMMANDS = typer.main.get_command(app).commands


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running ``code``."""
    report = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(result.stderr.splitlines()[-1])}


def test_import_gcbook_loads_nothing_heavy() -> None:
    loaded = modules_after("import gcbook")
    assert not loaded & (HEAVY | {"typer", "click", "rich", "pydantic", "yaml"})


@pytest.mark.parametrize(
    "module", ["gcbook.files.errors", "gcbook.trials.originals", "gcbook.trials.fetch"]
)
def test_looking_for_data_loads_nothing_heavy(module: str) -> None:
    assert not modules_after(f"import {module}") & HEAVY


COMMAND = """
from gcbook.cli import main
def call(*words):
    try:
        main(words)
    except SystemExit as stop:
        assert not stop.code, words
"""


def test_help_loads_nothing_heavy() -> None:
    calls = "\n".join(f"call({name!r}, '--help')" for name in COMMANDS)
    assert not modules_after(f"{COMMAND}call('--help')\n{calls}") & HEAVY


@pytest.mark.parametrize("words", [("models",), ("models", "sd-1.4")], ids=" ".join)
def test_listing_models_loads_no_network_library_and_no_tables(words: tuple[str, ...]) -> None:
    unwanted = {"torch", "numpy", "pandas", "transformers", "diffusers"}
    assert not modules_after(f"{COMMAND}call(*{words!r})") & unwanted
