"""Figures of error consistency: the paper's Fig. 10 (lower half), each dataset, and why kappa.

Tables come from `gcbook.chapters.error_consistency.tables`. Humans are marked with a diamond as
well as by colour.
"""

import altair as alt
import pandas as pd

from gcbook.charts.parts import (
    NOBODY,
    alphabetical,
    by_column,
    dropdown,
    literal,
    nothing,
    per_mille,
    start_with,
    title_lines,
)
from gcbook.charts.theme import (
    BAND,
    DISCRIMINATIVE,
    HUMAN,
    INK,
    color_scale,
    kinds_shown,
    shape_scale,
)
from gcbook.paper.experiments import EXPERIMENTS

__all__ = ["consistency_panels", "dataset_agreement", "observed_against_expected"]

_HUMANS = "Humans"
_LEAST = 0.2
"""Where both axes of consistency start; few pairs lie below, and those at the edge."""

_BETWEEN = "#8467d7"
"""Pairs of a human and a model; apart from red and grey with any colour vision, 3:1 on both."""


def dataset_agreement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each observer's error consistency with the humans of one dataset, and the human level.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    start = start_with("Cue conflict", datasets)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    kinds = kinds_shown(rows["kind"])
    base = alt.Chart(rows).transform_filter("datum.dataset == dataset")
    pooled = base.transform_filter(f"datum.observer == '{_HUMANS}'")
    single = base.transform_filter(f"datum.observer != '{_HUMANS}'").encode(
        y=alt.Y("observer:N", title=None, sort=alt.EncodingSortField("value", order="descending"))
    )
    color = alt.Color("kind:N", title=None, scale=color_scale(*kinds))
    x = alt.X("value:Q", title="Error consistency with (other) humans")
    tooltip = [
        *_tooltip("observer", "Observer"),
        alt.Tooltip("most:Q", title="Most that the accuracies allow", format=".3f"),
    ]
    return (
        alt.layer(
            pooled.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
            pooled.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x=x, tooltip=tooltip),
            single.mark_tick(color=BAND, thickness=2, size=11).encode(x="most:Q", tooltip=tooltip),
            single.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=color),
            single.mark_point(filled=True, size=60, opacity=1).encode(
                x=x,
                color=color,
                shape=alt.Shape("kind:N", title=None, scale=shape_scale(*kinds)),
                tooltip=tooltip,
            ),
        )
        .add_params(dataset)
        .properties(
            width="container",
            height=alt.Step(15),
            description=(
                "Error consistency of each observer with the humans of one dataset at a time, at "
                f"first {start}, with intervals, sorted. A dashed line with a band marks the mean "
                "over all pairs of humans; the models lie below it with few exceptions. A tick "
                "in each row marks the most that the accuracies would allow."
            ),
        )
        .configure_legend(orient="bottom", symbolOpacity=1)
    )


