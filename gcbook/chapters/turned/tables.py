"""Recognising turned objects, and making them: one table a question, and what they say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.turned import read_turned
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_columns, clustered_sums
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows

CLASSIFIER = "mini-cnn"
"""What the losses of models that generate are compared with."""
KEPT = 0.5
"""Probability that the judge gives to an object that is still there."""

TURNED_BACK, AS_IT_LIES = "Turned back", "As it lies"
OWN, OTHER = "its own", "another category's"
JUDGED = {
    "back": (OWN, TURNED_BACK),
    "lying": (OWN, AS_IT_LIES),
    "wrong_back": (OTHER, TURNED_BACK),
    "wrong_lying": (OTHER, AS_IT_LIES),
}
"""Column of `gcbook.miniworld.results.turned.make_turned` → whose prompt, and how it is judged."""


def kept_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What becomes of turned objects that are taken apart and put together again.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.
        resampling: how the intervals are made.

    Returns:
        ``model, prompt`` (`OWN` or `OTHER`), ``judged`` ("Turned back", "As it lies"), ``angle,
        strength, n`` and the mean probability that the judge gives to the object, ``drawn, low,
        high``; and ``lost``, by how much that lies above the same image's, upright, with
        ``lost_low, lost_high``.
    """
    made = _made(models)
    # All four poses of an image were made from the same noise.
    image = made["image_id"].str.rpartition("-")[0]
    rows = made.assign(angle=made["condition"].astype(int), image=image)
    same = ["model", "image", "strength"]
    upright = rows[rows["angle"] == 0].set_index(same)
    tables = []
    for name, (prompt, judged) in JUDGED.items():
        before = rows[same].join(upright[name], on=same)[name]
        found = rows.assign(drawn=rows[name], lost=rows[name] - before)
        tables.append(found.assign(prompt=prompt, judged=judged))
    by = ["model", "prompt", "judged", "angle", "strength"]
    found = clustered_columns(pd.concat(tables), by, ["drawn", "lost"], resampling=resampling)
    order = {"model": models, "prompt": (OWN, OTHER), "judged": (TURNED_BACK, AS_IT_LIES)}
    named = {"drawn_low": "low", "drawn_high": "high"}
    return ordered_rows(found, by, order).rename(columns=named).round(4)


def together_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy on turned images, by whether the model kept the object when it made it anew.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.
        resampling: how the intervals are made.

    Returns:
        ``model, strength, object`` ("kept" or "lost": whether the judge gives the picture, turned
        back, more than `KEPT`), ``n, accuracy, low, high``, and the same of ``control``, the
        ResNet's accuracy on these images.
    """
    by, measured = ["model", "strength", "object"], ["accuracy", "control"]
    found = clustered_columns(
        _made_and_answered(models), by, measured, shares=measured, resampling=resampling
    ).rename(columns={"accuracy_low": "low", "accuracy_high": "high"})
    return ordered_rows(found, by, {"model": models}).round(4)


def _made(models: Sequence[str]) -> pd.DataFrame:
    tables = [read_turned(name).assign(model=name) for name in models]
    return pd.concat(tables, ignore_index=True)


def _made_and_answered(models: Sequence[str]) -> pd.DataFrame:
    """Turned images: was the ``object`` kept, and the model's ``accuracy`` and the ``control``'s.

    ``before`` is what the judge gave to the object in the image that nothing was done to.
    """
    rows = _made(models)
    before = rows[rows["strength"] == 0].set_index(["model", "image_id"])["back"].rename("before")
    # From full strength nothing of the image is left that could be kept.
    partly = rows["strength"].between(0, 1, inclusive="neither")
    rows = rows[(rows["condition"] != SINGLE_CONDITION) & partly]
    answers = miniature_answers(["rotation"], [*models, CLASSIFIER])
    right = answers.set_index(["observer", "image_id"])["right"].astype(float).rename("accuracy")
    return (
        rows.assign(
            object=np.where(rows["back"] > KEPT, "kept", "lost"),
            control=rows["image_id"].map(right.xs(CLASSIFIER)),
        )
        .join(before, on=["model", "image_id"])
        .join(right, on=["model", "image_id"])
    )


def gap_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much more often kept objects are recognised than lost ones, beyond the control's.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.
        resampling: how the intervals are made.

    Returns:
        ``model, strength``, and ``difference, low, high``: by how much the model is ahead of the
        ResNet in accuracy on kept objects, less that on lost ones.
    """
    rows = _made_and_answered(models)
    rows = rows.assign(ahead=rows["accuracy"] - rows["control"])
    keys, sums = clustered_sums(
        rows, ["model", "strength", "object"], ["ahead"], resampling=resampling
    )
    # A resample can leave none that was kept.
    ahead = share(sums["ahead"], sums["n"])
    place = keys.reset_index().pivot(index=["model", "strength"], columns="object", values="index")
    place = place.reindex(columns=["kept", "lost"]).dropna().astype(int)
    gaps = ahead[place["kept"]] - ahead[place["lost"]]
    low, high = resampling.interval(gaps)
    found = pd.DataFrame({"difference": gaps[:, 0], "low": low, "high": high}, index=place.index)
    return found.round(4).reset_index()


