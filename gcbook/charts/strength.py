"""Small panels, one a dataset: people and networks as a distortion grows."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names, name_of
from gcbook.charts.own_marks import IS_OWN, own_labels, own_lines, own_names, own_points
from gcbook.charts.parts import (
    by_column,
    condition_x,
    highlight,
    kind_marks,
    left_out,
    literal,
    nothing,
    small_panels,
)
from gcbook.charts.theme import BAND, HUMAN, INK
from gcbook.paper.observers import HUMANS_TITLE


def fig_strength(
    rows: pd.DataFrame, y: alt.Y, *, guess: float, control: str, description: str
) -> alt.TopLevelMixin:
    """A line a network in grey, one that a reader chooses in black, people's in red with a band.

    A reader's own observers have strong lines with marks, drawn last, and are named once.

    Args:
        rows: ``dataset, condition, strength`` (title of the horizontal axis), ``left_out`` (by the
            benchmark), ``observer, kind, low, high`` and the column of ``y``; each observer's
            conditions from the easiest to the hardest.
        y: channel of the values, with title, scale and axis.
        guess: where a dotted line stands.
        control: name of the parameter by which one network stands out.
        description: for those who cannot see it.
    """
    if rows.empty:
        return nothing("No dataset with several conditions is among those chosen.")
    names = Names.of(rows["observer"])
    # Colours are those of all panels, some of which lack a kind.
    look, own = kind_marks(rows["kind"], title=None), own_names(rows)
    # Each is named once, for panels are small: the first one in the first panel, and so on.
    panels = [
        _panel(group, str(title), y, guess, control, look, names, own, own[i : i + 1])
        for i, (title, group) in enumerate(rows.groupby("dataset", sort=False))
    ]
    return small_panels(
        panels,
        [highlight(rows, names, control, start="ResNet-50"), names.parameter()],
        f"{len(panels)} panels, one a dataset, from the easiest condition to the hardest. "
        f"{description}",
        shared=["color", "shape"] if own else ["color"],
        symbolSize=120,
        symbolOpacity=1,
    )


def _panel(
    rows: pd.DataFrame,
    title: str,
    y: alt.Y,
    guess: float,
    control: str,
    look: dict[str, Any],
    names: Names,
    own: Sequence[str],
    named: Sequence[str],
) -> alt.LayerChart | alt.FacetChart:
    spec: Any = y.to_dict()
    value = str(spec["field"])
    order = list(dict.fromkeys(rows["condition"]))
    x = condition_x(order, str(rows["strength"].iloc[0]), 0 if len(order) < 5 else -40)
    low = alt.Y("low:Q", title=y["title"], scale=y["scale"])
    base = alt.Chart().encode(x=x, y=y)
    humans = base.transform_filter(f"datum.kind == '{HUMANS_TITLE}'")
    networks = base.transform_filter(
        f"datum.kind != '{HUMANS_TITLE}' && !({IS_OWN}) && isValid(datum.{value})"
    )
    color = look["color"]
    chosen = base.transform_filter(f"datum.observer_id == {control}")
    tooltip = tooltips(
        ["observer", "condition", value, "low", "high"],
        titles={value: str(y["title"])},
        formats={value: ".3f"},
    )
    line = alt.Chart(pd.DataFrame({value: [guess]})).mark_rule(strokeDash=[2, 3], color=BAND)
    points = ["condition", value, "low", "high"]
    lines = names.coded(rows[["observer", "kind", *points]].round(3), "observer")
    # The data and the way back are of all layers at once, so that a panel says them once.
    return (
        alt.layer(
            left_out(rows.loc[rows["left_out"], ["condition"]].drop_duplicates(), x),
            line.encode(y=alt.Y(f"{value}:Q")),
            humans.mark_area(color=HUMAN, opacity=0.2).encode(y=low, y2="high:Q"),
            networks.mark_line(strokeWidth=1.2, opacity=0.6).encode(
                color=color, detail="observer_id:N", tooltip="observer:N"
            ),
            humans.mark_line(strokeWidth=2.4).encode(color=color),
            humans.mark_point(shape="diamond", filled=True, size=45, opacity=1).encode(
                color=color, tooltip=tooltip
            ),
            chosen.mark_rule(strokeWidth=1.2, color=INK).encode(y=low, y2="high:Q"),
            chosen.mark_line(strokeWidth=2.2, color=INK),
            chosen.mark_point(filled=True, size=34, color=INK, opacity=1).encode(tooltip=tooltip),
            *_own_layers(base.encode(tooltip=tooltip), value, order[0], look, names, own, named),
            title=title,
            width=165,
            height=130,
            data=by_column(lines, ["observer_id", "kind"]),
        )
        .transform_flatten([*points])
        .transform_calculate(observer=name_of("observer"))
    )


def _own_layers(
    base: alt.Chart,
    value: str,
    first: str,
    look: dict[str, Any],
    names: Names,
    own: Sequence[str],
    named: Sequence[str],
) -> list[alt.Chart]:
    """Lines and marks of own observers, and the names of some at the first condition."""
    there = base.transform_filter(f"isValid(datum.{value})")
    return [
        *own_lines(there, names, own),
        *own_points(there, look, names, own, size=70),
        *own_labels(there, names, named, where=f"datum.condition == {literal(first)}"),
    ]
