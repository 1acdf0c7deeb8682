"""The published rules of races, which stand in ``benchmarks/races.py``."""

import importlib.util
from pathlib import Path

_PLACE = Path(__file__).parents[2] / "benchmarks" / "races.py"
_SPEC = importlib.util.spec_from_file_location("races", _PLACE)
assert _SPEC is not None and _SPEC.loader is not None
_races = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_races)

ClarkJaini, Li = _races.ClarkJaini, _races.Li
paired_p, learn_q = _races.paired_p, _races.learn_q
