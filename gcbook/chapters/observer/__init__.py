"""Be an observer: the experiment in the page, and whom its reader is compared with."""

from gcbook.chapters import parameters


class Parameters(parameters.Parameters):
    """What the chapter can be asked to do differently: nothing."""
