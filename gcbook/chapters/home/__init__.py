"""The landing page."""

from typing import Any

from gcbook.chapters.fields import check_stores, stores_of
from gcbook.chapters.parameters import Declaration


def _check(parameters: Any) -> None:
    check_stores(parameters)
    if parameters.stores:
        from gcbook.chapters.home.tables import check_lanes
        from gcbook.miniworld.results.own_stores import open_stores

        check_lanes(open_stores(parameters.stores))


PARAMETERS = Declaration({"stores": stores_of()}, check_files=_check, counts_claims=True)
