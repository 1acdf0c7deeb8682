"""Where the parts of the book are, whatever folder a command is started from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError

SOURCES = Path(__file__).resolve().parents[1] / "sources"
"""Where a wheel has what a checkout has at its root: notebooks, prose and configuration."""


CONFIGURATION = ("_config.yml", "_toc.yml")
"""Files at the root of a book that Jupyter Book reads."""


@dataclass(frozen=True)
class Project:
    """The folders of one book: what it is made from, and where what is made goes.

    Attributes:
        root: a checkout, or the sources in an installed package; only the former is written to.
        output: folder for all that is made, ``_build`` in the checkout by default.
        given: parameters that differ from the templates', by chapter.
    """

    root: Path
    output: Path | None = None
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def templates(self) -> Path:
        """Chapter templates: notebooks without outputs."""
        return self.root / "notebooks"

    @property
    def lab(self) -> Path:
        """Notebooks of the lab, with the solutions marked."""
        return self.templates / "lab"

    @property
    def book(self) -> Path:
        """Prose pages and static files."""
        return self.root / "book"

    @property
    def pages(self) -> Path:
        """What Jupyter Book reads: the checkout, or a copy of the sources in another output."""
        return self.root if self.output is None else self.output / "sources"

    @property
    def chapters(self) -> Path:
        """Executed chapters, made from the templates; not under version control."""
        return self.pages / "book" / "chapters"

    def page(self, name: str) -> Path:
        """A chapter's executed notebook as a page."""
        return self.chapters / f"{name}.ipynb"

    def executed(self, name: str) -> Path:
        """A chapter's executed notebook, of which its page is made."""
        return self.build / "executed" / f"{name}.ipynb"

    def record(self, name: str) -> Path:
        """What is known of a chapter's page, next to it (`gcbook.book.record`)."""
        return self.chapters / f".{name}.json"

    @property
    def build(self) -> Path:
        """All that can be deleted and made again."""
        return self.root / "_build" if self.output is None else self.output

    @property
    def html(self) -> Path:
        """The built book."""
        return self.build / "html"

    @property
    def participant(self) -> Path:
        """Of the built book, the page of the experiment alone, for those who take part."""
        return self.html / "participant" / "experiment.html"

    @property
    def sums(self) -> Path:
        """The SHA-256 of each file of the built book, for ``sha256sum -c`` in its folder."""
        return self.html.with_name(f"{self.html.name}.sha256")


def find_project(output: Path | None = None) -> Project:
    """The checkout around the current folder, else the sources that come with this package.

    Args:
        output: folder for what is made; by default ``_build``, in the checkout or else in the
            current folder.

    Raises:
        GcbookError: GCBOOK_PROJECT names a folder without ``_config.yml`` and ``notebooks``.
    """
    if named := os.environ.get("GCBOOK_PROJECT"):
        folder = Path(named).resolve()
        if not _is_project(folder):
            raise GcbookError(
                f"GCBOOK_PROJECT: expected a checkout of the book (a folder with _config.yml and "
                f"notebooks/), found none at {folder}. Name another folder, or unset it."
            )
        return Project(folder, output and output.absolute())
    here = Path.cwd().resolve()
    # An editable installation has the checkout above the package.
    around = (*here.parents, SOURCES.parents[1])
    root = next(filter(_is_project, (here, *around)), SOURCES)
    if output is None and root == SOURCES:
        output = here / "_build"
    return Project(root, output and output.absolute())


def _is_project(folder: Path) -> bool:
    return (folder / "_config.yml").is_file() and (folder / "notebooks").is_dir()
