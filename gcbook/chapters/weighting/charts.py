"""Figures of what weightings do to decisions, from all images and draws.

Their tables come from `gcbook.miniworld.results.weighting`, the live one's data from
`gcbook.chapters.weighting.page`.
"""

from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Any, Literal

import altair as alt
import pandas as pd

from gcbook.chapters.weighting.page import ALPHABET, SCALE_STEPS, PageData
from gcbook.charts.columns import column, tooltips
from gcbook.charts.curves import curve_layers
from gcbook.charts.miniature_look import COLORS, DASHES, SHAPES
from gcbook.charts.parts import dropdown, literal, look, slider
from gcbook.charts.theme import BAND, CHANCE_LINE, DISCRIMINATIVE, INK
from gcbook.miniworld.results.weighting import PAPER, SETS, TITLES
from gcbook.paper.categories import CHANCE

_WIDTH, _STEP = 600, 3
_UNIT = alt.Scale(domain=[0, 1])
_SHORT = {"eps": ["SNR"], "snr:5": ["SNR", "up to 5"], "elbo": ["bound"]}
_PARTS = {"weight": BAND, "variance": INK}


def fig_sweep(sweep: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and shape bias of `sweep_table` against k, and under other weightings beside it."""
    last = sweep["k"].max()
    others = list(dict.fromkeys(sweep.loc[sweep["k"].isna(), "weighting"]))
    places = {name: last + _STEP * (i + 1) for i, name in enumerate(others)}
    at = sweep["k"].fillna(sweep["weighting"].map(places))
    panels = [
        _sweep_panel(sweep.assign(place=at), name, title, places)
        for name, title in (
            ("accuracy", "Accuracy, in-distribution"),
            ("shape_bias", "Shape bias, cue conflict"),
        )
    ]
    return _finish(
        alt.vconcat(*panels, spacing=12),
        "Two panels over k from 0 to 20, with a line and a band a model: the share of "
        "in-distribution images answered rightly, and the shape bias on cue conflicts. To "
        "the right, the same under other weightings as points with intervals. A dashed "
        "line marks the paper's k.",
        columns=3,
        labelLimit=240,
    )


def fig_shares(shares: pd.DataFrame) -> alt.TopLevelMixin:
    """What each tenth of t has of the weight and of the score's variance, a panel a model.

    Args:
        shares: from `share_table`; what the reader sees at first comes first.
    """
    weightings = {name: TITLES[name] for name in dict.fromkeys(shares["weighting"])}
    weighting = dropdown("shares_weighting", "Weighting ", weightings, next(iter(weightings)))
    parts = list(_PARTS)
    tooltip = tooltips(["part", "tenth", "share"], titles={"part": "Share of the"})
    legend = alt.Legend(title="Share of the")
    color = look("part", parts, color=_PARTS.values(), legend=legend)["color"]
    panels = [
        alt.Chart(rows.drop(columns="model"))
        .transform_filter("datum.weighting===shares_weighting")
        .mark_bar()
        .encode(
            x=alt.X("tenth:O", title="Tenth of t, from clean to noise").axis(labelAngle=0),
            xOffset=alt.XOffset("part:N", sort=parts),
            y=alt.Y("share:Q", title=column("share").title, scale=_UNIT).axis(
                format=".0%", tickCount=5
            ),
            color=color,
            tooltip=tooltip,
        )
        .properties(width=_WIDTH, height=150, title=str(model))
        for model, rows in shares.groupby("model", sort=False)
    ]
    return _finish(
        alt.vconcat(*panels, spacing=14).add_params(weighting),
        "Bars for each tenth of t, from clean to noise: its share of the weight, and its "
        "share of the variance of the weighted errors between classes. A menu chooses the "
        "weighting; there is a panel a model.",
        columns=2,
    )


def _finish(chart: alt.VConcatChart, description: str, **legend: Any) -> alt.TopLevelMixin:
    """A description for those who cannot see the panels, and one legend below them."""
    return (
        chart.properties(description=description)
        .configure_legend(orient="bottom", **legend)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def _sweep_panel(
    rows: pd.DataFrame, name: str, title: str, places: Mapping[str, float]
) -> alt.LayerChart | alt.FacetChart:
    models = list(dict.fromkeys(rows["model"]))
    # Points of several models under one weighting stand beside each other.
    beside = rows["model"].map(models.index) - (len(models) - 1) / 2
    shown = rows[["model", "title", "k"]].assign(
        place=rows["place"] + (0.5 * beside).where(rows["k"].isna(), 0),
        value=rows[name],
        low=rows[f"{name}_low"],
        high=rows[f"{name}_high"],
    )
    last = float(rows["k"].max())
    ticks = [*range(0, int(last) + 1, 5), *places.values()]
    names = {f"{place:g}": _SHORT[name] for name, place in places.items()}
    x = alt.X(
        "place:Q",
        scale=alt.Scale(domain=[0, last + _STEP * len(places) + 1.5], nice=False),
        title="k in exp(−kt); to the right: other weightings",
    ).axis(
        values=ticks,
        grid=False,
        labelOverlap=False,
        labelExpr=f"{literal(names)}[datum.value]||datum.label",
    )
    y = alt.Y("value:Q", title=column("share").title, scale=_UNIT).axis(format=".1f", tickCount=5)
    marks = look(
        "model",
        models,
        color=[COLORS[name] for name in models],
        shape=[SHAPES[name] for name in models],
        dash=[DASHES[name] for name in models],
        title=None,
    )
    tooltip = tooltips(
        ["model", "title", "value", "low", "high"],
        titles={"value": title},
        formats={"value": ".3f"},
    )
    color = marks["color"].legend(symbolOpacity=1, symbolSize=80)
    base = alt.Chart(shown).encode(x=x, color=color)
    rest = base.transform_filter("!isValid(datum.k)")
    paper = alt.Chart(pd.DataFrame({"place": [PAPER], "says": ["the paper's"]})).encode(x=x)
    layers = [
        paper.mark_rule(color=INK, strokeDash=[5, 4]),
        paper.mark_text(align="left", dx=4, fontSize=11).encode(y=alt.value(8), text="says:N"),
        *curve_layers(
            base.transform_filter("isValid(datum.k)"),
            y,
            dash=marks["strokeDash"],
            tooltip=tooltip,
            shape=marks["shape"],
            size=30,
            opacity=0.16,
        ),
        rest.mark_rule(strokeWidth=1.8).encode(y="low:Q", y2="high:Q"),
        rest.mark_point(filled=True, size=60, opacity=1).encode(
            y=y, shape=marks["shape"], tooltip=tooltip
        ),
    ]
    if name == "accuracy":
        line = alt.Chart(pd.DataFrame({"value": [CHANCE], "says": ["chance"]})).encode(y=y)
        words = line.mark_text(align="right", dy=-7, dx=-3, fontSize=11, color=CHANCE_LINE)
        layers = [
            line.mark_rule(color=CHANCE_LINE, strokeDash=[2, 2]),
            words.encode(x=alt.value("width"), text="says:N"),
            *layers,
        ]
    return alt.layer(*layers).properties(width=_WIDTH, height=170, title=title)


MEASURES = ("Accuracy", "Shape accuracy", "Texture accuracy", "Shape bias")
"""The first of in-distribution images, the others of cue conflicts."""

RULES = ("as set here", f"paper's: k = {PAPER}")
"""Whose decisions are counted: those under the reader's weights, or the paper's with all draws."""


def _decided(chart: alt.VConcatChart, draws: int, classes: int) -> alt.VConcatChart:
    """Let a chart of packed errors decide on every image of the model and norm that are chosen.

    It has the parameters of `_parameters`. Its rows become images with ``n`` (the packed numbers),
    ``m`` (weighted errors of the classes, up to a common term), ``answer`` (place of the class, −1
    where no draw counts) and ``paper``, the same under the paper's weights and with all draws.
    """
    digits = len(ALPHABET)
    numbers = _list(
        f"indexof(weigh_code,datum.p[{2 * i}])*{digits}+indexof(weigh_code,datum.p[{2 * i + 1}])"
        for i in range(2 * draws + draws * classes)
    )
    sums = _list(
        "+".join(f"datum.w[{i}]*datum.n[{2 * draws + i * classes + c}]" for i in range(draws))
        for c in range(classes)
    )
    least = "indexof(datum.m,extent(datum.m)[0])"

    def weights(k: object) -> list[str]:
        # The scale of a draw's errors is part of what they are multiplied with.
        return [
            f"exp(-{k}*{_time(i)})*pow(2,-datum.n[{draws + i}]/{SCALE_STEPS})" for i in range(draws)
        ]

    own = (f"{_counted(f'{i}', f'datum.n[{i}]')}?{w}:0" for i, w in enumerate(weights("weigh_k")))
    return (
        chart.transform_flatten(["p", "shape", "texture", "silhouette", "sample"])
        .transform_calculate(n=numbers)
        .transform_calculate(w=_list(weights(PAPER)))
        .transform_calculate(m=sums)
        .transform_calculate(paper=least)
        .transform_filter("datum.model===weigh_model&&datum.norm===weigh_norm")
        .transform_calculate(w=_list(own))
        .transform_calculate(m=sums)
        .transform_calculate(answer=f"extent(datum.w)[1]>0?{least}:-1")
    )


def _time(draw: int) -> str:
    """The t of an image's draw."""
    return f"datum.n[{draw}]/1000"


def _counted(number: str, thousandths: str) -> str:
    """Whether a draw counts: it is one of the first, and its t lies in the range.

    The lower end does not belong to the range.
    """
    # Multiples of 0.05 are not exact, so ends are compared as whole thousandths.
    return (
        f"({number}<weigh_draws&&{thousandths}>round(1000*weigh_from)"
        f"&&{thousandths}<=round(1000*weigh_to))"
    )


def _shares(confidence: float) -> alt.Chart:
    """Shares of answers with intervals, for a child of a chart that is `_decided`.

    Rows are ``rule`` (of `RULES`), ``measure`` (of `MEASURES`), ``share, low, high``, ``images``
    (on which something was decided) and ``all_b``, over how many answers the share is. Where there
    are none there is no row.
    """
    z2 = f"{NormalDist().inv_cdf((1 + confidence) / 2) ** 2:.5f}"
    parts = [_counts("answer"), _counts("paper")]
    count, possible, asked = (first + second for first, second in zip(*parts, strict=True))
    whole: list[str | alt.FieldName] = ["rule", "measure"]
    return (
        alt.Chart()
        .transform_calculate(
            a=_list(count),
            b=_list(possible),
            asked=_list(asked),
            measure=literal([*MEASURES, *MEASURES]),
            rule=literal([rule for rule in RULES for _ in MEASURES]),
        )
        .transform_flatten(["a", "b", "asked", "measure", "rule"])
        .transform_filter("datum.asked")
        .transform_aggregate(
            a="sum(a)", b="sum(b)", images="count()", groupby=[*whole, "shape", "silhouette"]
        )
        .transform_joinaggregate(all_a="sum(a)", all_b="sum(b)", groupby=whole)
        .transform_filter("datum.all_b>0")
        .transform_calculate(rest="datum.a-datum.b*datum.all_a/datum.all_b")
        .transform_joinaggregate(middle="mean(rest)", clusters="count()", groupby=[*whole, "shape"])
        .transform_calculate(
            # A category with one silhouette tells nothing of its spread; then it is taken about 0.
            square="datum.clusters>1"
            "?pow(datum.rest-datum.middle,2)*datum.clusters/(datum.clusters-1):pow(datum.rest,2)"
        )
        .transform_aggregate(
            squares="sum(square)",
            all_a="max(all_a)",
            all_b="max(all_b)",
            images="sum(images)",
            groupby=whole,
        )
        .transform_calculate(share="datum.all_a/datum.all_b")
        .transform_calculate(
            worth="datum.squares>1e-9"
            "?datum.share*(1-datum.share)*pow(datum.all_b,2)/datum.squares:datum.all_b"
        )
        .transform_calculate(low=_wilson(z2, "-"), high=_wilson(z2, "+"))
    )


def _counts(answer: str) -> tuple[list[str], list[str], list[str]]:
    """What an image counts for, what it could count for, and whether it was decided on."""
    plain, conflict = (f"datum.set==={literal(name)}&&datum.{answer}>=0" for name in SETS)
    shape, texture = (f"datum.{answer}===datum.{cue}" for cue in ("shape", "texture"))
    named = f"({shape}||{texture})"
    asked = [plain, conflict, conflict, conflict]
    count, possible = [shape, shape, texture, shape], ["1", "1", "1", named]
    return (
        [f"{where}&&{what}?1:0" for where, what in zip(asked, count, strict=True)],
        [f"{where}&&{what}?1:0" for where, what in zip(asked, possible, strict=True)],
        asked,
    )


def _wilson(z2: str, sign: str) -> str:
    p, n = "datum.share", "datum.worth"
    reach = f"sqrt({z2}*({p}*(1-{p})/{n}+{z2}/4/{n}/{n}))"
    return f"({p}+{z2}/2/{n}{sign}{reach})/(1+{z2}/{n})"


def _list(parts: Iterable[str]) -> str:
    return "[" + ",".join(parts) + "]"


_ROW = 40
_WHERE = alt.Scale(domain=[0, 1], nice=False, zero=False)
_COLUMNS = {"Image": 0.0, "Shape": 0.14, "Texture": 0.345, "Answer": 0.545}
"""Where the columns of the samples begin, as parts of the width."""
_BAR, _REACH = 0.87, 0.12
_FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]


