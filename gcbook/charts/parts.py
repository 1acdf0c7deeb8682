"""Small pieces that charts share, sheets of pictures and words at places in pixels among them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.theme import CHANCE_LINE, HUES, INK, KIND_SHAPES
from gcbook.paper.categories import CHANCE
from gcbook.paper.observers import OWN

_LABEL_GAP = 4
"""Pixels between the numbers of an axis. The outermost are moved inwards, and would else touch."""

IS_OWN = f"indexof({json.dumps(OWN)}, datum.kind) >= 0"
"""Whether a row of a chart is of a reader's own observer, an expression on its ``kind``."""

OWN_MARK: dict[str, Any] = {"filled": True, "size": 230, "opacity": 1, "stroke": INK}
"""How own observers are marked: large and outlined."""

FONT = 13
"""Size of what is written beside pictures, in pixels."""


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
    short = alt.Legend(labelExpr="replace(datum.label, 'Discriminative model', 'Networks')")
    return look("kind", shown, color=colors, shape=shapes, **{"legend": short} | options)


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


def finish(
    chart: alt.LayerChart | alt.FacetChart, *, height: Any, description: str
) -> alt.TopLevelMixin:
    """As wide as the page, the legend below, and a description for those who cannot see it."""
    done = chart.copy(deep=False)
    done.width, done.height, done.description = "container", height, description
    # The limit is set in the configuration, so that a narrow page can set it lower.
    done.config = _config({"columns": 3, "labelLimit": 240}, axisY=alt.AxisConfig(labelLimit=240))
    return done


def _config(legend: Mapping[str, Any], **more: Any) -> alt.Config:
    return alt.Config(
        legend=alt.LegendConfig(orient="bottom", symbolOpacity=1, **legend),
        axis=alt.AxisConfig(titleFontWeight="normal"),
        axisX=alt.AxisConfig(labelSeparation=_LABEL_GAP),
        **more,
    )


def side_by_side(
    panels: Sequence[alt.Chart | alt.LayerChart | alt.FacetChart],
    parameters: Sequence[alt.Parameter],
    description: str,
    **properties: Any,
) -> alt.TopLevelMixin:
    """Panels in rows, with one legend below.

    Args:
        panels: at least one.
        parameters: of all of them.
        description: of the whole.
        properties: of the whole, such as ``columns``, the panels in a row; by default all.
    """
    # Said at once, for every method of a chart copies all of its panels.
    return alt.concat(
        *panels,
        description=description,
        config=_config({"columns": 4, "symbolSize": 90}, title=alt.TitleConfig(anchor="start")),
        **{"columns": len(panels), "spacing": {"row": 22, "column": 24}, **properties},
    ).add_params(*parameters)


def at(field: str) -> Any:
    """Where a mark stands: a field of pixels, down if its name starts with ``py``, else across."""
    channel = alt.Y if field.startswith("py") else alt.X
    return channel(f"{field}:Q", scale=None, axis=None)


def data_url(field: str) -> str:
    """An expression for the address of a picture that a field holds in base 64."""
    # Said once here instead of a thousand times in the data.
    return f"'data:image/png;base64,' + datum.{field}"


def image_mark(chart: alt.Chart, side: str) -> alt.Chart:
    """Mark a chart's rows with square pictures, unsmoothed; ``side`` is an expression."""
    return chart.mark_image(
        width=alt.ExprRef(side),
        height=alt.ExprRef(side),
        align="left",
        baseline="top",
        smooth=False,
        aria=False,
    )


def framed(grid: alt.Chart, **mark: Any) -> alt.Chart:
    """Frame squares with corners ``px, py, px2, py2``; ``mark`` says how the frame is drawn."""
    frame = grid.mark_rect(fillOpacity=0, aria=False, **mark)
    return frame.encode(x=at("px"), y=at("py"), x2=alt.X2("px2:Q"), y2=alt.Y2("py2:Q"))


def below(grid: alt.Chart, field: str, dy: int, *, spoken: bool = False, **mark: Any) -> alt.Chart:
    """Write a line of words below squares.

    Args:
        grid: of squares with ``middle`` and ``py2``, their lower edge.
        field: that holds the words.
        dy: how far below, in pixels.
        spoken: whether a screen reader says the field ``spoken`` there, or nothing.
        mark: how the words are written.
    """
    drawn: dict[str, Any] = {"baseline": "top", "dy": dy, "fontSize": FONT, "aria": spoken}
    words = grid.mark_text(**drawn | mark)
    placed = words.encode(x=at("middle"), y=at("py2"), text=f"{field}:N")
    return placed.encode(description="spoken:N") if spoken else placed
