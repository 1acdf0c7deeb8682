"""Forest plots: a row an estimate, a mark with its interval, a line at what it is compared with."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.names import NAME_OF_TICK, Names
from gcbook.charts.parts import OWN_MARK, finish, literal, look
from gcbook.charts.theme import CHANCE_LINE, INK, KIND_SHAPES, OWN

_ROW, _EACH = 14, 14
_SECOND_LINE = 8
"""Pixels a row: between rows, a mark, and what a name of two lines needs besides."""


def fig_forest(
    rows: pd.DataFrame,
    *,
    row: str,
    value: str,
    x: alt.X,
    tooltip: Sequence[alt.Tooltip],
    description: str,
    series: str = "",
    marks: Mapping[str, tuple[str, str]] | None = None,
    reference: float | None = 0.0,
    ticks: str = "",
    tick_words: str = "",
    marked: Collection[str] = (),
    own: Mapping[str, str] | None = None,
    two_lines: bool = False,
) -> alt.TopLevelMixin:
    """One row an estimate, in the order of the table.

    Args:
        rows: with ``low`` and ``high``, the ends of the interval, missing where there is none.
        row: column that names the rows.
        value: column of the estimates.
        x: their axis, a channel of ``value``.
        tooltip: of the marks.
        description: for those who cannot see it.
        series: column that sets apart the marks of one row, or nothing.
        marks: colour and shape of each of these, in the order of the legend.
        reference: where a vertical line stands, or None.
        ticks: column of a second number of each row, drawn as an upright tick, or nothing.
        tick_words: what the ticks are, written to the right of the last one.
        marked: rows that stand out among the others, of which there is one series; none: all do.
        own: rows of a reader's own observers, each with its kind: they have large marks, and bold
            names on the axis.
        two_lines: whether a row's name breaks after a colon, as long ones must on a phone.
    """
    names = list(dict.fromkeys(rows[row]))
    keyed = Names.of(names)
    written: dict[str, Any] = {"labelExpr": f"split({NAME_OF_TICK}, ': ')"} if two_lines else {}
    own = own or {}
    if own:
        is_own = f"indexof({literal(keyed.of_names(own))}, datum.value) >= 0"
        for option, value_of, usual in (
            ("labelColor", OWN, INK),
            ("labelFontWeight", "bold", "normal"),
        ):
            condition = {"test": is_own, "value": value_of}
            written[option] = {"condition": condition, "value": usual}
    y = keyed.rows(row, names, grid=True, gridDash=[1, 3], labelLimit=180, **written)
    channels: dict[str, Any] = {}
    offset: dict[str, Any] = {}
    marks = marks or {}
    if series:
        colors, shapes = zip(*marks.values(), strict=True)
        legend = alt.Legend(title=None, symbolOpacity=1)
        channels = look(series, marks, color=colors, shape=shapes, legend=legend)
        offset = {"yOffset": alt.YOffset(f"{series}:N", sort=list(marks))}
    else:
        inside = alt.FieldOneOfPredicate(f"{row}_id", keyed.of_names(marked or names))
        channels = {"color": alt.condition(inside, alt.value(INK), alt.value(CHANCE_LINE))}
    color, title = channels["color"], x["title"]
    base = keyed.chart(rows, row).encode(y=y, **offset)
    layers = [
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", title=title), x2="high:Q", color=color
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x, tooltip=list(tooltip), **channels
        ),
    ]
    if ticks:
        at_tick = alt.X(f"{ticks}:Q", title=title)
        tick = base.mark_tick(color=CHANCE_LINE, thickness=3, size=13).encode(x=at_tick)
        layers.insert(1, tick)
        if tick_words:
            last = keyed.chart(rows.dropna(subset=ticks).tail(1), row)
            words = last.mark_text(text=tick_words, align="left", dx=7)
            layers.append(words.encode(y=y, x=at_tick, **offset))
    said = base.encode(x=x, tooltip=list(tooltip))
    for name, kind in own.items():
        one = said.transform_filter(f"datum.{row}_id == {literal(keyed.ids[name])}")
        mark = one.mark_point(**OWN_MARK, fill=OWN)
        layers.append(mark.encode(shape=alt.value(KIND_SHAPES[kind])))
    if reference is not None:
        at = alt.Chart(pd.DataFrame({value: [reference]}))
        layers.insert(0, at.mark_rule(color=CHANCE_LINE).encode(x=x))
    return finish(
        alt.layer(*layers).add_params(keyed.parameter()),
        height=len(names) * (_ROW + _SECOND_LINE * two_lines + _EACH * max(1, len(marks))),
        description=description,
    )
