"""Write the hashes that `gcbook fetch` verifies, from archives at hand.

Run it when a source or its commit changes:

    python tools/build_registry.py FOLDER

FOLDER (default: GCBOOK_DATA_DIR) holds one zip a source, named like the source and laid out like
GitHub's archive of its commit: ``<repository>-<commit>/<path>``. The registries in
``gcbook/data/registry`` have a line ``path sha256`` for every file, sorted by path.
"""

import argparse
import hashlib
import os
import zipfile
from pathlib import Path

from gcbook.files.manifest import DATA
from gcbook.trials.originals import SOURCES, Source

REGISTRY = DATA.folder / "registry"


def hash_members(archive: Path, folder: str) -> dict[str, str]:
    """Return the SHA-256 of every file in an archive, by its path below ``folder``."""
    with zipfile.ZipFile(archive) as members:
        names = [name for name in members.namelist() if not name.endswith("/")]
        strays = [name for name in names if not name.startswith(f"{folder}/")]
        if strays:
            raise SystemExit(
                f"{archive}: expected everything below {folder}/, found {strays[0]}; "
                "is it the archive of another commit?"
            )
        return {
            name.removeprefix(f"{folder}/"): hashlib.sha256(members.read(name)).hexdigest()
            for name in sorted(names)
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
    REGISTRY.mkdir(parents=True, exist_ok=True)
    for source in (source for sources in SOURCES.values() for source in sources):
        hashes = hash_members(Path(folder) / f"{source.name}.zip", source.folder)
        print(f"{write_registry(source, hashes)}: {len(hashes)} files")
    DATA.write()


if __name__ == "__main__":
    main()
