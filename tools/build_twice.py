"""Build the book a second time, in another folder, and compare every byte with the first.

    make book
    python tools/build_twice.py           # a few quick chapters are executed again
    python tools/build_twice.py --all     # all of them are

The second time the package lies elsewhere too, sets are hashed with another seed, networks compute
with another number of threads and clocks show another hour. Executed notebooks, claims and the
built book must come out the same. The status page alone may differ: it says when and how fast.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gcbook.book.chapters import find_chapters
from gcbook.book.project import find_project
from gcbook.files.sums import hash_of, listing

QUICK = ("shape-bias", "observer", "worked-example", "interval-coverage")
"""Chapters with charts, tables, pictures and packs that take a few seconds each."""
MAY_DIFFER = {
    "book/chapters/status.md",
    "_build/html/book/chapters/status.html",
    "_build/html/_sources/book/chapters/status.md",
}
SOURCES = ("_config.yml", "_toc.yml", "book", "notebooks", "gcbook", "_build/executed")
OTHERWISE = {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "2", "TZ": "Pacific/Auckland"}


def build_again(first: Path, second: Path, executed: Iterable[str]) -> None:
    """Copy a built checkout and build the copy, with its own package.

    Args:
        first: the checkout.
        second: where its copy goes, a folder that is not there.
        executed: chapters to execute; the others' executed notebooks are the first's.
    """
    for name in SOURCES:
        source, target = first / name, second / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    for name in executed:
        (second / "book" / "chapters" / f".{name}.json").unlink()
    places = {"GCBOOK_PROJECT": str(second), "PYTHONPATH": str(second)}
    subprocess.run(
        [sys.executable, "-m", "gcbook", "build"],
        cwd=second,
        env=os.environ | OTHERWISE | places,
        check=True,
    )


def differing(first: Path, second: Path) -> list[str]:
    """Files of two built checkouts that are not the same to the byte, or there only once.

    Returns:
        Their paths in the checkout, sorted, without those that may differ.
    """
    lines = _hashes(first) ^ _hashes(second)
    return sorted({name for _, name in lines} - MAY_DIFFER)


def _hashes(root: Path) -> set[tuple[str, str]]:
    """Hash and path of all that is compared."""
    claims = "_build/claims.json"
    found = {(hash_of(root / claims), claims)}
    for folder in ("_build/executed", "_build/html", "book/chapters"):
        # The records beside the pages say how long it took.
        lines = listing(root / folder, lambda inner: not inner.match(".*.json")).splitlines()
        pairs = (line.split("  ", 1) for line in lines)
        found |= {(digest, f"{folder}/{name}") for digest, name in pairs}
    return found


def main() -> int:
    """Build, compare, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="execute all chapters, not a few")
    chosen = parser.parse_args()
    project = find_project()
    executed = [each.name for each in find_chapters(project)] if chosen.all else QUICK
    with tempfile.TemporaryDirectory(prefix="gcbook-") as temporary:
        again = Path(temporary) / "again"
        build_again(project.root, again, executed)
        found = differing(project.root, again)
    if found:
        print("two builds of the same inputs differ in", *found, sep="\n  ")
        return 1
    print("both builds are the same to the byte, but for the status page")
    return 0


if __name__ == "__main__":
    sys.exit(main())
