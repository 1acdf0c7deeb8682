"""Whether everything is tested in full."""

import os

CI = os.environ.get("CI", "").lower() in {"1", "true"}
"""In CI nothing is skipped, and all summaries are recomputed, of which a part is elsewhere."""
