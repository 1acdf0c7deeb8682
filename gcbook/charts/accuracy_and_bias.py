"""Accuracy on blurred images, or on others, against shape bias: Section 4's correlation."""

from itertools import cycle
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import TENTHS, dropdown, finish, literal, look, nothing
from gcbook.charts.theme import CHANCE_LINE, FAMILY_SHAPES, HUES, INK, TEXT
from gcbook.paper.observers import HUMANS_TITLE, OWN, published_rows
from gcbook.stats.correlation_tables import EVERYBODY

_UNIT = alt.Scale(domain=[0, 1])


def fig_accuracy_and_bias(rows: pd.DataFrame, correlations: pd.DataFrame) -> alt.TopLevelMixin:
    """A mark an observer, with what accuracy is measured on and who is left out to choose.

    Args:
        rows: ``measured_on`` (what the reader sees first comes first), ``observer, kind, family``,
            and ``accuracy`` and ``shape_bias`` with ``accuracy_low, accuracy_high, bias_low,
            bias_high``.
        correlations: of the same, from `gcbook.stats.correlation_tables.correlation_rows`.
    """
    if rows.empty:
        return nothing("Nobody is there to compare.")
    sets = list(dict.fromkeys(rows["measured_on"]))
    known = set(correlations["left_out"])
    families = [name for name in dict.fromkeys(rows["family"]) if name in known]
    on, out = "networks_measured_on", "networks_left_out"
    measured_on = dropdown(on, "Accuracy on ", sets, sets[0])
    names = Names.of(rows["family"])
    left_out = dropdown(
        out, "Leave out ", {EVERYBODY: EVERYBODY, **names.options(families)}, EVERYBODY
    )
    choices = correlations[correlations["left_out"].isin([EVERYBODY, *families])]
    numbers = {
        f"{row['measured_on']}|{names.ids.get(row['left_out'], EVERYBODY)}|{row['coefficient']}": (
            None if pd.isna(row["r"]) else round(row["r"], 2)
        )
        for row in choices.to_dict("records")
    }
    title = alt.TitleParams(
        alt.ExprRef(
            f"[{on}, 'Pearson ' + {_said(numbers, on, out, 'Pearson')} + ', Spearman ' + "
            f"{_said(numbers, on, out, 'Spearman')}]"
        ),
        anchor="start",
        fontSize=TEXT,
    )
    family = _look(rows, names)
    x = alt.X("accuracy:Q", scale=_UNIT, title="Accuracy").axis(
        format=".0%", values=TENTHS, labelOverlap=True
    )
    y = alt.Y("shape_bias:Q", scale=_UNIT, title="Shape bias").axis(format=".1f", values=TENTHS)
    says = tooltips(
        [
            "observer",
            "family",
            "accuracy",
            "accuracy_low",
            "accuracy_high",
            "shape_bias",
            "bias_low",
            "bias_high",
        ],
        formats={"accuracy": ".1%", "shape_bias": ".3f", "bias_low": ".3f", "bias_high": ".3f"},
    )
    base = names.chart(rows.drop(columns="strength", errors="ignore"), "family").transform_filter(
        f"datum.measured_on === {on} && datum.family_id !== {out}"
    )
    color = family["color"]
    layers = [
        # The line is of the networks that the coefficients are of.
        base.transform_filter(f"indexof({literal([HUMANS_TITLE, *OWN])}, datum.kind) < 0")
        .transform_regression("accuracy", "shape_bias")
        .mark_line(color=CHANCE_LINE, strokeDash=[4, 4], clip=True)
        .encode(x=x, y=y),
        base.mark_rule(opacity=0.6).encode(
            x=alt.X("accuracy_low:Q"), x2="accuracy_high:Q", y=y, color=color
        ),
        base.mark_rule(opacity=0.6).encode(
            x=x, y=alt.Y("bias_low:Q"), y2="bias_high:Q", color=color
        ),
        base.mark_point(filled=True, size=110, opacity=1, stroke=INK, strokeWidth=0.8).encode(
            x=x, y=y, tooltip=says, **family
        ),
    ]
    networks = published_rows(rows[rows["kind"] != HUMANS_TITLE])
    who = f"{networks['observer'].nunique()} networks"
    people = ", and the humans, who are not counted," if HUMANS_TITLE in set(rows["kind"]) else ""
    return finish(
        alt.layer(*layers)
        .add_params(measured_on, left_out, names.parameter())
        .properties(title=title),
        height=400,
        description=(
            f"Scatter plot of {who}{people} with intervals both ways: accuracy on images that the "
            "reader chooses, at first blurred ones, on the horizontal axis, shape bias on the "
            "vertical axis, and the straight line of least squares. The title has Pearson's and "
            "Spearman's coefficient of what is shown; one family at a time can be left out."
        ),
    )


def _said(numbers: dict[str, Any], on: str, out: str, coefficient: str) -> str:
    value = f"{literal(numbers)}[{on} + '|' + {out} + '|{coefficient}']"
    return f"(isValid({value}) ? format({value}, '.2f') : 'not defined')"


def _look(rows: pd.DataFrame, names: Names) -> dict[str, Any]:
    # Here it matters who is related to whom, so marks tell families apart.
    families = list(dict.fromkeys(rows.sort_values("kind")["family"]))
    others = cycle(FAMILY_SHAPES)
    kind = rows.drop_duplicates("family").set_index("family")["kind"]
    return look(
        "family_id",
        names.of_names(families),
        color=[HUES[kind[name]] for name in families],
        shape=["diamond" if name == HUMANS_TITLE else next(others) for name in families],
        legend=alt.Legend(title="Family", symbolOpacity=1, **names.axis(families)),
    )
