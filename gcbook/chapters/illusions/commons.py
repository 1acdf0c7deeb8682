"""The paper's own four illusions on the page: where they are from, and what a model makes of them.

They are shown where they were fetched (`gcbook.illusions.commons`), small, with their makers and
licences.
"""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gcbook.classifiers.devices import pick_device
from gcbook.classifiers.zoo import find_entry
from gcbook.files.markdown import escape_markdown
from gcbook.illusions.commons import ILLUSIONS, find_illusions, read_illusion
from gcbook.illusions.reconstruct import load_for_prompts, reconstruct
from gcbook.illusions.written import difference_picture

__all__ = ["attribution_rows", "fetched_rows", "fetched_sentence"]

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
        find_entry(model)  # a name that is none is refused even where there is nothing to show
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


def _jpeg(pixels: np.ndarray) -> str:
    image = Image.fromarray(np.rint(255 * pixels.clip(0, 1)).astype(np.uint8))
    image.thumbnail((SIDE, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), (127, 127, 127))
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    stream = io.BytesIO()
    square.save(stream, format="JPEG", quality=80)
    return base64.b64encode(stream.getvalue()).decode()
