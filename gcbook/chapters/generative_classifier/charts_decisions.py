"""Figures of the toy's decisions: maps, accuracies, and what the weight does.

The weights exp(−kt) that a reader chooses are computed by the chart.
"""

import altair as alt
import pandas as pd

from gcbook.chapters.generative_classifier.charts import class_color
from gcbook.charts.parts import CLASS_COLORS, by_column, literal, side_by_side
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.classifiers.toy import HALF_WIDTH, TOY_LABELS

__all__ = ["fig_accuracy_by_weight", "fig_evidence", "fig_regions"]

_COARSE, _FINE = "#0077bb", "#b86e00"
_SIDE, _THIRD = 285, 190


def fig_regions(boxes: pd.DataFrame, accuracies: pd.DataFrame) -> alt.TopLevelMixin:
    """Which class is answered where: by one t, by all t weighted, and by the best rule there is.

    Args:
        boxes: from `gcbook.chapters.generative_classifier.tables.region_boxes`.
        accuracies: from `gcbook.chapters.generative_classifier.tables.accuracy_table`.
    """
    t = alt.param(
        name="region_t",
        value=0.12,
        bind=alt.binding_range(min=0.04, max=1, step=0.04, name="One t: t "),
    )
    k = alt.param(
        name="region_k",
        value=7,
        bind=alt.binding_range(min=0, max=20, step=1, name="All t: k in exp(−kt) "),
    )
    only = alt.param(
        name="region_only",
        value=False,
        bind=alt.binding_checkbox(name="Fade where the decision is the best possible "),
    )
    side = int(boxes["right"].max())
    share = {
        rule: group["accuracy"].tolist() for rule, group in accuracies.groupby("rule", sort=False)
    }
    one_t = f"{literal(share['one t'])}[round(region_t * 25) - 1]"
    all_t = f"{literal(share['exp(−kt)'])}[region_k]"
    best = literal(share["best possible"][0])
    panels = [
        _region_panel(
            boxes[boxes["rule"] == "one t"],
            side,
            "abs(datum.value - region_t) < 0.001",
            "'One t: t = ' + format(region_t, '.2f')",
            one_t,
        ),
        _region_panel(
            boxes[boxes["rule"] == "exp(−kt)"],
            side,
            "datum.value === region_k",
            "'All t: k = ' + region_k",
            all_t,
        ),
        _region_panel(
            boxes[boxes["rule"] == "best possible"], side, "true", "'The best possible'", best
        ),
    ]
    return side_by_side(
        panels,
        [t, k, only],
        "Three maps of the square of images, coloured by the class that is answered. First: "
        "deciding by one strength of noise, a chequerboard of clumps at small t and four plain "
        "quarters at large t. Second: deciding by all strengths with weight exp(−kt), from "
        "quarters at k = 0 to a chequerboard at k = 20. Third: the best possible decision, "
        "quarters with a band of clumps where they meet.",
    )


