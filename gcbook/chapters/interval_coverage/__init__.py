"""What the chapter can be asked to do differently."""

from typing import Any

from gcbook.chapters.fields import path_of
from gcbook.chapters.parameters import Declaration


def _check_run(parameters: Any) -> None:
    from gcbook.chapters.interval_coverage.run import read_run

    read_run(parameters.stored)


PARAMETERS = Declaration(
    {"stored": path_of("a run that benchmarks/coverage stored; nothing: the one that ships")},
    check_files=_check_run,
)
