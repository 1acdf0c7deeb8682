"""What an executed chapter was made from, and how that went: a file next to its page.

An executed notebook carries its inputs in its metadata (``gcbook.inputs``), and its page states
them. The record next to the page has them too: once an input is another, the chapter is stale.
"""

import hashlib
import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Any

from gcbook.book.chapters import Chapter, parameters_in
from gcbook.book.project import CONFIGURATION, Project
from gcbook.chapters.parameters import CHAPTERS, paths_in
from gcbook.files.atomic import write_text
from gcbook.files.sums import hash_of

LIBRARIES = (
    "altair",
    "vl-convert-python",
    "pandas",
    "numpy",
    "scipy",
    "papermill",
    "pillow",
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
)


@dataclass(frozen=True)
class Executed:
    """What is known of an executed chapter.

    Attributes:
        inputs: what it was made from, see `chapter_inputs`.
        seconds: time to execute.
        finished: when, ISO 8601 in UTC.
        claims: what became of the chapter's claims, see `gcbook.claims.Outcome.as_dict`.
    """

    inputs: Mapping[str, Any]
    seconds: float
    finished: str
    claims: Sequence[Mapping[str, Any]]


@cache
def package_inputs() -> Mapping[str, Any]:
    """What all chapters are made from, as it is when this process asks first.

    Returns:
        ``code, data``: SHA-256 of the listings of the package's files, see `gcbook.files.sums`.
        ``libraries``: versions of Python and of what chapters are made with, by name.
    """
    folder = Path(__file__).resolve().parents[1]

    def ships(inner: PurePath) -> bool:
        return not inner.name.startswith(".") and "__pycache__" not in inner.parts

    def is_code(inner: PurePath) -> bool:
        return ships(inner) and inner.parts[0] != "data"

    libraries = {"python": platform.python_version()}
    for each in LIBRARIES:
        with suppress(PackageNotFoundError):  # an extra that is not installed
            libraries[each] = version(each)
    data = hash_of(folder / "data", ships)
    return {"code": hash_of(folder, is_code), "data": data, "libraries": libraries}


def chapter_inputs(chapter: Chapter, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All that an executed chapter depends on, as plain values.

    Args:
        chapter: the chapter.
        parameters: the values that it is executed with.

    Returns:
        ``template``, the SHA-256 of the notebook without outputs; ``parameters``; ``files``, the
        SHA-256 of each file or folder outside the package, by what names it, "" where nothing is
        there; and what `package_inputs` returns.
    """
    files = {**CHAPTERS[chapter.name].files(), **paths_in(parameters)}
    return {
        "template": hash_of(chapter.template),
        "parameters": dict(parameters),
        "files": {name: _hash_if_there(path) for name, path in files.items()},
        **package_inputs(),
    }


def stale_reason(project: Project, chapter: Chapter) -> str:
    """Why a chapter of a book has to be executed again, "" if it has not."""
    record = read_record(project, chapter.name)
    if record is None:
        return "never executed"
    now = chapter_inputs(chapter, parameters_in(project, chapter))
    changed = [name for name, value in now.items() if record.inputs.get(name) != value]
    if changed:
        return f"made from another {', '.join(changed)}"
    made = project.executed(chapter.name), project.page(chapter.name)
    return "" if all(path.is_file() for path in made) else "its notebook or its page is gone"


def read_record(project: Project, name: str) -> Executed | None:
    """What is known of a chapter's page, None if it was never made."""
    try:
        return Executed(**json.loads(project.record(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_record(project: Project, name: str, record: Executed) -> None:
    """Write what is known of a chapter's page next to it."""
    write_text(json.dumps(asdict(record), indent=1) + "\n", project.record(name))


def take_executed(project: Project, chapters: list[Chapter]) -> None:
    """Copy the chapters that take none of a book's parameters, where the checkout's are fresh."""
    checkout = Project(project.root)
    for chapter in chapters:
        if chapter.name not in project.given and not stale_reason(checkout, chapter):
            for place in (Project.page, Project.executed, Project.record):
                copy = place(project, chapter.name)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(place(checkout, chapter.name), copy)


def pages_fingerprint(project: Project) -> str:
    """A hash of all that pages are set from, the executed chapters apart."""
    digest = hashlib.sha256(repr(package_inputs()).encode())
    made = Project(project.root).chapters
    read = [project.root / name for name in CONFIGURATION]
    for folder in (project.book, project.templates):
        read += sorted(
            path
            for path in folder.rglob("*")
            if path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and not path.is_relative_to(made)
        )
    for path in read:
        digest.update(str(path.relative_to(project.root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash_if_there(path: Path) -> str:
    return hash_of(path) if path.is_file() or path.is_dir() else ""
