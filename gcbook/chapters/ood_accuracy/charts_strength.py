"""Figures of accuracy against the strength of a manipulation: the paper's Figs. 5 and 10 (top).

Tables come from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`. Humans are a red line
with diamonds and the band of their interval, networks are grey lines. Conditions that the benchmark
leaves out are shaded.
"""

import altair as alt
import pandas as pd

from gcbook.chapters.ood_accuracy.charts import (
    Panel,
    chance_line,
    highlight_one,
    is_network,
    percent,
    value_tooltip,
)
from gcbook.charts.parts import dropdown, literal, nothing, start_with, title_lines
from gcbook.charts.theme import BAND, HUMAN, INK, color_scale, kinds_shown

__all__ = ["accuracy_panels", "dataset_accuracy"]

_NOTHING = "No dataset with several conditions is among those chosen."
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 4])
_STAR = "M0,-1L.23,-.31L.95,-.31L.36,.12L.59,.81L0,.38L-.59,.81L-.36,.12L-.95,-.31L-.23,-.31Z"
_SALTIRE = "M-.9,-.6L-.6,-.9L0,-.3L.6,-.9L.9,-.6L.3,0L.9,.6L.6,.9L0,.3L-.6,.9L-.9,.6L-.3,0Z"
_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
    _STAR,
    _SALTIRE,
)


