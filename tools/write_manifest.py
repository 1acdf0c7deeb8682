"""Write the list of what ships, ``gcbook/data/SHA256SUMS``, after the data have changed.

    python tools/write_manifest.py

The builders in this folder do so themselves. The list is what the package compares its data with;
look at what changed in it (``git diff --stat``) before you commit it.
"""

from gcbook.files.manifest import DATA, SUMS


def main() -> None:
    """Write the list of the files that are there."""
    DATA.write()
    print(f"{DATA.folder / SUMS}: {len(DATA.listed):,} files")


if __name__ == "__main__":
    main()
