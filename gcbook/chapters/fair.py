"""The comparison of the book: each generator against a classifier of the same photographs.

Held equal: photographs, categories, resolution and augmentation (`AGAINST`, flips alone). Another
match is another row of the same table. Values and resamples of all rows are paired: they are of the
same conflicts, resampled as `gcbook.stats.crossed` has it.
"""

from collections.abc import Callable, Mapping
from functools import cache

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import finish
from gcbook.charts.theme import DISCRIMINATIVE, GENERATIVE, HUMAN, INK
from gcbook.files.manifest import DATA
from gcbook.miniworld.photographs import PHOTOGRAPHED, PLAIN, band_errors
from gcbook.stats.crossed import crossed_weights, over_trainings
from gcbook.stats.resampling import Factor, Floats, Resampling, strata

KINDS: Mapping[str, str] = {
    "photo-cnn-flips": "ResNet, flips",
    "photo-cnn": "ResNet, crops",
    "photo-cnn-noise": "ResNet, crops and noise",
    "photo-pixel": "Pixel diffusion",
    "photo-latent": "Latent diffusion",
}
"""Kinds of networks of photographs, by what their folders' names begin with."""

GENERATORS = ("photo-latent", "photo-pixel")
AGAINST = "photo-cnn-flips"
"""Saw the generators' photographs with the generators' augmentation."""

MATCHES: Mapping[str, str] = {AGAINST: "augmentation", "photo-cnn": "none"}
"""What is equal, beside photographs, categories and resolution, between a generator and each."""

MEASURES = ("shape_bias", "two_alternative", "shape", "texture", "accuracy")

Weights = Callable[[Floats], Floats]


def paper(t: Floats) -> Floats:
    """The weights of Clark and Jaini (2023), exp(-7t)."""
    return np.exp(-7 * t)


def networks_of(kind: str) -> list[str]:
    """The trainings of a kind that ship, by name."""
    every = sorted(each.name for each in DATA.path("photographs").iterdir() if each.is_dir())
    return [name for name in every if name.partition("-seed")[0] == kind]


@cache
def _errors(network: str, test_set: str) -> tuple[pd.DataFrame, Floats, Floats]:
    return band_errors(network, test_set)


def hits(network: str, weights: Weights = paper) -> dict[str, Floats]:
    """What a network answers, by image: 1 where it is the cue.

    Returns:
        ``shape, texture`` and ``two_alternative`` (the shape's category is nearer than the
        texture's) of the 550 cue conflicts, ``accuracy`` of the photographs.
    """
    found = {}
    for test_set in ("cue-conflict", PLAIN):
        images, t, errors = _errors(network, test_set)
        weighted = (weights(t)[:, None] * errors).sum(axis=(1, 2))
        cues = ["category", "texture"] if test_set == "cue-conflict" else ["category"]
        place = {cue: images[cue].map(PHOTOGRAPHED.index).to_numpy() for cue in cues}
        named = {cue: (weighted.argmin(axis=1) == at).astype(float) for cue, at in place.items()}
        if test_set == PLAIN:
            found["accuracy"] = named["category"]
        else:
            row = np.arange(len(images))
            nearer = weighted[row, place["category"]] < weighted[row, place["texture"]]
            found |= {"shape": named["category"], "texture": named["texture"]}
            found["two_alternative"] = nearer.astype(float)
    return found


def measured(kind: str, resampling: Resampling, weights: Weights = paper) -> dict[str, Floats]:
    """Return each of `MEASURES`, the mean over the trainings of a kind, (1 + draws,): value first.

    Intervals read off it hold the chance of images and, where there are three trainings, of these.
    """
    shown, plain = (
        _errors(networks_of(kind)[0], test_set)[0] for test_set in ("cue-conflict", PLAIN)
    )
    conflicts = crossed_weights(shown["image_id"].tolist(), resampling)
    sizes, unit = strata(plain["category"])
    photographs = resampling.weights(Factor(PLAIN, sizes, unit))
    trainings = []
    for network in networks_of(kind):
        named = hits(network, weights)
        drawn = {
            name: w @ each / w.sum(axis=1)
            for name, each in named.items()
            for w in [photographs if name == "accuracy" else conflicts]
        }
        drawn["shape_bias"] = drawn["shape"] / (drawn["shape"] + drawn["texture"])
        trainings.append(drawn)
    return {
        name: over_trainings([each[name] for each in trainings], kind, resampling)
        for name in MEASURES
    }


