"""Recognising turned objects, and making them: one table a question, and what they say."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.kinds import GENERATIVE
from gcbook.miniworld.results.shipped import recipe_of
from gcbook.miniworld.results.turned import read_turned, turned_models
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_columns, clustered_sums
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "gap_sentence",
    "kept_rows",
    "kept_sentence",
    "recognised_rows",
    "recognised_sentence",
    "together_rows",
    "together_sentence",
    "loss_sentence",
    "own_texture_sentence",
    "prompt_rows",
    "prompt_sentence",
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


def recognised_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy of all miniatures of seed 0 on images by how far they are turned.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``recipe, angle, n, accuracy, low, high``.
    """
    answers = _answers()
    found = accuracies(answers, ["observer", "condition"], resampling=resampling)
    found["angle"] = found["condition"].astype(int)
    table = found.rename(columns={"observer": "recipe"})
    columns = ["recipe", "angle", "n", "accuracy", "low", "high"]
    return table[columns].sort_values(["recipe", "angle"], ignore_index=True).round(4)


def _answers() -> pd.DataFrame:
    """Answers of seed 0 to upright and turned images."""
    answers = miniature_answers(["rotation"])
    return answers[[recipe_of(name)[1] == 0 for name in answers["observer"]]]


def kept_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What becomes of turned objects that are taken apart and put together again.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model, prompt`` (`OWN` or `OTHER`), ``angle, strength, line`` ("Turned back", "As it
        lies"), ``n`` and the mean probability that the judge gives to the object, ``value, low,
        high``; and ``lost``, by how much that lies above the same image's, upright, with
        ``lost_low, lost_high``.
    """
    ends = ["value", "low", "high", "lost", "lost_low", "lost_high"]
    tables = [pd.DataFrame(columns=["model", "prompt", "angle", "strength", "line", "n", *ends])]
    for model in turned_models():
        rows = read_turned(model)
        rows["angle"] = rows["condition"].astype(int)
        # All four poses of an image were made from the same noise.
        rows["image"] = rows["image_id"].str.rpartition("-")[0]
        for name, (prompt, line) in JUDGED.items():
            upright = rows[rows["angle"] == 0].set_index(["image", "strength"])[name]
            same = upright.reindex(pd.MultiIndex.from_frame(rows[["image", "strength"]]))
            rows["lost"] = rows[name] - same.to_numpy()
            found = clustered_columns(
                rows, ["angle", "strength"], [name, "lost"], resampling=resampling
            )
            named = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
            found = found.rename(columns=named)
            tables.append(found.assign(model=model, prompt=prompt, line=line))
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True).round(dict.fromkeys(ends, 4))


def recognised_sentence(rows: pd.DataFrame) -> str:
    """Say what each miniature answers on upright and on turned images.

    Args:
        rows: from `recognised_rows`.
    """
    parts = []
    for recipe, group in rows.groupby("recipe", sort=False):
        upright = group[group["angle"] == 0].iloc[0]
        turned = group[group["angle"] != 0]
        low, high = turned["accuracy"].min(), turned["accuracy"].max()
        level = " (chance or below)" if high <= CHANCE else ""
        parts.append(
            f"{recipe} names {upright['accuracy']:.0%} of the upright images right, and "
            f"{number(low, '.0%')} to {number(high, '.0%')} of the turned ones{level}"
        )
    return "; ".join(parts) + "."


def together_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy on turned images, by whether the model kept the object when it made it anew.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model, strength, kept`` ("kept" or "lost": whether the judge gives the picture, turned
        back, more than `KEPT`), ``n, accuracy, low, high``, and the same of ``control``, the
        ResNet's accuracy on these images.
    """
    columns = ["model", "strength", "kept", "n", "accuracy", "low", "high"]
    columns += ["control", "control_low", "control_high"]
    tables = [pd.DataFrame(columns=columns)]
    for model in turned_models():
        both = _made_and_answered(model)
        found = clustered_columns(
            both,
            ["strength", "kept"],
            ["accuracy", "control"],
            shares=["accuracy", "control"],
            resampling=resampling,
        ).rename(columns={"accuracy_low": "low", "accuracy_high": "high"})
        tables.append(found.assign(model=model))
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True)[columns].round(4)


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


