"""How much of a reconstructed turned object is its prompt's own drawing."""

from typing import Any

import pandas as pd

from gcbook.miniworld.results.turned import read_turned, turned_models
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import number, span

__all__ = ["prompt_rows", "prompt_sentence"]

_VALUES = ["back", "wrong_back", "drawn", "lying", "wrong_lying"]
_VALUES += ["rise", "wrong_rise", "wrong_beyond"]


def prompt_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Turned objects under their own prompt and under another category's, image by image.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model, strength, n`` and means over all turned images, each with ``…_low, …_high``, of
        the judge's probability of the object: ``back`` and ``wrong_back``, turned back, under its
        own prompt and under another's, and ``drawn``, the one less the other; ``lying`` and
        ``wrong_lying``, as it lies; ``rise`` and ``wrong_rise``, by how much these exceed that of
        the image that nothing was done to; and ``wrong_beyond``, by how much ``wrong_lying``
        exceeds that from full strength, where nothing of the image is left (NaN without it).
    """
    columns = ["model", "strength", "n"]
    columns += [f"{name}{end}" for name in _VALUES for end in ("", "_low", "_high")]
    tables = [pd.DataFrame(columns=columns)]
    for model in turned_models():
        rows = read_turned(model)
        rows = rows[rows["condition"] != SINGLE_CONDITION]
        before, after = (
            rows["image_id"].map(rows[rows["strength"] == end].set_index("image_id")[name])
            for end, name in ((0, "lying"), (1, "wrong_lying"))
        )
        measured = rows.assign(
            drawn=rows["back"] - rows["wrong_back"],
            rise=rows["lying"] - before,
            wrong_rise=rows["wrong_lying"] - before,
            wrong_beyond=rows["wrong_lying"] - after,
        )
        found = clustered_columns(measured, ["strength"], _VALUES, resampling=resampling)
        tables.append(found.assign(model=model))
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True)[columns].round(4)


def prompt_sentence(rows: pd.DataFrame) -> str:
    """Say what the prompt draws of an object, and whether it is set upright without being told.

    Args:
        rows: from `prompt_rows`.
    """
    parts = []
    for model, group in rows.groupby("model", sort=False):
        by = {row["strength"]: row for row in group.to_dict("records")}
        most = max((strength for strength in by if strength < 1), default=0)
        if not most:
            continue
        last = by[most]
        said = (
            f"- {model}, from strength {most:g}: turned back, the object is given "
            f"{_of(last, 'back')} under its own prompt and {_of(last, 'wrong_back')} under "
            f"another category's, so that {_of(last, 'drawn', '+.2f')} are the prompt's doing. As "
            f"it lies, {number(by[0]['lying'], '.2f')} before anything was done become "
            f"{_of(last, 'lying')} under its own prompt and {_of(last, 'wrong_lying')} under "
            "another's."
        )
        if 1 in by:
            said += (
                f" From full strength, where nothing of the image is left, it is "
                f"{_of(by[1], 'lying')} and {_of(by[1], 'wrong_lying')}."
            )
        parts.append(f"{said} {_upright(last)}")
    return "\n".join(parts) or "No reconstructions of turned images come with this version."


def _of(row: dict[Any, Any], name: str, form: str = ".2f") -> str:
    return f"{number(row[name], form)} ({span(row[f'{name}_low'], row[f'{name}_high'], form)})"


def _upright(row: dict[Any, Any]) -> str:
    if pd.isna(row["rise_low"]):
        return "Nothing was resampled, so it cannot be said what goes beyond chance."
    # More than in the image, and more than a picture of anything else has of it.
    if row["wrong_rise_low"] > 0 and row["wrong_beyond_low"] > 0:
        return "So it sets some objects upright without being told what they are."
    if row["rise_low"] > 0:
        return (
            "So objects are upright only under the prompt that names them, which may as well have "
            "drawn others."
        )
    return "So it does not clearly set objects upright, told what they are or not."
