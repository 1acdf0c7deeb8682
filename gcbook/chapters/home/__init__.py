"""The landing page."""

from collections.abc import Sequence
from typing import Any, ClassVar

from gcbook.chapters.parameters import OfStores
from gcbook.files.errors import InputError


class Parameters(OfStores):
    """What the page can be asked to do differently."""

    counts_claims: ClassVar[bool] = True

    def check_files(self) -> None:
        """Refuse stores that cannot be read, or that no lane of the dial is for."""
        super().check_files()
        if self.stores:
            from gcbook.miniworld.results.own_stores import open_stores

            check_lanes(open_stores(self.stores))


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
