"""Write the hashes that `gcbook fetch` verifies, from originals at hand.

Run it when a source or its commit changes:

    python tools/build_registry.py FOLDER

FOLDER (default: GCBOOK_DATA_DIR) holds GitHub's archive of the commit of each source: unpacked, or
as a zip named like the source. The registries in ``gcbook/data/registry`` have a line
``path sha256`` for every file, sorted by path; that of the photographs, which is written if FOLDER
has Tiny ImageNet as well, for every class.
"""

import argparse
import hashlib
import os
import tempfile
from pathlib import Path

from gcbook.files.archives import files_in
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import LARGEST_PICTURE
from gcbook.stimuli.photographs import (
    TINY_IMAGENET,
    archive_at_hand,
    photographs_in,
    write_class,
)
from gcbook.trials.originals import SOURCES, Source, in_data_dir

REGISTRY = DATA.folder / "registry"


def hash_files(place: Path, source: Source) -> dict[str, str]:
    """Return the SHA-256 of every file of a zip or folder, by its path in the repository."""
    top = f"{source.folder}/" if place.is_file() else ""
    files = {inner.as_posix(): read for inner, _, read in files_in(place, LARGEST_PICTURE)}
    strays = [name for name in files if not name.startswith(top)]
    if strays:
        raise SystemExit(
            f"{place}: expected everything below {top}, found {strays[0]}; is it the archive of "
            "another commit?"
        )
    return {
        name.removeprefix(top): hashlib.sha256(files[name]()).hexdigest() for name in sorted(files)
    }


def write_registry(source: Source, hashes: dict[str, str]) -> Path:
    """Write the registry of one source and return its path."""
    target = REGISTRY / f"{source.name}.txt"
    lines = [f"# {source.repository} @ {source.commit}"]
    lines += [f"{path} {digest}" for path, digest in hashes.items()]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def main() -> None:
    """Write all registries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("GCBOOK_DATA_DIR"))
    folder = parser.parse_args().folder
    if not folder:
        parser.error("name a folder, or set GCBOOK_DATA_DIR")
    os.environ["GCBOOK_DATA_DIR"] = folder
    for source in (source for sources in SOURCES.values() for source in sources):
        place = in_data_dir(source)
        if place is None:
            raise SystemExit(
                f"{folder}: expected {source.name}.zip or {source.folder}, found neither"
            )
        hashes = hash_files(place, source)
        print(f"{write_registry(source, hashes)}: {len(hashes)} files")
    if place := archive_at_hand():
        with tempfile.TemporaryDirectory() as folder:
            classes = {
                name: write_class(photographs, Path(folder, "class"))
                for name, photographs in sorted(photographs_in(place).items())
            }
        print(f"{write_registry(TINY_IMAGENET, classes)}: {len(classes)} classes")
    DATA.write()


if __name__ == "__main__":
    main()
