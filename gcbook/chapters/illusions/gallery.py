"""Pictures to look at: the paper's own illusions, our drawings, and reconstructions (Fig. 7).

The paper's four pictures are shown where they were fetched (`gcbook.illusions.commons`), small,
with their makers and licences.
"""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from gcbook.chapters.illusions.criteria import readings_of
from gcbook.classifiers.devices import pick_device
from gcbook.classifiers.zoo import find_entry
from gcbook.files.markdown import escape_markdown
from gcbook.illusions.commons import ILLUSIONS, find_illusions, read_illusion
from gcbook.illusions.drawings import DRAWINGS
from gcbook.illusions.reconstruct import EMPTY, load_for_prompts, reconstruct
from gcbook.illusions.written import difference_picture
from gcbook.miniworld.results.ambiguous import Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet
from gcbook.miniworld.results.steps_pictures import DIFFERENCE_LEVELS, png_text
from gcbook.miniworld.world import ALL_CATEGORIES

__all__ = [
    "attribution_rows",
    "fetched_rows",
    "fetched_sentence",
    "gallery_rows",
    "pair_of",
    "part_rows",
    "verdict",
]

UNPROMPTED = "no prompt"

DIFFERENCE = "red: first lighter, blue: second"
SIDE = 224
"""Longest side of a picture on the page."""


def attribution_rows() -> pd.DataFrame:
    """List the pictures with what Appendix D of the paper says of them.

    Returns:
        ``about, maker, licence, page``, ``prompts`` and ``here``, whether it is on this machine.
    """
    found = find_illusions()
    return pd.DataFrame(
        {
            "about": each.about,
            "maker": each.maker,
            "licence": each.licence,
            "page": each.page,
            "prompts": " / ".join(each.prompts),
            "here": "yes" if each.name in found else "no",
        }
        for each in ILLUSIONS
    )


def fetched_sentence(model: str) -> str:
    """Say whether the pictures are here, and what to do to see reconstructions of them.

    Args:
        model: that the chapter was asked to reconstruct them with, "" for none.
    """
    found = find_illusions()
    missing = [each.about for each in ILLUSIONS if each.name not in found]
    if len(missing) == len(ILLUSIONS):
        return (
            "This book was built on a machine where the paper's four pictures are not: it had no "
            "network, or nobody ran `gcbook fetch illusions`. Below are pictures of our own."
        )
    said = "The paper's four pictures were fetched" + (
        f", but for {', '.join(missing)}." if missing else "."
    )
    asked = (
        f" Reconstructed by {escape_markdown(model)}."
        if model
        else " No model that knows photographs was named, so they are shown as they are."
    )
    return said + asked


def fetched_rows(
    model: str, strengths: Sequence[float] = (0.5, 0.7, 0.85), *, steps: int = 30, seed: int = 0
) -> pd.DataFrame:
    """Reconstruct the pictures that are on this machine.

    Args:
        model: name, folder or Hub id; "" for none. It runs where `gcbook illusions` runs it: on a
            GPU if there is one, in float32.
        strengths: how far towards noise.
        steps: of the whole way back.
        seed: of the noise.

    Returns:
        ``image`` (what it shows), ``credit``, ``strength`` (NaN without a model), and, as lists,
        ``title`` and ``picture`` (JPEG in base 64): the original, and with a model the
        reconstruction under each prompt and their difference, red where the first is lighter.

    Raises:
        InputError: no model has that name, or see `gcbook.illusions.reconstruct`.
    """
    if model and "/" not in model and not Path(model).is_dir():
        find_entry(model)  # an unknown name is refused even where there is nothing to show
    rows, found = [], find_illusions()
    prompts = [each for illusion in ILLUSIONS for each in illusion.prompts]
    classifier = None
    if model and found:
        classifier = load_for_prompts(model, prompts, device=pick_device("auto"))
    for illusion in ILLUSIONS:
        if illusion.name not in found:
            continue
        pixels = read_illusion(illusion.name)
        row = {
            "image": illusion.about,
            "credit": f"{illusion.maker}, {illusion.licence}, via Wikimedia Commons",
        }
        if classifier is None:
            rows.append(
                {**row, "strength": np.nan, "title": ["The picture"], "picture": [_jpeg(pixels)]}
            )
            continue
        made = reconstruct(
            pixels, illusion.prompts, classifier, strengths, steps=steps, seed=seed,
            name=illusion.name,
        )  # fmt: skip
        titles = ["The picture", *(f"“{each}”" for each in illusion.prompts), DIFFERENCE]
        for number, strength in enumerate(made.strengths):
            shown = [
                made.original,
                *made.images[number],
                difference_picture(made.difference()[number]),
            ]
            pictures = [_jpeg(each) for each in shown]
            rows.append({**row, "strength": strength, "title": titles, "picture": pictures})
    return pd.DataFrame(rows, columns=["image", "credit", "strength", "title", "picture"])


def part_rows() -> pd.DataFrame:
    """List the parts: ``drawing, reading, part`` and their bounds, as shares of the side."""
    rows = []
    for drawing in DRAWINGS.values():
        for (reading, part), points in drawing.parts.items():
            corners = np.array(points)
            (left, top), (right, bottom) = corners.min(0), corners.max(0)
            rows.append(
                {
                    "drawing": drawing.name,
                    "reading": reading,
                    "part": part,
                    "left": left,
                    "top": top,
                    "right": right,
                    "bottom": bottom,
                }
            )
    return pd.DataFrame(rows).round(3)


def gallery_rows(models: Sequence[str], blends: int = 6) -> pd.DataFrame:
    """Everything that the gallery shows, for the first draw of noise.

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
    return pd.DataFrame(rows)


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


def _jpeg(pixels: np.ndarray) -> str:
    image = Image.fromarray(np.rint(255 * pixels.clip(0, 1)).astype(np.uint8))
    image.thumbnail((SIDE, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), (127, 127, 127))
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    stream = io.BytesIO()
    square.save(stream, format="JPEG", quality=80)
    return base64.b64encode(stream.getvalue()).decode()
