"""Figures of what was answered: confusion tables by condition, and response bias.

Tables come from `gcbook.chapters.ood_accuracy.confusion`.
"""

from string import ascii_lowercase

import altair as alt
import pandas as pd

from gcbook.chapters.ood_accuracy.charts import chance_line, highlight_one
from gcbook.charts.parts import dropdown, literal, start_with
from gcbook.charts.theme import CHANCE_LINE, GENERATIVE, INK, color_scale, kinds_shown, shape_scale
from gcbook.paper.categories import CATEGORIES, CHANCE, RESPONSES

__all__ = ["bias_scatter", "confusion_matrix"]

_FILL = GENERATIVE["imagen"]
_LETTERS = ascii_lowercase[: len(RESPONSES)]


def confusion_matrix(rows: pd.DataFrame) -> alt.LayerChart:
    """What was shown against what was answered, for one observer in one condition at a time.

    All tables travel in short form (`_short`), and the chosen one is taken apart in the page.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.confusion.confusion_answers`.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    observers = list(dict.fromkeys(rows["observer"]))
    start, who = start_with("Uniform noise", datasets), start_with("ResNet-50", observers)
    most = int(rows["steps"].max())
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    observer = dropdown("observer", "Observer ", observers, who)
    step = alt.param(
        name="step",
        value=most,
        bind=alt.binding_range(min=1, max=most, step=1, name="Condition (1: the easiest) "),
    )
    base = _decoded(rows).encode(
        x=alt.X(
            "answered:N",
            title="Answered (na: no answer in time)",
            scale=alt.Scale(domain=list(RESPONSES)),
            axis=alt.Axis(labelAngle=-90, labelOverlap=False),
        ),
        y=alt.Y(
            "shown:N",
            title="Shown",
            scale=alt.Scale(domain=list(CATEGORIES)),
            axis=alt.Axis(labelOverlap=False),
        ),
    )
    cells = base.mark_rect(color=_FILL).encode(
        opacity=alt.Opacity(
            "share:Q",
            title="Share of the answers to the shown category",
            scale=alt.Scale(domain=[0, 1], range=[0.18, 1]),
            legend=alt.Legend(
                format="%", values=[0.05, 0.25, 0.5, 0.75, 1], symbolType="square", columns=5
            ),
        ),
        tooltip=[
            alt.Tooltip("shown:N", title="Shown"),
            alt.Tooltip("answered:N", title="Answered"),
            alt.Tooltip("times:Q", title="Times"),
            alt.Tooltip("trials:Q", title="of"),
            alt.Tooltip("share:Q", title="Share", format=".0%"),
        ],
    )
    # On a phone the numbers would not fit into the cells.
    numbers = (
        base.transform_filter("datum.share >= 0.1 && width > 400")
        .transform_calculate(percent="round(100 * datum.share)")
        .mark_text(fontSize=10)
        .encode(
            text="percent:Q",
            color=alt.condition("datum.share > 0.55", alt.value("#ffffff"), alt.value(INK)),
        )
    )
    right = (
        alt.Chart(pd.DataFrame({"category": CATEGORIES}))
        .mark_rect(fill=None, stroke=CHANCE_LINE, strokeWidth=1)
        .encode(x="category:N", y="category:N")
    )
    return (
        alt.layer(right, cells, numbers)
        .add_params(dataset, step, observer)
        .properties(
            width="container",
            height=alt.Step(22),
            # Below, next to the slider whose number it explains.
            title=alt.TitleParams(
                text=_title(rows), orient="bottom", anchor="start", fontSize=13, offset=12
            ),
            description=(
                "Matrix of the category that was shown (rows) against the category that was "
                "answered (columns), stronger in colour for a larger share of the row; right "
                f"answers lie on the outlined diagonal. At first: {who} on {start}. Dataset, "
                "condition and observer can be chosen."
            ),
        )
        .configure_legend(orient="bottom", titleLimit=300)
    )


def bias_scatter(rows: pd.DataFrame) -> alt.LayerChart:
    """Accuracy against the share of the favourite answer, one mark per observer and condition.

    Args:
        rows: from `gcbook.chapters.ood_accuracy.confusion.response_bias`.
    """
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    # Places and kinds are looked up, so that a page carries their names once.
    places = list(dict.fromkeys(zip(rows["dataset"], rows["condition"], strict=True)))
    where = {place: i for i, place in enumerate(places)}
    kind_of = dict(zip(rows["observer"], rows["kind"], strict=True))
    shown = rows[["observer", "right", "favourite", "share"]].assign(
        place=[where[place] for place in zip(rows["dataset"], rows["condition"], strict=True)]
    )
    base = (
        alt.Chart(shown)
        .transform_calculate(
            kind=f"{literal(kind_of)}[datum.observer]",
            dataset=f"{literal([dataset for dataset, _ in places])}[datum.place]",
            condition=f"{literal([condition for _, condition in places])}[datum.place]",
        )
        .encode(
            x=alt.X("right:Q", title="Accuracy", scale=scale, axis=axis),
            y=alt.Y(
                "share:Q",
                title="Share of the favourite answer",
                scale=scale,
                axis=axis,
            ),
            tooltip=[
                alt.Tooltip("observer:N", title="Observer"),
                alt.Tooltip("dataset:N", title="Dataset"),
                alt.Tooltip("condition:N", title="Condition"),
                alt.Tooltip("right:Q", title="Accuracy", format=".1%"),
                alt.Tooltip("favourite:N", title="Favourite answer"),
                alt.Tooltip("share:Q", title="Its share", format=".1%"),
            ],
        )
    )
    kinds = kinds_shown(rows["kind"])
    kind = {
        "color": alt.Color("kind:N", title="Observer", scale=color_scale(*kinds)),
        "shape": alt.Shape("kind:N", title="Observer", scale=shape_scale(*kinds)),
    }
    networks = base.transform_filter("datum.kind != 'Humans'")
    humans = base.transform_filter("datum.kind == 'Humans'")
    chosen = base.transform_filter("datum.observer == highlight")
    floor = (
        alt.Chart(pd.DataFrame({"chance": [CHANCE]}))
        .mark_rule(strokeDash=[2, 3], color=CHANCE_LINE)
        .encode(y="chance:Q")
    )
    return (
        alt.layer(
            floor,
            chance_line("x"),
            networks.mark_point(filled=True, size=30, opacity=0.4).encode(**kind),
            humans.mark_point(filled=True, size=34, opacity=0.85).encode(**kind),
            chosen.mark_point(filled=True, size=55, opacity=1, color=INK, shape="square"),
        )
        .add_params(highlight_one(rows))
        .properties(
            width="container",
            height=340,
            description=(
                "Scatter plot, one mark for each network or person and condition: accuracy "
                "across, the share of the most frequent answer upwards. Towards chance, at the "
                "left, both rise; networks up to a single answer, people less far."
            ),
        )
        .configure_legend(orient="bottom", symbolOpacity=1)
    )


def _short(rows: pd.DataFrame) -> pd.DataFrame:
    """The tables in one string each: categories split by "/", answers as a letter and a count.

    ``"bear 7; dog 2"`` becomes ``"b7,k2"``. The long words are most of what the page would carry.
    """
    letter = dict(zip(RESPONSES, _LETTERS, strict=True))

    def code(answers: str) -> str:
        pairs = (answer.split(" ") for answer in answers.split("; ") if answer)
        return ",".join(letter[response] + times for response, times in pairs)

    lists = rows[list(CATEGORIES)].itertuples(index=False, name=None)
    codes = ["/".join(code(answers) for answers in each) for each in lists]
    return rows[["dataset", "step", "steps", "observer"]].assign(code=codes)


def _decoded(rows: pd.DataFrame) -> alt.Chart:
    """The chosen table with one row a cell: ``shown, answered, times, trials, share``."""
    return (
        alt.Chart(_short(rows))
        .transform_filter(
            "datum.dataset == dataset && datum.observer == observer"
            " && datum.step == min(step, datum.steps)"
        )
        .transform_calculate(answers="split(datum.code, '/')", shown=literal(CATEGORIES))
        .transform_flatten(["shown", "answers"])
        .transform_filter("datum.answers != ''")
        .transform_calculate(answer="split(datum.answers, ',')")
        .transform_flatten(["answer"])
        .transform_calculate(
            answered=f"{literal(RESPONSES)}[indexof('{_LETTERS}', slice(datum.answer, 0, 1))]",
            times="toNumber(slice(datum.answer, 1))",
        )
        .transform_joinaggregate(trials="sum(times)", groupby=["shown"])
        .transform_calculate(share="datum.times / datum.trials")
    )


def _title(rows: pd.DataFrame) -> alt.ExprRef:
    """Observer and dataset, accuracy, and what the number of the slider stands for."""
    places = rows.drop_duplicates(["dataset", "step"]).groupby("dataset", sort=False)
    labels = literal(places["condition"].agg(list).to_dict())
    right = {
        str(dataset): group.groupby("observer", sort=False)["right"].agg(list).to_dict()
        for dataset, group in rows.groupby("dataset", sort=False)
    }
    steps = f"length({labels}[dataset])"
    at = f"[min(step, {steps}) - 1]"
    return alt.ExprRef(
        f"[observer + ' · ' + dataset, 'Condition ' + min(step, {steps}) + ' of ' + {steps}"
        f" + ' · right: ' + format({literal(right)}[dataset][observer]{at}, '.1%'), "
        f"{labels}[dataset]{at}]"
    )
