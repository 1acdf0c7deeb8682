"""Figures of error consistency: Figs. 4, 6, 9, 10 and 14 to 17 of the paper, and why kappa.

Tables come from `gcbook.chapters.error_consistency.tables`, `gcbook.stats.benchmark_tables` and
`gcbook.stats.differences`. Humans are marked with a diamond as well as by colour.
"""

from itertools import product
from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.error_consistency.tables import AGREEMENT, PAIR_KINDS
from gcbook.charts.columns import column, tooltips
from gcbook.charts.names import NAMES, Names, name_of
from gcbook.charts.parts import (
    by_column,
    cell_ink,
    condition_x,
    diverging,
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
    side_by_side,
    small_panels,
    start_with,
)
from gcbook.charts.theme import BAND, DISCRIMINATIVE, HUMAN, INK
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.agreement import PAIR_METRICS

_MODEL = "Highlight a model "
_LEAST = 0.3
"""Where both axes of consistency start."""

_BETWEEN = "#8467d7"
"""Pairs of a human and a model; apart from red and grey with any colour vision, 3:1 on both."""


def observed_against_expected(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Observed consistency against what independent errors would give, a mark a kind and dataset.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.means_by_kind`.
    """
    scale = alt.Scale(domain=[_LEAST, 1], clamp=True)
    axes: dict[str, Any] = {
        "x": alt.X("expected:Q", title="Expected from the two accuracies alone", scale=scale),
        "y": alt.Y("observed:Q", title=column("observed").title, scale=scale),
    }
    marks = look(
        "pair",
        PAIR_KINDS,
        color=[HUMAN, _BETWEEN, DISCRIMINATIVE],
        shape=["diamond", "triangle-up", "circle"],
        title=None,
    )
    tooltip = tooltips(["dataset", "pair", "observed", "expected", "kappa", "pairs"])
    points = alt.Chart(rows).mark_point(filled=True, size=60, opacity=0.85)
    return finish(
        alt.layer(*_equal_kappa(axes), points.encode(**axes, **marks, tooltip=tooltip)),
        height=360,
        description=(
            "Observed consistency (vertical) against the consistency that independent errors "
            "would give (horizontal), a mark for pairs of humans, mixed pairs and pairs of models "
            "on each dataset. Points on the diagonal agree no more than by chance; dashed lines "
            "above it join pairs of equal error consistency."
        ),
    )


def error_consistency_ranking(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 4: error consistency with humans of every model, sorted, and the human level.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.ranking_rows`.
    """
    show = {
        "all": "true",
        "recomputed only": "datum.origin == 'recomputed'",
        "published only": "isValid(datum.paper) || datum.kind == 'Humans'",
        "generative models and humans": "datum.kind != 'Discriminative model'",
    }
    chosen = " || ".join(f"(show == '{name}' && ({test}))" for name, test in show.items())
    # The domain is explicit, for layers that filter would each sort their own.
    names = Names.of(rows["observer"])
    y = names.rows("observer", rows["observer"])
    x = alt.X("kappa:Q", title="Error consistency with humans", scale=alt.Scale(zero=True))
    kind = kind_marks(rows["kind"], title=None)
    tooltip = tooltips(["observer", "kappa", "low", "high", "paper"])
    base = names.chart(rows.drop(columns="position").round(3), "observer").transform_filter(chosen)
    humans = base.transform_filter("datum.kind == 'Humans'")
    mark = base.encode(y=y, tooltip=tooltip)
    first = rows[rows["kind"] != HUMANS_TITLE].head(1)
    leader = "".join(f", {row.observer} first among the models" for row in first.itertuples())
    layers = [
        humans.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
        humans.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x="kappa:Q"),
        mark.mark_rule(color=BAND, opacity=0.35).encode(x=x, x2=alt.datum(0)),
        mark.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=kind["color"]),
        mark.transform_filter("datum.origin == 'recomputed'")
        .mark_point(filled=True, size=55, opacity=1)
        .encode(x=x, **kind),
        mark.transform_filter("isValid(datum.paper)")
        .mark_point(filled=False, size=75, strokeWidth=1.6, opacity=1)
        .encode(x="paper:Q", **kind),
    ]
    return finish(
        alt.layer(*layers).add_params(
            dropdown("show", "Show ", list(show), "all"), names.parameter()
        ),
        height=alt.Step(14),
        description=(
            "Error consistency with humans over the datasets, one row a model, sorted"
            f"{leader}. A dashed line with a band marks the level of humans among "
            "themselves. Filled marks with an interval are recomputed, hollow ones printed in the "
            "paper."
        ),
    )


def dataset_agreement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A row a dataset: the human level, and each network's error consistency with the humans.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
    """
    levels = rows[rows["observer"] == HUMANS_TITLE].sort_values("kappa", ascending=False)
    networks = rows[rows["kind"] != HUMANS_TITLE]
    y = alt.Y("dataset:N", title=None, sort=list(levels["dataset"]))
    y = y.axis(grid=True, gridDash=[1, 3])
    x = alt.X("kappa:Q", title="Error consistency with humans").axis(tickCount=10)
    kind = kind_marks(rows["kind"], title=None)
    tooltip = tooltips(["dataset", "observer", "kappa", "low", "high", "most"])
    names = Names.of(networks["observer"])
    columns = by_column(names.coded(networks[AGREEMENT], "observer"), "dataset")
    dots = alt.Chart(columns).transform_flatten([str(c) for c in columns if c != "dataset"])
    dots = dots.transform_calculate(observer=name_of("observer")).encode(y=y, tooltip=tooltip)
    chosen = dots.transform_filter("datum.observer_id == agrees")
    humans = alt.Chart(levels).encode(y=y, tooltip=tooltip)
    layers = [
        dots.mark_point(filled=True, size=26, opacity=0.5).encode(x=x, **kind),
        humans.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=kind["color"]),
        humans.mark_point(filled=True, size=80, opacity=1).encode(x=x, **kind),
        chosen.mark_rule(color=INK, strokeWidth=1.6).encode(x="low:Q", x2="high:Q"),
        chosen.mark_point(filled=True, size=50, color=INK, opacity=1).encode(x=x),
        chosen.mark_tick(color=INK, thickness=2, size=13).encode(x="most:Q"),
    ]
    return finish(
        alt.layer(*layers).add_params(
            highlight(rows, names, "agrees", _MODEL, "ResNet-50"), names.parameter()
        ),
        height=alt.Step(23),
        description=(
            f"Error consistency with humans on {len(levels)} datasets, a row each. A diamond with "
            "its interval is the mean over pairs of humans; dots are the models. Of a "
            "highlighted model the interval is drawn too, and a tick at the most that its accuracy "
            "would allow."
        ),
    )


