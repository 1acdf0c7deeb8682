"""A row a condition: people, and every network around them."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.own_marks import IS_OWN, LINE, own_labels, own_names, own_points
from gcbook.charts.parts import chance_line, finish, highlight, kind_marks, literal
from gcbook.charts.theme import INK
from gcbook.charts.theme import OWN as OWN_HUE
from gcbook.paper.observers import HUMANS_TITLE, OWN


def fig_among_networks(
    rows: pd.DataFrame,
    x: alt.X,
    *,
    row: str,
    said: Sequence[str],
    control: str,
    start: str = "",
    cap: str = "",
    name_best: bool = False,
    chance: bool = False,
    step: int = 34,
    description: str,
) -> alt.TopLevelMixin:
    """People in red with their interval, networks in grey, one of them at choice in black.

    A reader's own observers are drawn last, with their intervals, and named in the first row.

    Args:
        rows: ``observer, kind, low, high`` and the columns named by the other arguments.
        x: channel of the values, with title, scale and axis.
        row: column that names the rows, in the order given.
        said: columns of the tooltips.
        control: name of the parameter by which a reader makes one network stand out.
        start: the network that stands out at first.
        cap: column of the most that a network could have reached, a tick for the one that stands
            out.
        name_best: with the name of each row's best network.
        chance: with a line at guessing.
        step: height of a row in pixels.
        description: for those who cannot see it.
    """
    spec: Any = x.to_dict()
    value = str(spec["field"])
    order = list(dict.fromkeys(rows[row]))
    networks = rows[~rows["kind"].isin([HUMANS_TITLE, *OWN])].dropna(subset=value)
    best = networks.groupby(row)[value].idxmax()
    needed = [row, *said, "observer", "kind", value, "low", "high", *([cap] if cap else [])]
    drawn = rows[list(dict.fromkeys(needed))].assign(
        best=rows.index.isin(best), far=rows[value] > rows[value].max() / 2
    )
    names = Names.of(rows["observer"])
    y = alt.Y(f"{row}:N", sort=order, title=None).axis(grid=True, gridDash=[1, 3])
    look = kind_marks(rows["kind"], title=None)
    # Tooltips of values that are accuracies say so.
    tooltip = tooltips(said, titles={value: str(x["title"])}, formats={value: ".3f"})
    base = names.chart(drawn, "observer").encode(x=x, y=y, tooltip=tooltip)
    humans, others, chosen, leader = (
        base.transform_filter(test)
        for test in (
            f"datum.kind == '{HUMANS_TITLE}'",
            f"datum.kind != '{HUMANS_TITLE}' && !({IS_OWN})",
            f"datum.observer_id == {control}",
            "datum.best",
        )
    )
    ends = {"x": alt.X("low:Q", title=x["title"]), "x2": "high:Q"}
    layers = [
        *([chance_line(alt.X(f"{value}:Q"))] if chance else []),
        others.mark_point(filled=True, size=50, opacity=0.5).encode(**look),
        humans.mark_rule(strokeWidth=3).encode(**ends, color=look["color"]),
        humans.mark_point(filled=True, size=120, opacity=1).encode(**look),
        chosen.mark_rule(strokeWidth=2, color=INK).encode(**ends),
        chosen.mark_point(filled=True, size=70, opacity=1, color=INK),
    ]
    if cap:
        layers.append(chosen.mark_tick(color=INK, thickness=2, size=14).encode(x=f"{cap}:Q"))
    sides: Any = (("right", "datum.far"), ("left", "!datum.far"))
    for side, test in sides if name_best else ():
        label = leader.transform_filter(test).mark_text(align=side, dy=-11, color=INK)
        layers.append(label.encode(text="observer:N"))
    own = own_names(rows)
    if own:
        first = rows.loc[rows["observer"].isin(own) & rows[value].notna(), row].iloc[:1]
        layers += [
            base.transform_filter(IS_OWN).mark_rule(strokeWidth=2.5, color=OWN_HUE).encode(**ends),
            *own_points(base, look, names, own),
            *own_labels(
                base,
                names,
                own,
                where=f"indexof({literal(list(first))}, datum.{row}) >= 0",
                left="!datum.far",
                # The name of the best stands above its mark.
                dy=[-LINE * (i + 1 + name_best) for i in range(len(own))],
            ),
        ]
    return finish(
        alt.layer(*layers).add_params(
            highlight(rows, names, control, start=start), names.parameter()
        ),
        height=alt.Step(step),
        description=description,
    )
