"""Compute the components of variance that come with the package, from the published trials.

Run with the trials at hand (``GCBOOK_DATA_DIR`` or ``gcbook fetch trials``):

    python tools/build_components.py
"""

from gcbook.files.manifest import DATA
from gcbook.stats.components import FILE, estimate_components
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_answers


def main() -> None:
    """Write ``gcbook/data/components.parquet``."""
    components = estimate_components(read_answers(*locate_trials()))
    size = components.save(DATA.folder / FILE)
    print(f"{FILE} {size:>9,} bytes")
    DATA.write()


if __name__ == "__main__":
    main()
