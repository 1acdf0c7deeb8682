"""Figures of what weightings do to decisions, from all images and draws."""

from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Literal

import altair as alt
import pandas as pd

from gcbook.chapters.weighting.page import ALPHABET, SCALE_STEPS, PageData
from gcbook.charts.columns import column, tooltips
from gcbook.charts.miniature_look import COLORS, DASHES, SHAPES
from gcbook.charts.parts import dropdown, literal, look, slider, start_with
from gcbook.charts.theme import BAND, CHANCE_LINE, DISCRIMINATIVE, INK
from gcbook.miniworld.results.weighting import PAPER, SETS

__all__ = [
    "fig_shares",
    "fig_sweep",
    "MEASURES",
    "RULES",
    "counted",
    "decided",
    "shares",
    "time",
    "fig_live",
]

_WIDTH, _STEP = 600, 3
_SHORT = {"eps": ["SNR"], "snr:5": ["SNR", "up to 5"], "elbo": ["bound"]}
_PARTS = {"weight": BAND, "variance": INK}


def fig_sweep(sweep: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and shape bias against k, and under other weightings to the right.

    Args:
        sweep: from `gcbook.miniworld.results.weighting.sweep_table`.
    """
    last = sweep["k"].max()
    others = list(dict.fromkeys(sweep.loc[sweep["k"].isna(), "weighting"]))
    places = {name: last + _STEP * (i + 1) for i, name in enumerate(others)}
    at = sweep["k"].fillna(sweep["weighting"].map(places))
    panels = [
        _sweep_panel(sweep.assign(place=at), name, title, places, chance)
        for name, title, chance in (
            ("accuracy", "Accuracy, in-distribution", 1 / 16),
            ("shape_bias", "Shape bias, cue conflict", None),
        )
    ]
    return (
        alt.vconcat(*panels, spacing=12)
        .properties(
            description=(
                "Two panels over k from 0 to 20, with a line and a band a model: the share of "
                "in-distribution images answered rightly, and the shape bias on cue conflicts. To "
                "the right, the same under other weightings as points with intervals. A dashed "
                "line marks the paper's k."
            )
        )
        .configure_legend(orient="bottom", columns=3, labelLimit=240)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def fig_shares(
    shares: pd.DataFrame, titles: Mapping[str, str], start: str = f"exp:{PAPER}"
) -> alt.TopLevelMixin:
    """What each tenth of t has of the weight and of the score's variance, a panel a model.

    Args:
        shares: from `gcbook.miniworld.results.weighting.share_table`.
        titles: what the reader is shown for a weighting's name.
        start: the weighting at first.
    """
    names = list(dict.fromkeys(shares["weighting"]))
    weightings = {name: titles.get(name, name) for name in names}
    weighting = dropdown("shares_weighting", "Weighting ", weightings, start_with(start, names))
    parts = list(_PARTS)
    tooltip = tooltips(["part", "tenth", "share"], titles={"part": "Share of the"})
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=parts, range=list(_PARTS.values())),
        legend=alt.Legend(title="Share of the"),
    )
    panels = [
        alt.Chart(shares[shares["model"] == model].drop(columns="model"))
        .transform_filter("datum.weighting===shares_weighting")
        .mark_bar()
        .encode(
            x=alt.X("tenth:O", title="Tenth of t, from clean to noise").axis(labelAngle=0),
            xOffset=alt.XOffset("part:N", sort=parts),
            y=alt.Y("share:Q", title=column("share").title, scale=alt.Scale(domain=[0, 1])).axis(
                format=".0%", tickCount=5
            ),
            color=color,
            tooltip=tooltip,
        )
        .properties(width=_WIDTH, height=150, title=str(model))
        for model in dict.fromkeys(shares["model"])
    ]
    return (
        alt.vconcat(*panels, spacing=14)
        .add_params(weighting)
        .properties(
            description=(
                "Bars for each tenth of t, from clean to noise: its share of the weight, and its "
                "share of the variance of the weighted errors between classes. A menu chooses the "
                "weighting; there is a panel a model."
            )
        )
        .configure_legend(orient="bottom", columns=2)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def _sweep_panel(
    rows: pd.DataFrame, name: str, title: str, places: Mapping[str, float], chance: float | None
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
    x = alt.X(
        "place:Q",
        scale=alt.Scale(domain=[0, last + _STEP * len(places) + 1.5], nice=False),
        title="k in exp(−kt); to the right: other weightings" if places else "k in exp(−kt)",
    ).axis(values=ticks, grid=False, labelOverlap=False, labelExpr=_names(places))
    y = alt.Y("value:Q", title=column("share").title, scale=alt.Scale(domain=[0, 1])).axis(
        format=".1f", tickCount=5
    )
    low = alt.Y("low:Q", title=column("share").title, scale=alt.Scale(domain=[0, 1]))
    marks = look(
        "model",
        models,
        color=[COLORS[name] for name in models],
        shape=[SHAPES[name] for name in models],
        dash=[DASHES[name] for name in models],
        title=None,
    )
    color = marks["color"].legend(symbolOpacity=1, symbolSize=80)
    shape, dash = marks["shape"], marks["strokeDash"]
    tooltip = tooltips(
        ["model", "title", "value", "low", "high"],
        titles={"value": title},
        formats={"value": ".3f"},
    )
    data = alt.Chart(shown)
    curve = data.transform_filter("isValid(datum.k)")
    rest = data.transform_filter("!isValid(datum.k)")
    paper = alt.Chart(pd.DataFrame({"place": [PAPER], "says": ["the paper's"]}))
    layers: list[alt.Chart] = []
    if chance is not None:
        line = alt.Chart(pd.DataFrame({"value": [chance], "says": ["chance"]}))
        layers += [
            line.mark_rule(color=CHANCE_LINE, strokeDash=[2, 2]).encode(y=y),
            line.mark_text(align="right", dy=-7, dx=-3, fontSize=11, color=CHANCE_LINE).encode(
                x=alt.value("width"), y=y, text="says:N"
            ),
        ]
    layers += [
        paper.mark_rule(color=INK, strokeDash=[5, 4]).encode(x=x),
        paper.mark_text(align="left", dx=4, fontSize=11).encode(x=x, y=alt.value(8), text="says:N"),
        curve.mark_area(opacity=0.16).encode(x=x, y=low.stack(None), y2="high:Q", color=color),
        curve.mark_line(strokeWidth=2).encode(x=x, y=y, color=color, strokeDash=dash),
        curve.mark_point(filled=True, size=30, opacity=1).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tooltip
        ),
        rest.mark_rule(strokeWidth=1.8).encode(x=x, y=low, y2="high:Q", color=color),
        rest.mark_point(filled=True, size=60, opacity=1).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tooltip
        ),
    ]
    return alt.layer(*layers).properties(width=_WIDTH, height=170, title=title)


def _names(places: Mapping[str, float]) -> str:
    """What stands at a tick: k, or the name of another weighting."""
    label = "datum.label"
    for name, place in places.items():
        words = str(_SHORT.get(name, [name]))
        label = f"datum.value==={place:g}?{words}:{label}"
    return label


MEASURES = ("Accuracy", "Shape accuracy", "Texture accuracy", "Shape bias")
"""The first of in-distribution images, the others of cue conflicts."""

RULES = ("as set here", f"paper's: k = {PAPER}")
"""Whose decisions are counted: those under the reader's weights, or the paper's with all draws."""


def decided(chart: alt.VConcatChart, draws: int, classes: int) -> alt.VConcatChart:
    """Let a chart of packed errors decide on every image of the model and norm that are chosen.

    Args:
        chart: its data are `gcbook.chapters.weighting.page.PageData.packed`; it has the parameters
            ``weigh_k, weigh_from, weigh_to, weigh_draws, weigh_model, weigh_norm`` and
            ``weigh_code``, the alphabet.
        draws: of an image.
        classes: number of classes.

    Returns:
        The chart, whose rows are images with ``n`` (the packed numbers), ``m`` (weighted errors of
        the classes, up to a common term), ``answer`` (place of the class, −1 where no draw counts)
        and ``paper``, the same under the paper's weights and with all draws.
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

    def weights(k: object, counts: str) -> str:
        # The scale of a draw's errors is part of what they are multiplied with.
        each = (
            f"exp(-{k}*{time(i)})*pow(2,-datum.n[{draws + i}]/{SCALE_STEPS})" for i in range(draws)
        )
        return _list(f"{counts.format(i=i)}?{w}:0" if counts else w for i, w in enumerate(each))

    return (
        chart.transform_flatten(["p", "shape", "texture", "silhouette", "sample"])
        .transform_calculate(n=numbers)
        .transform_calculate(w=weights(PAPER, ""))
        .transform_calculate(m=sums)
        .transform_calculate(paper=least)
        .transform_filter("datum.model===weigh_model&&datum.norm===weigh_norm")
        .transform_calculate(w=weights("weigh_k", counted("{i}", "datum.n[{i}]")))
        .transform_calculate(m=sums)
        .transform_calculate(answer=f"extent(datum.w)[1]>0?{least}:-1")
    )


def time(draw: int) -> str:
    """The t of an image's draw."""
    return f"datum.n[{draw}]/1000"


def counted(number: str, thousandths: str) -> str:
    """Whether a draw counts: it is one of the first, and its t lies in the range.

    Args:
        number: of the draw, from 0.
        thousandths: its t times 1,000. The lower end does not belong to the range.
    """
    # Multiples of 0.05 are not exact, so ends are compared as whole thousandths.
    return (
        f"({number}<weigh_draws&&{thousandths}>round(1000*weigh_from)"
        f"&&{thousandths}<=round(1000*weigh_to))"
    )


def shares(confidence: float) -> alt.Chart:
    """A chart of the shares of answers with intervals, for a child of a chart that is `decided`.

    Args:
        confidence: of the intervals.

    Returns:
        A chart whose rows are ``rule`` (of `RULES`), ``measure`` (of `MEASURES`), ``share, low,
        high``, ``images`` (on which something was decided) and ``all_b``, over how many answers
        the share is. Where there are none there is no row.
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
        .transform_calculate(
            low=_wilson(z2, "-"),
            high=_wilson(z2, "+"),
        )
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


_SHAPE, _TEXTURE = INK, DISCRIMINATIVE
_LIVE_WIDTH, _ROW, _SAMPLE_ROW = 600, 40, 40
_COLUMNS = {"Image": 0.0, "Shape": 0.14, "Texture": 0.345, "Answer": 0.545}
"""Where the columns of the samples begin, as parts of the width."""
_BAR, _REACH = 0.87, 0.12
_FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]


def fig_live(data: PageData, decay: float = PAPER, confidence: float = 0.95) -> alt.TopLevelMixin:
    """Accuracy, shape bias and decisions under weights that the reader sets.

    Args:
        data: from `gcbook.chapters.weighting.page.page_data`.
        decay: k at the start.
        confidence: of the intervals.
    """
    panels = [_weights(data.n_draws), _measures(confidence), _samples(len(data.pictures))]
    chart = alt.VConcatChart(data=data.packed, vconcat=panels, spacing=16)
    return (
        decided(chart, data.n_draws, len(data.labels))
        .resolve_scale(color="independent", shape="independent")
        .add_params(*_parameters(data, decay))
        .properties(
            description=(
                "Three panels that follow the sliders. First the weight over t, with a dot for "
                "each draw of one image, filled where it counts. Second accuracy, and on cue "
                "conflicts shape accuracy, texture accuracy and shape bias, each a point with an "
                "interval beside the same under the paper's weights. Third a few cue conflicts: "
                "what they show, what is answered, and a bar to the right where the shape's class "
                "restores the image better than the texture's, to the left where it does worse."
            )
        )
        .configure_legend(orient="bottom", columns=2, labelLimit=260)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def _parameters(data: PageData, decay: float) -> list[alt.Parameter]:
    """What the reader sets, in the order of the controls, and what the expressions refer to."""
    models, norms = (list(dict.fromkeys(data.packed[name])) for name in ("model", "norm"))
    draws = data.n_draws
    errors = {norm: {"l2": "squared", "l1": "absolute"}[norm] for norm in norms}
    hidden = {
        "weigh_code": ALPHABET,
        "weigh_labels": list(data.labels),
        "weigh_pictures": list(data.pictures),
    }
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
                ("weigh_model", "Model ", {model: model for model in models}),
                ("weigh_norm", "Error ", errors),
            )
        ),
        *(alt.param(name=name, value=value) for name, value in hidden.items()),
    ]


def _weights(draws: int) -> alt.LayerChart | alt.FacetChart:
    """The weight over t, the range that counts, and the draws of one image."""
    x = alt.X("t:Q", title="t, from clean to noise", scale=alt.Scale(domain=[0, 1]))
    x = x.axis(values=_FIFTHS, format=".1f")
    y = alt.Y("weight:Q", title=column("weight").title, scale=alt.Scale(domain=[0, 1])).axis(
        tickCount=3
    )
    line = alt.Chart(alt.sequence(0, 1.0001, 0.01, as_="t"))
    own = line.transform_calculate(weight="exp(-weigh_k*datum.t)")
    dots = (
        alt.Chart()
        .transform_filter("datum.sample===0")
        .transform_calculate(
            number="[" + ",".join(str(i + 1) for i in range(draws)) + "]",
            t="[" + ",".join(time(i) for i in range(draws)) + "]",
        )
        .transform_flatten(["number", "t"])
        .transform_calculate(
            weight="exp(-weigh_k*datum.t)",
            counts=counted("(datum.number-1)", "round(1000*datum.t)") + "?'yes':'no'",
        )
    )
    tooltip = tooltips(
        ["number", "t", "weight", "counts"], titles={"number": "Draw", "counts": "Counts"}
    )
    fill = alt.condition("datum.counts==='yes'", alt.value(INK), alt.value("transparent"))
    within = "datum.t>weigh_from-0.001&&datum.t<weigh_to+0.001"
    return alt.layer(
        own.transform_filter(within)
        .mark_area(color=CHANCE_LINE, opacity=0.25)
        .encode(x=x, y=y.stack(None)),
        line.transform_calculate(weight=f"exp(-{PAPER}*datum.t)")
        .mark_line(color=CHANCE_LINE, strokeWidth=1.4, strokeDash=[5, 4], aria=False)
        .encode(x=x, y=y),
        own.mark_line(color=INK, strokeWidth=2.2, aria=False).encode(x=x, y=y),
        dots.mark_point(size=46, strokeWidth=1.5, opacity=1, stroke=INK, aria=False).encode(
            x=x, y=y, fill=fill, tooltip=tooltip
        ),
    ).properties(
        width=_LIVE_WIDTH,
        height=96,
        title=alt.TitleParams(alt.ExprRef("'Weight exp(−'+weigh_k+'t); dashed: the paper\\'s'")),
    )


def _measures(confidence: float) -> alt.LayerChart | alt.FacetChart:
    """Shares of answers with intervals, as set and under the paper's weights.

    Names stand above their lines: beside them they would take half of a phone's width.
    """
    rules, measures = list(RULES), list(MEASURES)
    base = shares(confidence).transform_calculate(
        place=f"indexof({literal(measures)},datum.measure)",
        first=f"datum.rule==={literal(rules[0])}",
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
    y = alt.Y(
        "row:Q", axis=None, scale=alt.Scale(domain=[0, len(measures)], reverse=True, nice=False)
    )
    x = alt.X("low:Q", title="Share of answers", scale=alt.Scale(domain=[0, 1]))
    x = x.axis(values=_FIFTHS, format=".1f")
    tooltip = tooltips(
        ["measure", "rule", "share", "low", "high", "images", "all_b"],
        titles={"rule": "Weights", "images": "Images decided on", "all_b": "Answers that count"},
        formats={"share": ".3f"},
    )
    color = alt.Color(
        "rule:N", scale=alt.Scale(domain=rules, range=[INK, DISCRIMINATIVE]), title=None
    )
    shape = alt.Shape(
        "rule:N", scale=alt.Scale(domain=rules, range=["circle", "diamond"]), title=None
    )
    return alt.layer(
        marks.mark_rule(strokeWidth=1.8, aria=False).encode(x=x, x2="high:Q", y=y, color=color),
        marks.mark_point(filled=True, size=66, opacity=1).encode(
            x="share:Q", y=y, color=color, shape=shape, tooltip=tooltip, description="words:N"
        ),
        names.mark_text(align="left", fontSize=12, dx=4, aria=False).encode(
            x=alt.value(0), y=y, text="measure:N"
        ),
        names.mark_text(align="right", fontSize=12, dx=-4, fontWeight="bold", aria=False).encode(
            x=alt.value("width"), y=y, text="says:N"
        ),
    ).properties(width=_LIVE_WIDTH, height=_ROW * len(measures))


def _samples(number: int) -> alt.LayerChart | alt.FacetChart:
    """Some conflicts: picture, cues, answer, and how far it is from one cue to the other."""
    where = alt.Scale(domain=[0, 1], nice=False, zero=False)
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
    color = alt.Color(
        "cue:N",
        scale=alt.Scale(
            domain=["shape", "texture", "neither", "none"],
            range=[_SHAPE, _TEXTURE, CHANCE_LINE, CHANCE_LINE],
        ),
        legend=None,
    )
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
            x=_at(_COLUMNS[column], where), y=y, text=field, tooltip=tooltip
        )

    bar = alt.Color(
        "better:N", scale=alt.Scale(domain=["shape", "texture"], range=[_SHAPE, _TEXTURE])
    ).legend(None)
    return (
        alt.layer(
            base.mark_image(width=32, height=32, align="left", smooth=False).encode(
                x=_at(0, where), y=y, url="url:N", tooltip=tooltip, description="words:N"
            ),
            words("shape_name:N", "Shape"),
            words("texture_name:N", "Texture"),
            words("answer_name:N", "Answer", 13, -6).encode(color=color),
            words("says:N", "Answer", 11, 9),
            base.mark_rule(strokeWidth=9, aria=False).encode(
                x=alt.X("start:Q", scale=where, axis=None), x2="end:Q", y=y, color=bar
            ),
            base.mark_tick(thickness=1.2, size=26, color=INK, orient="vertical", aria=False).encode(
                x=_at(_BAR, where), y=y
            ),
            *(_head(name, place, "left", where) for name, place in _COLUMNS.items()),
            _head("texture", _BAR - 0.015, "right", where),
            _head("shape", _BAR + 0.015, "left", where),
        )
        .resolve_scale(color="independent")
        .properties(
            width=_LIVE_WIDTH,
            height=_SAMPLE_ROW * max(number, 1),
            view=alt.ViewBackground(stroke=None),
        )
    )


def _head(name: str, place: float, align: Literal["left", "right"], scale: alt.Scale) -> alt.Chart:
    """A column's heading."""
    return (
        alt.Chart(pd.DataFrame({"name": [name]}))
        .mark_text(align=align, fontSize=11, fontStyle="italic", aria=False)
        .encode(x=_at(place, scale), y=alt.value(-8), text="name:N")
    )


def _at(place: float, scale: alt.Scale) -> alt.X:
    return alt.X(datum=place, scale=scale, axis=None, type="quantitative")
