"""Figures of the toy: its images, what is restored of them, decisions, and evidence.

Tables come from `gcbook.chapters.generative_classifier.tables`, each from the function that the
figure names. Noise is put on the images by the chart itself, so that a slider can set it.
"""

import math
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.parts import (
    by_column,
    dropdown,
    literal,
    look,
    side_by_side,
    slider,
)
from gcbook.charts.theme import CHANCE_LINE, CUES, INK, SERIES
from gcbook.classifiers.toy import HALF_WIDTH, TOY_LABELS

CLASS_COLORS = ("#3d7ea6", "#a07c00", "#b4532a", "#7d6b9e")
"""Of the classes A, B, C and D: told apart as dots and as areas, on the light and the dark page."""

_CLASS = look(
    "label",
    TOY_LABELS,
    color=CLASS_COLORS,
    shape=("circle", "square", "triangle-up", "diamond"),
    title=column("label").title,
)
"""Every class looks the same in every figure of the toy."""
_MARK = {"color": _CLASS["color"], "shape": _CLASS["shape"]}

_SIDE = 285
_SQUARE = {"width": _SIDE, "height": _SIDE}
_THIRD = 190


def fig_toy_images(samples: pd.DataFrame) -> alt.TopLevelMixin:
    """The images of `sample_table`, clean and with noise of a strength that the reader chooses."""
    t = slider("toy_t", "Noise t ", 0.2, 0, 1, 0.02)
    base = alt.Chart(samples).mark_point(filled=True, size=22, opacity=0.75).encode(**_MARK)
    places = _places("x", "y", 3.7)
    named = pd.DataFrame(
        {"label": TOY_LABELS, "x": [-3.3, 3.3, -3.3, 3.3], "y": [3.3, 3.3, -3.3, -3.3]}
    )
    names = alt.Chart(named).mark_text(fontWeight="bold")
    names = names.encode(**places, text="label:N", color=_CLASS["color"])
    clean = alt.layer(base.encode(**places), names).properties(title="Clean", **_SQUARE)
    title = alt.TitleParams(alt.ExprRef("'Noised, t = ' + format(toy_t, '.2f')"))
    noised = (
        base.transform_calculate(
            x_t="cos(PI / 2 * toy_t) * datum.x + sin(PI / 2 * toy_t) * datum.noise_x",
            y_t="cos(PI / 2 * toy_t) * datum.y + sin(PI / 2 * toy_t) * datum.noise_y",
        )
        .encode(**_places("x_t", "y_t", 3.7))
        .properties(title=title, **_SQUARE)
    )
    return side_by_side(
        [clean, noised],
        [t],
        "Two scatter plots of the toy's images, coloured by class. Clean, each class is a cloud in "
        "its own quarter of the square, made of small clumps that alternate with those of the "
        "other classes. The second plot shows the same images with noise; a slider sets its "
        "strength t.",
    )


def fig_restorations(restored: pd.DataFrame, errors: pd.DataFrame) -> alt.TopLevelMixin:
    """One image, noised several times and restored under each class; and the mean errors.

    Restorations are those of `restoration_table`, errors those of `error_table`.
    """
    images = list(dict.fromkeys(restored["image"]))
    times = sorted(set(restored["t"]))
    chosen = "datum.image === restored_image && abs(datum.t - restored_t) < 0.001"
    t = slider("restored_t", "Noise t ", 0.2, times[0], times[-1], times[1] - times[0])
    # One entry an image and time: the page holds the lists once.
    packed = restored.groupby(["image", "t"], sort=False).agg(list).reset_index()
    base = alt.Chart(packed).transform_filter(chosen).transform_flatten(["label", "x", "y"])
    base = base.encode(**_places("x", "y", 2.3, clamp=True))
    layers = [
        base.transform_filter("datum.label === 'noised'").mark_point(
            shape="cross", size=26, color=CHANCE_LINE, strokeWidth=1.2
        ),
        base.transform_filter("datum.label !== 'noised' && datum.label !== 'clean'")
        .mark_point(filled=True, size=48, opacity=0.8)
        .encode(**_MARK),
        base.transform_filter("datum.label === 'clean'").mark_point(
            shape="circle", size=260, color=INK, strokeWidth=2.5
        ),
    ]
    title = alt.TitleParams(alt.ExprRef("'Restorations at t = ' + format(restored_t, '.2f')"))
    left = alt.layer(*layers).properties(title=title, **_SQUARE)
    rows = (
        alt.Chart(errors)
        .transform_filter(chosen)
        .encode(
            y=alt.Y("label:N", title=column("label").title),
            x=alt.X("error:Q", title="Mean squared error").axis(tickCount=4),
        )
    )
    bars = rows.mark_bar(size=26).encode(
        color=_CLASS["color"],
        tooltip=tooltips(["label", "error"], titles={"error": "Mean squared error"}),
    )
    best = (
        rows.transform_joinaggregate(least="min(error)")
        .transform_filter("datum.error === datum.least")
        .mark_text(align="left", dx=5, fontSize=12)
        .encode(text=alt.value("smallest"))
    )
    right = alt.layer(bars, best).properties(
        width=_SIDE - 60, height=_SIDE, title="Expected error under each class"
    )
    return side_by_side(
        [left, right],
        [dropdown("restored_image", "Image ", images, images[1]), t],
        "Left: one image as a ring, noised copies of it as grey crosses, and what each copy is "
        "restored to under each of the four classes. Right: the expected squared distance between "
        "restoration and image under each class; the smallest is marked.",
    )


