"""Extras: what each brings, against what the package imports and pyproject.toml says."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gcbook
from gcbook.files.extras import EXTRAS

PACKAGE = Path(gcbook.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]


def imported() -> set[str]:
    """Top-level modules of others that some module of the package imports, anywhere in it."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - {"gcbook"} - sys.stdlib_module_names


def named(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def test_what_is_imported_is_in_the_core_or_in_an_extra():
    core = named(PROJECT["dependencies"])
    # And what these need: pydantic its core, pooch requests.
    core |= named(
        [each for name in core for each in requires(name) or () if "extra ==" not in each]
    )
    brought = {
        module
        for module, names in packages_distributions().items()
        if core & {canonicalize_name(name) for name in names}
    }
    optional = {module for modules in EXTRAS.values() for module in modules}
    assert not brought & optional
    assert imported() - brought - optional == set()


def test_every_extra_is_one_of_the_project():
    assert set(EXTRAS) <= set(PROJECT["optional-dependencies"])
    everything = Requirement(PROJECT["optional-dependencies"]["all"][0])
    assert everything.name == "gcbook"
    assert set(EXTRAS) <= everything.extras
