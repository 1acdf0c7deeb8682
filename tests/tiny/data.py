"""Parts of the package's data that a test makes, in place of those that ship."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gcbook.files.manifest import DATA


def use_parts(folder: Path, monkeypatch: pytest.MonkeyPatch, parts: Sequence[str]) -> None:
    """Let the package find some folders of its data in another one, unlisted and as they are."""
    path_of, names_of = DATA.path, DATA.names

    def is_made(name: str) -> bool:
        return name.split("/")[0] in parts

    def path(name: str) -> Path:
        return folder / name if is_made(name) else path_of(name)

    def names(place: str) -> list[str]:
        if not is_made(place):
            return names_of(place)
        files = (each for each in (folder / place).rglob("*") if each.is_file())
        return sorted(each.relative_to(folder / place).as_posix() for each in files)

    for part in parts:
        (folder / part).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(DATA, "path", path)
    monkeypatch.setattr(DATA, "names", names)