def gap_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say by how much kept objects are recognised more often, beyond the control's difference.

    Args:
        resampling: how the intervals are made.
    """
    parts = []
    for model in turned_models():
        both = _made_and_answered(model)
        keys, sums = clustered_sums(
            both, ["strength", "kept"], ["accuracy", "control"], resampling=resampling
        )
        place = {(row.strength, row.kept): at for at, row in enumerate(keys.itertuples())}
        found = []
        for strength in sorted(both["strength"].unique()):
            if (strength, "kept") not in place or (strength, "lost") not in place:
                continue
            kept, lost = (place[strength, name] for name in ("kept", "lost"))
            # A resample can leave none that was kept.
            means = {name: share(sums[name], sums["n"]) for name in ("accuracy", "control")}
            own, other = (mean[kept] - mean[lost] for mean in means.values())
            low, high = (float(end[0]) for end in resampling.interval((own - other)[None]))
            found.append(
                f"{number(float(own[0]), '+.2f')} against {number(float(other[0]), '+.2f')} at "
                f"{strength:g} (difference {number(float(own[0] - other[0]), '+.2f')}, "
                f"{span(low, high, '+.2f')})"
            )
        last = both[both["strength"] == both["strength"].max()]
        before = last.groupby("kept")["before"].mean()
        kept_in = last[last["kept"] == "kept"]["category"].value_counts()
        parts.append(
            f"By how much more often {model} recognises what it kept than what it lost, against "
            f"{CLASSIFIER}: {'; '.join(found)}. Of what it kept from the largest strength, "
            f"{kept_in.iloc[:3].sum() / kept_in.sum():.0%} are of three categories "
            f"({listed(kept_in.index[:3])}), and the judge gave them {before['kept']:.2f} before "
            f"anything was taken apart, the lost ones {before['lost']:.2f}."
            if len(before) == 2
            else f"{model} kept all or none."
        )
    return " ".join(parts)


def together_sentence(rows: pd.DataFrame) -> str:
    """Say whether turned objects that a model can make are those that it recognises.

    Args:
        rows: from `together_rows`.
    """
    parts = []
    for model, group in rows.groupby("model", sort=False):
        most = group["strength"].max()
        by = {row["kept"]: row for row in group[group["strength"] == most].to_dict("records")}
        if len(by) < 2:
            parts.append(f"At strength {most:g} {model} {next(iter(by))} all turned objects.")
            continue
        said = " and ".join(
            f"{row['accuracy']:.0%} of the {row['n']} that it {name} "
            f"({span(row['low'], row['high'], '.2f')})"
            for name, row in by.items()
        )
        other = " and ".join(f"{row['control']:.0%}" for row in by.values())
        parts.append(
            f"Of the turned objects {model} names right {said} when it made them anew from "
            f"strength {most:g}. {CLASSIFIER}, which makes nothing, names right {other} of the "
            f"same images; chance is {CHANCE:.0%}."
        )
    return " ".join(parts)


def kept_sentence(rows: pd.DataFrame) -> str:
    """Say at which strength turned objects are lost more than upright ones are.

    Args:
        rows: from `kept_rows`.
    """
    if len(rows) and rows["low"].isna().all():
        return "Nothing was resampled, so it cannot be said what goes beyond chance."
    parts = []
    partly = rows[(rows["line"] == TURNED_BACK) & (rows["strength"] < 1)]
    for model, group in partly.groupby("model", sort=False):
        own, other = (group[group["prompt"] == prompt] for prompt in (OWN, OTHER))
        last = own[own["strength"] == own["strength"].max()]
        level = last[last["angle"] == 0].iloc[0]
        turned = last.loc[last["angle"] != 0, "value"]
        parts.append(
            f"After {model} has taken them apart at strength {level['strength']:g}, the judge "
            f"gives upright objects {number(level['value'], '.2f')} on average "
            f"({span(level['low'], level['high'], '.2f')}), and turned ones "
            f"{number(turned.min(), '.2f')} to {number(turned.max(), '.2f')} once they are turned "
            "back. Image by image, objects turned by any angle are lost more than upright ones "
            f"{_lost_at(own)}"
            + (f", and under another category's prompt {_lost_at(other)}." if len(other) else ".")
        )
    return " ".join(parts)


def _lost_at(rows: pd.DataFrame) -> str:
    """At which strengths objects turned by every angle are lost more than upright ones."""
    turned = rows[(rows["angle"] != 0) & (rows["strength"] > 0)]
    lost = (turned["lost_high"] < 0).groupby(turned["strength"]).all()
    strengths = [f"{strength:g}" for strength in lost.index[lost]]
    return f"at strength {listed(strengths)}" if strengths else "at no strength"


UPSIDE_DOWN = "180"


def loss_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say whether models that generate lose more on turned images than the ResNet does.

    Losses from different heights do not compare, so the share that is left counts: of what is above
    chance on upright images, how much is on turned ones. All seeds of a recipe are taken together.

    Args:
        resampling: how the intervals are made.
    """
    answers = with_recipe(miniature_answers(["rotation"]))
    upright = answers["condition"] == SINGLE_CONDITION
    rows = answers.assign(right=answers["right"].astype(float), upright=upright)
    keys, sums = clustered_sums(rows, ["recipe", "upright"], ["right"], resampling=resampling)
    accuracy = share(sums["right"], sums["n"])
    place = {(row.recipe, row.upright): at for at, row in enumerate(keys.itertuples())}
    left = {
        name: (accuracy[place[name, False]] - CHANCE) / (accuracy[place[name, True]] - CHANCE)
        for name in dict.fromkeys(keys["recipe"])
    }
    parts, verdicts = [], []
    for name, kept in left.items():
        if name not in GENERATIVE:
            continue
        more = kept - left[CLASSIFIER]
        low, high = (float(end[0]) for end in resampling.interval(more[None]))
        verdicts.append("less" if low > 0 else "more" if high < 0 else "open")
        loss = accuracy[place[name, True]][0] - accuracy[place[name, False]][0]
        parts.append(
            f"{name} loses {100 * loss:.0f} points and keeps {number(float(kept[0]), '.0%')} "
            f"({number(float(more[0]), '+.2f')}, {span(low, high, '+.2f')})"
        )
    own = number(float(left[CLASSIFIER][0]), ".0%")
    verdict = (
        f"So of what they have, {verdicts.count('less')} of {plural(len(verdicts), 'generator')} "
        f"clearly lose less than the ResNet, and {verdicts.count('more')} more."
        if resampling.draws
        else "Nothing was resampled, so it cannot be said which of them clearly lose less."
    )
    return (
        f"{CLASSIFIER}, all its seeds together and none resampled, keeps {own} of what it has "
        "above chance on upright images. Beside that (in brackets by how much more is "
        f"kept), {'; '.join(parts)}. {verdict}"
    )