def fig_live(data: PageData, decay: float = PAPER, confidence: float = 0.95) -> alt.TopLevelMixin:
    """Accuracy, shape bias and decisions under weights that the reader sets.

    Args:
        data: from `page_data`.
        decay: k at the start.
        confidence: of the intervals.
    """
    panels = [_weights(data.n_draws), _measures(confidence), _samples(len(data.pictures))]
    chart = alt.VConcatChart(data=data.packed, vconcat=panels, spacing=16)
    decided = _decided(chart, data.n_draws, len(data.labels))
    return _finish(
        decided.resolve_scale(color="independent", shape="independent").add_params(
            *_parameters(data, decay)
        ),
        "Three panels that follow the sliders. First the weight over t, with a dot for "
        "each draw of one image, filled where it counts. Second accuracy, and on cue "
        "conflicts shape accuracy, texture accuracy and shape bias, each a point with an "
        "interval beside the same under the paper's weights. Third a few cue conflicts: "
        "what they show, what is answered, and a bar to the right where the shape's class "
        "restores the image better than the texture's, to the left where it does worse.",
        columns=2,
        labelLimit=260,
    )


def _parameters(data: PageData, decay: float) -> list[alt.Parameter]:
    """What the reader sets, in the order of the controls, and what the expressions refer to."""
    models = {model: model for model in data.packed["model"]}
    errors = {norm: {"l2": "squared", "l1": "absolute"}[norm] for norm in data.packed["norm"]}
    draws = data.n_draws
    return [
        slider("weigh_k", "k in exp(−kt) ", decay, 0, 20, 0.5),
        slider("weigh_from", "t from ", 0, 0, 0.95, 0.05),
        slider("weigh_to", "t to ", 1, 0.05, 1, 0.05),
        slider("weigh_draws", "Draws ", draws, 1, draws),
        *(
            # One option is no choice.
            dropdown(name, label, options, next(iter(options)))
            if len(options) > 1
            else alt.param(name=name, value=next(iter(options)))
            for name, label, options in (
                ("weigh_model", "Model ", models),
                ("weigh_norm", "Error ", errors),
            )
        ),
        alt.param(name="weigh_code", value=ALPHABET),
        alt.param(name="weigh_labels", value=list(data.labels)),
        alt.param(name="weigh_pictures", value=list(data.pictures)),
    ]


