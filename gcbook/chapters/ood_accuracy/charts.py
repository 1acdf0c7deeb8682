"""Figures of out-of-distribution accuracy: the paper's Figs. 3 and 11.

Tables come from `gcbook.chapters.ood_accuracy.tables`. Accuracies run from 0 to 1 and are shown in
per cent; guessing among 16 categories gives `gcbook.paper.categories.CHANCE`.
"""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import NOBODY, dropdown, nothing
from gcbook.charts.theme import (
    CHANCE_LINE,
    DISCRIMINATIVE,
    HUMAN,
    INK,
    color_scale,
    kinds_shown,
    shape_scale,
)
from gcbook.paper.categories import CHANCE

__all__ = [
    "Panel",
    "chance_line",
    "highlight_one",
    "is_network",
    "ood_ranking",
    "percent",
    "single_condition_bars",
    "value_tooltip",
]

Panel = alt.LayerChart | alt.FacetChart

_LONG_NAME = 18
_SHOW = {
    "all": "true",
    "recomputed only": "datum.origin == 'recomputed'",
    "published only, with humans": "isValid(datum.paper) || datum.kind == 'Humans'",
    "generative models, with humans": "datum.kind != 'Discriminative model'",
}


def ood_ranking(rows: pd.DataFrame) -> alt.LayerChart:
    """Fig. 3: OOD accuracy of every model and the humans, sorted.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.tables.ood_standings`; their order is the order of
            the chart.
    """
    show = dropdown("show", "Show ", list(_SHOW), "all")
    chosen = " || ".join(f"(show == '{name}' && ({test}))" for name, test in _SHOW.items())
    shown = rows.assign(label=rows["model"].map(_short_name))
    base = (
        alt.Chart(shown)
        .transform_filter(chosen)
        .encode(
            y=alt.Y("label:N", sort=list(shown["label"]), title=None),
            tooltip=[
                alt.Tooltip("model:N", title="Observer"),
                *value_tooltip("OOD accuracy")[1:],
                alt.Tooltip("paper:Q", title="In the paper", format=".3f"),
            ],
        )
    )
    kinds = kinds_shown(rows["kind"])
    kind = {
        "shape": alt.Shape("kind:N", title="Observer", scale=shape_scale(*kinds)),
        "color": alt.Color("kind:N", title="Observer", scale=color_scale(*kinds)),
    }
    x = percent(alt.X("value:Q", title="OOD accuracy"))
    stick = base.mark_rule(opacity=0.3, color=DISCRIMINATIVE).encode(x=x, x2=alt.datum(0))
    recomputed = base.transform_filter("datum.origin == 'recomputed'")
    interval = recomputed.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q")
    solid = recomputed.mark_point(filled=True, opacity=1).encode(
        x=x,
        size=alt.condition("datum.kind == 'Humans'", alt.value(90), alt.value(42)),
        **kind,
    )
    # Larger than the solid marks: a ring around them where a network has both values.
    hollow = (
        base.transform_filter("isValid(datum.paper)")
        .mark_point(size=80, strokeWidth=1.6, filled=False, opacity=1)
        .encode(x="paper:Q", **kind)
    )
    humans = rows[rows["kind"] == "Humans"].head(1)
    reference = alt.Chart(humans).mark_rule(strokeDash=[5, 4], color=HUMAN).encode(x="value:Q")
    best = rows.iloc[0]
    return (
        alt.layer(chance_line("x"), reference, stick, interval, solid, hollow)
        .add_params(show)
        .properties(
            width="container",
            height=alt.Step(15),
            description=(
                "Dot plot, one row a model, sorted by out-of-distribution accuracy averaged over "
                f"the datasets: {best['model']} first with {best['value']:.1%}, humans with "
                f"{humans['value'].iloc[0]:.1%}. Solid marks with an interval are recomputed, "
                "hollow ones are the values that the paper prints."
            ),
        )
        .configure_legend(orient="bottom", columns=3, symbolStrokeWidth=2)
    )


