"""The landing page."""

from collections.abc import Sequence
from typing import Any

from gcbook.chapters.fields import check_stores, stores_of
from gcbook.chapters.parameters import Declaration
from gcbook.files.errors import InputError


def _check(parameters: Any) -> None:
    check_stores(parameters)
    if parameters.stores:
        from gcbook.miniworld.results.own_stores import open_stores

        check_lanes(open_stores(parameters.stores))


def check_lanes(own: Sequence[Any]) -> None:
    """Refuse own scores of images that no lane of the dial is of.

    Args:
        own: from `gcbook.miniworld.results.own_stores.open_stores`.

    Raises:
        InputError: they are of other images.
    """
    from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
    from gcbook.miniworld.results.own_stores import PUBLISHED

    for one in own:
        if one.images.kind != PUBLISHED and one.images.world != CALIBRATED_WORLD:
            raise InputError(
                "stores: the dial shows published stimuli and miniature images of the "
                f"{CALIBRATED_WORLD} world, found {one.images.title} in {one.store.path}. "
                f"`gcbook run weighting -p stores {one.store.path}` takes them."
            )


PARAMETERS = Declaration({"stores": stores_of()}, check_files=_check, counts_claims=True)
