"""How much of each band of spatial frequency each miniature needs, and what decides there."""

import numpy as np
import pandas as pd

from gcbook.miniworld.bands import BAND_SETS, BANDS
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import DRAWS, recipe_of, shipped_models, shipped_sets
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.metrics import blind_bias
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.words import listed, number, span

__all__ = [
    "MEASURES",
    "WHOLE",
    "band_models",
    "band_rows",
    "band_sentence",
    "sharp_outline_sentence",
]

WHOLE = "all"
ORDER = (*BANDS[:3], WHOLE, *BANDS[3:])
"""From coarse detail alone to fine detail alone."""
COARSE, FINE = "low-4", "high-4"
"""Of the bands, where much of the texture is gone, and where the coarse part of the outline is."""
MEASURES = {
    "accuracy": "Accuracy, cues agree",
    "shape_accuracy": "Conflict: answers by shape",
    "texture_accuracy": "Conflict: answers by texture",
    "shape_bias": "Shape bias",
}


def band_models() -> tuple[str, ...]:
    """Names of the miniatures of seed 0 that have scores on filtered images."""
    return tuple(
        name
        for name in shipped_models()
        if recipe_of(name)[1] == 0 and set(BAND_SETS) <= set(shipped_sets(name))
    )


def unfiltered_id(image_id: str) -> str:
    """Return the name of the image that a filtered one was made of.

    >>> unfiltered_id("cat3-dog7-low-2.png")
    'cat3-dog7.png'
    """
    for band in BANDS:
        image_id = image_id.replace(f"-{band}.png", ".png")
    return image_id


def band_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, answers by either cue and shape bias, by what is left of the images.

    Whole images are the same images, unfiltered, asked about with as many draws. Of ordinary images
    only those count that wear their own category's texture.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``recipe, band`` (of `BANDS`, or "all"), ``measure`` (a title), ``n, value, low, high``, and
        for the shape bias ``blind``, that of an observer who names the shape as often and never
        uses texture.
    """
    columns = ["recipe", "band", "measure", "n", "value", "low", "high", "blind"]
    names = band_models()
    if not names:
        return pd.DataFrame(columns=columns)
    filtered = miniature_answers(BAND_SETS, names)
    few = DRAWS["filtered"]
    whole = miniature_answers(["low-pass", "cue-conflict"], names, draws=few)
    filtered_ids = {unfiltered_id(each) for each in filtered["image_id"]}
    plain = whole["image_id"].str.replace(f"-{SINGLE_CONDITION}.png", ".png", regex=False)
    kept = (whole["dataset"] != "low-pass") | (whole["condition"] == SINGLE_CONDITION)
    whole = whole[kept & plain.isin(filtered_ids)].assign(condition=WHOLE)
    agree = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[0]], whole[whole["dataset"] == "low-pass"]]
    )
    agree = agree[agree["texture"] == agree["category"]]
    conflict = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[1]], whole[whole["dataset"] == "cue-conflict"]]
    )
    # Filtered or not, they are cue conflicts.
    named = np.where(conflict["response"] == conflict["texture"], "texture", "other")
    conflict = conflict.assign(cue=np.where(conflict["right"], "shape", named))
    by = ["observer", "condition"]
    right = accuracies(agree, by, resampling=resampling).rename(columns={"accuracy": "value"})
    tables = [right.assign(measure=MEASURES["accuracy"])]
    shares = cue_shares(conflict, by, resampling=resampling)
    for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
        part = shares[[*by, "n"]].assign(measure=MEASURES[name], value=shares[name])
        part["low"], part["high"] = shares[f"{name}_low"], shares[f"{name}_high"]
        if name == "shape_bias":
            part["blind"] = shares["shape_accuracy"].map(blind_bias)
        tables.append(part)
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"observer": "recipe", "condition": "band"}
    )[columns]
    order = {name: list(values).index for name, values in
             (("recipe", names), ("band", ORDER), ("measure", MEASURES.values()))}  # fmt: skip
    return table.sort_values(
        ["measure", "recipe", "band"],
        key=lambda column: column.map(order[str(column.name)]),
        ignore_index=True,
    ).round(dict.fromkeys(["value", "low", "high", "blind"], 4))


def band_sentence(rows: pd.DataFrame) -> str:
    """Say for each miniature what it can do with coarse and with fine detail alone.

    Args:
        rows: from `band_rows`.
    """
    if rows.empty:
        return "No miniature of this version has been asked about filtered images."
    if rows["low"].isna().all():
        return "Nothing was resampled, so nothing is said of chance."
    lines = []
    for recipe, group in rows.groupby("recipe", sort=False):
        by = {(row["measure"], row["band"]): row for row in group.to_dict("records")}
        accuracy, shape, texture, bias = (
            {band: by[title, band] for band in ORDER} for title in MEASURES.values()
        )
        reads = [band for band in BANDS if accuracy[band]["low"] > CHANCE]
        said = "; ".join(
            f"{band}: {accuracy[band]['value']:.0%} right, conflicts {shape[band]['value']:.0%} by "
            f"shape and {texture[band]['value']:.0%} by texture, shape bias "
            f"{number(bias[band]['value'], '.2f')} "
            f"({span(bias[band]['low'], bias[band]['high'], '.2f')}; blind to texture "
            f"{number(bias[band]['blind'], '.2f')})"
            for band in (COARSE, WHOLE, FINE)
        )
        lines.append(f"- {recipe} (above chance on {listed(reads)}): {said}")
    return "\n".join(lines)


def sharp_outline_sentence(rows: pd.DataFrame) -> str:
    """Say whose answers turn from texture to shape when only fine detail is left.

    Args:
        rows: from `band_rows`.
    """
    by = {(row["recipe"], row["measure"], row["band"]): row for row in rows.to_dict("records")}
    turned = []
    for recipe in dict.fromkeys(rows["recipe"]):
        (reads, _), texture, bias = (
            (by[recipe, MEASURES[name], FINE], by[recipe, MEASURES[name], WHOLE])
            for name in ("accuracy", "texture_accuracy", "shape_bias")
        )
        less_texture = texture[0]["high"] < texture[1]["low"]
        if reads["low"] > CHANCE and less_texture and bias[0]["low"] > bias[1]["high"]:
            turned.append(recipe)
    if not turned:
        return ""
    return (
        f"Fine detail is not texture alone: with {FINE}, {listed(turned)} "
        f"{'names' if len(turned) == 1 else 'name'} the texture clearly less often than on whole "
        "images, with a clearly larger shape bias. A sharp outline is fine detail, too."
    )
