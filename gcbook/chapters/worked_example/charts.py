"""Figures of a run: one set of scores, decided twice; and what races cost."""

import altair as alt
import pandas as pd

from gcbook.chapters.worked_example.tables import WEIGHTINGS
from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.columns import tooltips
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.parts import finish, look
from gcbook.charts.theme import SERIES


def fig_same_scores(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fraction of texture decisions by shape category, a mark a weighting.

    Args:
        rows: from `gcbook.chapters.worked_example.tables.category_rows`.
        printed: what the paper prints of Stable Diffusion, ``label, texture_share``.
    """
    looks = ((COLORS["mini-latent"], "circle"), (SERIES[1], "square"))
    return fig_category_bias(
        rows,
        printed,
        series="weighting",
        marks=dict(zip(WEIGHTINGS.values(), looks, strict=True)),
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions of one miniature. Two marks with intervals, for the paper's "
            "weighting and for equal weights, with a line at the mean over categories of each. A "
            "dashed line is the average that the paper prints for Stable Diffusion."
        ),
    )


def fig_races(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Network evaluations against agreement with a long reference, a line a rule.

    Args:
        rows: from `gcbook.chapters.worked_example.races.mean_rows`.
    """
    looks = dict(zip(dict.fromkeys(rows["rule"]), (SERIES[0], SERIES[3], SERIES[2]), strict=True))
    shapes = dict(zip(looks, ("circle", "square", "triangle-up"), strict=True))
    titles = {
        "rule": "Rule",
        "constant": "c, p or draws",
        "agreement": "Agrees with the reference",
        "settled": "Agrees or tied",
        "regret": "Regret (SD)",
    }
    x = alt.X("evaluations:Q", title="Network evaluations an image")
    x = x.scale(type="log", nice=False, padding=24).axis(
        values=[50, 100, 200, 400, 800], format=",d", grid=False
    )
    y = alt.Y("agreement:Q", title="Agrees with the reference")
    y = y.scale(zero=False, padding=18).axis(format=".0%", tickCount=5)
    channels = look("rule", looks, color=looks.values(), shape=shapes.values(), legend=None)
    base = alt.Chart(rows).encode(x=x, y=y, color=channels["color"])
    # Names stand below the ends of lines, within the axes on a phone as well.
    ends = rows.sort_values("evaluations").groupby("rule", sort=False)
    names = [
        alt.Chart(end[end["rule"] == rule])
        .mark_text(align=align, dy=24, fontWeight="bold")
        .encode(x=x, y=y, text="rule:N", color=channels["color"])
        for rule, end, align in zip(
            looks,
            (ends.head(1), ends.head(1), ends.tail(1)),
            map(alt.Align, ("left", "right", "right")),
            strict=True,
        )
    ]
    named = rows[rows["usual"]]
    return finish(
        alt.layer(
            base.mark_line(strokeWidth=2),
            base.mark_point(filled=True, opacity=1).encode(
                shape=channels["shape"],
                size=alt.Size(
                    "usual:N", scale=alt.Scale(domain=[False, True], range=[50, 150]), legend=None
                ),
                tooltip=tooltips(
                    ["rule", "constant", "evaluations", "agreement", "settled", "regret"],
                    titles=titles,
                    formats={"agreement": ".1%", "settled": ".1%", "regret": ".4f"},
                ),
            ),
            *names,
        ),
        height=260,
        description=(
            "Lines for three rules of a race and for fixed numbers of draws: mean network "
            "evaluations an image, on a logarithmic axis, against the share of answers that are "
            "those of a long reference. "
            + " ".join(
                f"{row['rule']}, by default: {row['evaluations']:.0f} evaluations, "
                f"{row['agreement']:.0%}."
                for row in named.to_dict("records")
            )
        ),
    )
