"""Whether everything is tested in full."""

import os

CI = os.environ.get("CI", "").lower() in {"1", "true"}
"""In CI nothing is skipped, and simulations that run in a small version elsewhere run in full."""
