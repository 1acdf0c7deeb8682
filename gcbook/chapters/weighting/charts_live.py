"""The figure in which a reader sets the weights: all is computed on the page, from raw errors."""

from typing import Literal

import altair as alt
import pandas as pd

from gcbook.chapters.weighting.charts_code import MEASURES, RULES, counted, decided, shares, time
from gcbook.chapters.weighting.page import ALPHABET, PageData
from gcbook.charts.parts import literal, nothing
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.miniworld.results.weighting import PAPER

__all__ = ["NO_MODEL", "fig_live"]

NO_MODEL = "This version brings no diffusion miniature with scores, so there is nothing to weigh."
"""What is shown in a figure's place where there is no model."""

_SHAPE, _TEXTURE = "#0077bb", "#b86e00"
_WIDTH, _ROW, _SAMPLE_ROW = 600, 40, 40
_COLUMNS = {"Image": 0.0, "Shape": 0.12, "Texture": 0.33, "Answer": 0.54}
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
    if not data.n_draws:
        return nothing(NO_MODEL)
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
    names = {"l2": "squared", "l1": "absolute"}
    sliders = {
        "weigh_k": (decay, 0, 20, 0.5, "k in exp(−kt) "),
        "weigh_from": (0, 0, 0.95, 0.05, "t from "),
        "weigh_to": (1, 0.05, 1, 0.05, "t to "),
        "weigh_draws": (data.n_draws, 1, data.n_draws, 1, "Draws "),
    }
    lists = {"weigh_model": (models, models, "Model ")}
    lists["weigh_norm"] = (norms, [names[norm] for norm in norms], "Error ")
    hidden = {
        "weigh_code": ALPHABET,
        "weigh_labels": list(data.labels),
        "weigh_pictures": list(data.pictures),
    }
    return [
        *(
            alt.param(
                name=name,
                value=value,
                bind=alt.binding_range(min=low, max=high, step=step, name=label),
            )
            for name, (value, low, high, step, label) in sliders.items()
        ),
        *(
            # One option is no choice.
            alt.param(
                name=name,
                value=options[0],
                bind=alt.binding_select(options=options, labels=labels, name=label),
            )
            if len(options) > 1
            else alt.param(name=name, value=options[0])
            for name, (options, labels, label) in lists.items()
        ),
        *(alt.param(name=name, value=value) for name, value in hidden.items()),
    ]


def _weights(draws: int) -> alt.LayerChart | alt.FacetChart:
    """The weight over t, the range that counts, and the draws of one image."""
    x = alt.X("t:Q", title="t, from clean to noise", scale=alt.Scale(domain=[0, 1]))
    x = x.axis(values=_FIFTHS, format=".1f")
    y = alt.Y("weight:Q", title="Weight", scale=alt.Scale(domain=[0, 1])).axis(tickCount=3)
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
    tooltip = [
        alt.Tooltip("number:Q", title="Draw"),
        alt.Tooltip("t:Q", title="t", format=".3f"),
        alt.Tooltip("weight:Q", title="Weight", format=".3g"),
        alt.Tooltip("counts:N", title="Counts"),
    ]
    fill = alt.condition("datum.counts==='yes'", alt.value(_SHAPE), alt.value("transparent"))
    within = "datum.t>weigh_from-0.001&&datum.t<weigh_to+0.001"
    return alt.layer(
        own.transform_filter(within)
        .mark_area(color=CHANCE_LINE, opacity=0.25)
        .encode(x=x, y=y.stack(None)),
        line.transform_calculate(weight=f"exp(-{PAPER}*datum.t)")
        .mark_line(color=INK, strokeWidth=1.2, strokeDash=[5, 4], aria=False)
        .encode(x=x, y=y),
        own.mark_line(color=_SHAPE, strokeWidth=2.2, aria=False).encode(x=x, y=y),
        dots.mark_point(size=46, strokeWidth=1.5, opacity=1, stroke=_SHAPE, aria=False).encode(
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
    tooltip = [
        alt.Tooltip("measure:N", title="Measure"),
        alt.Tooltip("rule:N", title="Weights"),
        alt.Tooltip("share:Q", title="Share", format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("images:Q", title="Images decided on"),
        alt.Tooltip("all_b:Q", title="Answers that count"),
    ]
    color = alt.Color("rule:N", scale=alt.Scale(domain=rules, range=[_SHAPE, INK]), title=None)
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
    ).properties(width=_WIDTH, height=_ROW * len(measures))


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
            range=[_SHAPE, _TEXTURE, INK, CHANCE_LINE],
        ),
        legend=None,
    )
    tooltip = [
        alt.Tooltip("shape_name:N", title="Shape"),
        alt.Tooltip("texture_name:N", title="Texture"),
        alt.Tooltip("answer_name:N", title="Answer"),
        alt.Tooltip("cue:N", title="Names the"),
        alt.Tooltip("lead:Q", title="Texture's error minus shape's, of the range", format=".2f"),
    ]

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
            width=_WIDTH,
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