def own_texture_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say by how much easier objects are upside down than on their side, in their own texture.

    A texture may look the same upside down, and then tells the category as it did before; on its
    side it looks otherwise.

    Args:
        resampling: how the intervals are made.
    """
    answers = with_recipe(miniature_answers(["rotation"]))
    own = answers[
        (answers["texture"] == answers["category"]) & (answers["condition"] != SINGLE_CONDITION)
    ]
    if own.empty:
        return ""
    rows = own.assign(right=own["right"].astype(float), upside_down=own["condition"] == UPSIDE_DOWN)
    keys, sums = clustered_sums(rows, ["recipe", "upside_down"], ["right"], resampling=resampling)
    accuracy = share(sums["right"], sums["n"])
    place = {(row.recipe, row.upside_down): at for at, row in enumerate(keys.itertuples())}
    parts, clear = [], []
    for recipe in dict.fromkeys(own["recipe"]):
        sides = [place.get((recipe, side)) for side in (True, False)]
        if None in sides:
            continue
        gain = accuracy[sides[0]] - accuracy[sides[1]]
        low, high = (float(end[0]) for end in resampling.interval(gain[None]))
        parts.append(f"{recipe} {number(float(gain[0]), '+.2f')} ({span(low, high, '+.2f')})")
        if low > 0:
            clear.append(recipe)
    if not parts:
        return ""
    images = rows.drop_duplicates("image_id").groupby("upside_down").size()
    verdict = (
        f" So what turning costs {listed(clear)} need not be a matter of shape alone, unless "
        "outlines, too, are easier upside down."
        if clear
        else ""
    )
    return (
        "And a texture may look the same upside down, but not on its side. Of objects in their own "
        f"category's texture, {images[True]} turned by {UPSIDE_DOWN}° and {images[False]} by a "
        f"quarter, by how much more are named right upside down: {'; '.join(parts)}.{verdict}"
    )


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
    return "\n".join(parts)


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
