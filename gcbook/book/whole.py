"""Whether a built book is as it was built."""

from pathlib import Path

from gcbook.files.sums import changed_files

__all__ = ["book_problems"]


def book_problems(html: Path) -> list[str]:
    """Compare the files of a built book with the list that the build left beside it.

    Args:
        html: the folder of the book; beside it lies ``html.sha256``.

    Returns:
        What is wrong, a line each.
    """
    listed = html.with_name(f"{html.name}.sha256")
    if not listed.is_file():
        return [f"{listed}: expected the hashes of the book's files, found none; build it again"]
    return [
        f"{html / name}: expected the book's files as they were built, found one that was changed, "
        "added or removed"
        for name in changed_files(html, listed)
    ]