def _places(x: str, y: str, reach: float, clamp: bool = False, grid: bool = True) -> dict[str, Any]:
    scale = alt.Scale(domain=[-reach, reach], nice=False, clamp=clamp)
    ticks = list(range(-math.floor(reach), math.floor(reach) + 1))
    axis = alt.Axis(values=ticks, grid=grid)
    return {
        "x": alt.X(f"{x}:Q", scale=scale, axis=axis, title="first number"),
        "y": alt.Y(f"{y}:Q", scale=scale, axis=axis, title="second number"),
    }


def fig_regions(boxes: pd.DataFrame, accuracies: pd.DataFrame) -> alt.TopLevelMixin:
    """Which class is answered where: by one t, by all t weighted, and by the best rule there is.

    Boxes are those of `region_boxes`, accuracies those of `accuracy_table`.
    """
    t = slider("region_t", "One t: t ", 0.12, 0.04, 1, 0.04)
    k = slider("region_k", "All t: k in exp(−kt) ", 7, 0, 20)
    only = alt.param(
        name="region_only",
        value=False,
        bind=alt.binding_checkbox(name="Fade where the decision is the best possible "),
    )
    share = {
        rule: literal(group["accuracy"].tolist()) for rule, group in accuracies.groupby("rule")
    }
    rules = {
        "one t": (
            "abs(datum.value - region_t) < 0.001",
            "'One t: t = ' + format(region_t, '.2f')",
            "round(region_t * 25) - 1",
        ),
        "exp(−kt)": ("datum.value === region_k", "'All t: k = ' + region_k", "region_k"),
        "best possible": ("true", "'The best possible'", "0"),
    }
    panels = [
        _region_panel(boxes[boxes["rule"] == rule], chosen, title, f"{share[rule]}[{place}]")
        for rule, (chosen, title, place) in rules.items()
    ]
    return side_by_side(
        panels,
        [t, k, only],
        "Three maps of the square of images, coloured by the class that is answered: deciding by "
        "one strength of noise t, by all strengths with weight exp(−kt), and by the best possible "
        "rule. Sliders set t and k; the share of right answers stands above each map.",
    )


