"""What the chapter can be asked to do differently."""

from gcbook.chapters.parameters import OfMiniatures


class Parameters(OfMiniatures):
    """What the chapter can be asked to do differently."""
