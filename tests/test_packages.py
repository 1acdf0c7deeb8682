"""How packages import each other: down only, in no circle, no chapter another, nor the book one."""

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import gcbook

PACKAGE = Path(gcbook.__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"

PACKAGES = (
    "cli",
    "book",
    "chapters",
    "charts",
    "claims",
    "miniworld",
    "illusions",
    "scoring",
    "classifiers",
    "noise",
    "stimuli",
    "stats",
    "trials",
    "paper",
    "files",
)
"""From top to bottom: a package imports from those behind it."""


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules of the package that a source names, wherever in it the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (f"{node.module}.{alias.name}" for alias in node.names):
                if name in known or node.module in known:
                    yield name if name in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


@cache
def arrows() -> dict[str, set[str]]:
    known = modules()
    return {name: set(imported(path.read_text(), known)) for name, path in known.items()}


def package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def chapter(module: str) -> str:
    """The chapter whose package a module stands in, or nothing."""
    parts = module.split(".")
    inside = len(parts) > 2 and parts[1] == "chapters"
    return parts[2] if inside and (PACKAGE / "chapters" / parts[2]).is_dir() else ""


def test_every_package_is_listed():
    found = {package(name) for name in modules()} - {"", "__main__"}
    assert found == set(PACKAGES)


def test_arrows_point_down():
    level = {name: number for number, name in enumerate(PACKAGES)}
    climbing = [
        f"{here} -> {there}"
        for here, targets in arrows().items()
        for there in targets
        if package(here) in level
        and package(there) in level
        and level[package(there)] < level[package(here)]
    ]
    assert climbing == []


def test_there_is_no_circle():
    graph = arrows()
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> str:
        if module in path:
            return " -> ".join([*path[path.index(module) :], module])
        if module in done:
            return ""
        for target in sorted(graph[module]):
            if circle := walk(target, (*path, module)):
                return circle
        done.add(module)
        return ""

    assert [circle for module in sorted(graph) if (circle := walk(module, ()))] == []


def test_no_chapter_knows_another():
    across = [
        f"{here} -> {there}"
        for here, targets in arrows().items()
        for there in targets
        if chapter(here) and chapter(there) and chapter(here) != chapter(there)
    ]
    assert across == []


def test_a_notebook_knows_its_own_package_only():
    known = modules()
    across = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "code":
                used = {chapter(name) for name in imported("".join(cell["source"]), known)}
                across += [f"{path.stem} -> {c}" for c in used - {"", path.stem.replace("-", "_")}]
    assert across == []


def test_the_book_knows_no_chapter():
    known = [
        f"{here} -> {there}"
        for here, targets in arrows().items()
        for there in targets
        if package(here) in {"book", "cli"} and chapter(there)
    ]
    assert known == []


def test_only_chapters_and_the_command_line_know_the_miniature_world():
    strangers = [
        f"{here} -> {there}"
        for here, targets in arrows().items()
        for there in targets
        if package(there) == "miniworld" and package(here) not in {"miniworld", "chapters", "cli"}
    ]
    assert strangers == []


MOST_LINES = 34_224
"""Lines of Python in the package, docstrings and blank lines included."""


def test_the_package_does_not_grow_unnoticed() -> None:
    found = sum(len(path.read_text("utf-8").splitlines()) for path in modules().values())
    assert found <= MOST_LINES, (
        f"gcbook/ has {found:,} lines of Python, {found - MOST_LINES:,} more than it may. Take as "
        f"many out; or, if that cannot be, set MOST_LINES in {Path(__file__).name} to {found:_} in "
        "the same commit, whose message says why the package has to grow."
    )
