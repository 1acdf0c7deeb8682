"""Small pieces that charts share."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.names import Names
from gcbook.charts.theme import (
    BAND,
    CHANCE_LINE,
    HUES,
    KIND_SHAPES,
    SEQUENTIAL,
)
from gcbook.paper.categories import CHANCE
from gcbook.paper.observers import HUMANS_TITLE

NOBODY = "none"
"""What a drop-down for highlighting says when nobody is."""


_LONG_TITLE = 20
_LABEL_GAP = 4
"""Pixels between the numbers of an axis. The outermost are moved inwards, and would else touch."""


def alphabetical(names: Iterable[str]) -> list[str]:
    """Names as a reader looks them up in a list: whatever their case, 9 before 10.

    >>> alphabetical({"VGG-16", "mine", "BagNet-17", "BagNet-9"})
    ['BagNet-9', 'BagNet-17', 'mine', 'VGG-16']
    """
    return sorted(names, key=lambda n: re.sub(r"\d+", lambda d: d[0].zfill(4), n).casefold())


def by_column(rows: pd.DataFrame, key: str | list[str]) -> pd.DataFrame:
    """One row a value of ``key``, with lists for its other columns: what Vega's flatten undoes.

    Columns are written once instead of once a row, and a page takes a third of the room. Of several
    keys it is a row a combination that occurs.

    >>> by_column(pd.DataFrame({"d": [0, 0, 1], "x": [1, 2, 3]}), "d").to_dict("list")
    {'d': [0, 1], 'x': [[1, 2], [3]]}
    """
    return rows.astype(object).where(rows.notna(), None).groupby(key).agg(list).reset_index()


Options = Sequence[str] | Mapping[str, str]
"""What a reader can choose; of a mapping, its values are what the reader sees."""


def dropdown(name: str, label: str, options: Options, start: str) -> alt.Parameter:
    """A parameter that a reader sets in a list; ``label`` stands before it."""
    return alt.param(
        name=name, value=start, bind=alt.binding_select(**_labelled(options), name=label)
    )


def radio(name: str, label: str, options: Options, start: str) -> alt.Parameter:
    """A parameter of a few options that the reader sees all at once."""
    return alt.param(
        name=name, value=start, bind=alt.binding_radio(**_labelled(options), name=label)
    )


def slider(
    name: str, label: str, start: float, least: float, most: float, step: float = 1
) -> alt.Parameter:
    """A number that a reader sets between ``least`` and ``most``."""
    bind = alt.binding_range(min=least, max=most, step=step, name=label)
    return alt.param(name=name, value=start, bind=bind)


def _labelled(options: Options) -> dict[str, Any]:
    labels = {"labels": list(options.values())} if isinstance(options, Mapping) else {}
    return {"options": list(options), **labels}


def chance_line(channel: alt.X | alt.Y) -> alt.Chart:
    """A dotted line where guessing among the categories stands on a channel of accuracies."""
    spec: Any = channel.to_dict()
    rows = pd.DataFrame({spec["field"]: [CHANCE]})
    line = alt.Chart(rows).mark_rule(strokeDash=[2, 3], color=CHANCE_LINE)
    return line.encode(channel)


def condition_x(conditions: Sequence[str], strength: str, angle: int = 0) -> alt.X:
    """Conditions side by side in a panel, from the easiest to the hardest.

    Args:
        conditions: in their order.
        strength: what sets them apart, the axis's title.
        angle: of the labels, in degrees.
    """
    return alt.X(
        "condition:N",
        sort=list(conditions),
        title=title_lines(strength),
        scale=alt.Scale(type="band", padding=0),
        axis=alt.Axis(labelAngle=angle, labelOverlap=False),
    )


def sequential(field: str, title: str | None, most: float = 1, **legend: Any) -> alt.Color:
    """Colour from 0 upwards, where 0 is faint: the darker the more, on the dark page the lighter.

    Args:
        field: that is shown.
        title: of the legend.
        most: value at which the colours end.
        legend: what else is said of it.
    """
    scale: dict[str, Any] = {"domain": [0, most], "range": list(SEQUENTIAL), "clamp": True}
    return alt.Color(
        field,
        title=title,
        scale=alt.Scale(**scale, interpolate="lab"),
        legend=alt.Legend(**legend),
    )


def left_out(rows: pd.DataFrame, x: alt.X) -> alt.Chart:
    """Shade the conditions that the benchmark leaves out."""
    return alt.Chart(rows).mark_rect(color=BAND, opacity=0.18).encode(x=x)


def positions(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a page shows beside sliders that count positions, by parameter: for ``usermeta``.

    >>> positions({"noise": ["t = 0.1", "t = 0.5"]})
    {'positions': {'noise': ['t = 0.1', 't = 0.5']}}
    """
    return {"positions": {name: list(each) for name, each in values.items()}}


def highlight(
    rows: pd.DataFrame,
    names: Names,
    name: str,
    label: str = "Highlight a network ",
    start: str = NOBODY,
) -> alt.Parameter:
    """A list of the networks of a table (``observer, kind``), of which nobody or one stands out.

    Its value is the id that the network has among ``names``, or `NOBODY`.
    """
    networks = alphabetical(set(rows.loc[rows["kind"] != HUMANS_TITLE, "observer"]))
    options = {NOBODY: NOBODY, **names.options(networks)}
    return dropdown(name, label, options, names.ids[start] if start in networks else NOBODY)


