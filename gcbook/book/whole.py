"""Whether a built book and its executed chapters are as they were made."""

from pathlib import Path

from gcbook.book.chapters import find_chapters
from gcbook.book.project import Project
from gcbook.book.record import package_inputs, read_record, stale_reason
from gcbook.files.sums import changed_files


def book_problems(html: Path) -> list[str]:
    """Compare the files of a built book with the list that the build left next to it.

    Args:
        html: the folder of the book; next to it lies ``html.sha256``.

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


def chapter_problems(project: Project) -> list[str]:
    """Compare the chapters that were executed with what they were made from, and their pages.

    Returns:
        What is wrong, a line each.
    """
    package = package_inputs()
    executed = [each for each in find_chapters(project) if read_record(project, each.name)]
    reasons = {each.name: stale_reason(project, each, package) for each in executed}
    return [
        f"{project.chapters / name}.ipynb: {reason}; `gcbook build` makes it anew"
        for name, reason in reasons.items()
        if reason
    ]
