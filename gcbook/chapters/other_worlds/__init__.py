"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, path_of, text, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "scores": path_of("a folder of gcbook worlds; nothing: what ships"),
        "train": text("", "models to train in that folder first, or all; nothing: none"),
        "images": whole(0, "that each of these sees, 0 for the plan's", ge=0, le=10**9),
        **CLUSTERED,
    },
    needs={"images": "train", "train": "scores"},
)
