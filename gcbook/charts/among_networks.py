"""A row a condition: people, and every network around them."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import dropdown, finish, kind_marks
from gcbook.charts.theme import INK
from gcbook.paper.observers import HUMANS_TITLE


def fig_among_networks(
    rows: pd.DataFrame,
    x: alt.X,
    *,
    row: str,
    said: Sequence[str],
    control: str,
    start: str = "none",
    description: str,
) -> alt.TopLevelMixin:
    """People in red with their interval, networks in grey, one of them at choice in black.

    The best network of each row is named.

    Args:
        rows: ``observer, kind, low, high`` and the columns named by the other arguments.
        x: channel of the values, with title, scale and axis.
        row: column that names the rows, in the order given.
        said: columns of the tooltips.
        control: name of the parameter by which a reader makes one network stand out.
        start: the network that stands out at first.
        description: for those who cannot see it.
    """
    spec: Any = x.to_dict()
    value = str(spec["field"])
    networks = rows[rows["kind"] != HUMANS_TITLE].dropna(subset=value)
    best = networks.groupby(row)[value].idxmax()
    needed = [row, *said, "observer", "kind", value, "low", "high"]
    drawn = rows[list(dict.fromkeys(needed))].assign(
        best=rows.index.isin(best), far=rows[value] > rows[value].max() / 2
    )
    names = Names.of(rows["observer"], ["none"])
    look = kind_marks(rows["kind"], title=None)
    base = names.chart(drawn, "observer").encode(
        x=x,
        y=alt.Y(f"{row}:N", sort=list(rows[row].unique()), title=None).axis(
            grid=True, gridDash=[1, 3]
        ),
        # Tooltips of values that are accuracies say so.
        tooltip=tooltips(said, titles={value: str(x["title"])}, formats={value: ".3f"}),
    )
    humans, others, chosen, leader = (
        base.transform_filter(test)
        for test in (
            f"datum.kind == '{HUMANS_TITLE}'",
            f"datum.kind != '{HUMANS_TITLE}'",
            f"datum.observer_id == {control}",
            "datum.best",
        )
    )
    ends = {"x": alt.X("low:Q", title=x["title"]), "x2": "high:Q"}
    layers = [
        others.mark_point(filled=True, size=50, opacity=0.5).encode(**look),
        humans.mark_rule(strokeWidth=3).encode(**ends, color=look["color"]),
        humans.mark_point(filled=True, size=120, opacity=1).encode(**look),
        chosen.mark_rule(strokeWidth=2, color=INK).encode(**ends),
        chosen.mark_point(filled=True, size=70, opacity=1, color=INK),
    ]
    sides: Any = (("right", "datum.far"), ("left", "!datum.far"))
    for side, test in sides:
        label = leader.transform_filter(test).mark_text(align=side, dy=-11, color=INK)
        layers.append(label.encode(text="observer:N"))
    choices = ["none", *sorted(set(rows.loc[rows["kind"] != HUMANS_TITLE, "observer"]))]
    first = names.ids[start if start in choices else "none"]
    menu = dropdown(control, "Highlight a network ", names.options(choices), first)
    return finish(
        alt.layer(*layers).add_params(menu, names.parameter()),
        height=alt.Step(34),
        description=description,
    )
