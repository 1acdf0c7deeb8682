"""Clark and Jaini's rule of races, which stands in ``benchmarks/races.py``."""

import importlib.util
from pathlib import Path

_PLACE = Path(__file__).parents[2] / "benchmarks" / "races.py"
_SPEC = importlib.util.spec_from_file_location("races", _PLACE)
assert _SPEC is not None and _SPEC.loader is not None
_races = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_races)

ClarkJaini = _races.ClarkJaini
