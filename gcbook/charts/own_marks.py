"""A reader's own observers in a chart: drawn last, large, outlined and named.

They stand out from the start, whoever else a reader highlights. Several are told apart by their
names and by how their marks are filled.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.names import Names
from gcbook.charts.parts import literal
from gcbook.charts.theme import INK, OWN, PAGE
from gcbook.paper.observers import OWN as OWN_KINDS

IS_OWN = f"indexof({literal(list(OWN_KINDS))}, datum.kind) >= 0"
"""Whether a row of a chart is of an own observer, an expression on its ``kind``."""

SIZE = 230
"""Of a mark, in square pixels."""

LINE = 14
"""Between names one above the other, in pixels."""

_RIM = {"stroke": PAGE, "strokeWidth": 3, "strokeJoin": "round", "color": PAGE}
_FILLS = ((OWN, INK), (PAGE, OWN), (INK, OWN))
"""Fill and outline of the marks of several own observers, in turn."""


def own_names(rows: pd.DataFrame, column: str = "observer") -> list[str]:
    """The own observers of a table with ``kind``: models, then classes, in the order given."""
    return [
        name
        for kind in OWN_KINDS
        for name in dict.fromkeys(rows.loc[rows["kind"] == kind, column].astype(str))
    ]


def of_each(
    base: alt.Chart, names: Names, own: Sequence[str], column: str = "observer"
) -> list[alt.Chart]:
    """The rows of each own observer."""
    return [
        base.transform_filter(f"datum.{column}_id == {literal(each)}")
        for each in names.of_names(own)
    ]


def own_points(
    base: alt.Chart,
    look: Mapping[str, Any],
    names: Names,
    own: Sequence[str],
    *,
    size: int = SIZE,
    column: str = "observer",
) -> list[alt.Chart]:
    """Their marks.

    Args:
        base: of all observers' rows, placed.
        look: with ``shape``, from `gcbook.charts.parts.kind_marks`.
        names: of the chart.
        own: the own observers, from `own_names`.
        size: of a mark.
        column: that names them.
    """
    layers = []
    for i, rows in enumerate(of_each(base, names, own, column)):
        fill, stroke = _FILLS[i % len(_FILLS)]
        mark = rows.mark_point(
            filled=True, size=size, opacity=1, fill=fill, stroke=stroke, strokeWidth=1.3
        )
        layers.append(mark.encode(shape=look["shape"]))
    return layers


def own_labels(
    base: alt.Chart,
    names: Names,
    own: Sequence[str],
    *,
    where: str = "true",
    left: str = "true",
    dy: Sequence[int] = (),
) -> list[alt.Chart]:
    """Their names, each with a rim of the page's colour, for it may stand on marks and lines.

    Args:
        base: as of `own_points`.
        names: of the chart.
        own: the own observers.
        where: an expression on the rows at which names stand.
        left: likewise, where a name runs from its mark to the right; elsewhere it runs to the left.
        dy: how far below its mark each name stands, in turn; by default one above the other.
    """
    dy = dy or [-LINE * (i + 1) for i in range(len(own))]
    layers = []
    for i, rows in enumerate(of_each(base, names, own)):
        sides: Any = (("left", -4, left), ("right", 4, f"!({left})"))
        for align, dx, test in sides[:1] if left == "true" else sides:
            placed = rows.transform_filter(f"({where}) && ({test})")
            look: dict[str, Any] = {
                "align": align,
                "dx": dx,
                "dy": dy[i % len(dy)],
                "fontWeight": "bold",
            }
            for rim in (_RIM, {"color": OWN}):
                words = placed.mark_text(**look, **rim)
                layers.append(words.encode(text="observer:N", tooltip=alt.value(None)))
    return layers


def own_axis(names: Names, own: Sequence[str]) -> dict[str, Any]:
    """Options of an axis of observers on which own ones are written in bold and in their colour."""
    if not own:
        return {}
    test = f"indexof({literal(names.of_names(own))}, datum.value) >= 0"
    return {
        "labelColor": {"condition": {"test": test, "value": OWN}, "value": INK},
        "labelFontWeight": {"condition": {"test": test, "value": "bold"}, "value": "normal"},
    }
