"""Tiny pipelines, each built once for all tests of classifiers."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from tiny import diffusion


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the tiny pipeline of that name; nobody writes into it."""
    return cache(lambda name: diffusion.build(name, tmp_path_factory.mktemp(name)))
