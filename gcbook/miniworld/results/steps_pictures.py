"""Pictures of single images on their way, and their errors by class."""

import base64
import zlib

import numpy as np
import pandas as pd

from gcbook.miniworld.results.steps import Steps, role
from gcbook.stimuli.written import png_of

PICTURE_LEVELS = 16
DIFFERENCE_LEVELS = 9
"""Few, for there are hundreds of difference maps, and odd, so that there is one for no difference.
"""
FULL_SCALE = 0.99
"""Quantile of a set's absolute differences that is drawn as black or white."""


def error_table(steps: Steps) -> pd.DataFrame:
    """The error of every class at every time, and its place among the sixteen.

    Returns:
        ``image, t, label, role`` (see `gcbook.miniworld.results.steps.ROLES`), ``error`` (mean
        square over elements, of pixels from −1 to 1), ``excess`` (percent above the smallest error
        of the same image and time) and ``place`` (from 1).
    """
    tables = []
    for example, by_time in zip(steps.examples, steps.errors, strict=True):
        for t, errors in zip(steps.times, by_time, strict=True):
            table = pd.DataFrame({"label": steps.labels, "error": errors})
            table["role"] = [role(label, example) for label in steps.labels]
            table["excess"] = 100 * (errors / errors.min() - 1)
            table["place"] = errors.argsort(kind="stable").argsort() + 1
            tables.append(table.assign(image=example.title, t=t))
    columns = ["image", "t", "label", "role", "error", "excess", "place"]
    return pd.concat(tables, ignore_index=True)[columns]


def picture_table(steps: Steps) -> pd.DataFrame:
    """All pictures, one row an image and time.

    Returns:
        ``image, t``; ``clean, noised`` (with a noise for each channel, in colour) and ``averaged``
        (over the channels) as pictures; and, as lists over the classes, ``label, role, error,
        place`` as in `error_table`, ``restored`` and ``difference`` (pictures). A picture is a PNG
        of 16 levels, in base 64. A difference is restored minus clean image: middle grey
        where there is none, lighter where the restored image is; black and white are the 99 %
        quantile of the absolute differences of that row.
    """
    table, rows = error_table(steps), []
    places = np.ndindex(len(steps.examples), len(steps.times))
    for i, j in places:
        image, t = steps.examples[i].title, steps.times[j]
        errors = table[(table["image"] == image) & (table["t"] == t)]
        differences = steps.restored[i, j] - steps.clean[i]
        full = float(np.quantile(np.abs(differences), FULL_SCALE)) or 1.0
        rows.append(
            {
                "image": image,
                "t": t,
                "clean": png_text(steps.clean[i]),
                "noised": base64.b64encode(colour_png(steps.noised[i, j])).decode(),
                "averaged": png_text(steps.noised[i, j].mean(-1)),
                **errors[["label", "role", "error", "place"]].to_dict("list"),
                "restored": [png_text(each) for each in steps.restored[i, j]],
                "difference": [png_text(each / full, DIFFERENCE_LEVELS) for each in differences],
            }
        )
    return pd.DataFrame(rows)


def png(levels: np.ndarray) -> bytes:
    """Write a picture of 16 grey levels.

    Args:
        levels: integers from 0 (black) to 15 (white), (H, W).
    """
    height, width = levels.shape
    padded = np.pad(levels.astype(np.uint8), ((0, 0), (0, width % 2)))
    rows = padded[:, ::2] << 4 | padded[:, 1::2]
    plain = np.pad(rows, ((0, 0), (1, 0)))
    # Half of the pictures get smaller when each row is given as its difference to the one above.
    upward = np.pad(np.diff(rows, axis=0, prepend=np.uint8(0)), ((0, 0), (1, 0)))
    upward[:, 0] = 2
    packed = min((zlib.compress(each.tobytes(), 9) for each in (plain, upward)), key=len)
    return png_of(width, height, packed, depth=4)


def png_text(values: np.ndarray, levels: int = PICTURE_LEVELS) -> str:
    """Write a picture of values in [-1, 1], in base 64; the outermost are black and white."""
    steps = np.rint((values.clip(-1, 1) + 1) / 2 * (levels - 1))
    grey = np.rint(steps * (PICTURE_LEVELS - 1) / (levels - 1))
    return base64.b64encode(png(grey)).decode()


def colour_png(values: np.ndarray) -> bytes:
    """Write a picture of values in [-1, 1], (H, W, 3 or 1), with 16 levels a channel."""
    height, width, _ = values.shape
    colours = np.broadcast_to(values, (height, width, 3))
    levels = np.rint((colours.clip(-1, 1) + 1) / 2 * (PICTURE_LEVELS - 1))
    rows = (levels * (255 // (PICTURE_LEVELS - 1))).astype(np.uint8).reshape(height, -1)
    packed = zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes(), 9)
    return png_of(width, height, packed, grey=False)
