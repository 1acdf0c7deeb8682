"""What is installed is locked with hashes, and what CI runs is pinned: read from the files."""

import re
import runpy
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements/lock.txt", "requirements/uv.txt")
FREE = {"torch", "torchvision"}
"""Their build follows the machine, so no one hash is right."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def entries(file: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock file, with what follows it: its hashes."""
    text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    lines = [line.partition("--hash") for line in text.splitlines() if not line.startswith("#")]
    return [(Requirement(name), (mark + rest).split()) for name, mark, rest in lines]


def locked() -> dict[str, Requirement]:
    return {canonicalize_name(entry.name): entry for entry, _ in entries("requirements/lock.txt")}


def asked() -> list[Requirement]:
    """What pyproject.toml asks for itself, extras and what builds the package included."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    extras = [name for names in PROJECT["optional-dependencies"].values() for name in names]
    wanted = map(Requirement, [*PROJECT["dependencies"], *extras, *build])
    return [one for one in wanted if one.name not in {"gcbook", *FREE}]


@pytest.mark.parametrize("file", LOCKS)
def test_every_package_has_one_version_and_hashes(file):
    for entry, hashes in entries(file):
        assert re.fullmatch(r"==[^*]+", str(entry.specifier)), entry
        assert hashes, entry
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), entry


def test_lock_has_what_the_project_asks_for():
    found = locked()
    for one in asked():
        entry = found.get(canonicalize_name(one.name))
        assert entry is not None, f"{one.name} is not locked: make lock"
        (version,) = entry.specifier
        assert one.specifier.contains(version.version), f"{one}, but {entry} is locked: make lock"


def test_lock_has_what_is_needed_in_turn():
    """Of every package that is installed here, down from those that the project asks for."""
    found = locked()
    missing, seen, todo = set(), set(), asked()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if name in FREE or (name, *one.extras) in seen:
            continue
        seen.add((name, *one.extras))
        if name not in found:
            missing.add(name)
        try:
            below = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        todo += [
            each
            for each in below
            if each.marker is None
            or any(each.marker.evaluate({"extra": extra}) for extra in ("", *one.extras))
        ]
    assert missing == set()


def test_builds_for_one_kind_of_machine_are_not_locked():
    tied = [name for name in locked() if re.match(r"(torch|triton|nvidia|cuda)", name)]
    assert tied == []


def test_actions_are_pinned_by_commit():
    used = []
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        used += re.findall(r"uses:\s*(.+)", path.read_text("utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("file", ["Makefile", "README.md", "CONTRIBUTING.md", "environment.yml"])
def test_the_lock_is_named_where_it_is_used(file):
    text = (ROOT / file).read_text("utf-8")
    named = set(re.findall(r"requirements/[\w.]*\w", text))
    assert "requirements/lock.txt" in named
    assert all((ROOT / name).is_file() for name in named)


def test_conda_brings_nothing_that_is_locked():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert {re.split("[<=>]", name)[0] for name in environment["dependencies"]} == {
        "python",
        "pip",
        "make",
    }


def test_settings_of_pip_are_handed_to_uv():
    settings_of_pip = runpy.run_path(str(ROOT / "tools/environment.py"))["settings_of_pip"]
    listing = r"""
:env:.find-links='/near'
global.cert='/etc/ca.crt'
global.constraint='/a.txt\n/b.txt'
global.find-links='/far'
install.extra-index-url='https://one.example/simple https://two.example/simple'
install.find-links='/wheels /more'
list.format='columns'
global.quiet='1'
"""
    assert settings_of_pip(listing) == {
        "SSL_CERT_FILE": "/etc/ca.crt",
        "UV_CONSTRAINT": "/a.txt /b.txt",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/near",
    }
    assert settings_of_pip("global.find-links='/far /away'\n") == {"UV_FIND_LINKS": "/far,/away"}
    assert settings_of_pip("") == {}
