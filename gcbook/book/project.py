"""Where the parts of the book are, whatever folder a command is started from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError


@dataclass(frozen=True)
class Project:
    """The folders of one checkout of the book, or of a copy that is built otherwise.

    Attributes:
        root: the checkout.
        given: parameters that differ from the templates', by chapter.
        pages: the built book, if it is not to be in `build`.
        folder: in which kernels run, if not in ``root``.
    """

    root: Path
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pages: Path | None = None
    folder: Path | None = None

    @property
    def templates(self) -> Path:
        """Chapter templates: notebooks without outputs."""
        return self.root / "notebooks"

    @property
    def book(self) -> Path:
        """Prose pages and static files."""
        return self.root / "book"

    @property
    def chapters(self) -> Path:
        """Executed chapters, made from the templates; not under version control."""
        return self.book / "chapters"

    @property
    def build(self) -> Path:
        """All that can be deleted and made again."""
        return self.root / "_build"

    @property
    def html(self) -> Path:
        """The built book."""
        return self.pages or self.build / "html"

    @property
    def sums(self) -> Path:
        """The SHA-256 of each file of the built book, for ``sha256sum -c`` in its folder."""
        return self.html.with_name(f"{self.html.name}.sha256")


def find_project() -> Project:
    """The project around the current folder, else the one that this package was installed from.

    Raises:
        GcbookError: if there is no ``_config.yml`` with a ``notebooks`` folder beside it.
    """
    named = os.environ.get("GCBOOK_PROJECT")
    here = Path.cwd().resolve()
    package = Path(__file__).resolve().parents[2]
    candidates = [Path(named).resolve()] if named else [here, *here.parents, package]
    for folder in candidates:
        if (folder / "_config.yml").is_file() and (folder / "notebooks").is_dir():
            return Project(folder)
    raise GcbookError(
        f"expected a checkout of the book (a folder with _config.yml and notebooks/), found none "
        f"at {candidates[0]}, above it, or where gcbook is installed. Change to the checkout or "
        "set GCBOOK_PROJECT to its folder."
    )
