"""The cache: a folder for what can be had again."""

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """Return the folder where fetched files are kept; it need not exist yet."""
    named = os.environ.get("GCBOOK_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("gcbook", appauthor=False))
