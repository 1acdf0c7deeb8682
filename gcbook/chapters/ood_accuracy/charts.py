"""Figures of out-of-distribution accuracy (Figs. 3, 5, 10 and 11), and of what was answered.

Tables come from `gcbook.chapters.ood_accuracy.tables`, each from the function that the figure
names. Accuracies run from 0 to 1 and are shown in per cent; guessing among 16 categories gives
`gcbook.paper.categories.CHANCE`.
"""

from itertools import cycle, islice
from string import ascii_lowercase
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.names import NAMES, Names, name_of
from gcbook.charts.parts import (
    by_column,
    chance_line,
    condition_x,
    dropdown,
    finish,
    highlight,
    kind_marks,
    left_out,
    literal,
    look,
    nothing,
    sequential,
    sequential_ink,
    slider,
    small_panels,
    start_with,
)
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, FAMILY_SHAPES, HUES, HUMAN, INK
from gcbook.paper.categories import CATEGORIES, CHANCE, RESPONSES

_CHANCE = alt.X("chance:Q")
_ACCURACY = column("accuracy").title
_SAID = {"titles": {"value": _ACCURACY}, "formats": {"value": ".3f"}}
"""What tooltips say of values that are accuracies."""
_LONG_NAME = 18
_NUMBERS = ["value", "low", "high"]
_SHOW = {
    "all": "true",
    "recomputed only": "datum.origin == 'recomputed'",
    "published only, with humans": "isValid(datum.paper) || datum.kind == 'Humans'",
    "generative models, with humans": "datum.kind != 'Discriminative model'",
}


