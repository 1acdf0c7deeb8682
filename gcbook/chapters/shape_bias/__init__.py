"""What the chapter can be asked to do differently."""

from gcbook.chapters.parameters import OfConflicts


class Parameters(OfConflicts):
    """What the chapter can be asked to do differently."""