def consistency_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 10, lower half: error consistency with humans against condition, twelve panels.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.consistency_by_condition`.
    """
    if rows.empty:
        return nothing("No dataset with several conditions is among those chosen.")
    models = alphabetical(set(rows.loc[rows["kind"] != _HUMANS, "observer"]))
    highlight = dropdown("highlight", "Highlight a model ", [NOBODY, *models], NOBODY)
    panels = [_panel(group, str(title)) for title, group in rows.groupby("dataset", sort=False)]
    return (
        alt.concat(*panels, columns=3, spacing={"row": 22, "column": 18})
        .resolve_scale(x="independent", color="shared")
        .add_params(highlight)
        .properties(
            description=(
                f"{len(panels)} panels, one a dataset: error consistency with humans against the "
                "strength of the image manipulation. The humans among themselves, with a band for "
                f"the interval, lie above the {len(models)} models nearly everywhere; all fall "
                "towards 0 where the benchmark leaves conditions out (shaded)."
            )
        )
        .configure_legend(orient="bottom", columns=3, symbolSize=120, symbolOpacity=1)
        .configure_title(fontSize=12, anchor="start")
    )


def observed_against_expected(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Observed consistency against what independent errors would give, one point a pair.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.observed_and_expected`.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    start = start_with("Cue conflict", datasets)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    two_models = rows[rows["pair"] == "Two models"]
    models = alphabetical(set(two_models["a"]) | set(two_models["b"]))
    highlight = dropdown("highlight", "Highlight a model ", [NOBODY, *models], NOBODY)
    names = sorted(set(rows["a"]) | set(rows["b"]))
    pairs = ("Two models", "Human and model", "Two humans")
    numbers = {name: i for i, name in enumerate(names)}
    points = pd.DataFrame(
        {
            "d": rows["dataset"].map(datasets.index),
            "a": rows["a"].map(numbers),
            "b": rows["b"].map(numbers),
            "p": rows["pair"].map(pairs.index),
            "x": per_mille(rows["expected"]),
            "y": per_mille(rows["observed"]),
            "k": per_mille(rows["value"]),
            "m": per_mille(rows["most"]),
            "n": rows["n"],
        }
    ).sort_values("p", kind="stable")
    base = (
        alt.Chart(by_column(points, "d"))
        .transform_filter(f"{literal(datasets)}[datum.d] == dataset")
        .transform_flatten(["a", "b", "p", "x", "y", "k", "m", "n"])
        .transform_calculate(
            expected="datum.x / 1000",
            observed="datum.y / 1000",
            kappa="datum.k / 1000",
            most="datum.m / 1000",
            pair=f"{literal(pairs)}[datum.p]",
            one="names[datum.a]",
            other="names[datum.b]",
        )
    )
    scale = alt.Scale(domain=[_LEAST, 1], clamp=True)
    x = alt.X("expected:Q", title="Expected from the two accuracies alone", scale=scale)
    y = alt.Y("observed:Q", title="Observed consistency", scale=scale)
    tooltip = [
        alt.Tooltip("one:N", title="Observer"),
        alt.Tooltip("other:N", title="and"),
        alt.Tooltip("observed:Q", title="Observed", format=".3f"),
        alt.Tooltip("expected:Q", title="Expected", format=".3f"),
        alt.Tooltip("kappa:Q", title="Error consistency", format=".3f"),
        alt.Tooltip("most:Q", title="Most that the accuracies allow", format=".3f"),
        alt.Tooltip("n:Q", title="Shared images", format=","),
    ]
    shown = list(reversed(pairs))
    color = alt.Color(
        "pair:N",
        title=None,
        scale=alt.Scale(domain=shown, range=[HUMAN, _BETWEEN, DISCRIMINATIVE]),
    )
    shape = alt.Shape(
        "pair:N",
        title=None,
        scale=alt.Scale(domain=shown, range=["diamond", "triangle-up", "circle"]),
    )
    chosen = base.transform_filter("datum.one == highlight || datum.other == highlight")
    return (
        alt.layer(
            *_equal_kappa(x, y),
            base.mark_point(filled=True, size=34, opacity=0.75).encode(
                x=x, y=y, color=color, shape=shape, tooltip=tooltip
            ),
            chosen.mark_point(size=75, strokeWidth=1.6, opacity=1, color=INK).encode(
                x=x, y=y, tooltip=tooltip
            ),
        )
        .add_params(dataset, highlight, alt.param(name="names", value=names))
        .properties(
            width="container",
            height=400,
            description=(
                "Observed consistency of each pair of observers (vertical) against the consistency "
                f"that independent errors would give (horizontal), at first for {start}. Points "
                "on the diagonal agree no more than by chance; lines above it join pairs of equal "
                "error consistency. Pairs of observers with like accuracy can be observed to "
                "agree often and yet lie near the diagonal."
            ),
        )
        .configure_legend(orient="bottom", symbolOpacity=1)
    )