def fig_accuracy_by_weight(accuracies: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and bias to the coarse cue, against t and against k.

    Args:
        accuracies: from `gcbook.chapters.generative_classifier.tables.accuracy_table`.
    """
    names = {"accuracy": "Accuracy", "coarse_bias": "Bias to the coarse cue"}
    shown = accuracies[["rule", "value", *names]].rename(columns=names)
    rows = shown.melt(["rule", "value"], var_name="measure", value_name="share")
    best = rows[rows["rule"] == "best possible"].drop(columns="value")
    titles = {"one t": "Deciding by one t", "exp(−kt)": "Deciding by all t"}
    axes = {"one t": "t", "exp(−kt)": "k in exp(−kt)"}
    measures = list(names.values())
    color = alt.Color(
        "measure:N", scale=alt.Scale(domain=measures, range=[INK, _COARSE]), title=None
    )
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title="Share").axis(format=".0%")
    panels = []
    for rule, title in titles.items():
        data = rows[rows["rule"] == rule]
        tooltip = [
            alt.Tooltip("measure:N", title="Measure"),
            alt.Tooltip("value:Q", title=axes[rule]),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ]
        line = (
            alt.Chart(data)
            .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22))
            .encode(x=alt.X("value:Q", title=axes[rule]), y=y, color=color, tooltip=tooltip)
        )
        limit = alt.Chart(best).mark_rule(strokeDash=[5, 4], strokeWidth=1.5)
        limit = limit.encode(
            y=y,
            color=color,
            tooltip=[
                alt.Tooltip("measure:N", title="Best possible decision"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        panels.append(alt.layer(limit, line).properties(width=_SIDE, height=230, title=title))
    return side_by_side(
        panels,
        [],
        "Two panels with the accuracy and the share of coarse-cue decisions, against t and "
        "against k. The coarse bias rises from near 0 to 1 with t and falls from 1 with k. "
        "Accuracy is highest in between, where both cues count, and touches the dashed line of "
        "the best possible decision there.",
    )


def fig_evidence(evidence: pd.DataFrame) -> alt.TopLevelMixin:
    """Weight, evidence and their product at each t, for a weighting that the reader chooses.

    Args:
        evidence: from `gcbook.chapters.generative_classifier.tables.evidence_table`.
    """
    options = ["exp", "uniform", "eps", "snr5", "elbo"]
    labels = ["exp(−kt)", "uniform", "SNR (error of the noise)", "SNR up to 5", "likelihood bound"]
    choice = alt.param(
        name="evidence_weight",
        value="exp",
        bind=alt.binding_select(options=options, labels=labels, name="Weighting "),
    )
    k = alt.param(
        name="evidence_k",
        value=7,
        bind=alt.binding_range(min=0, max=20, step=1, name="k in exp(−kt) "),
    )
    base = alt.Chart(evidence).transform_calculate(
        weight="evidence_weight === 'exp' ? exp(-evidence_k * datum.t) : datum[evidence_weight]",
        product="datum.gap * datum.weight",
        cue="datum.gap > 0 ? 'fine' : 'coarse'",
    )
    x = alt.X("t:Q", title="t", scale=alt.Scale(domain=[0, 1.02], nice=False))
    cue = alt.Color(
        "cue:N",
        scale=alt.Scale(domain=["coarse", "fine"], range=[_COARSE, _FINE]),
        title="Speaks for the cue",
    )
    size = {"width": _THIRD - 10, "height": 190}
    weight = (
        base.mark_area(line={"color": INK}, color=CHANCE_LINE, fillOpacity=0.25)
        .encode(
            x=x,
            y=alt.Y("weight:Q", title="Weight, largest 1", scale=alt.Scale(domain=[0, 1])),
        )
        .properties(title="Weight", **size)
    )
    tooltip = [
        alt.Tooltip("t:Q", format=".2f"),
        alt.Tooltip("log_snr:Q", title="log-SNR", format=".1f"),
        alt.Tooltip("gap:Q", title="Gap of errors", format=".4f"),
        alt.Tooltip("weight:Q", title="Weight", format=".4g"),
        alt.Tooltip("product:Q", title="Product", format=".3g"),
    ]
    bars = base.mark_bar(size=5)
    gap = bars.encode(
        x=x, y=alt.Y("gap:Q", title="Gap of errors"), color=cue, tooltip=tooltip
    ).properties(title="Evidence", **size)
    product = bars.encode(
        x=x,
        y=alt.Y("product:Q", title="Weighted gap").axis(format=".2~g", tickCount=5),
        color=cue,
        tooltip=tooltip,
    )
    total = (
        base.transform_aggregate(total="sum(product)")
        .transform_calculate(says="'Sum: ' + (datum.total > 0 ? 'fine' : 'coarse') + ' cue'")
        .mark_text(align="right", baseline="bottom", fontSize=12, fontWeight="bold", dy=-7)
        .encode(x=alt.value("width"), y=alt.value(0), text="says:N")
    )
    weighted = alt.layer(product, total).properties(title="Product", **size)
    return side_by_side(
        [weight, gap, weighted],
        [choice, k],
        "Three panels over t. First the weight. Second the mean error under the coarse cue's "
        "class minus that under the fine cue's class, for images whose cues disagree: slightly "
        "positive, for the fine cue, at small t, and large and negative, for the coarse cue, "
        "beyond. Third their product, whose sum says which cue wins.",
    )


def _region_panel(
    boxes: pd.DataFrame, side: int, chosen: str, title: str, accuracy: str
) -> alt.Chart:
    packed = by_column(boxes.drop(columns="rule"), "value")
    lists = ["left", "right", "low", "high", "label", "differs"]
    cell = 2 * HALF_WIDTH / side
    edge = f"- {HALF_WIDTH:.5f}"
    domain = alt.Scale(domain=[-HALF_WIDTH, HALF_WIDTH], nice=False)
    axis = alt.Axis(values=[-2, -1, 0, 1, 2], grid=False)
    names = ("x", "x2", "y", "y2")
    fields = ("left", "right", "low", "high")
    places = {
        name: f"datum.{field} * {cell:.6f} {edge}"
        for name, field in zip(names, fields, strict=True)
    }
    faded = "region_only && datum.differs === 0"
    return (
        alt.Chart(packed)
        .transform_filter(chosen)
        .transform_flatten([*lists])
        .transform_calculate(**places)
        .mark_rect(strokeWidth=0.4)
        .encode(
            x=alt.X("x:Q", scale=domain, axis=axis, title="first number"),
            x2="x2:Q",
            y=alt.Y("y:Q", scale=domain, axis=axis, title="second number"),
            y2="y2:Q",
            color=class_color(),
            stroke=alt.Stroke(
                "label:N",
                scale=alt.Scale(domain=list(TOY_LABELS), range=list(CLASS_COLORS)),
                legend=None,
            ),
            opacity=alt.condition(faded, alt.value(0.2), alt.value(1)),
        )
        .properties(
            width=_THIRD,
            height=_THIRD,
            # A subtitle cannot be computed on the page; a second line of the title can.
            title=alt.TitleParams(
                alt.ExprRef(f"[{title}, format({accuracy}, '.1%') + ' right']"), fontWeight="normal"
            ),
        )
    )
