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


def call(*arguments: str) -> str:
    return (
        "import sys\n"
        f"sys.argv = ['gcbook', *{list(arguments)!r}]\n"
        "from gcbook.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [[], *([name] for name in COMMANDS)],
    ids=lambda words: " ".join(["gcbook", *words, "--help"]),
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert not modules_after(call(*arguments, "--help")) & HEAVY