def ood_ranking(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 3: OOD accuracy of every model and the humans, in the order of `ood_standings`."""
    chosen = " || ".join(f"(show == '{name}' && ({test}))" for name, test in _SHOW.items())
    names = Names.of(rows["model"])
    # On the axis they are short, in tooltips whole.
    shown = names.coded(rows, "model").assign(model=rows["model"])
    shown = shown.drop(columns="position").round(3)
    short = {key: _short_name(name) for key, name in names.labels.items()}
    accuracy = column("ood_accuracy").title
    titles = {"model": "Observer", "value": accuracy}
    tooltip = tooltips(["model", *_NUMBERS, "paper"], titles, _SAID["formats"])
    y = names.rows("model", rows["model"])
    base = alt.Chart(shown).transform_filter(chosen).encode(y=y, tooltip=tooltip)
    kind = kind_marks(rows["kind"], title=column("observer").title)
    x = _percent(alt.X("value:Q", title=accuracy))
    recomputed = base.transform_filter("datum.origin == 'recomputed'")
    size = alt.condition("datum.kind == 'Humans'", alt.value(90), alt.value(42))
    humans = rows[rows["kind"] == "Humans"].head(1)
    layers = [
        chance_line(_CHANCE),
        alt.Chart(humans).mark_rule(strokeDash=[5, 4], color=HUMAN).encode(x="value:Q"),
        base.mark_rule(opacity=0.3, color=DISCRIMINATIVE).encode(x=x, x2=alt.datum(0)),
        recomputed.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q"),
        recomputed.mark_point(filled=True, opacity=1).encode(x=x, size=size, **kind),
        # Larger than the solid marks: a ring around them where a network has both values.
        base.transform_filter("isValid(datum.paper)")
        .mark_point(size=80, strokeWidth=1.6, filled=False, opacity=1)
        .encode(x="paper:Q", **kind),
    ]
    best = rows.iloc[0]
    return finish(
        alt.layer(*layers).add_params(
            dropdown("show", "Show ", list(_SHOW), "all"), names.parameter(short)
        ),
        height=alt.Step(15),
        description=(
            "Dot plot, one row a model, sorted by out-of-distribution accuracy averaged over "
            f"the datasets: {best['model']} first with {best['value']:.1%}, humans with "
            f"{humans['value'].iloc[0]:.1%}. Solid marks with an interval are recomputed, "
            "hollow ones are the values that the paper prints."
        ),
    )


def human_differences(tests: pd.DataFrame) -> alt.TopLevelMixin:
    """How far each network's OOD accuracy lies from the humans'.

    Args:
        tests: from `gcbook.stats.differences.against_humans`.
    """
    if tests.empty:
        return nothing("Nothing was resampled.")
    x = alt.X("difference:Q", title="OOD accuracy, network minus humans")
    return fig_forest(
        tests[["model", "difference", "low", "high", "p_corrected"]],
        row="model",
        value="difference",
        x=x.axis(format="+.2f", tickCount=6),
        tooltip=tooltips(["model", "difference", "low", "high", "p_corrected"]),
        marked=list(tests.loc[tests["differs"].eq(True), "model"]),
        description=(
            "Forest plot with a row a network: its out-of-distribution accuracy minus the humans', "
            f"with its interval, from {tests['difference'].max():+.2f} ({tests['model'].iloc[0]}) "
            f"to {tests['difference'].min():+.2f} ({tests['model'].iloc[-1]}); a line at no "
            "difference."
        ),
    )


def telling_accuracies(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Humans and networks, by family, in the conditions of `telling_conditions`."""
    if rows.empty:
        return nothing("None of these conditions is among those chosen.")
    families = rows.drop_duplicates("family").set_index("family")["kind"]
    shapes = cycle(FAMILY_SHAPES)
    marks = {
        str(family): (HUES[kind], "diamond" if kind == "Humans" else next(shapes))
        for family, kind in families.items()
    }
    people = rows["kind"] == "Humans"
    sides = rows.assign(people=rows["value"].where(people), networks=rows["value"].mask(people))
    said = " ".join(
        f"{place}: humans {group['people'].max():.0%}, networks "
        f"{group['networks'].min():.0%} to {group['networks'].max():.0%}."
        for place, group in sides.groupby("place", sort=False)
    )
    return fig_forest(
        rows[["place", "family", "observer", *_NUMBERS]].round(3),
        row="place",
        value="value",
        x=_percent(alt.X("value:Q", title=_ACCURACY)),
        tooltip=tooltips(
            ["place", "observer", *_NUMBERS],
            {"place": column("condition").title, **_SAID["titles"]},
            _SAID["formats"],
        ),
        series="family",
        marks=marks,
        reference=CHANCE,
        description=(
            "Forest plot with a row for each of a few conditions and a line for the humans and for "
            f"each family of networks: accuracy with its interval. {said}"
        ),
    )


def single_condition_dots(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 11: a row a dataset and a dot a network, from `single_condition_accuracy`."""
    if rows.empty:
        return nothing("No dataset with a single condition is among those chosen.")
    firsts = rows.groupby("dataset", sort=False)["observer"].first()
    leading = ", ".join(f"{observer} on {name}" for name, observer in firsts.items())
    y = alt.Y("dataset:N", sort=list(firsts.index), title=None).axis(grid=True, gridDash=[1, 3])
    x = _percent(alt.X("value:Q", title=_ACCURACY))
    kind = kind_marks(rows["kind"], title=None)
    tooltip = tooltips(["dataset", "observer", *_NUMBERS], **_SAID)
    drawn = rows[["dataset", "observer", "kind", *_NUMBERS]].round(3)
    names = Names.of(rows["observer"])
    base = names.chart(drawn, "observer").encode(x=x, y=y, tooltip=tooltip)
    humans, networks, chosen = (
        base.transform_filter(f"datum.{test}")
        for test in ("kind == 'Humans'", "kind != 'Humans'", "observer_id == highlight")
    )
    ends = {"x": alt.X("low:Q"), "x2": "high:Q"}
    layers = [
        chance_line(_CHANCE),
        networks.mark_point(filled=True, size=60, opacity=0.45).encode(**kind),
        humans.mark_rule(strokeWidth=3).encode(**ends, color=kind["color"]),
        humans.mark_point(filled=True, size=130, opacity=1).encode(**kind),
        chosen.mark_rule(strokeWidth=2, color=INK).encode(**ends),
        chosen.mark_point(filled=True, size=75, opacity=1, color=INK),
    ]
    return finish(
        alt.layer(*layers).add_params(highlight(rows, names, "highlight"), names.parameter()),
        height=alt.Step(38),
        description=(
            "Dots of accuracy, a row a dataset: the humans in red with their interval, every "
            f"network in grey. The best: {leading}."
        ),
    )


def _percent(channel: Any, **axis: Any) -> Any:
    """A position channel from 0 to 1, labelled in per cent."""
    return channel.scale(alt.Scale(domain=[0, 1])).axis(alt.Axis(format="%", **axis))


def _short_name(model: str) -> str:
    """A name that still differs from its neighbours' where a phone has room for its start only.

    >>> _short_name("BiT-M ResNet-152x4 (14M)"), _short_name("ViT-L (14M)")
    ('BiT-M ResNet-152x4', 'ViT-L (14M)')
    >>> _short_name("ResNet-50, diffusion noise in training and test")
    'RN-50 train+test noise'
    """
    if model.startswith("ResNet-50, diffusion noise"):
        return "RN-50 train+test noise" if "test" in model else "ResNet-50 + noise"
    if len(model) <= _LONG_NAME:
        return model
    return model.replace("ResNet-50 L2", "RN-50 L2").replace(":", "").split(" (")[0]


_LETTERS = ascii_lowercase[: len(RESPONSES)]


def confusion_matrix(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What was shown against what was answered, for one observer in one condition at a time.

    All tables of `confusion_answers` travel in short form (`_short`), and the chosen one is taken
    apart in the page.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    observers = list(dict.fromkeys(rows["observer"]))
    names = Names.of(observers)
    coded = names.coded(rows, "observer")
    start, who = start_with("Uniform noise", datasets), start_with("ResNet-50", observers)
    most = int(rows["steps"].max())
    choices = [
        dropdown("dataset", "Dataset ", datasets, start),
        slider("step", "Condition (1: the easiest) ", most, 1, most),
        dropdown("observer", "Observer ", names.options(observers), names.ids[who]),
        names.parameter(),
    ]
    answered, shown = (alt.Scale(domain=list(names)) for names in (RESPONSES, CATEGORIES))
    base = _decoded(coded).encode(
        x=alt.X("answered:N", title="Answered (na: no answer in time)", scale=answered).axis(
            labelAngle=-90, labelOverlap=False
        ),
        y=alt.Y("shown:N", title="Shown", scale=shown).axis(labelOverlap=False),
    )
    cells = base.mark_rect().encode(
        color=sequential(
            "share:Q", "Share of the row", format="%", values=[0, 0.5, 1], gradientLength=160
        ),
        tooltip=tooltips(
            ["shown", "answered", "times", "trials", "share"],
            titles={"shown": "Shown", "answered": "Answered", "times": "Times", "trials": "of"},
            formats={"share": ".0%"},
        ),
    )
    # On a phone the numbers would not fit into the cells.
    numbers = (
        base.transform_filter("datum.share >= 0.1 && width > 400")
        .transform_calculate(percent="round(100 * datum.share)")
        .mark_text(fontSize=10)
        .encode(text="percent:Q", color=sequential_ink("datum.share"))
    )
    right = (
        alt.Chart(pd.DataFrame({"category": CATEGORIES}))
        .mark_rect(fill=None, stroke=CHANCE_LINE, strokeWidth=1)
        .encode(x="category:N", y="category:N")
    )
    # Below, next to the slider whose number it explains.
    title = alt.TitleParams(
        text=_title(coded), orient="bottom", anchor="start", fontSize=13, offset=12
    )
    return finish(
        alt.layer(right, cells, numbers, title=title).add_params(*choices),
        height=alt.Step(17),
        description=(
            "Matrix of the category that was shown (rows) against the category that was "
            "answered (columns), stronger for a larger share of the row; right answers lie on the "
            f"outlined diagonal. At first: {who} on {start}. Dataset, condition and observer can "
            "be chosen."
        ),
    )


def favourite_answers(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The share of the favourite answer in the cases of `near_guessing`, one row a network."""
    if rows.empty:
        return nothing("Nobody is near guessing in the conditions chosen.")
    names = Names.of(rows["group"])
    y = names.rows("group", rows["group"], grid=True, gridDash=[1, 3])
    x = _percent(alt.X("share:Q", title="Share of the favourite answer"))
    said = ["observer", "dataset", "condition", "right", "favourite", "share"]
    table = names.coded(rows[["group", "kind", *said]].round(3), "group")
    table = by_column(table, "group_id")
    base = alt.Chart(table).transform_flatten(["kind", *said]).encode(y=y)
    tooltip = tooltips(said, titles={"right": _ACCURACY})
    layers = [
        chance_line(alt.X("share:Q")),
        base.mark_point(filled=True, size=45, opacity=0.5).encode(
            x=x, tooltip=tooltip, **kind_marks(rows["kind"], title=None)
        ),
        base.mark_tick(color=INK, thickness=2.5, size=17).encode(
            x=alt.X("mean(share):Q", title="Share of the favourite answer")
        ),
    ]
    mean = rows.groupby("group", sort=False)["share"].mean()
    return finish(
        alt.layer(*layers).add_params(names.parameter()),
        height=alt.Step(24),
        description=(
            "Dot plot with a row for single people and for each network and a mark for each "
            "condition in which they are near guessing: the share of the most frequent answer. "
            "Means: " + ", ".join(f"{name} {share:.0%}" for name, share in mean.items()) + "."
        ),
    )


def _short(rows: pd.DataFrame) -> pd.DataFrame:
    """The tables in one string each: categories split by "/", answers as a letter and a count.

    ``"bear 7; dog 2"`` becomes ``"b7,k2"``. The long words are most of what the page would carry.
    """
    letters = {rf"\b{word} ": letter for word, letter in zip(RESPONSES, _LETTERS, strict=True)}
    codes = rows[list(CATEGORIES)].agg("/".join, axis=1).replace(letters | {"; ": ","}, regex=True)
    return rows[["dataset", "step", "steps", "observer_id"]].assign(code=codes)


def _decoded(rows: pd.DataFrame) -> alt.Chart:
    """The chosen table with one row a cell: ``shown, answered, times, trials, share``."""
    return (
        alt.Chart(_short(rows))
        .transform_filter(
            "datum.dataset == dataset && datum.observer_id == observer"
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
        str(dataset): group.groupby("observer_id", sort=False)["right"].agg(list).to_dict()
        for dataset, group in rows.groupby("dataset", sort=False)
    }
    steps = f"length({labels}[dataset])"
    at = f"[min(step, {steps}) - 1]"
    return alt.ExprRef(
        f"[{NAMES}[observer] + ' · ' + dataset, 'Condition ' + min(step, {steps}) + ' of '"
        f" + {steps} + ' · right: ' + format({literal(right)}[dataset][observer]{at}, '.1%'), "
        f"{labels}[dataset]{at}]"
    )


_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 4])


def accuracy_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 5 and 10: one panel a parametric dataset, from `accuracy_by_condition`."""
    if rows.empty:
        return nothing("No dataset with several conditions is among those chosen.")
    marks, names = _families(rows), Names.of(rows["observer"])
    groups = rows.groupby("dataset", sort=False)
    n_networks = rows.loc[rows["kind"] != "Humans", "observer"].nunique()
    return small_panels(
        [_panel(group, str(title), marks, names) for title, group in groups],
        [highlight(rows, names, "highlight"), names.parameter()],
        f"One panel a dataset ({', '.join(map(str, groups.groups))}): accuracy against the "
        "conditions from the easiest to the hardest, the humans' line with its interval among "
        f"{n_networks} networks, a line at chance, and shaded "
        "conditions that the benchmark leaves out.",
        shared=["color", "strokeDash"],
        symbolSize=300,
        symbolStrokeWidth=2,
    )


def _families(rows: pd.DataFrame) -> dict[str, Any]:
    """One legend for all panels: the humans, then the families of networks, the largest first."""
    kind = rows.drop_duplicates("family").set_index("family")["kind"]
    networks = rows.loc[rows["kind"] != "Humans", "family"].value_counts().index
    families = ["Humans", *networks]
    return look(
        "family",
        families,
        color=[HUES[kind[family]] for family in families],
        dash=[_DASHES[0], *islice(cycle(_DASHES), len(networks))],
        title=column("observer").title,
    )


def _panel(
    rows: pd.DataFrame, title: str, marks: dict[str, Any], names: Names
) -> alt.LayerChart | alt.FacetChart:
    order = list(rows.sort_values("step")["condition"].drop_duplicates())
    x = condition_x(order, str(rows["strength"].iloc[0]), 0 if len(order) < 5 else -40)
    y = _percent(alt.Y("value:Q", title=None), values=[0, 0.25, 0.5, 0.75, 1])
    everyone = alt.Chart().encode(x=x, y=y)
    networks = everyone.transform_filter("datum.family != 'Humans'")
    humans = everyone.transform_filter("datum.family == 'Humans'")
    chosen = everyone.transform_filter("datum.observer_id == highlight")
    tooltip = tooltips(["condition", "observer", *_NUMBERS], **_SAID)
    shaded = rows.loc[rows["counted"] != "yes", ["condition", "counted"]]
    values = ["condition", *_NUMBERS]
    lines = names.coded(rows[["observer", "family", *values]].round(3), "observer")
    # The data and the way back are of all layers at once, so that a panel says them once.
    return (
        alt.layer(
            left_out(shaded.drop_duplicates(), x).encode(tooltip=tooltips(["counted"])),
            chance_line(alt.Y("chance:Q")),
            humans.mark_area(color=HUMAN, opacity=0.22).encode(y="low:Q", y2="high:Q"),
            networks.mark_line(strokeWidth=1.2).encode(
                **marks, detail="observer_id:N", tooltip=tooltip
            ),
            humans.mark_line(strokeWidth=2.4).encode(**marks),
            humans.mark_point(shape="diamond", filled=True, size=45, opacity=1, color=HUMAN).encode(
                tooltip=tooltip
            ),
            chosen.mark_line(strokeWidth=2.4, color=INK),
            chosen.mark_point(filled=True, size=40, color=INK, opacity=1).encode(tooltip=tooltip),
            title=title,
            width=165,
            height=130,
            data=by_column(lines, ["observer_id", "family"]),
        )
        .transform_flatten([*values])
        .transform_calculate(observer=name_of("observer"))
    )