def easy_rows(models: Sequence[str]) -> pd.DataFrame:
    """What the objects have in common that a model kept from the largest strength below 1.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.

    Returns:
        ``model``; ``three``, the share of the kept objects that three categories make up; and
        ``kept, lost``, the judge's mean probability of either before anything was taken apart.
    """
    rows = _made_and_answered(models)
    last = rows[rows["strength"] == rows.groupby("model")["strength"].transform("max")]
    found = last.pivot_table("before", "model", "object").reindex(columns=["kept", "lost"])
    kept = last[last["object"] == "kept"].groupby("model")["category"]
    shares = kept.value_counts(normalize=True)
    return found.assign(three=shares.groupby("model").head(3).groupby("model").sum()).reset_index()


def loss_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What miniatures keep of their accuracy on turned images, and how that of the ResNet compares.

    Losses from different heights do not compare, so the share that is left counts: of what is above
    chance on upright images, how much is on turned ones. All seeds of a recipe are taken together.

    Args:
        models: names of shipped models, `CLASSIFIER` among them.
        resampling: how the intervals are made.

    Returns:
        ``recipe, upright, turned`` (accuracies), ``share`` (what is left), and ``difference, low,
        high``, by how much it exceeds that of `CLASSIFIER`; most first.
    """
    answers = with_recipe(miniature_answers(["rotation"], models))
    pose = np.where(answers["condition"] == SINGLE_CONDITION, "upright", "turned")
    rows = answers.assign(right=answers["right"].astype(float), pose=pose)
    keys, sums = clustered_sums(rows, ["recipe", "pose"], ["right"], resampling=resampling)
    accuracy = share(sums["right"], sums["n"])
    place = keys.reset_index().pivot(index="recipe", columns="pose", values="index")
    before, after = accuracy[place["upright"]], accuracy[place["turned"]]
    left = (after - CHANCE) / (before - CHANCE)
    more = left - left[place.index == CLASSIFIER]
    low, high = resampling.interval(more)
    found = {"upright": before, "turned": after, "share": left, "difference": more}
    table = pd.DataFrame({name: values[:, 0] for name, values in found.items()}, place.index)
    table = table.assign(low=low, high=high)
    table.loc[CLASSIFIER, ["low", "high"]] = np.nan
    return table.round(4).reset_index().sort_values("share", ascending=False, ignore_index=True)


def prompt_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Turned objects under their own prompt and under another category's, image by image.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.
        resampling: how the intervals are made.

    Returns:
        ``model, strength, n`` and means over all turned images, each with ``…_low, …_high``, of
        the judge's probability of the object as it lies: ``lying``, under its own prompt; ``rise``
        and ``wrong_rise``, by how much it exceeds that of the image that nothing was done to, under
        its own prompt and under another's; and ``wrong_beyond``, by how much it exceeds, under
        another's, that from full strength, where nothing of the image is left (NaN without it).
    """
    rows = _made(models)
    rows = rows[rows["condition"] != SINGLE_CONDITION]
    image = ["model", "image_id"]
    before, after = (
        rows[image].join(rows[rows["strength"] == end].set_index(image)[name], on=image)[name]
        for end, name in ((0, "lying"), (1, "wrong_lying"))
    )
    measured = {
        "lying": rows["lying"],
        "rise": rows["lying"] - before,
        "wrong_rise": rows["wrong_lying"] - before,
        "wrong_beyond": rows["wrong_lying"] - after,
    }
    return clustered_columns(
        rows.assign(**measured), ["model", "strength"], list(measured), resampling=resampling
    ).round(4)
