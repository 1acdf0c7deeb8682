"""Pictures to look at: the paper's own illusions, our drawings, and reconstructions (Fig. 7).

The paper's four pictures are shown where they were fetched (`gcbook.illusions.commons`), small,
with their makers and licences.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from gcbook.classifiers.devices import pick_device
from gcbook.classifiers.zoo import find_entry
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.illusions.commons import ILLUSIONS, find_illusions
from gcbook.illusions.drawings import DRAWINGS
from gcbook.illusions.reconstruct import load_for_prompts, reconstruct
from gcbook.illusions.written import difference_picture
from gcbook.miniworld.results.ambiguous import ambiguous_pictures, judge_pictures, read_sheet
from gcbook.miniworld.results.steps import png_text
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stimuli.images import decode_image

DIFFERENCE = "red: first lighter, blue: second"
SIDE = 224
"""Longest side of a picture on the page."""
STRENGTHS = (0.45, 0.6, 0.75, 0.9, 1.0)
"""Those that the gallery shows; from less noise come copies."""


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
        ``title`` and ``picture`` (bytes of a JPEG): the original, and with a model the
        reconstruction under each prompt and their difference, red where the first is lighter.
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
        path = found[illusion.name]
        pixels = decode_image(read_file(path, LARGEST_PICTURE), str(path))
        titles, shown = ["The picture"], [(np.nan, [pixels])]
        if classifier is not None:
            made = reconstruct(
                pixels, illusion.prompts, classifier, strengths, steps=steps, seed=seed,
                name=illusion.name,
            )  # fmt: skip
            titles += [*(f"“{each}”" for each in illusion.prompts), DIFFERENCE]
            differences = map(difference_picture, made.difference())
            shown = [
                (strength, [made.original, *images, difference])
                for strength, images, difference in zip(
                    made.strengths, made.images, differences, strict=True
                )
            ]
        credit = f"{illusion.maker}, {illusion.licence}, via Wikimedia Commons"
        rows += [
            (illusion.about, credit, strength, titles, list(map(_jpeg, pictures)))
            for strength, pictures in shown
        ]
    return pd.DataFrame(rows, columns=["image", "credit", "strength", "title", "picture"])


def gallery_rows(models: Sequence[str], first: str) -> pd.DataFrame:
    """Everything that the gallery shows: the first draw of noise, a row a model and picture.

    Args:
        models: whose reconstructions come with this package.
        first: file's name of the picture that comes first. The drawings that can be seen in two
            ways follow it, and three blends.

    Returns:
        ``model, image`` (title), ``original``, and, as lists over `STRENGTHS` and prompts,
        ``strength, row, column`` (places), ``prompt``, ``says`` (the category that a classifier
        which knows no prompt takes it for), ``sure`` (its probability), ``named`` (whether that is
        what was prompted) and ``picture``. A picture is a PNG of 16 grey levels in base 64.
    """
    pictures = {each.name: each for each in ambiguous_pictures()}
    drawings = [
        name
        for name, each in pictures.items()
        if each.title in DRAWINGS and not DRAWINGS[each.title].control_of
    ]
    others = [name for name in pictures if pictures[name].blend and name != first][:3]
    rows = []
    for model in models:
        for name in (first, *drawings, *others):
            picture = pictures[name]
            sheet = read_sheet(model, picture)
            places = [picture.strengths.index(strength) for strength in STRENGTHS]
            images = sheet.images[places, 0].reshape(-1, *sheet.untouched.shape)
            said = judge_pictures(images)
            row, column = np.indices((len(STRENGTHS), len(picture.prompts))).reshape(2, -1).tolist()
            prompts = [picture.prompts[each] for each in column]
            says = [ALL_CATEGORIES[best] for best in said.argmax(axis=1)]
            rows.append(
                {
                    "model": model,
                    "image": picture.title,
                    "original": _text(sheet.untouched),
                    "strength": [STRENGTHS[each] for each in row],
                    "row": row,
                    "column": column,
                    "prompt": [each or "no prompt" for each in prompts],
                    "says": says,
                    "sure": said.max(axis=1).round(3).tolist(),
                    "named": [one == other for one, other in zip(prompts, says, strict=True)],
                    "picture": list(map(_text, images)),
                }
            )
    return pd.DataFrame(rows)


def _text(image: npt.NDArray[np.float32]) -> str:
    return png_text(2 * image - 1)


def _jpeg(pixels: np.ndarray) -> bytes:
    image = Image.fromarray(np.rint(255 * pixels.clip(0, 1)).astype(np.uint8))
    image.thumbnail((SIDE, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), (127, 127, 127))
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    stream = io.BytesIO()
    square.save(stream, format="JPEG", quality=80)
    return stream.getvalue()
