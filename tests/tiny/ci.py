"""Whether this is CI."""

import os

CI = os.environ.get("CI", "").lower() in {"1", "true"}
"""In CI nothing that `tests/conftest.py` names may be skipped."""