def _panel(rows: pd.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    order = list(rows.sort_values("position")["condition"].drop_duplicates())
    xlabel = next((e.xlabel for e in EXPERIMENTS.values() if e.title == title), "")
    few = len(order) < 5
    x = alt.X(
        "condition:N",
        sort=order,
        title=title_lines(xlabel),
        scale=alt.Scale(type="band", padding=0),
        axis=alt.Axis(labelAngle=0 if few else -40, labelOverlap=False),
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[-0.2, 0.8], clamp=True))
    kept = ["condition", "observer", "kind", "value", "low", "high"]
    base = alt.Chart(rows[kept], title=title)
    humans = base.transform_filter(f"datum.kind == '{_HUMANS}'")
    models = base.transform_filter(f"datum.kind != '{_HUMANS}'")
    chosen = base.transform_filter("datum.observer == highlight")
    kinds = kinds_shown(rows["kind"])
    color = alt.Color("kind:N", title=None, scale=color_scale(*kinds))
    tooltip = [*_tooltip("observer", "Observer"), alt.Tooltip("condition:N", title="Condition")]
    left_out = rows.loc[rows["left_out"], ["condition"]].drop_duplicates()
    shade = alt.Chart(left_out).mark_rect(color=BAND, opacity=0.18)
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[2, 3], color=BAND)
    return alt.layer(
        shade.encode(x=x),
        zero.encode(y="zero:Q"),
        humans.mark_area(color=HUMAN, opacity=0.2).encode(x=x, y="low:Q", y2="high:Q"),
        models.mark_line(strokeWidth=1.2, opacity=0.55).encode(
            x=x, y=y, color=color, detail="observer:N"
        ),
        models.mark_point(filled=True, size=14, opacity=0.7).encode(
            x=x, y=y, color=color, shape=alt.Shape("kind:N", title=None), tooltip=tooltip
        ),
        humans.mark_line(strokeWidth=2.4).encode(x=x, y=y, color=color),
        humans.mark_point(filled=True, size=45, opacity=1).encode(
            x=x,
            y=y,
            color=color,
            shape=alt.Shape("kind:N", title=None, scale=shape_scale(*kinds)),
            tooltip=tooltip,
        ),
        chosen.mark_rule(strokeWidth=1.2, color=INK).encode(x=x, y="low:Q", y2="high:Q"),
        chosen.mark_line(strokeWidth=2.2, color=INK).encode(x=x, y=y),
        chosen.mark_point(filled=True, size=34, color=INK, opacity=1).encode(
            x=x, y=y, tooltip=tooltip
        ),
    ).properties(width=165, height=130)


def _equal_kappa(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The diagonal of independent errors, and lines of equal kappa: y = x + kappa (1 - x)."""
    levels = (0.0, 0.2, 0.4, 0.6, 0.8)
    lines = pd.DataFrame(
        [
            {"level": level, "expected": start, "observed": start + level * (1 - start)}
            for level in levels
            for start in (_LEAST, 1.0)
        ]
    )
    lines["label"] = lines["level"].map("κ = {:g}".format)
    base = alt.Chart(lines)
    curved = base.transform_filter("datum.level > 0")
    middle = alt.Chart(pd.DataFrame({"expected": [0.7], "observed": [0.7]}))
    return [
        curved.mark_line(strokeDash=[3, 3], color=BAND, strokeWidth=1).encode(
            x=x, y=y, detail="level:N"
        ),
        base.transform_filter("datum.level == 0")
        .mark_line(color=INK, strokeWidth=1.4)
        .encode(x=x, y=y),
        curved.transform_filter(f"datum.expected == {_LEAST}")
        .mark_text(align="left", dx=3, dy=-11, fontSize=10)
        .encode(x=x, y=y, text="label:N"),
        middle.mark_text(align="left", dx=8, dy=10, fontSize=10, text="independent errors").encode(
            x=x, y=y
        ),
    ]


def _tooltip(field: str, title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(f"{field}:N", title=title),
        alt.Tooltip("value:Q", title="Error consistency", format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
    ]
