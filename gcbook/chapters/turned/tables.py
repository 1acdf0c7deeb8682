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

__all__ = [
    "CLASSIFIER",
    "OTHER",
    "OWN",
    "TURNED_BACK",
    "easy_rows",
    "gap_rows",
    "kept_rows",
    "loss_rows",
    "prompt_rows",
    "together_rows",
]

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
        ``model, prompt`` (`OWN` or `OTHER`), ``angle, strength, judged`` ("Turned back", "As it
        lies"), ``n`` and the mean probability that the judge gives to the object, ``drawn, low,
        high``; and ``lost``, by how much that lies above the same image's, upright, with
        ``lost_low, lost_high``.
    """
    ends = ["drawn", "low", "high", "lost", "lost_low", "lost_high"]
    tables = []
    for model in models:
        rows = read_turned(model)
        rows["angle"] = rows["condition"].astype(int)
        # All four poses of an image were made from the same noise.
        rows["image"] = rows["image_id"].str.rpartition("-")[0]
        for name, (prompt, judged) in JUDGED.items():
            upright = rows[rows["angle"] == 0].set_index(["image", "strength"])[name]
            same = upright.reindex(pd.MultiIndex.from_frame(rows[["image", "strength"]]))
            rows["lost"] = rows[name] - same.to_numpy()
            found = clustered_columns(
                rows, ["angle", "strength"], [name, "lost"], resampling=resampling
            )
            named = {name: "drawn", f"{name}_low": "low", f"{name}_high": "high"}
            found = found.rename(columns=named)
            tables.append(found.assign(model=model, prompt=prompt, judged=judged))
    return pd.concat(tables, ignore_index=True).round(dict.fromkeys(ends, 4))


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
    columns = ["model", "strength", "object", "n", "accuracy", "low", "high"]
    columns += ["control", "control_low", "control_high"]
    tables = []
    for model in models:
        both = _made_and_answered(model)
        found = clustered_columns(
            both,
            ["strength", "kept"],
            ["accuracy", "control"],
            shares=["accuracy", "control"],
            resampling=resampling,
        ).rename(columns={"accuracy_low": "low", "accuracy_high": "high", "kept": "object"})
        tables.append(found.assign(model=model))
    return pd.concat(tables, ignore_index=True)[columns].round(4)


def _made_and_answered(model: str) -> pd.DataFrame:
    """Turned images, whether they were ``kept``, the model's ``accuracy`` and the ``control``'s."""
    made = read_turned(model)
    before = made[made["strength"] == 0].set_index("image_id")["back"]
    # From full strength nothing of the image is left that could be kept.
    partly = made["strength"].between(0, 1, inclusive="neither")
    made = made[(made["condition"] != SINGLE_CONDITION) & partly]
    both = made.assign(
        kept=np.where(made["back"] > KEPT, "kept", "lost"), before=made["image_id"].map(before)
    )
    for name, column in ((model, "accuracy"), (CLASSIFIER, "control")):
        answers = miniature_answers(["rotation"], [name]).set_index("image_id")["right"]
        both[column] = both["image_id"].map(answers).astype(float)
    return both


def gap_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much more often kept objects are recognised than lost ones, beyond the control's.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.
        resampling: how the intervals are made.

    Returns:
        ``model, strength``; ``own`` and ``control``, accuracy on kept objects less that on lost
        ones, of the model and of the ResNet; and ``difference, low, high``, the one less the other.
    """
    rows = []
    for model in models:
        both = _made_and_answered(model)
        keys, sums = clustered_sums(
            both, ["strength", "kept"], ["accuracy", "control"], resampling=resampling
        )
        place = {(row.strength, row.kept): at for at, row in enumerate(keys.itertuples())}
        for strength in sorted(both["strength"].unique()):
            if (strength, "kept") not in place or (strength, "lost") not in place:
                continue
            kept, lost = (place[strength, name] for name in ("kept", "lost"))
            # A resample can leave none that was kept.
            means = {name: share(sums[name], sums["n"]) for name in ("accuracy", "control")}
            own, other = (mean[kept] - mean[lost] for mean in means.values())
            low, high = (float(end[0]) for end in resampling.interval((own - other)[None]))
            rows.append((model, strength, own[0], other[0], own[0] - other[0], low, high))
    columns = ["model", "strength", "own", "control", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(4)


def easy_rows(models: Sequence[str]) -> pd.DataFrame:
    """What the objects have in common that a model kept from the largest strength below 1.

    Args:
        models: from `gcbook.miniworld.results.turned.turned_models`.

    Returns:
        ``model``; ``three``, the share of the kept objects that three categories make up; and
        ``kept, lost``, the judge's mean probability of either before anything was taken apart.
    """
    rows = []
    for model in models:
        both = _made_and_answered(model)
        last = both[both["strength"] == both["strength"].max()]
        before = last.groupby("kept")["before"].mean().reindex(["kept", "lost"])
        categories = last.loc[last["kept"] == "kept", "category"].value_counts(normalize=True)
        rows.append((model, categories.iloc[:3].sum(), *before))
    return pd.DataFrame(rows, columns=["model", "three", "kept", "lost"])


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
    upright = answers["condition"] == SINGLE_CONDITION
    rows = answers.assign(right=answers["right"].astype(float), upright=upright)
    keys, sums = clustered_sums(rows, ["recipe", "upright"], ["right"], resampling=resampling)
    accuracy = share(sums["right"], sums["n"])
    place = {(row.recipe, row.upright): at for at, row in enumerate(keys.itertuples())}
    left = {
        name: (accuracy[place[name, False]] - CHANCE) / (accuracy[place[name, True]] - CHANCE)
        for name in dict.fromkeys(keys["recipe"])
    }
    found = []
    for name, kept in left.items():
        more = kept - left[CLASSIFIER]
        low, high = (float(end[0]) for end in resampling.interval(more[None]))
        ends = (np.nan, np.nan) if name == CLASSIFIER else (low, high)
        means = (accuracy[place[name, which]][0] for which in (True, False))
        found.append((name, *means, kept[0], more[0], *ends))
    columns = ["recipe", "upright", "turned", "share", "difference", "low", "high"]
    table = pd.DataFrame(found, columns=columns).round(4)
    return table.sort_values("share", ascending=False, ignore_index=True)


_VALUES = ["lying", "rise", "wrong_rise", "wrong_beyond"]


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
    columns = ["model", "strength", "n"]
    columns += [f"{name}{end}" for name in _VALUES for end in ("", "_low", "_high")]
    tables = []
    for model in models:
        rows = read_turned(model)
        rows = rows[rows["condition"] != SINGLE_CONDITION]
        before, after = (
            rows["image_id"].map(rows[rows["strength"] == end].set_index("image_id")[name])
            for end, name in ((0, "lying"), (1, "wrong_lying"))
        )
        measured = rows.assign(
            rise=rows["lying"] - before,
            wrong_rise=rows["wrong_lying"] - before,
            wrong_beyond=rows["wrong_lying"] - after,
        )
        found = clustered_columns(measured, ["strength"], _VALUES, resampling=resampling)
        tables.append(found.assign(model=model))
    return pd.concat(tables, ignore_index=True)[columns].round(4)
