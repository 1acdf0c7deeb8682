"""Which of a reader's own scores have the image that is to be shown."""

import difflib
from collections.abc import Sequence

from gcbook.files.errors import InputError
from gcbook.miniworld.results.own_stores import OwnStore


def with_image(own: Sequence[OwnStore], image: str) -> tuple[list[OwnStore], str]:
    """The stores that have an image, and its name.

    Args:
        own: from `gcbook.miniworld.results.own_stores.open_stores`.
        image: its ``image_id``; "": the first of the first store.

    Raises:
        InputError: no store has the image; with names that are near.
    """
    known = [(one, one.store.images()["image_id"].tolist()) for one in own]
    asked = image or next((names[0] for _, names in known), "")
    found = [one for one, names in known if asked in names]
    if own and not found:
        every = list(dict.fromkeys(name for _, names in known for name in names))
        near = difflib.get_close_matches(asked, every, n=3) or every[:3]
        raise InputError(
            f"image: expected one of the {len(every):,} images in the stores, found {image!r}. "
            f"Did you mean {', '.join(near)}?"
        )
    # Another kind of images may have the same names.
    return [one for one in found if one.images == found[0].images], asked