def literal(value: Any) -> str:
    """A value as it is written in a Vega expression.

    >>> literal(["Edge", 1])
    '["Edge", 1]'
    """
    return json.dumps(value, ensure_ascii=False)


def nothing(message: str) -> alt.Chart:
    """What stands in a chart's place where the reader's choices leave nothing to draw."""
    return (
        alt.Chart(pd.DataFrame({"message": [message]}))
        .mark_text()
        .encode(text="message:N")
        .properties(width="container", height=60, description=message)
    )


def title_lines(title: str) -> str | list[str]:
    """A long axis title on two lines, for it may not be wider than a panel on a phone.

    >>> title_lines("Filter standard deviation (pixels)")
    ['Filter standard', 'deviation (pixels)']
    """
    if len(title) <= _LONG_TITLE:
        return title
    words = title.split(" ")
    ways = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return list(min(ways, key=lambda way: max(map(len, way))))


TENTHS = [i / 10 for i in range(11)]


def kind_marks(kinds: Iterable[str], **options: Any) -> dict[str, Any]:
    """Colour and shape by kind of observer.

    Args:
        kinds: titles of the kinds that the chart shows, at least one.
        options: of both channels, such as ``title``.
    """
    found = set(kinds)
    shown = [kind for kind in HUES if kind in found]
    colors, shapes = ([of[kind] for kind in shown] for of in (HUES, KIND_SHAPES))
    return look("kind", shown, color=colors, shape=shapes, **options)


def look(
    field: str,
    names: Iterable[str],
    *,
    color: Iterable[str] = (),
    shape: Iterable[str] = (),
    dash: Iterable[Sequence[int]] = (),
    **options: Any,
) -> dict[str, Any]:
    """Colour, shape and dash by the values of a field, as many of the three as are given.

    Args:
        field: column of names.
        names: its values.
        color: of each.
        shape: of each one's mark.
        dash: of each one's line.
        options: of all channels, such as ``legend``. They share it: where one had none of its own,
            Vega would complain.
    """
    domain = list(names)
    given = (
        ("color", alt.Color, list(color)),
        ("shape", alt.Shape, list(shape)),
        ("strokeDash", alt.StrokeDash, list(dash)),
    )
    return {
        name: channel(f"{field}:N", scale=alt.Scale(domain=domain, range=values), **options)
        for name, channel, values in given
        if values
    }


def small_panels(
    panels: Sequence[alt.LayerChart | alt.FacetChart],
    parameters: Sequence[alt.Parameter],
    description: str,
    *,
    shared: Sequence[str],
    **legend: Any,
) -> alt.TopLevelMixin:
    """Panels in rows of three with an axis each across, and one legend below.

    Args:
        panels: with a title each.
        parameters: of all of them, such as who stands out.
        description: of the whole.
        shared: channels of the one legend.
        legend: its options.
    """
    scales: dict[str, Any] = {"x": "independent", **dict.fromkeys(shared, "shared")}
    # Said at once, for every method of a chart copies all of its panels.
    return alt.concat(
        *panels,
        columns=3,
        spacing={"row": 22, "column": 18},
        params=[each.param for each in parameters],
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(**scales)),
        description=description,
        config=alt.Config(
            legend=alt.LegendConfig(orient="bottom", columns=3, **legend),
            axis=alt.AxisConfig(titleFontWeight="normal"),
            title=alt.TitleConfig(anchor="start"),
        ),
    )


def finish(
    chart: alt.LayerChart | alt.FacetChart, *, height: Any, description: str
) -> alt.TopLevelMixin:
    """As wide as the page, the legend below, and a description for those who cannot see it."""
    done = chart.copy(deep=False)
    done.width, done.height, done.description = "container", height, description
    # The limit is set in the configuration, so that a narrow page can set it lower.
    done.config = alt.Config(
        legend=alt.LegendConfig(orient="bottom", columns=3, labelLimit=240, symbolOpacity=1),
        axis=alt.AxisConfig(titleFontWeight="normal"),
        axisX=alt.AxisConfig(labelSeparation=_LABEL_GAP),
        axisY=alt.AxisConfig(labelLimit=240),
    )
    return done


def side_by_side(
    panels: Sequence[alt.Chart | alt.LayerChart | alt.FacetChart],
    parameters: Sequence[alt.Parameter],
    description: str,
    **properties: Any,
) -> alt.TopLevelMixin:
    """Panels in one row, or as many as the screen holds, with one legend below.

    Args:
        panels: at least one.
        parameters: of all of them.
        description: of the whole.
        properties: of the whole, such as ``columns``, the panels in a row; by default all.
    """
    # Said at once, for every method of a chart copies all of its panels.
    return alt.concat(
        *panels,
        spacing={"row": 22, "column": 24},
        description=description,
        config=alt.Config(
            legend=alt.LegendConfig(orient="bottom", columns=4, symbolSize=90, symbolOpacity=1),
            axis=alt.AxisConfig(titleFontWeight="normal"),
            axisX=alt.AxisConfig(labelSeparation=_LABEL_GAP),
            title=alt.TitleConfig(anchor="start"),
        ),
        **{"columns": len(panels), **properties},
    ).add_params(*parameters)