def _weights(draws: int) -> alt.LayerChart | alt.FacetChart:
    """The weight over t, the range that counts, and the draws of one image."""
    x = alt.X("t:Q", title="t, from clean to noise", scale=_UNIT)
    x = x.axis(values=_FIFTHS, format=".1f")
    y = alt.Y("weight:Q", title=column("weight").title, scale=_UNIT).axis(tickCount=3)
    line = alt.Chart(alt.sequence(0, 1.0001, 0.01, as_="t")).encode(x=x, y=y)
    own = line.transform_calculate(weight="exp(-weigh_k*datum.t)")
    dots = (
        alt.Chart()
        .transform_filter("datum.sample===0")
        .transform_calculate(
            number=_list(str(i + 1) for i in range(draws)), t=_list(map(_time, range(draws)))
        )
        .transform_flatten(["number", "t"])
        .transform_calculate(
            weight="exp(-weigh_k*datum.t)",
            counts=_counted("(datum.number-1)", "round(1000*datum.t)") + "?'yes':'no'",
        )
    )
    tooltip = tooltips(
        ["number", "t", "weight", "counts"], titles={"number": "Draw", "counts": "Counts"}
    )
    fill = alt.condition("datum.counts==='yes'", alt.value(INK), alt.value("transparent"))
    within = "datum.t>weigh_from-0.001&&datum.t<weigh_to+0.001"
    return alt.layer(
        own.transform_filter(within).mark_area(color=CHANCE_LINE, opacity=0.25),
        line.transform_calculate(weight=f"exp(-{PAPER}*datum.t)").mark_line(
            color=CHANCE_LINE, strokeWidth=1.4, strokeDash=[5, 4], aria=False
        ),
        own.mark_line(color=INK, strokeWidth=2.2, aria=False),
        dots.mark_point(size=46, strokeWidth=1.5, opacity=1, stroke=INK, aria=False).encode(
            x=x, y=y, fill=fill, tooltip=tooltip
        ),
    ).properties(
        width=_WIDTH,
        height=96,
        title=alt.TitleParams(alt.ExprRef("'Weight exp(−'+weigh_k+'t); dashed: the paper\\'s'")),
    )


