"""A reader's own models in the figures of this chapter: large, labelled, and drawn last."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.names import Names
from gcbook.charts.parts import side_by_side
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, HUMAN, OWN, PAGE
from gcbook.miniworld.results.own_stores import MINIATURE, PUBLISHED
from gcbook.miniworld.results.weighting import PAPER

_UNIT = alt.Scale(domain=[0, 1])
_PANEL = {"width": 290, "height": 260}
_OTHERS = {"people": HUMAN, "ResNet-50": DISCRIMINATIVE, "the ResNet": DISCRIMINATIVE, **COLORS}
_DASHES = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3])
_MEASURES = {
    "shape_bias": "Shape bias",
    "accuracy": "Accuracy",
    "either": "Shape or texture named",
}
_WORDS = 18
"""Pixels between names."""


def fig_own(own: pd.DataFrame, beside: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias and accuracy of own models against k, a row of panels for each kind of images.

    Args:
        own: from `gcbook.miniworld.results.own_curves.own_sweep`.
        beside: from `gcbook.chapters.weighting.own.beside_rows`.
    """
    names = Names.of(own["model"])
    panels, most = [], 1
    for (kind, world), rows in own.groupby(["kind", "world"], sort=False):
        others = beside[(beside["kind"] == kind) & (beside["world"] == world)]
        shown = [name for name in _MEASURES if rows[name].notna().any()]
        if rows["accuracy"].notna().all():
            shown.remove("either")
        most = max(most, len(shown))
        where = _where(str(kind), str(world))
        panels += [_panel(rows, others, name, where, names) for name in shown]
    return side_by_side(
        panels,
        [names.parameter()],
        "Panels over k of exp(−kt), from 0 to 20: the shape bias of each own model, and its "
        "accuracy or the share of its answers to cue conflicts that name the shape or the texture. "
        "Own models are thick lines with their names and the bands of their intervals; level lines "
        "and thin ones are others who answered images of the same kind. A vertical line marks the "
        f"paper's k. {_said(own)}",
        columns=most,
    )


def _where(kind: str, world: str) -> str:
    titles = {PUBLISHED: "published stimuli", MINIATURE: f"{world} world"}
    return titles.get(kind, "own images")


def _said(own: pd.DataFrame) -> str:
    """What the picture says, for who does not see it."""
    words = []
    for model, rows in own.groupby("model", sort=False):
        values = rows.set_index("k")["shape_bias"]
        words.append(
            f"{model}: shape bias {values[PAPER]:.2f} at k = {PAPER}, {values[0]:.2f} at 0."
        )
    return " ".join(words)


def _panel(
    rows: pd.DataFrame, others: pd.DataFrame, measure: str, where: str, names: Names
) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("k:Q", title="k in exp(−kt)", scale=alt.Scale(domain=[0, 20])).axis(
        values=[0, 5, PAPER, 10, 15, 20], grid=False
    )
    title = _MEASURES[measure]
    y = alt.Y("value:Q", title=title, scale=_UNIT).axis(format=".1f", tickCount=5)
    columns = {measure: "value", f"{measure}_low": "low", f"{measure}_high": "high"}
    shown = rows.dropna(subset=measure)[["model", "k", *columns]].rename(columns=columns)
    tooltip = tooltips(
        ["model", "k", "value", "low", "high"], titles={"value": title}, formats={"value": ".3f"}
    )
    lines, words = _beside(others, measure, x, y)
    layers = [
        alt.Chart(pd.DataFrame({"k": [PAPER]}))
        .mark_rule(color=CHANCE_LINE, strokeDash=[2, 2])
        .encode(x=x),
        *lines,
        *own_layers(shown, x, y, names, tooltip),
        *words,
    ]
    return alt.layer(*layers).properties(**_PANEL, title=f"{title}, {where}")


def _beside(
    others: pd.DataFrame, measure: str, x: alt.X, y: alt.Y
) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """Thin lines of others, and their names at the left."""
    layers: list[alt.Chart] = []
    names: list[alt.Chart] = []
    if measure not in others:
        return layers, names
    shown = others.dropna(subset=measure).rename(columns={measure: "value"})
    for observer, rows in shown.groupby("observer", sort=False):
        color = _OTHERS[str(observer)]
        base = alt.Chart(rows[["k", "value"]].dropna(axis="columns")).encode(y=y)
        if rows["k"].isna().all():
            layers.append(base.mark_rule(color=color, strokeWidth=2, strokeDash=[6, 4]))
        else:
            layers.append(base.mark_line(color=color, strokeWidth=1.5).encode(x=x))
    starts = shown.drop_duplicates("observer")[["observer", "value"]]
    at = alt.Y("at:Q", title=y["title"], scale=y["scale"])
    for observer, row in _apart(starts).groupby("observer", sort=False):
        text = alt.Chart(row).encode(x=alt.value(4), y=at, text="observer:N")
        names += _written(text, _OTHERS[str(observer)], align="left")
    return layers, names


def own_layers(
    rows: pd.DataFrame, x: alt.X, y: alt.Y, names: Names, tooltip: Sequence[alt.Tooltip]
) -> list[alt.Chart]:
    """Of each own model a band, a thick line with points, and its name at the right end.

    Args:
        rows: ``model``, what x shows, and ``value, low, high``.
        x, y: of the figure, y with a title and a scale.
        names: of the models.
        tooltip: of the points.
    """
    low, value, at = (
        alt.Y(f"{name}:Q", title=y["title"], scale=y["scale"]) for name in ("low", "value", "at")
    )
    layers, ends = [], []
    across = str(x["shorthand"]).removesuffix(":Q")
    for number, model in enumerate(dict.fromkeys(rows["model"])):
        of_model = rows[rows["model"] == model]
        # The name lies above as much of the line as it is long.
        last = of_model.sort_values(across).tail(-(-len(of_model) // 3))
        ends.append(last.tail(1).assign(value=last["value"].max()))
        base = names.chart(of_model, "model").encode(x=x)
        dash = _DASHES[number % len(_DASHES)]
        layers += [
            base.mark_area(opacity=0.18, color=OWN).encode(y=low, y2="high:Q"),
            base.mark_line(color=OWN, strokeWidth=4, strokeDash=dash).encode(y=value),
            base.mark_point(color=OWN, filled=True, size=70, opacity=1).encode(
                y=value, tooltip=list(tooltip)
            ),
        ]
    if not ends:
        return []
    words = names.chart(_apart(pd.concat(ends)), "model").encode(x=x, y=at, text="model:N")
    return [*layers, *_written(words, OWN, align="right", dx=-4, fontSize=16, fontWeight="bold")]


def _written(words: alt.Chart, color: str, **look: Any) -> list[alt.Chart]:
    """Text with a rim in the colour of the page, so that no line runs through it."""
    rim = words.mark_text(**look, stroke=PAGE, strokeWidth=4, strokeJoin="round", aria=False)
    return [rim, words.mark_text(**look, color=color)]


def _apart(ends: pd.DataFrame) -> pd.DataFrame:
    """Give the names of lines heights ``at`` a little above them, so that none covers another."""
    gap = _WORDS / _PANEL["height"]
    heights: list[float] = []
    for value in (ordered := ends.sort_values("value"))["value"]:
        wanted = min(value + gap, 1 - gap / 2)
        heights.append(max(wanted, heights[-1] + gap) if heights else wanted)
    over = max(0.0, heights[-1] - (1 - gap / 2)) if heights else 0.0
    return ordered.assign(at=[height - over for height in heights])
