"""Compute the specification curve that comes with the package from the published trials.

Run with the trials at hand (``GCBOOK_DATA_DIR`` or ``gcbook fetch trials``), in a few minutes:

    python tools/build_specifications.py
"""

from gcbook.files.manifest import DATA
from gcbook.stats.specifications import FILE, specifications
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials


def main() -> None:
    """Write ``gcbook/data/summaries/specifications.parquet``."""
    table = specifications(read_trials(*locate_trials()))
    table.to_parquet(DATA.folder / "summaries" / FILE, compression="zstd", index=False)
    print(f"{len(table)} specifications")
    DATA.write()


if __name__ == "__main__":
    main()