def _measures(confidence: float) -> alt.LayerChart | alt.FacetChart:
    """Shares of answers with intervals, as set and under the paper's weights.

    Names stand above their lines: beside them they would take half of a phone's width.
    """
    base = _shares(confidence).transform_calculate(
        place=f"indexof({literal(MEASURES)},datum.measure)",
        first=f"datum.rule==={literal(RULES[0])}",
    )
    marks = base.transform_calculate(
        row="datum.place+(datum.first?0.55:0.8)",
        words="datum.measure+', '+datum.rule+': '+format(datum.share,'.2f')+', interval '"
        "+format(datum.low,'.2f')+' to '+format(datum.high,'.2f')+', of '+datum.all_b",
    )
    names = base.transform_filter("datum.first").transform_calculate(
        row="datum.place+0.22",
        says="format(datum.share,'.2f')+' of '+datum.all_b"
        "+(datum.measure==='Shape bias'?' that name either':'')",
    )
    rows = alt.Scale(domain=[0, len(MEASURES)], reverse=True, nice=False)
    y = alt.Y("row:Q", axis=None, scale=rows)
    x = alt.X("low:Q", title="Share of answers", scale=_UNIT).axis(values=_FIFTHS, format=".1f")
    tooltip = tooltips(
        ["measure", "rule", "share", "low", "high", "images", "all_b"],
        titles={"rule": "Weights", "images": "Images decided on", "all_b": "Answers that count"},
        formats={"share": ".3f"},
    )
    shown = look(
        "rule", RULES, color=[INK, DISCRIMINATIVE], shape=["circle", "diamond"], title=None
    )
    return alt.layer(
        marks.mark_rule(strokeWidth=1.8, aria=False).encode(
            x=x, x2="high:Q", y=y, color=shown["color"]
        ),
        marks.mark_point(filled=True, size=66, opacity=1).encode(
            x="share:Q", y=y, tooltip=tooltip, description="words:N", **shown
        ),
        names.mark_text(align="left", fontSize=12, dx=4, aria=False).encode(
            x=alt.value(0), y=y, text="measure:N"
        ),
        names.mark_text(align="right", fontSize=12, dx=-4, fontWeight="bold", aria=False).encode(
            x=alt.value("width"), y=y, text="says:N"
        ),
    ).properties(width=_WIDTH, height=_ROW * len(MEASURES))


