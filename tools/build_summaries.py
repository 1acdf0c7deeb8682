"""Compute the summaries that come with the package from the published trials.

Run with the trials at hand (``GCBOOK_DATA_DIR`` or ``gcbook fetch trials``):

    python tools/build_summaries.py
"""

from gcbook.files.manifest import DATA
from gcbook.stats.summaries import summarise
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials

FOLDER = DATA.folder / "summaries"
LIMIT = 2_000_000


def main() -> None:
    """Write ``gcbook/data/summaries`` and refuse to let it grow beyond 2 MB."""
    summarise(read_trials(*locate_trials())).save(FOLDER)
    sizes = {file.name: file.stat().st_size for file in sorted(FOLDER.iterdir())}
    for name, size in sizes.items():
        print(f"{name:22} {size:>9,} bytes")
    if sum(sizes.values()) > LIMIT:
        raise SystemExit(f"{sum(sizes.values()):,} bytes in all; the limit is {LIMIT:,}.")
    DATA.write()


if __name__ == "__main__":
    main()
