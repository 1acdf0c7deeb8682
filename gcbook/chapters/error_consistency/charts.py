"""Figures of error consistency: the paper's Fig. 10 (lower half), each dataset, and why kappa.

Tables come from `gcbook.chapters.error_consistency.tables`. Humans are marked with a diamond as
well as by colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.parts import (
    NOBODY,
    alphabetical,
    by_column,
    cell_ink,
    condition_x,
    dropdown,
    kind_marks,
    left_out,
    literal,
    nothing,
    per_mille,
    small_panels,
    start_with,
)
from gcbook.charts.theme import (
    BAND,
    DISCRIMINATIVE,
    DIVERGING,
    HUMAN,
    INK,
)
from gcbook.miniworld.results.kinds import GENERATIVE
from gcbook.paper.experiments import EXPERIMENTS

__all__ = [
    "consistency_panels",
    "dataset_agreement",
    "observed_against_expected",
    "benchmark_panels",
    "error_consistency_ranking",
    "consistency_matrix",
    "difference_matrix",
    "fig_miniature_consistency",
]

_HUMANS = "Humans"
_DIGITS = {"value": ".3f"}
_LEAST = 0.2
"""Where both axes of consistency start; few pairs lie below, and those at the edge."""

_BETWEEN = "#8467d7"
"""Pairs of a human and a model; apart from red and grey with any colour vision, 3:1 on both."""


def dataset_agreement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each observer's error consistency with the humans of one dataset, and the human level.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    start = start_with("Cue conflict", datasets)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    kind = kind_marks(rows["kind"])
    base = alt.Chart(rows).transform_filter("datum.dataset == dataset")
    pooled = base.transform_filter(f"datum.observer == '{_HUMANS}'")
    single = base.transform_filter(f"datum.observer != '{_HUMANS}'").encode(
        y=alt.Y("observer:N", title=None, sort=alt.EncodingSortField("value", order="descending"))
    )
    x = alt.X("value:Q", title="Error consistency with (other) humans")
    tooltip = tooltips(
        ["observer", "value", "low", "high", "most"],
        titles={"value": column("error_consistency").title},
        formats=_DIGITS,
    )
    return (
        alt.layer(
            pooled.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
            pooled.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x=x, tooltip=tooltip),
            single.mark_tick(color=BAND, thickness=2, size=11).encode(x="most:Q", tooltip=tooltip),
            single.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=kind["color"]),
            single.mark_point(filled=True, size=60, opacity=1).encode(x=x, tooltip=tooltip, **kind),
        )
        .add_params(dataset)
        .properties(
            width="container",
            height=alt.Step(15),
            description=(
                "Error consistency of each observer with the humans of one dataset at a time, at "
                f"first {start}, with intervals, sorted. A dashed line with a band marks the mean "
                "over all pairs of humans; the models lie below it with few exceptions. A tick "
                "in each row marks the most that the accuracies would allow."
            ),
        )
        .configure_legend(orient="bottom", symbolOpacity=1)
    )


def consistency_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 10, lower half: error consistency with humans against condition, twelve panels.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.consistency_by_condition`.
    """
    if rows.empty:
        return nothing("No dataset with several conditions is among those chosen.")
    models = alphabetical(set(rows.loc[rows["kind"] != _HUMANS, "observer"]))
    highlight = dropdown("highlight", "Highlight a model ", [NOBODY, *models], NOBODY)
    panels = [_panel(group, str(title)) for title, group in rows.groupby("dataset", sort=False)]
    return small_panels(
        panels,
        highlight,
        f"{len(panels)} panels, one a dataset: error consistency with humans against the "
        "strength of the image manipulation. The humans among themselves, with a band for "
        f"the interval, lie above the {len(models)} models nearly everywhere; all fall "
        "towards 0 where the benchmark leaves conditions out (shaded).",
        shared=["color"],
        symbolSize=120,
        symbolOpacity=1,
    )