def _samples(number: int) -> alt.LayerChart | alt.FacetChart:
    """Some conflicts: picture, cues, answer, and how far it is from one cue to the other."""
    y = alt.Y("sample:O", axis=None, scale=alt.Scale(domain=list(range(number))))
    base = (
        alt.Chart()
        .transform_filter("datum.sample>=0")
        .transform_calculate(
            url="weigh_pictures[datum.sample]",
            shape_name="weigh_labels[datum.shape]",
            texture_name="weigh_labels[datum.texture]",
            answer_name="datum.answer<0?'no draw':weigh_labels[datum.answer]",
            cue="datum.answer<0?'none':datum.answer===datum.shape?'shape'"
            ":datum.answer===datum.texture?'texture':'neither'",
            lead="datum.answer<0?0:(datum.m[datum.texture]-datum.m[datum.shape])"
            "/(extent(datum.m)[1]-extent(datum.m)[0])",
        )
        .transform_calculate(
            start=str(_BAR),
            end=f"{_BAR}+{_REACH}*datum.lead",
            better="datum.lead>0?'shape':'texture'",
            says="datum.cue==='none'?'':datum.cue==='neither'?'neither':'the '+datum.cue",
        )
        .transform_calculate(
            words="'Shape '+datum.shape_name+', texture '+datum.texture_name+', answer '"
            "+datum.answer_name+(datum.says?', '+datum.says:'')"
        )
    )
    colors = [INK, DISCRIMINATIVE, CHANCE_LINE, CHANCE_LINE]
    cue = look("cue", ["shape", "texture", "neither", "none"], color=colors, legend=None)
    bar = look("better", ["shape", "texture"], color=colors[:2], legend=None)
    tooltip = tooltips(
        ["shape_name", "texture_name", "answer_name", "cue", "lead"],
        titles={
            "shape_name": "Shape",
            "texture_name": "Texture",
            "answer_name": "Answer",
            "cue": "Names the",
            "lead": "Texture's error minus shape's, of the range",
        },
        formats={"lead": ".2f"},
    )

    def words(field: str, column: str, size: int = 12, dy: int = 0) -> alt.Chart:
        return base.mark_text(align="left", fontSize=size, dy=dy, aria=False).encode(
            x=_at(_COLUMNS[column]), y=y, text=field, tooltip=tooltip
        )

    return (
        alt.layer(
            base.mark_image(width=32, height=32, align="left", smooth=False).encode(
                x=_at(0), y=y, url="url:N", tooltip=tooltip, description="words:N"
            ),
            words("shape_name:N", "Shape"),
            words("texture_name:N", "Texture"),
            words("answer_name:N", "Answer", 13, -6).encode(**cue),
            words("says:N", "Answer", 11, 9),
            base.mark_rule(strokeWidth=9, aria=False).encode(
                x=alt.X("start:Q", scale=_WHERE, axis=None), x2="end:Q", y=y, **bar
            ),
            base.mark_tick(thickness=1.2, size=26, color=INK, orient="vertical", aria=False).encode(
                x=_at(_BAR), y=y
            ),
            *(_head(name, place, "left") for name, place in _COLUMNS.items()),
            _head("texture", _BAR - 0.015, "right"),
            _head("shape", _BAR + 0.015, "left"),
        )
        .resolve_scale(color="independent")
        .properties(
            width=_WIDTH,
            height=_ROW * number,
            view=alt.ViewBackground(stroke=None),
        )
    )


def _head(name: str, place: float, align: Literal["left", "right"]) -> alt.Chart:
    """A column's heading."""
    return (
        alt.Chart(pd.DataFrame({"name": [name]}))
        .mark_text(align=align, fontSize=11, fontStyle="italic", aria=False)
        .encode(x=_at(place), y=alt.value(-8), text="name:N")
    )


def _at(place: float) -> alt.X:
    return alt.X(datum=place, scale=_WHERE, axis=None, type="quantitative")