def fig_accuracy_by_weight(accuracies: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and bias to the coarse cue, against t and against k, from `accuracy_table`."""
    names = {"accuracy": "Accuracy", "coarse_bias": "Bias to the coarse cue"}
    shown = accuracies[["rule", "value", *names]].rename(columns=names)
    rows = shown.melt(["rule", "value"], var_name="measure", value_name="share")
    best = rows[rows["rule"] == "best possible"].drop(columns="value")
    rules = (
        ("one t", "t", "Deciding by one t", (0.6, 0.2)),
        ("exp(−kt)", "k in exp(−kt)", "Deciding by all t", (0, 8)),
    )
    # The last is where each line is named.
    color = look("measure", names.values(), color=(INK, SERIES[3]), legend=None)["color"]
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title=column("share").title).axis(
        format=".0%"
    )
    panels = []
    for rule, axis, title, at in rules:
        tooltip = tooltips(
            ["measure", "value", "share"], titles={"value": axis}, formats={"value": "~g"}
        )
        own = rows[rows["rule"] == rule]
        x = alt.X("value:Q", title=axis)
        line = (
            alt.Chart(own)
            .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22))
            .encode(x=x, y=y, color=color, tooltip=tooltip)
        )
        limit = alt.Chart(best).mark_rule(strokeDash=[2, 4], strokeWidth=1.5)
        limit = limit.encode(
            y=y,
            color=color,
            tooltip=tooltips(["measure", "share"], titles={"measure": "Best possible decision"}),
        )
        named = own[own["value"] == own["measure"].map(dict(zip(names.values(), at, strict=True)))]
        words = alt.Chart(named).mark_text(align="left", dx=8, dy=-10, fontWeight="bold")
        words = words.encode(x=x, y=y, color=color, text="measure:N")
        panels.append(
            alt.layer(limit, line, words).properties(width=_SIDE, height=230, title=title)
        )
    return side_by_side(
        panels,
        [],
        "Two panels with lines for accuracy and for the bias to the coarse cue: against t, "
        "deciding by one strength of noise, and against k, deciding by all with weight exp(−kt). "
        "Dotted lines: the best possible decision.",
    )


def fig_evidence(evidence: pd.DataFrame) -> alt.TopLevelMixin:
    """Weight, evidence and product at each t of `evidence_table`; a menu chooses the weighting."""
    weightings = {
        "exp": "exp(−kt)",
        "uniform": "uniform",
        "eps": "SNR (error of the noise)",
        "snr5": "SNR up to 5",
        "elbo": "likelihood bound",
    }
    choice = dropdown("evidence_weight", "Weighting ", weightings, "exp")
    k = slider("evidence_k", "k in exp(−kt) ", 7, 0, 20)
    base = alt.Chart(evidence).transform_calculate(
        weight="evidence_weight === 'exp' ? exp(-evidence_k * datum.t) : datum[evidence_weight]",
        product="datum.gap * datum.weight",
        cue="datum.gap > 0 ? 'fine' : 'coarse'",
    )
    x = alt.X("t:Q", title=column("t").title, scale=alt.Scale(domain=[0, 1.02], nice=False))
    colors = CUES["shape"], CUES["texture"]
    cue = look("cue", ["coarse", "fine"], color=colors, legend=None)["color"]
    size = {"width": _THIRD - 10, "height": 190}
    # A label at the upper end would push this panel out of line.
    scale = alt.Scale(domain=[0, 1.06], nice=False)
    y = alt.Y("weight:Q", title="Weight, largest 1", scale=scale).axis(values=[0, 0.5, 1])
    weight = (
        base.mark_area(line={"color": INK}, color=CHANCE_LINE, fillOpacity=0.25)
        .encode(x=x, y=y)
        .properties(title="Weight", **size)
    )
    tooltip = tooltips(
        ["t", "log_snr", "gap", "weight", "product"],
        titles={"product": "Product"},
        formats={"t": ".2f", "log_snr": ".1f", "weight": ".4g", "product": ".3g"},
    )
    bars = base.mark_bar(size=5).encode(x=x, color=cue, tooltip=tooltip)
    y = alt.Y("gap:Q", title="Gap of errors", scale=alt.Scale(padding=20))
    # In pixels: the bars for the fine cue are short and leave no room beside themselves.
    named = pd.DataFrame({"cue": ["fine", "coarse"], "says": ["↑ fine cue", "↓ coarse cue"]})
    words = [
        alt.Chart(named[named["cue"] == name])
        .mark_text(align="left", fontWeight="bold")
        .encode(x=alt.value(6), y=alt.value(at), color=cue, text="says:N")
        for name, at in (("fine", 10), ("coarse", 170))
    ]
    gap = alt.layer(bars.encode(y=y), *words).properties(title="Evidence", **size)
    # Room for the words above the bars.
    y = alt.Y("product:Q", title="Weighted gap", scale=alt.Scale(padding=20))
    product = bars.encode(y=y.axis(format=".2~g", tickCount=5))
    total = (
        base.transform_aggregate(total="sum(product)")
        .transform_calculate(says="'Sum: ' + (datum.total > 0 ? 'fine' : 'coarse') + ' cue'")
        .mark_text(align="right", baseline="top", fontSize=12, fontWeight="bold")
        .encode(x=alt.value("width"), y=alt.value(4), text="says:N")
    )
    weighted = alt.layer(product, total).properties(title="Product", **size)
    return side_by_side(
        [weight, gap, weighted],
        [choice, k],
        "Three panels over t. First the weight. Second the mean error under the coarse cue's "
        "class minus that under the fine cue's class, for images whose cues disagree, as bars: "
        "above zero they speak for the fine cue, below zero for the coarse one. Third the product "
        "of the two, with the cue for which its sum speaks.",
    )


def _region_panel(boxes: pd.DataFrame, chosen: str, title: str, accuracy: str) -> alt.Chart:
    packed = by_column(boxes.drop(columns="rule"), "value")
    # The boxes cover the square.
    cell = 2 * HALF_WIDTH / boxes["right"].max()
    edges = {
        name: f"datum.{field} * {cell:.6f} - {HALF_WIDTH:.5f}"
        for name, field in {"x": "left", "x2": "right", "y": "low", "y2": "high"}.items()
    }
    return (
        alt.Chart(packed)
        .transform_filter(chosen)
        .transform_flatten(["left", "right", "low", "high", "label", "differs"])
        .transform_calculate(**edges)
        .mark_rect(strokeWidth=0.4)
        .encode(
            **_places("x", "y", HALF_WIDTH, grid=False),
            x2="x2:Q",
            y2="y2:Q",
            color=_CLASS["color"],
            stroke=alt.Stroke(**_CLASS["color"].to_dict()),
            opacity=alt.condition(
                "region_only && datum.differs === 0", alt.value(0.2), alt.value(1)
            ),
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