def accuracy_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 5 and 10: one panel a parametric dataset.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`.
    """
    if rows.empty:
        return nothing(_NOTHING)
    look = _families(rows)
    groups = rows.groupby("dataset", sort=False)
    panels = [_panel(group, str(title), look) for title, group in groups]
    n_networks = rows.loc[is_network(rows), "observer"].nunique()
    names = ", ".join(dict.fromkeys(rows["dataset"]))
    return (
        alt.concat(*panels, columns=3, spacing={"row": 22, "column": 18})
        .resolve_scale(x="independent", color="shared", strokeDash="shared")
        .add_params(highlight_one(rows))
        .properties(
            description=(
                f"One panel a dataset ({names}): accuracy against the conditions from the easiest "
                "to the hardest, the humans' line with its interval among "
                f"{n_networks} networks, a line at chance, and shaded "
                "conditions that the benchmark leaves out."
            )
        )
        .configure_legend(orient="bottom", columns=3, symbolSize=300, symbolStrokeWidth=2)
        .configure_title(fontSize=12, anchor="start")
    )


def dataset_accuracy(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """One of the panels, large: choose the dataset, pick observers in the legend.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition` with
            ``individuals=True``.
    """
    if rows.empty:
        return nothing(_NOTHING)
    datasets = list(dict.fromkeys(rows["dataset"]))
    start = start_with("Uniform noise", datasets)
    shown = dropdown("dataset", "Dataset ", datasets, start)
    single = alt.param(
        name="single", value=True, bind=alt.binding_checkbox(name="Each human as a thin line ")
    )
    pick = alt.selection_point(fields=["observer"], bind="legend", name="pick")
    places = rows.drop_duplicates(["dataset", "step"]).groupby("dataset", sort=False)
    ticks = f"{literal(places['condition'].agg(list).to_dict())}[dataset]"
    strength = f"{literal(places['strength'].first().to_dict())}[dataset]"
    x = alt.X(
        "step:O",
        title=None,
        scale=alt.Scale(type="band", padding=0),
        axis=alt.Axis(labelAngle=0, labelExpr=f"{ticks}[datum.value - 1]"),
    )
    y = percent(alt.Y("value:Q", title="Accuracy"))
    tooltip = [alt.Tooltip("label:N", title="Condition"), *value_tooltip()]
    # What follows from the other columns is looked up, for the page carries all datasets at once.
    kinds = rows.drop_duplicates("observer").set_index("observer")["kind"].to_dict()
    base = (
        alt.Chart(rows[["dataset", "step", "observer", "value", "low", "high"]])
        .transform_filter("datum.dataset == dataset")
        .transform_calculate(
            kind=f"{literal(kinds)}[datum.observer]", label=f"{ticks}[datum.step - 1]"
        )
    )
    common = base.transform_filter("datum.kind != 'One human'")
    thin = (
        base.transform_filter("single && datum.kind == 'One human'")
        .mark_line(strokeWidth=1, opacity=0.4, color=HUMAN)
        .encode(x=x, y=y, detail="observer:N", tooltip=tooltip)
    )
    color, shape = _observer_scales(rows)
    n_networks = rows.loc[is_network(rows), "observer"].nunique()
    # The humans stay in sight: they are what every network is compared with.
    seen = alt.condition(pick | (alt.datum["kind"] == "Humans"), alt.value(1), alt.value(0.12))
    # The first layer with a legend has to hold the selection, or the legend selects nothing.
    line = (
        common.mark_line(strokeWidth=1.4)
        .encode(x=x, y=y, color=color, opacity=seen)
        .add_params(pick)
    )
    points = common.mark_point(filled=True, size=55).encode(
        x=x, y=y, color=color, shape=shape, opacity=seen, tooltip=tooltip
    )
    left_out = rows[rows["counted"] != "yes"].drop_duplicates(["dataset", "step"])
    shade = _shade(left_out[["dataset", "step", "counted"]], x).transform_filter(
        "datum.dataset == dataset"
    )
    return (
        alt.layer(shade, chance_line("y"), _band(common, x), thin, line, points)
        .add_params(shown, single)
        .properties(
            width="container",
            height=340,
            title=alt.TitleParams(
                text=alt.ExprRef(f"[dataset, 'Across: ' + {strength}]"),
                anchor="start",
                fontSize=13,
            ),
            description=(
                "Line chart of accuracy against condition for one dataset at a time, at first "
                f"{start}: the pooled humans with their interval, single humans as thin lines, "
                f"and {n_networks} networks. Another dataset can be chosen, and observers can be "
                "picked in the legend."
            ),
        )
        .configure_legend(orient="bottom", columns=3)
    )


def _observer_scales(rows: pd.DataFrame) -> tuple[alt.Color, alt.Shape]:
    named = rows[rows["kind"] != "One human"].drop_duplicates("observer")
    domain = list(named["observer"])
    hue = _hues(named["kind"])
    shapes = iter(_SHAPES * (1 + len(domain) // len(_SHAPES)))
    title = "Observer (select to highlight)"
    colors = alt.Scale(domain=domain, range=[hue[k] for k in named["kind"]])
    marks = alt.Scale(
        domain=domain, range=["diamond" if k == "Humans" else next(shapes) for k in named["kind"]]
    )
    return (
        alt.Color("observer:N", title=title, scale=colors),
        alt.Shape("observer:N", title=title, scale=marks),
    )


def _families(rows: pd.DataFrame) -> tuple[alt.Color, alt.StrokeDash]:
    """One legend for all panels: the humans, then the families of networks, the largest first."""
    networks = rows[is_network(rows)]
    families = list(networks["family"].value_counts().index)
    kind = networks.drop_duplicates("family").set_index("family")["kind"]
    hue = _hues(rows["kind"])
    domain = ["Humans", *families]
    dashes = [_DASHES[i % len(_DASHES)] for i in range(len(families))]
    colors = [hue["Humans"], *(hue[kind[family]] for family in families)]
    return (
        alt.Color("family:N", title="Observer", scale=alt.Scale(domain=domain, range=colors)),
        alt.StrokeDash(
            "family:N",
            title="Observer",
            scale=alt.Scale(domain=domain, range=[_DASHES[0], *dashes]),
        ),
    )


def _hues(kinds: pd.Series) -> dict[str, str]:
    scale = color_scale(*kinds_shown(kinds)).to_dict()
    return dict(zip(scale["domain"], scale["range"], strict=True))


def _panel(rows: pd.DataFrame, title: str, look: tuple[alt.Color, alt.StrokeDash]) -> Panel:
    order = list(rows.sort_values("step")["condition"].drop_duplicates())
    x = alt.X(
        "condition:N",
        sort=order,
        title=title_lines(str(rows["strength"].iloc[0])),
        scale=alt.Scale(type="band", padding=0),
        axis=alt.Axis(labelAngle=0 if len(order) < 5 else -40, labelOverlap=False),
    )
    y = percent(alt.Y("value:Q", title=None), values=[0, 0.25, 0.5, 0.75, 1])
    families = rows.drop_duplicates("observer").set_index("observer")["family"].to_dict()
    everyone = alt.Chart(
        rows[["condition", "observer", "value", "low", "high"]]
    ).transform_calculate(family=f"{literal(families)}[datum.observer]")
    networks = everyone.transform_filter("datum.family != 'Humans'")
    humans = everyone.transform_filter("datum.family == 'Humans'")
    chosen = everyone.transform_filter("datum.observer == highlight")
    color, dash = look
    tooltip = [alt.Tooltip("condition:N", title="Condition"), *value_tooltip()]
    left_out = rows[rows["counted"] != "yes"].drop_duplicates("condition")
    return alt.layer(
        _shade(left_out[["condition", "counted"]], x),
        chance_line("y"),
        _band(humans, x),
        networks.mark_line(strokeWidth=1.2).encode(
            x=x, y=y, color=color, strokeDash=dash, detail="observer:N", tooltip=tooltip
        ),
        humans.mark_line(strokeWidth=2.4).encode(x=x, y=y, color=color, strokeDash=dash),
        humans.mark_point(shape="diamond", filled=True, size=45, opacity=1, color=HUMAN).encode(
            x=x, y=y, tooltip=tooltip
        ),
        chosen.mark_line(strokeWidth=2.4, color=INK).encode(x=x, y=y),
        chosen.mark_point(filled=True, size=40, color=INK, opacity=1).encode(
            x=x, y=y, tooltip=tooltip
        ),
        title=title,
        width=165,
        height=130,
    )


def _shade(left_out: pd.DataFrame, x: alt.X) -> alt.Chart:
    return (
        alt.Chart(left_out)
        .mark_rect(color=BAND, opacity=0.18)
        .encode(x=x, tooltip=[alt.Tooltip("counted:N", title="In the benchmark")])
    )


def _band(base: alt.Chart, x: alt.X) -> alt.Chart:
    return (
        base.transform_filter("datum.observer == 'Humans'")
        .mark_area(color=HUMAN, opacity=0.22)
        .encode(x=x, y="low:Q", y2="high:Q")
    )
