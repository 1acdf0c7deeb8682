"""What the chapter can be asked to do differently."""

from gcbook.chapters.parameters import OfTrials


class Parameters(OfTrials):
    """What the chapter can be asked to do differently."""
