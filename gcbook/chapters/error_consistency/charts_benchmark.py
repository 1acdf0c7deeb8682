"""Figures of the benchmark: the paper's Fig. 4 and the four charts of Fig. 9.

Tables come from `gcbook.stats.benchmark_tables`. Filled marks with an interval are recomputed;
hollow marks are printed in the paper, which gives no intervals.
"""

import altair as alt
import pandas as pd

from gcbook.charts.parts import NOBODY, alphabetical
from gcbook.charts.theme import BAND, HUMAN, INK, color_scale, kinds_shown, shape_scale

__all__ = ["benchmark_panels", "error_consistency_ranking"]

AnyLayers = alt.LayerChart | alt.FacetChart

_HUMANS = "Humans"
_NAMED, _LINE = 5, 44
"""How many observers a panel names beside the humans, and the letters that fit its width."""
_TITLES = {
    "ood_accuracy": "OOD accuracy (higher is better)",
    "accuracy_difference": "Accuracy difference (lower is better)",
    "observed_consistency": "Observed consistency (higher is better)",
    "error_consistency": "Error consistency (higher is better)",
}


def error_consistency_ranking(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 4: error consistency with humans of every model, sorted, and the human level.

    Args:
        rows: from `gcbook.stats.benchmark_tables.error_consistency_rows`.
    """
    show = {
        "all": "true",
        "recomputed only": "datum.origin == 'recomputed'",
        "published only": "isValid(datum.paper) || datum.kind == 'Humans'",
        "generative models and humans": "datum.kind != 'Discriminative model'",
    }
    chosen = " || ".join(f"(show == '{name}' && ({test}))" for name, test in show.items())
    shown = alt.param(
        name="show", value="all", bind=alt.binding_select(options=list(show), name="Show ")
    )
    # The domain is explicit, for layers that filter would each sort their own.
    base = alt.Chart(rows).transform_filter(chosen)
    humans = alt.Chart(rows[rows["kind"] == _HUMANS])
    y = alt.Y("model:N", title=None, sort=list(rows["model"]))
    x = alt.X("value:Q", title="Error consistency with humans", scale=alt.Scale(zero=True))
    color, shape = _kind_scales(rows)
    tooltip = _tooltip("Error consistency")
    mark = base.encode(y=y, tooltip=tooltip)
    paper = mark.transform_filter("isValid(datum.paper)")
    first = rows[rows["kind"] != _HUMANS].head(1)
    leader = "".join(f", {row.model} first among the models" for row in first.itertuples())
    return (
        alt.layer(
            humans.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
            humans.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x="value:Q"),
            mark.mark_rule(color=BAND, opacity=0.35).encode(x=x, x2=alt.datum(0)),
            mark.mark_rule(strokeWidth=3, opacity=0.6).encode(x="low:Q", x2="high:Q", color=color),
            mark.transform_filter("datum.origin == 'recomputed'")
            .mark_point(filled=True, size=55, opacity=1)
            .encode(x=x, color=color, shape=shape),
            paper.mark_point(filled=False, size=75, strokeWidth=1.6, opacity=1).encode(
                x="paper:Q", color=color, shape=shape
            ),
        )
        .add_params(shown)
        .properties(
            width="container",
            height=alt.Step(15),
            description=(
                "Error consistency with humans over the datasets, one row a model, sorted"
                f"{leader}. A dashed line with a band marks the level of humans among themselves, "
                "far to the right of every model. Filled marks with an interval are recomputed, "
                "hollow ones printed in the paper."
            ),
        )
        .configure_legend(orient="bottom", columns=3, symbolOpacity=1)
        # Not on the axis itself, where it would hold on a narrow screen too.
        .configure_axisY(labelLimit=240)
    )


def benchmark_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 9: the four benchmark metrics, each with all observers sorted from best to worst.

    Args:
        rows: from `gcbook.stats.benchmark_tables.standing_rows`.
    """
    models = alphabetical(set(rows.loc[rows["kind"] != _HUMANS, "model"]))
    highlight = alt.param(
        name="highlight",
        value="ResNet-50" if "ResNet-50" in models else NOBODY,
        bind=alt.binding_select(options=[NOBODY, *models], name="Highlight a model "),
    )
    metrics = list(dict.fromkeys(rows["metric"]))
    leaders = {metric: _leaders(rows[rows["metric"] == metric]) for metric in metrics}
    height = max(map(len, leaders.values()))
    panels = [
        _panel(rows[rows["metric"] == m], m, rows, [*names, *[""] * (height - len(names))])
        for m, names in leaders.items()
    ]
    said = rows["value"].map("{:.3f}".format) + ", place " + rows["position"].astype("str")
    size = rows.groupby("metric")["position"].transform("max").astype("str")
    said = rows["model"] + ": " + said + " of " + size
    lines = {
        metric: dict(zip(rows.loc[there, "model"], said[there], strict=True))
        for metric in metrics
        if (there := rows["metric"] == metric).any()
    }
    return (
        alt.concat(*panels, columns=2, spacing={"row": 20, "column": 18})
        .resolve_scale(x="independent", color="shared", shape="shared")
        .add_params(highlight, alt.param(name="lines", value=lines))
        .properties(
            description=(
                f"{len(panels)} panels, one a benchmark metric, each with {len(models)} models and "
                "the humans as thin bars sorted from best at the top to worst at the bottom. The "
                "humans lead on the three metrics of human-likeness by a wide margin, but several "
                "models have higher out-of-distribution accuracy."
            )
        )
        .configure_legend(orient="bottom", columns=3, symbolOpacity=1, symbolSize=70)
        .configure_title(fontSize=12, anchor="start")
    )


def _panel(
    rows: pd.DataFrame, metric: str, everyone: pd.DataFrame, leaders: list[str]
) -> AnyLayers:
    line = f"['{_TITLES[metric]}', lines['{metric}'][highlight] || '']"
    title = alt.TitleParams(
        text=alt.ExprRef(line), subtitle=leaders, fontWeight="normal", subtitleFontSize=11
    )
    kept = ["position", "model", "kind", "origin", "value", "low", "high", "paper"]
    base = alt.Chart(rows[kept]).encode(
        y=alt.Y("position:O", axis=None, scale=alt.Scale(paddingInner=0.35))
    )
    color, shape = _kind_scales(everyone)
    x = alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5))
    tooltip = [*_tooltip(_TITLES[metric].split(" (")[0]), alt.Tooltip("position:O", title="Place")]
    special = "datum.kind != 'Discriminative model'"
    chosen = base.transform_filter("datum.model == highlight")
    return alt.layer(
        base.mark_bar().encode(
            x=x,
            color=color,
            opacity=alt.condition(special, alt.value(1), alt.value(0.5)),
            tooltip=tooltip,
        ),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1)
        .encode(x="low:Q", x2="high:Q"),
        base.transform_filter(special)
        .mark_point(filled=True, size=70, opacity=1, xOffset=9)
        .encode(x=x, color=color, shape=shape, tooltip=tooltip),
        chosen.mark_bar(color=INK).encode(x=x, tooltip=tooltip),
    ).properties(width=270, height=alt.Step(5), title=title)