def consistency_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 10, lower half: error consistency with humans against condition, twelve panels.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.consistency_by_condition`.
    """
    if rows.empty:
        return nothing("No dataset with several conditions is among those chosen.")
    n_models = rows.loc[rows["kind"] != HUMANS_TITLE, "observer"].nunique()
    names, groups = Names.of(rows["observer"]), rows.groupby("dataset", sort=False)
    # Colours are those of all panels, some of which lack a kind.
    color = kind_marks(rows["kind"], title=None)["color"]
    panels = [_panel(group, str(title), color, names) for title, group in groups]
    return small_panels(
        panels,
        [highlight(rows, names, "highlight", _MODEL), names.parameter()],
        f"{len(panels)} panels, one a dataset: error consistency with humans against the "
        "strength of the image manipulation. A line for the humans among themselves, with a band "
        f"for the interval, and one for each of {n_models} models; conditions that the "
        "benchmark leaves out are shaded.",
        shared=["color"],
        symbolSize=120,
        symbolOpacity=1,
    )


def _panel(
    rows: pd.DataFrame, title: str, color: alt.Color, names: Names
) -> alt.LayerChart | alt.FacetChart:
    order = list(rows.sort_values("position")["condition"].drop_duplicates())
    x = condition_x(order, str(rows["strength"].iloc[0]), 0 if len(order) < 5 else -40)
    scale = alt.Scale(domain=[-0.2, 0.8], clamp=True)
    title_y = column("error_consistency").title
    y, low = (alt.Y(f"{name}:Q", title=title_y, scale=scale) for name in ("kappa", "low"))
    base = alt.Chart().encode(x=x, y=y)
    humans = base.transform_filter("datum.kind === 'Humans'")
    models = base.transform_filter("datum.kind !== 'Humans' && datum.kappa !== null")
    chosen = base.transform_filter("datum.observer_id === highlight")
    tooltip = tooltips(["observer", "kappa", "low", "high", "condition"])
    shaded = rows.loc[rows["left_out"], ["condition"]].drop_duplicates()
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[2, 3], color=BAND)
    values = ["condition", "kappa", "low", "high"]
    lines = names.coded(rows[["observer", "kind", *values]], "observer")
    # The data and the way back are of all layers at once, so that a panel says them once.
    return (
        alt.layer(
            left_out(shaded, x),
            zero.encode(y="zero:Q"),
            humans.mark_area(color=HUMAN, opacity=0.2).encode(y=low, y2="high:Q"),
            models.mark_line(strokeWidth=1.2, opacity=0.6).encode(
                color=color, detail="observer_id:N", tooltip="observer:N"
            ),
            humans.mark_line(strokeWidth=2.4).encode(color=color),
            humans.mark_point(filled=True, size=45, opacity=1, shape="diamond").encode(
                color=color, tooltip=tooltip
            ),
            chosen.mark_rule(strokeWidth=1.2, color=INK).encode(y=low, y2="high:Q"),
            chosen.mark_line(strokeWidth=2.2, color=INK),
            chosen.mark_point(filled=True, size=34, color=INK, opacity=1).encode(tooltip=tooltip),
            data=by_column(lines, ["observer_id", "kind"]),
            title=title,
            width=165,
            height=130,
        )
        .transform_flatten([*values])
        .transform_calculate(observer=name_of("observer"))
    )


def benchmark_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 9's four metrics: each comparison with people against accuracy, a mark a model.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.metric_rows`.
    """
    metrics = [name for name in PAIR_METRICS if rows[name].notna().any()]
    kind, names = kind_marks(rows["kind"], title=None), Names.of(rows["observer"])
    return side_by_side(
        [_metric_panel(rows.dropna(subset=metric), metric, kind, names) for metric in metrics],
        [highlight(rows, names, "follow", _MODEL, "SWAG ViT-H/14"), names.parameter()],
        f"{len(metrics)} panels, a mark for each of {len(rows) - 1} models and the humans: "
        "accuracy difference, observed consistency and error consistency with humans, each "
        "against accuracy out of distribution.",
        columns=3,
    )


def _metric_panel(
    rows: pd.DataFrame, metric: str, kind: dict[str, Any], names: Names
) -> alt.LayerChart | alt.FacetChart:
    axes = ["ood_accuracy", metric]
    scale = alt.Scale(zero=False)
    x = alt.X("ood_accuracy:Q", title=column("ood_accuracy").title, scale=scale)
    y = alt.Y(f"{metric}:Q", title=column(metric).title, scale=scale)
    tooltip = tooltips(["observer", *axes], formats=dict.fromkeys(axes, ".3f"))
    base = names.chart(rows[["observer", "kind", *axes]], "observer")
    base = base.encode(x=x, y=y, tooltip=tooltip)
    many, special = (
        base.transform_filter(f"datum.kind {test} 'Discriminative model'") for test in ("==", "!=")
    )
    return alt.layer(
        many.mark_point(filled=True, size=28, opacity=0.55).encode(**kind),
        special.mark_point(filled=True, size=95, opacity=1).encode(**kind),
        base.transform_filter("datum.observer_id === follow").mark_point(
            filled=False, size=110, strokeWidth=2, color=INK, opacity=1
        ),
    ).properties(width=165, height=190)


def _equal_kappa(axes: dict[str, Any]) -> list[alt.Chart]:
    """The diagonal of independent errors, and lines of equal kappa: y = x + kappa (1 - x)."""
    ends = product((0.0, 0.2, 0.4, 0.6, 0.8), (_LEAST, 1.0))
    lines = pd.DataFrame(ends, columns=["level", "expected"])
    lines["observed"] = lines["expected"] + lines["level"] * (1 - lines["expected"])
    lines["label"] = lines["level"].map("κ = {:g}".format)
    base = alt.Chart(lines).encode(**axes)
    curved = base.transform_filter("datum.level > 0")
    middle = alt.Chart(pd.DataFrame({"expected": [0.7], "observed": [0.7]})).encode(**axes)
    return [
        curved.mark_line(strokeDash=[3, 3], color=BAND, strokeWidth=1).encode(detail="level:N"),
        base.transform_filter("datum.level == 0").mark_line(color=INK, strokeWidth=1.4),
        curved.transform_filter(f"datum.expected == {_LEAST}")
        .mark_text(align="left", dx=3, dy=-11, fontSize=10)
        .encode(text="label:N"),
        middle.mark_text(align="left", dx=8, dy=10, fontSize=10, text="independent errors"),
    ]


_DIAMOND = "◆ "


def consistency_matrix(pairs: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 6 and 14 to 17: every observer against every other, one dataset at a time.

    Args:
        pairs: from `gcbook.chapters.error_consistency.tables.consistency_pairs`.
    """
    datasets = list(dict.fromkeys(pairs["dataset"]))
    start = start_with("Cue conflict", datasets)
    levels = pairs["a"] == HUMANS_TITLE
    ceilings = {name: _ceiling(pairs[levels & (pairs["dataset"] == name)]) for name in datasets}
    cells, names, people = _compact(pairs[~levels], datasets)
    shown = f"indexof({literal(datasets)}, dataset)"
    here = f"{NAMES}[{shown}]"
    # A pair is one row of the data and two cells of the matrix.
    base = (
        alt.Chart(by_column(cells, "d"))
        .transform_filter(f"{literal(datasets)}[datum.d] == dataset")
        .transform_flatten(["i", "j", "k", "l", "h", "m"])
        .transform_calculate(side="datum.i == datum.j ? [0] : [0, 1]")
        .transform_flatten(["side"])
        .transform_calculate(
            row="datum.side ? datum.j : datum.i",
            column="datum.side ? datum.i : datum.j",
            kappa="datum.k / 100",
            most="datum.m / 100",
            one=f"{NAMES}[datum.d][datum.row]",
            other=f"{NAMES}[datum.d][datum.column]",
            interval="datum.l == null ? 'not computed' : "
            "format(datum.l / 100, '.2f') + ' to ' + format(datum.h / 100, '.2f')",
        )
    )
    human = f"indexof({literal(people)}[{shown}], datum.value) >= 0"
    axis: dict[str, Any] = {
        "labelExpr": f"{here}[datum.value]",
        "labelColor": {"condition": {"test": human, "value": HUMAN}, "value": INK},
        "labelFontWeight": {"condition": {"test": human, "value": "bold"}, "value": "normal"},
        "domain": False,
        "ticks": False,
    }
    base = base.encode(
        # Whole pixels leave no seams between the cells.
        x=alt.X("column:O", title=None, scale=alt.Scale(round=True)).axis(
            **axis, labelAngle=-90, labelOverlap=True, labelFontSize=9
        ),
        y=alt.Y("row:O", title=None).axis(**axis, labelOverlap=False),
    )
    pair = base.transform_filter("datum.i != datum.j")
    squares = pair.mark_rect().encode(
        color=diverging(),
        tooltip=tooltips(
            ["one", "other", "kappa", "interval", "most"], formats={"kappa": ".2f", "most": ".2f"}
        ),
    )
    values = (
        pair.transform_filter(f"length({here}) <= 16")
        .transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
        .mark_text(fontSize=9)
        .encode(text="short:N", color=cell_ink("abs(datum.kappa) > 0.6"))
    )
    diagonal = base.transform_filter("datum.i == datum.j").mark_rect(color=BAND, opacity=0.45)
    title = alt.TitleParams(
        text=alt.ExprRef(f"{literal(ceilings)}[dataset]"), anchor="start", fontSize=13
    )
    return (
        alt.layer(diagonal, squares, values, title=title)
        .add_params(
            dropdown("dataset", "Dataset ", datasets, start), alt.param(name=NAMES, value=names)
        )
        .properties(
            width="container",
            height=alt.Step(15),
            description=(
                "Matrix of error consistency between every two observers on one dataset at a time, "
                f"at first {start}: rows and columns are single humans (with a diamond) and "
                "models, colours diverge around 0, the diagonal is grey. The order is by agreement "
                f"with humans. {ceilings[start]}."
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
    names = Names.of(rows["higher"], rows["lower"])
    order = [*names.ids]
    shown = rows.drop(columns=["higher_rank", "lower_rank", "p"]).assign(
        differs=rows["differs"].eq(True),
        verdict=rows["differs"].replace({True: "differ", False: "not shown to differ"}),
    )
    shown = shown.round({"difference": 3, "low": 3, "high": 3, "p_corrected": 4})
    base = (
        names.chart(shown, "higher", "lower")
        .transform_calculate(short="replace(format(datum.difference, '.3f'), '0.', '.')")
        .encode(
            x=alt.X("lower_id:N", sort=names.of_names(order[1:]), title=None).axis(
                labelAngle=-90, **names.axis(order[1:])
            ),
            y=names.rows("higher", order),
            tooltip=tooltips(
                ["higher", "lower", "difference", "low", "high", "p_corrected", "verdict"],
                formats={"p_corrected": ".3f"},
            ),
        )
    )
    told, untold = (base.transform_filter(f"{no}datum.differs") for no in ("", "!"))
    most = 0.1
    color = sequential(
        "difference:Q",
        "Difference, where significant",
        most,
        orient="bottom",
        direction="horizontal",
        gradientLength=180,
    )
    ink = sequential_ink("datum.difference", most)
    return (
        alt.layer(
            told.mark_rect().encode(color=color),
            untold.mark_rect(filled=False, stroke=BAND, strokeDash=[2, 2], strokeWidth=1),
            told.mark_text(fontSize=10, fontWeight="bold").encode(text="short:N", color=ink),
            untold.mark_text(fontSize=10).encode(text="short:N"),
        )
        .add_params(names.parameter())
        .properties(
            width="container",
            height=alt.Step(24),
            description=(
                f"Triangular matrix of {len(rows)} differences in error consistency between "
                f"networks. {rows['differs'].eq(True).sum()} are significant and shown in bold on "
                "a filled cell; the others stand in cells with a dashed outline."
            ),
        )
    )


def _compact(
    pairs: pd.DataFrame, datasets: list[str]
) -> tuple[pd.DataFrame, list[list[str]], list[list[int]]]:
    """Cells as small whole numbers: dataset, the two observers, hundredths; names; who is human.

    Observers are counted by their agreement with humans on each dataset; the names of humans have
    a diamond.
    """
    columns = ["dataset", "name", "kind", "humans"]
    sides = (pairs[["dataset", s, f"{s}_kind", f"{s}_humans"]] for s in ("a", "b"))
    everyone = pd.concat([side.set_axis(columns, axis=1) for side in sides])
    everyone = everyone.drop_duplicates(["dataset", "name"])
    everyone = everyone.sort_values("humans", ascending=False, kind="stable", ignore_index=True)
    everyone["place"] = everyone.groupby("dataset").cumcount()
    place = everyone.set_index(["dataset", "name"])["place"]
    cells = (100 * pairs[["kappa", "low", "high", "most"]]).round().astype("Int64")
    cells = cells.set_axis(["k", "l", "h", "m"], axis=1).assign(d=pairs["dataset"])
    for key, side in (("i", "a"), ("j", "b")):
        who = pd.MultiIndex.from_frame(pairs[["dataset", side]])
        cells[key] = place.reindex(who).to_numpy()
    themselves = everyone[["dataset", "place"]].set_axis(["d", "i"], axis=1)
    cells = pd.concat([cells, themselves.assign(j=themselves["i"])], ignore_index=True)
    human = everyone["kind"] == HUMANS_TITLE
    names = everyone["name"].mask(human, _DIAMOND + everyone["name"])
    by_dataset = names.groupby(everyone["dataset"]).agg(list)
    people = [everyone.loc[human & (everyone["dataset"] == d), "place"] for d in datasets]
    return (
        cells.assign(d=cells["d"].map(datasets.index)),
        [by_dataset[name] for name in datasets],
        [each.tolist() for each in people],
    )


def _ceiling(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "No humans to compare among themselves"
    row = rows.iloc[0]
    known = pd.notna(row["low"])
    span = f" ({row['low']:.2f} to {row['high']:.2f})" if known else ""
    return f"Humans among themselves: {row['kappa']:.2f}{span}"
