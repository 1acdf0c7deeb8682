"""The gallery of reconstructions (Fig. 7): pictures, differences, and what a classifier says."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.chapters.illusions.resemblance import readings_of
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet
from gcbook.miniworld.results.steps_pictures import DIFFERENCE_LEVELS, png_text
from gcbook.miniworld.world import ALL_CATEGORIES

__all__ = ["gallery_rows", "pair_of", "verdict"]

UNPROMPTED = "no prompt"
_COLUMNS = ["model", "image", "strength", "original", "difference", "compared", "full"]
_COLUMNS += ["prompt", "seen", "picture", "says"]


def gallery_rows(models: Sequence[str], blends: int = 6) -> pd.DataFrame:
    """Everything that the gallery shows, the first draw of noise.

    Args:
        models: whose reconstructions come with this package.
        blends: how many of the blends, beside all drawings.

    Returns:
        ``model, image`` (title), ``strength, original`` and ``difference`` (pictures), ``compared``
        (what the latter is the difference of), ``full`` (what is drawn white in it), and, as lists
        over the prompts, ``prompt, seen`` (whether it names something that is seen in the picture),
        ``picture`` and ``says``, what a classifier that knows no prompt takes it for. A picture is
        a PNG of 16 grey levels in base 64. A difference is grey where there is none, lighter where
        the first is lighter.
    """
    pictures = ambiguous_pictures()
    chosen = [each for each in pictures if each.drawing is not None]
    chosen += [each for each in pictures if each.blend is not None][:blends]
    rows = []
    for model in models:
        for picture in chosen:
            sheet = read_sheet(model, picture)
            images = sheet.images[:, 0]
            said = judge_pictures(images.reshape(-1, *images.shape[-2:]))
            said = said.reshape(*images.shape[:2], -1)
            seen = readings_of(picture)
            first, second = pair_of(picture)
            for s, strength in enumerate(picture.strengths):
                difference = images[s, first] - images[s, second]
                full = float(np.abs(difference).max()) or 1.0
                names = [each or UNPROMPTED for each in picture.prompts]
                quoted = [f"“{each}”" if each else UNPROMPTED for each in picture.prompts]
                rows.append(
                    {
                        "model": model,
                        "image": picture.title,
                        "strength": strength,
                        "original": _text(sheet.untouched),
                        "difference": png_text(difference / full, DIFFERENCE_LEVELS),
                        "compared": f"{quoted[first]} − {quoted[second]}",
                        "full": round(full, 3),
                        "prompt": names,
                        "seen": [each in seen for each in picture.prompts],
                        "picture": [_text(each) for each in images[s]],
                        "says": [verdict(each) for each in said[s]],
                    }
                )
    return pd.DataFrame(rows, columns=_COLUMNS)


def pair_of(picture: Picture) -> tuple[int, int]:
    """Return the places of the two prompts whose reconstructions are compared.

    The two that name what is seen; where one does, it and none; else the first two.
    """
    seen = [picture.prompts.index(name) for name in readings_of(picture)]
    if len(seen) == 1:
        seen.append(picture.prompts.index(EMPTY))
    return (seen[0], seen[1]) if seen else (0, 1)


def verdict(probabilities: npt.NDArray[np.float64]) -> str:
    """Say what a classifier takes a picture for.

    >>> verdict(np.eye(19)[16] * 0.9)
    'duck, 90 %'
    """
    best = int(probabilities.argmax())
    return f"{ALL_CATEGORIES[best]}, {100 * probabilities[best]:.0f} %"


def _text(image: npt.NDArray[np.float32]) -> str:
    return png_text(2 * image - 1)