def observed_against_expected(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Observed consistency against what independent errors would give, one point a pair.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.observed_and_expected`.
    """
    datasets = list(dict.fromkeys(rows["dataset"]))
    start = start_with("Cue conflict", datasets)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    two_models = rows[rows["pair"] == "Two models"]
    models = alphabetical(set(two_models["a"]) | set(two_models["b"]))
    highlight = dropdown("highlight", "Highlight a model ", [NOBODY, *models], NOBODY)
    names = sorted(set(rows["a"]) | set(rows["b"]))
    pairs = ("Two models", "Human and model", "Two humans")
    numbers = {name: i for i, name in enumerate(names)}
    points = pd.DataFrame(
        {
            "d": rows["dataset"].map(datasets.index),
            "a": rows["a"].map(numbers),
            "b": rows["b"].map(numbers),
            "p": rows["pair"].map(pairs.index),
            "x": per_mille(rows["expected"]),
            "y": per_mille(rows["observed"]),
            "k": per_mille(rows["value"]),
            "m": per_mille(rows["most"]),
            "n": rows["n"],
        }
    ).sort_values("p", kind="stable")
    base = (
        alt.Chart(by_column(points, "d"))
        .transform_filter(f"{literal(datasets)}[datum.d] == dataset")
        .transform_flatten(["a", "b", "p", "x", "y", "k", "m", "n"])
        .transform_calculate(
            expected="datum.x / 1000",
            observed="datum.y / 1000",
            kappa="datum.k / 1000",
            most="datum.m / 1000",
            pair=f"{literal(pairs)}[datum.p]",
            one="names[datum.a]",
            other="names[datum.b]",
        )
    )
    scale = alt.Scale(domain=[_LEAST, 1], clamp=True)
    x = alt.X("expected:Q", title="Expected from the two accuracies alone", scale=scale)
    y = alt.Y("observed:Q", title=column("observed").title, scale=scale)
    tooltip = tooltips(["one", "other", "observed", "expected", "kappa", "most", "n"])
    shown = list(reversed(pairs))
    color = alt.Color(
        "pair:N",
        title=None,
        scale=alt.Scale(domain=shown, range=[HUMAN, _BETWEEN, DISCRIMINATIVE]),
    )
    shape = alt.Shape(
        "pair:N",
        title=None,
        scale=alt.Scale(domain=shown, range=["diamond", "triangle-up", "circle"]),
    )
    chosen = base.transform_filter("datum.one == highlight || datum.other == highlight")
    return (
        alt.layer(
            *_equal_kappa(x, y),
            base.mark_point(filled=True, size=34, opacity=0.75).encode(
                x=x, y=y, color=color, shape=shape, tooltip=tooltip
            ),
            chosen.mark_point(size=75, strokeWidth=1.6, opacity=1, color=INK).encode(
                x=x, y=y, tooltip=tooltip
            ),
        )
        .add_params(dataset, highlight, alt.param(name="names", value=names))
        .properties(
            width="container",
            height=400,
            description=(
                "Observed consistency of each pair of observers (vertical) against the consistency "
                f"that independent errors would give (horizontal), at first for {start}. Points "
                "on the diagonal agree no more than by chance; lines above it join pairs of equal "
                "error consistency. Pairs of observers with like accuracy can be observed to "
                "agree often and yet lie near the diagonal."
            ),
        )
        .configure_legend(orient="bottom", symbolOpacity=1)
    )


def _panel(rows: pd.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    order = list(rows.sort_values("position")["condition"].drop_duplicates())
    xlabel = next((e.xlabel for e in EXPERIMENTS.values() if e.title == title), "")
    x = condition_x(order, xlabel, 0 if len(order) < 5 else -40)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[-0.2, 0.8], clamp=True))
    kept = ["condition", "observer", "kind", "value", "low", "high"]
    base = alt.Chart(rows[kept], title=title)
    humans = base.transform_filter(f"datum.kind == '{_HUMANS}'")
    models = base.transform_filter(f"datum.kind != '{_HUMANS}'")
    chosen = base.transform_filter("datum.observer == highlight")
    kind = kind_marks(rows["kind"])
    color = kind["color"]
    tooltip = tooltips(
        ["observer", "value", "low", "high", "condition"],
        titles={"value": column("error_consistency").title},
        formats=_DIGITS,
    )
    shaded = rows.loc[rows["left_out"], ["condition"]].drop_duplicates()
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[2, 3], color=BAND)
    return alt.layer(
        left_out(shaded, x),
        zero.encode(y="zero:Q"),
        humans.mark_area(color=HUMAN, opacity=0.2).encode(x=x, y="low:Q", y2="high:Q"),
        models.mark_line(strokeWidth=1.2, opacity=0.55).encode(
            x=x, y=y, color=color, detail="observer:N"
        ),
        models.mark_point(filled=True, size=14, opacity=0.7).encode(
            x=x, y=y, color=color, shape=alt.Shape("kind:N", title=None), tooltip=tooltip
        ),
        humans.mark_line(strokeWidth=2.4).encode(x=x, y=y, color=color),
        humans.mark_point(filled=True, size=45, opacity=1).encode(
            x=x, y=y, tooltip=tooltip, **kind
        ),
        chosen.mark_rule(strokeWidth=1.2, color=INK).encode(x=x, y="low:Q", y2="high:Q"),
        chosen.mark_line(strokeWidth=2.2, color=INK).encode(x=x, y=y),
        chosen.mark_point(filled=True, size=34, color=INK, opacity=1).encode(
            x=x, y=y, tooltip=tooltip
        ),
    ).properties(width=165, height=130)


def _equal_kappa(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The diagonal of independent errors, and lines of equal kappa: y = x + kappa (1 - x)."""
    levels = (0.0, 0.2, 0.4, 0.6, 0.8)
    lines = pd.DataFrame(
        [
            {"level": level, "expected": start, "observed": start + level * (1 - start)}
            for level in levels
            for start in (_LEAST, 1.0)
        ]
    )
    lines["label"] = lines["level"].map("κ = {:g}".format)
    base = alt.Chart(lines)
    curved = base.transform_filter("datum.level > 0")
    middle = alt.Chart(pd.DataFrame({"expected": [0.7], "observed": [0.7]}))
    return [
        curved.mark_line(strokeDash=[3, 3], color=BAND, strokeWidth=1).encode(
            x=x, y=y, detail="level:N"
        ),
        base.transform_filter("datum.level == 0")
        .mark_line(color=INK, strokeWidth=1.4)
        .encode(x=x, y=y),
        curved.transform_filter(f"datum.expected == {_LEAST}")
        .mark_text(align="left", dx=3, dy=-11, fontSize=10)
        .encode(x=x, y=y, text="label:N"),
        middle.mark_text(align="left", dx=8, dy=10, fontSize=10, text="independent errors").encode(
            x=x, y=y
        ),
    ]


AnyLayers = alt.LayerChart | alt.FacetChart

_STANDING = ["model", "value", "low", "high", "paper", "origin"]
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
    shown = dropdown("show", "Show ", list(show), "all")
    # The domain is explicit, for layers that filter would each sort their own.
    base = alt.Chart(rows).transform_filter(chosen)
    humans = alt.Chart(rows[rows["kind"] == _HUMANS])
    y = alt.Y("model:N", title=None, sort=list(rows["model"]))
    x = alt.X("value:Q", title="Error consistency with humans", scale=alt.Scale(zero=True))
    kind = kind_marks(rows["kind"])
    tooltip = tooltips(
        _STANDING,
        titles={"model": "Observer", "value": column("error_consistency").title},
        formats=_DIGITS,
    )
    mark = base.encode(y=y, tooltip=tooltip)
    paper = mark.transform_filter("isValid(datum.paper)")
    first = rows[rows["kind"] != _HUMANS].head(1)
    leader = "".join(f", {row.model} first among the models" for row in first.itertuples())
    return (
        alt.layer(
            humans.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
            humans.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x="value:Q"),
            mark.mark_rule(color=BAND, opacity=0.35).encode(x=x, x2=alt.datum(0)),
            mark.mark_rule(strokeWidth=3, opacity=0.6).encode(
                x="low:Q", x2="high:Q", color=kind["color"]
            ),
            mark.transform_filter("datum.origin == 'recomputed'")
            .mark_point(filled=True, size=55, opacity=1)
            .encode(x=x, **kind),
            paper.mark_point(filled=False, size=75, strokeWidth=1.6, opacity=1).encode(
                x="paper:Q", **kind
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
    options = [NOBODY, *models]
    start = start_with("ResNet-50", options)
    highlight = dropdown("highlight", "Highlight a model ", options, start)
    metrics = list(dict.fromkeys(rows["metric"]))
    leaders = {metric: _leaders(rows[rows["metric"] == metric]) for metric in metrics}
    height = max(map(len, leaders.values()))
    panels = [
        _metric_panel(rows[rows["metric"] == m], m, rows, [*names, *[""] * (height - len(names))])
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


def _metric_panel(
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
    kind = kind_marks(everyone["kind"])
    x = alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5))
    tooltip = tooltips(
        [*_STANDING, "position"],
        titles={"model": "Observer", "value": column(metric).title},
        formats=_DIGITS,
    )
    special = "datum.kind != 'Discriminative model'"
    chosen = base.transform_filter("datum.model == highlight")
    return alt.layer(
        base.mark_bar().encode(
            x=x,
            color=kind["color"],
            opacity=alt.condition(special, alt.value(1), alt.value(0.5)),
            tooltip=tooltip,
        ),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1)
        .encode(x="low:Q", x2="high:Q"),
        base.transform_filter(special)
        .mark_point(filled=True, size=70, opacity=1, xOffset=9)
        .encode(x=x, tooltip=tooltip, **kind),
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


_DIAMOND = "◆ "
_ORDERS = ("agreement with humans", "name, humans first")
_LARGEST = 0.8
"""Error consistency at which the colours end: hardly a pair lies above."""


def consistency_matrix(pairs: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 6 and 14 to 17: every observer against every other, one dataset at a time.

    Args:
        pairs: from `gcbook.chapters.error_consistency.tables.consistency_pairs`.
    """
    datasets = list(dict.fromkeys(pairs["dataset"]))
    start = start_with("Cue conflict", datasets)
    ceiling = pairs[pairs["a"] == _HUMANS].set_index("dataset")
    pairs = pairs[pairs["a"] != _HUMANS]
    names, places = _orders(pairs, datasets)
    cells = _compact(pairs, datasets, names)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    order = dropdown("order", "Order by ", list(_ORDERS), _ORDERS[0])
    # A pair is one row of the data and two cells of the matrix.
    base = (
        alt.Chart(by_column(cells, "d"))
        .transform_filter(f"{literal(datasets)}[datum.d] == dataset")
        .transform_flatten(["i", "j", "k", "l", "h", "m", "n"])
        .transform_calculate(side="datum.i == datum.j ? [0] : [0, 1]")
        .transform_flatten(["side"])
        .transform_calculate(
            row="places[order][datum.d][datum.side ? datum.j : datum.i]",
            column="places[order][datum.d][datum.side ? datum.i : datum.j]",
            kappa="datum.k / 1000",
            most="datum.m / 1000",
            one="names[order][datum.d][datum.row]",
            other="names[order][datum.d][datum.column]",
            interval="datum.l == null ? 'not computed' : "
            "format(datum.l / 1000, '.3f') + ' to ' + format(datum.h / 1000, '.3f')",
        )
    )
    label = f"names[order][indexof({literal(datasets)}, dataset)][datum.value]"
    look: dict[str, Any] = {
        "labelExpr": label,
        "labelColor": {
            "condition": {"test": f"{label}[0] == '{_DIAMOND[0]}'", "value": HUMAN},
            "value": INK,
        },
        "labelFontWeight": {
            "condition": {"test": f"{label}[0] == '{_DIAMOND[0]}'", "value": "bold"},
            "value": "normal",
        },
        "domain": False,
        "ticks": False,
    }
    base = base.encode(
        x=alt.X(
            "column:O",
            title=None,
            # Whole pixels leave no seams between the cells.
            scale=alt.Scale(round=True),
            axis=alt.Axis(**look, labelAngle=-90, labelOverlap=True, labelFontSize=9),
        ),
        y=alt.Y("row:O", title=None, axis=alt.Axis(**look, labelOverlap=False)),
    )
    squares = (
        base.transform_filter("datum.i != datum.j")
        .mark_rect()
        .encode(
            color=_diverging("kappa:Q", column("kappa").title, _LARGEST),
            tooltip=tooltips(["one", "other", "kappa", "interval", "most", "n"]),
        )
    )
    few = f"length(names[order][indexof({literal(datasets)}, dataset)]) <= 16"
    values = (
        base.transform_filter(f"datum.i != datum.j && {few}")
        .transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
        .mark_text(fontSize=9)
        .encode(text="short:N", color=cell_ink("abs(datum.kappa) > 0.6"))
    )
    diagonal = base.transform_filter("datum.i == datum.j").mark_rect(color=BAND, opacity=0.45)
    ceilings = {name: _ceiling(ceiling, name) for name in datasets}
    return (
        alt.layer(diagonal, squares, values)
        .add_params(
            dataset,
            order,
            alt.param(name="names", value=names),
            alt.param(name="places", value=places),
        )
        .properties(
            width="container",
            height=alt.Step(15),
            title=alt.TitleParams(
                text=alt.ExprRef(f"{literal(ceilings)}[dataset]"), anchor="start", fontSize=13
            ),
            description=(
                "Matrix of error consistency between every two observers on one dataset at a time, "
                f"at first {start}: rows and columns are single humans (with a diamond) and "
                "models, colours diverge around 0, the diagonal is grey. Ordered by agreement with "
                "humans, the humans form a block, and so do the models, which agree more with "
                f"each other than with humans. {ceilings[start]}."
            ),
        )
    )


def difference_matrix(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which networks differ: rows are the more consistent, columns the less consistent of a pair.

    Args:
        rows: from `gcbook.stats.differences.model_differences`.
    """
    if rows.empty:
        return nothing("Fewer than two networks to compare, or no bootstrap draws to do it with.")
    ranked = rows.sort_values(["higher_rank", "lower_rank"])
    order = list(dict.fromkeys([*ranked["higher"], *ranked["lower"]]))
    shown = rows.drop(columns=["higher_rank", "lower_rank"]).assign(
        differs=rows["differs"].eq(True),
        verdict=rows["differs"].replace({True: "differ", False: "not shown to differ"}),
    )
    base = alt.Chart(shown).encode(
        x=alt.X("lower:N", sort=order[1:], title=None, axis=alt.Axis(labelAngle=-90)),
        y=alt.Y("higher:N", sort=order, title=None),
    )
    tooltip = tooltips(
        ["higher", "lower", "difference", "low", "high", "p_corrected", "verdict"],
        formats={"p_corrected": ".3f"},
    )
    color = alt.Color(
        "difference:Q",
        title="Difference, where significant",
        scale=alt.Scale(scheme="greens", domain=[0, 0.1], clamp=True),
        legend=alt.Legend(orient="bottom", direction="horizontal", gradientLength=180),
    )
    written = base.transform_calculate(short="replace(format(datum.difference, '.3f'), '0.', '.')")
    return alt.layer(
        base.transform_filter("datum.differs").mark_rect().encode(color=color, tooltip=tooltip),
        base.transform_filter("!datum.differs")
        .mark_rect(filled=False, stroke=BAND, strokeDash=[2, 2], strokeWidth=1)
        .encode(tooltip=tooltip),
        written.transform_filter("datum.differs")
        .mark_text(fontSize=10, fontWeight="bold")
        .encode(text="short:N", color=cell_ink("datum.difference > 0.075"), tooltip=tooltip),
        written.transform_filter("!datum.differs")
        .mark_text(fontSize=10)
        .encode(text="short:N", tooltip=tooltip),
    ).properties(
        width="container",
        height=alt.Step(24),
        description=(
            f"Triangular matrix of {len(rows)} differences in error consistency between "
            f"networks. {rows['differs'].eq(True).sum()} are significant and shown in bold on a "
            "filled cell; the others stand in cells with a dashed outline, most of them near "
            "the diagonal, where networks of like rank meet."
        ),
    )


def _orders(
    pairs: pd.DataFrame, datasets: list[str]
) -> tuple[dict[str, list[list[str]]], dict[str, list[list[int]]]]:
    """Per order and dataset: names in that order, and each one's place in it.

    Observers are numbered in the first order, by agreement with humans.
    """
    sides = [
        pairs[["dataset", s, f"{s}_kind", f"{s}_humans"]].set_axis(
            ["dataset", "name", "kind", "humans"], axis=1
        )
        for s in ("a", "b")
    ]
    everyone = pd.concat(sides).drop_duplicates(["dataset", "name"])
    everyone = everyone.sort_values("humans", ascending=False, kind="stable")
    human = everyone["kind"] == _HUMANS
    everyone["name"] = everyone["name"].where(~human, _DIAMOND + everyone["name"])
    names: dict[str, list[list[str]]] = {order: [] for order in _ORDERS}
    places: dict[str, list[list[int]]] = {order: [] for order in _ORDERS}
    for dataset in datasets:
        there = everyone[everyone["dataset"] == dataset].reset_index(drop=True)
        # Numbers in names are padded, so that Human 10 follows Human 9.
        key = there["name"].str.lower().str.replace(r"\d+", lambda m: m[0].zfill(4), regex=True)
        by_kind = there.assign(model=there["kind"] != _HUMANS, key=key)
        by_kind = by_kind.sort_values(["model", "key"])
        for order, rows in zip(_ORDERS, (there, by_kind), strict=True):
            names[order].append(list(rows["name"]))
            place = pd.Series(range(len(rows)), index=rows.index)
            places[order].append([int(place[i]) for i in range(len(rows))])
    return names, places


def _compact(
    pairs: pd.DataFrame, datasets: list[str], names: dict[str, list[list[str]]]
) -> pd.DataFrame:
    """Cells as small whole numbers: dataset, the two observers, per mille; the page stays light."""
    numbers = {
        (dataset, name.removeprefix(_DIAMOND)): i
        for dataset, there in zip(datasets, names[_ORDERS[0]], strict=True)
        for i, name in enumerate(there)
    }
    cells = pd.DataFrame(
        {
            "d": pairs["dataset"].map(datasets.index),
            "i": [numbers[who] for who in zip(pairs["dataset"], pairs["a"], strict=True)],
            "j": [numbers[who] for who in zip(pairs["dataset"], pairs["b"], strict=True)],
            "k": per_mille(pairs["value"]),
            "l": per_mille(pairs["low"]),
            "h": per_mille(pairs["high"]),
            "m": per_mille(pairs["most"]),
            "n": pairs["n"],
        }
    )
    themselves = [
        {"d": d, "i": i, "j": i}
        for d, there in enumerate(names[_ORDERS[0]])
        for i in range(len(there))
    ]
    return pd.concat([cells, pd.DataFrame(themselves)], ignore_index=True)


def _ceiling(rows: pd.DataFrame, dataset: str) -> str:
    if dataset not in rows.index:
        return "No humans to compare among themselves"
    row = rows.loc[dataset]
    known = pd.notna(row["low"])
    span = f" ({row['low']:.2f} to {row['high']:.2f})" if known else ""
    return f"Humans among themselves: {row['value']:.2f}{span}"


def _diverging(field: str, title: str, largest: float) -> alt.Color:
    scale: dict[str, Any] = {"scheme": DIVERGING, "domain": [-largest, largest], "clamp": True}
    return alt.Color(
        field,
        title=title,
        scale=alt.Scale(**scale),
        legend=alt.Legend(
            orient="bottom",
            direction="horizontal",
            gradientLength=180,
            format=".1f",
            values=[-largest, -largest / 2, 0, largest / 2, largest],
        ),
    )


_MARK = "◆ "
"""Before the names of generative miniatures."""


def fig_miniature_consistency(
    pairs: pd.DataFrame, orders: Mapping[str, Sequence[str]]
) -> alt.TopLevelMixin:
    """Error consistency of every two miniatures, one group of images at a time.

    Args:
        pairs: from `gcbook.miniworld.results.consistency.pair_kappas`, with ``group``.
        orders: of the models, by group.
    """
    if pairs.empty:
        return nothing("Fewer than two miniatures have all these scores.")
    groups = list(dict.fromkeys(pairs["group"]))
    shown = dropdown("mini_group", "Images ", groups, groups[-1])
    names = {
        group: [_MARK + name if name.startswith(GENERATIVE) else name for name in orders[group]]
        for group in groups
    }
    cells = _cells(pairs, orders)
    label = f"{literal(names)}[mini_group][datum.value]"
    axis: dict[str, Any] = {"labelExpr": label, "domain": False, "ticks": False}
    base = (
        alt.Chart(cells)
        .transform_filter("datum.group === mini_group")
        .transform_calculate(
            one=f"{literal(names)}[mini_group][datum.row]",
            other=f"{literal(names)}[mini_group][datum.column]",
        )
        .encode(
            x=alt.X("column:O", title=None, axis=alt.Axis(**axis, labelAngle=-90)),
            y=alt.Y("row:O", title=None, axis=alt.Axis(**axis, labelOverlap=False)),
        )
    )
    color = _diverging("kappa:Q", column("kappa").title, _LARGEST)
    pair = base.transform_filter("datum.row !== datum.column")
    tooltip = tooltips(["one", "other", "kappa", "low", "high", "most"])
    ink = cell_ink("abs(datum.kappa) > 0.6")
    written = pair.transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
    size = max(len(order) for order in orders.values())
    # Where cells are too narrow for a number, colour and the data table have to do.
    letters = alt.ExprRef(f"width / {size} < 16 ? 0 : width / {size} < 22 ? 8 : 10")
    return (
        alt.layer(
            base.transform_filter("datum.row === datum.column").mark_rect(color=BAND, opacity=0.45),
            pair.mark_rect().encode(color=color, tooltip=tooltip),
            written.mark_text(fontSize=letters).encode(text="short:N", color=ink, tooltip=tooltip),
        )
        .add_params(shown)
        .properties(
            width="container",
            height=30 * size,
            description=(
                "Matrix of error consistency between every two miniatures, over one group of "
                f"images at a time ({', '.join(groups)}). Names with a diamond are generative; "
                "neighbours err alike. "
                + " ".join(
                    f"{row.group}, {row.a} and {row.b}: {row.kappa:.2f}."
                    for row in pairs.head(12).itertuples()
                )
            ),
        )
        .configure_axis(labelLimit=150)
    )


def _cells(pairs: pd.DataFrame, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Both halves of the matrix and its diagonal, by place in the order of each group."""
    place = {(group, name): i for group, order in orders.items() for i, name in enumerate(order)}
    values = ["kappa", "low", "high", "most"]
    halves = [
        pairs[["group", *values]].assign(
            row=[place[key] for key in zip(pairs["group"], pairs[one], strict=True)],
            column=[place[key] for key in zip(pairs["group"], pairs[other], strict=True)],
        )
        for one, other in (("a", "b"), ("b", "a"))
    ]
    diagonal = pd.DataFrame(
        [
            {"group": group, "row": i, "column": i}
            for group, order in orders.items()
            for i in range(len(order))
        ]
    )
    return pd.concat([*halves, diagonal], ignore_index=True)