def _leaders(rows: pd.DataFrame) -> list[str]:
    """The first five and the humans with their places, on lines as wide as a panel.

    >>> table = pd.DataFrame({"position": range(1, 8), "model": [*"abcdef", "Humans"]})
    >>> _leaders(table)
    ['1 a · 2 b · 3 c · 4 d · 5 e · 7 Humans']
    """
    named = rows[(rows["position"] <= _NAMED) | (rows["model"] == _HUMANS)]
    named = named.sort_values("position")
    entries = [f"{r.position} {r.model}" for r in named.itertuples()]
    lines = [""]
    for entry in entries:
        longer = f"{lines[-1]} · {entry}" if lines[-1] else entry
        lines = [*lines, entry] if len(longer) > _LINE else [*lines[:-1], longer]
    return lines


def _kind_scales(rows: pd.DataFrame) -> tuple[alt.Color, alt.Shape]:
    kinds = kinds_shown(rows["kind"])
    return (
        alt.Color("kind:N", title=None, scale=color_scale(*kinds)),
        alt.Shape("kind:N", title=None, scale=shape_scale(*kinds)),
    )


def _tooltip(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("model:N", title="Observer"),
        alt.Tooltip("value:Q", title=title, format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("paper:Q", title="In the paper", format=".3f"),
        alt.Tooltip("origin:N", title="Value"),
    ]
