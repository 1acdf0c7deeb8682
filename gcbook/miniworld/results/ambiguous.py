"""Pictures that can be seen in two ways, and what is asked about them.

What is shown, under which prompts, from how far and how often was fixed before any model had seen
a picture. `gcbook.miniworld.results.sheets` has what the miniatures make of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from gcbook.illusions.drawings import DRAWINGS, Drawing, draw, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.blends import SIDE, Blend, draw_blends
from gcbook.miniworld.world import ALL_CATEGORIES

STEPS = 30
"""Of the whole way back."""
STRENGTHS = (0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
DRAWS = 8
"""Of noise, for a drawing. A blend gets one, for there are many of them."""
BLENDS = 40
DRAWING_PROMPTS = ("duck", "rabbit", "face", "bottle", EMPTY)
"""All that is seen in any of the drawings, so that what is wrong for one is right for another."""
DRAWN: Mapping[str, tuple[bool, ...]] = {
    "duck–rabbit": (False, True),
    "duck": (False, True),
    "face in a rock": (False,),
    "vase and faces": (False,),
}
"""The drawings that are shown to models, and whether as they are or mirrored, too: a mirror image
is a control where the drawing differs from it."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what is asked about it.

    Attributes:
        name: of its file, without ending.
        title: of it on the page.
        image: float32 (32, 32, 3) in [0, 1].
        prompts: categories, and `gcbook.illusions.reconstruct.EMPTY`.
        strengths: how far towards noise.
        draws: of noise or masks.
        drawing: that it is of, if it is.
        blend: likewise.
    """

    name: str
    title: str
    image: npt.NDArray[np.float32]
    prompts: tuple[str, ...]
    strengths: tuple[float, ...]
    draws: int
    drawing: Drawing | None = None
    blend: Blend | None = None

    @property
    def subject(self) -> str:
        """Its drawing's name, mirrored or not; "blend" for a blend."""
        return self.drawing.name.removesuffix(", mirrored") if self.drawing else "blend"


@cache
def ambiguous_pictures() -> tuple[Picture, ...]:
    """All pictures: the drawings of `DRAWN`, and the blends.

    A blend of two categories is asked about under both, under a third that was drawn by lot, and
    under none.
    """
    pictures = []
    for drawn, turns in DRAWN.items():
        for turned in turns:
            each = mirrored(DRAWINGS[drawn]) if turned else DRAWINGS[drawn]
            name = each.name.replace("–", "-").replace(", ", "-").replace(" ", "-")
            pictures.append(
                Picture(name, each.name, draw(each, SIDE), DRAWING_PROMPTS, STRENGTHS, DRAWS, each)
            )
    rng = np.random.default_rng(1)
    for number, blend in enumerate(draw_blends(BLENDS)):
        third = rng.choice([name for name in ALL_CATEGORIES if name not in blend.categories])
        pictures.append(
            Picture(
                f"blend-{number:02}",
                " and ".join(blend.categories),
                blend.image,
                (*blend.categories, str(third), EMPTY),
                STRENGTHS,
                1,
                blend=blend,
            )
        )
    return tuple(pictures)
