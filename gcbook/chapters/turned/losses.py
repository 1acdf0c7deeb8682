"""Do models that generate lose more on turned images, and is it shape that they lose?"""

from gcbook.chapters.turned.tables import CLASSIFIER
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.kinds import GENERATIVE
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import listed, number, plural, span

__all__ = ["loss_sentence", "own_texture_sentence"]

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
    if CLASSIFIER not in left:
        return f"{CLASSIFIER} is not among the models of this version, to compare with."
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
    if not parts:
        return "No miniature that generates can be compared."
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
        draws, confidence, seed: see `loss_sentence`.
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