def single_condition_bars(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 11: accuracy on the datasets with one manipulation, one panel a dataset.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.tables.single_condition_accuracy`.
    """
    if rows.empty:
        return nothing("No dataset with a single condition is among those chosen.")
    scale = color_scale(*kinds_shown(rows["kind"]))
    groups = rows.groupby("dataset", sort=False)
    panels = [_bars(group, str(title), scale) for title, group in groups]
    firsts = rows.groupby("dataset", sort=False)["observer"].first()
    leading = ", ".join(f"{observer} on {name}" for name, observer in firsts.items())
    return (
        alt.concat(*panels, columns=2, spacing={"row": 22, "column": 12})
        .resolve_scale(y="independent", color="shared")
        .add_params(highlight_one(rows))
        .properties(
            description=(
                "Bars of accuracy with intervals, one panel a dataset, observers sorted, the "
                f"humans' bar in red. The best: {leading}."
            )
        )
        .configure_title(fontSize=12, anchor="start")
        .configure_legend(orient="bottom")
    )


def highlight_one(rows: pd.DataFrame) -> alt.Parameter:
    """A drop-down, called ``highlight`` in expressions, with the networks of the table."""
    networks = sorted(set(rows.loc[is_network(rows), "observer"]), key=str.lower)
    return dropdown("highlight", "Highlight a network ", [NOBODY, *networks], NOBODY)


def is_network(rows: pd.DataFrame) -> pd.Series:
    """Which rows of a table with ``kind`` stand for a network, not for humans."""
    return ~rows["kind"].isin(["Humans", "One human"])


def percent(channel: Any, **axis: Any) -> Any:
    """A position channel from 0 to 1, labelled in per cent."""
    return channel.scale(alt.Scale(domain=[0, 1])).axis(alt.Axis(format="%", **axis))


def chance_line(channel: str, color: str = CHANCE_LINE) -> alt.Chart:
    """A dotted line at the accuracy of guessing, on the channel ``"x"`` or ``"y"``."""
    rule = alt.Chart(pd.DataFrame({"chance": [CHANCE]}))
    line = rule.mark_rule(strokeDash=[2, 3], color=color)
    return line.encode(**{channel: "chance:Q"})


def value_tooltip(value: str = "Accuracy") -> list[alt.Tooltip]:
    """Who, how much, and the interval."""
    return [
        alt.Tooltip("observer:N", title="Observer"),
        alt.Tooltip("value:Q", title=value, format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
    ]


def _short_name(model: str) -> str:
    """A name that still differs from its neighbours' where a phone has room for its start only.

    >>> _short_name("BiT-M ResNet-152x4 (14M)"), _short_name("ViT-L (14M)")
    ('BiT-M ResNet-152x4', 'ViT-L (14M)')
    >>> _short_name("ResNet-50, diffusion noise in training and test")
    'RN-50 train+test noise'
    """
    if model.startswith("ResNet-50, diffusion noise"):
        return "RN-50 train+test noise" if "test" in model else "ResNet-50 + noise"
    if len(model) <= _LONG_NAME:
        return model
    return model.replace("ResNet-50 L2", "RN-50 L2").replace(":", "").split(" (")[0]


def _bars(rows: pd.DataFrame, title: str, scale: alt.Scale) -> Panel:
    chosen = f"highlight == '{NOBODY}' || datum.observer == highlight"
    # The panel's title says the dataset; repeating it in every row would only weigh.
    shown = rows[["observer", "kind", "value", "low", "high", "n"]]
    base = alt.Chart(shown).encode(
        y=alt.Y(
            "observer:N", sort=list(rows["observer"]), title=None, axis=alt.Axis(labelLimit=130)
        )
    )
    x = percent(alt.X("value:Q", title=None), values=[0, 0.25, 0.5, 0.75, 1])
    bars = base.mark_bar(height=9).encode(
        x=x,
        color=alt.Color("kind:N", title="Observer", scale=scale),
        opacity=alt.condition(
            f"datum.kind == 'Humans' || {chosen}", alt.value(0.85), alt.value(0.3)
        ),
        tooltip=[*value_tooltip(), alt.Tooltip("n:Q", title="Trials", format=",")],
    )
    interval = base.mark_rule(strokeWidth=1.4, color=INK).encode(x="low:Q", x2="high:Q")
    # The grey of other charts' chance line would not be seen on the bars.
    layers = alt.layer(bars, interval, chance_line("x", INK))
    return layers.properties(title=title, width=170, height=alt.Step(15))