def fair_table(resampling: Resampling) -> pd.DataFrame:
    """Return every level, and each difference of a generator from a ResNet.

    Returns:
        ``network, against`` ("" of a level), ``match`` (what is equal, see `MATCHES`), ``measure,
        weighting, trainings`` (of the network), ``value, low, high``.
    """
    values = {kind: measured(kind, resampling) for kind in KINDS}
    pairs = [(kind, "") for kind in KINDS]
    pairs += [(kind, against) for against in MATCHES for kind in GENERATORS]
    rows = []
    for kind, against in pairs:
        for measure in MEASURES:
            drawn = values[kind][measure]
            if against:
                drawn = drawn - values[against][measure]
            low, high = resampling.interval(drawn)
            rows.append(
                {
                    "network": KINDS[kind],
                    "against": KINDS.get(against, ""),
                    "match": MATCHES.get(against, ""),
                    "measure": measure,
                    "weighting": "exp(-7t)" if kind in GENERATORS else "",
                    "trainings": len(networks_of(kind)),
                    "value": drawn[0],
                    "low": float(low),
                    "high": float(high),
                }
            )
    return pd.DataFrame(rows)


def difference(table: pd.DataFrame, kind: str, against: str = AGAINST) -> Mapping[str, float]:
    """Return ``value, low, high`` of a generator's shape bias less a ResNet's, of `fair_table`."""
    chosen = (table["network"] == KINDS[kind]) & (table["against"] == KINDS[against])
    (row,) = table[chosen & (table["measure"] == "shape_bias")].to_dict("records")
    return {str(name): row[name] for name in ("value", "low", "high")}


def finding(table: pd.DataFrame) -> str:
    """The finding in one sentence, of `fair_table`; its verb follows from the intervals of both."""
    found = [difference(table, kind) for kind in GENERATORS]
    if all(each["high"] < 0 for each in found):
        how = "less often than"
    elif all(each["low"] > 0 for each in found):
        how = "more often than"
    elif all(each["high"] < MARGIN for each in found):
        how = "no more often than"
    else:
        how = "not demonstrably more or less often than"
    return (
        "Trained on the same photographs with the same augmentation, small diffusion classifiers "
        f"answer by shape {how} a ResNet."
    )


def fair_chart(table: pd.DataFrame, beside: Mapping[str, float]) -> alt.TopLevelMixin:
    """Draw shape bias, a row a network, each generator joined to its classifier.

    Args:
        table: from `fair_table`.
        beside: of those above, by name: values without an interval.
    """
    levels = table.query("measure == 'shape_bias' and against == ''").rename(
        columns={"network": "name"}
    )
    names = [KINDS[kind] for kind in (AGAINST, *GENERATORS)]
    levels = levels[levels["name"].isin(names)]
    above = pd.DataFrame({"name": list(beside), "value": list(beside.values())})
    resnet = levels.loc[levels["name"] == names[0], "value"].item()
    pairs = levels[levels["name"] != names[0]].assign(pair=lambda rows: rows["name"])
    joins = pd.concat([pairs, pairs.assign(name=names[0], value=resnet)])
    order = [*beside, *names]
    colors = [HUMAN, DISCRIMINATIVE, GENERATIVE["imagen"], DISCRIMINATIVE]
    colors += [GENERATIVE["stable_diffusion"], GENERATIVE["imagen"]]
    title = "Shape bias: from texture (0) to shape (1)"
    x = alt.X("value:Q", title=title)
    x = x.scale(domain=[0, 1]).axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2f")
    y = alt.Y("name:N", sort=order, title=None).axis(grid=True, gridDash=[1, 3], labelLimit=120)
    color = alt.Color("name:N", legend=None).scale(domain=order, range=colors)
    tooltip = tooltips(
        ["name", "value", "low", "high"], {"name": "Observer", "value": "Shape bias"}
    )
    rows = pd.concat([above, levels])
    # Away from the lines that join them.
    below = f"indexof({names[1:]}, datum.name) < 0 ? -13 : 16"
    said = ", ".join(f"{n} {v:.2f}" for n, v in zip(rows["name"], rows["value"], strict=True))
    base = alt.Chart(rows).encode(y, color, tooltip=tooltip)
    return finish(
        alt.layer(
            alt.Chart(joins).mark_line(strokeDash=[2, 3], color=INK).encode(x, y, detail="pair:N"),
            base.transform_filter("isValid(datum.low)")
            .mark_rule(strokeWidth=3, opacity=0.6)
            .encode(alt.X("low:Q", title=title), x2="high:Q"),
            base.mark_point(filled=True, size=130, opacity=1).encode(x),
            base.mark_text(dy=alt.expr(below), color=INK).encode(
                x, text=alt.Text("value:Q", format=".2f")
            ),
        ),
        height=alt.Step(38),
        description=f"A row for each observer, shape bias from left to right: {said}. Dotted lines "
        "join each diffusion classifier to the ResNet of the same photographs and augmentation.",
    )


MARGIN = 0.05
"""Of shape bias: *no more* may be short of this, declared before any network was asked."""
