"""Figures of error consistency: Figs. 4, 6, 10 and 14 to 17 of the paper.

Tables come from `gcbook.chapters.error_consistency.tables`. Humans are marked with a diamond as
well as by colour.
"""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.error_consistency.tables import AGREEMENT
from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.columns import tooltips
from gcbook.charts.ladder import fig_ladder
from gcbook.charts.names import NAMES
from gcbook.charts.parts import by_column, dropdown, finish, literal, nothing, sequential
from gcbook.charts.strength import fig_strength
from gcbook.charts.theme import BAND, HUMAN, INK, OWN
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.paper.observers import OWN as OWN_KINDS

_TITLE = "Error consistency with humans"
_DIAMOND, _STAR = "◆ ", "★ "
_MOST = 0.8
"""Where the colours end: hardly a pair exceeds it."""


def fig_standings(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 4: error consistency with humans of some models, and the human level.

    Args:
        rows: from `gcbook.stats.shortlist.with_table1`.
    """
    return fig_ladder(
        rows,
        # The people's interval ends at .45.
        alt.X("value:Q", title=_TITLE).scale(domain=[0, 0.5]).axis(tickCount=5),
        description="Error consistency with humans over the datasets, a row a model.",
    )


def fig_datasets(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A row a dataset: the human level, and each network's error consistency with the humans.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.agreement_with_humans`.
    """
    levels = rows[rows["observer"] == HUMANS_TITLE].sort_values("kappa", ascending=False)
    networks = rows[rows["kind"] != HUMANS_TITLE]
    order = {name: place for place, name in enumerate(levels["dataset"])}
    shown = pd.concat([levels, networks]).sort_values(
        "dataset", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )
    return fig_among_networks(
        shown,
        alt.X("kappa:Q", title=_TITLE).axis(tickCount=10),
        row="dataset",
        said=[name for name in AGREEMENT if name != "kind"],
        control="agrees",
        start="ResNet-50",
        cap="most",
        step=26,
        description=(
            f"Error consistency with humans on {len(levels)} datasets, a row each. A diamond with "
            "its interval is the mean over pairs of humans; dots are the models. Of a "
            "highlighted model the interval is drawn too, and a tick at the most that its accuracy "
            "would allow."
        ),
    )


def fig_conditions(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 10, lower half: error consistency with humans against condition, twelve panels.

    Args:
        rows: from `gcbook.chapters.error_consistency.tables.consistency_by_condition`.
    """
    return fig_strength(
        rows,
        alt.Y("kappa:Q", title="κ with humans").scale(domain=[-0.2, 0.8], clamp=True),
        guess=0,
        control="consistent",
        description="Error consistency with humans: a line for the humans among themselves, with "
        "a band for the interval, one for every model, one at chance, and shaded conditions that "
        "the benchmark leaves out.",
    )


def fig_matrix(pairs: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 6 and 14 to 17: observers against observers, one dataset at a time.

    Args:
        pairs: from `gcbook.chapters.error_consistency.tables.matrix_pairs`.
    """
    if pairs.empty:
        return nothing("None of the datasets with a single manipulation is among those chosen.")
    datasets = list(dict.fromkeys(pairs["dataset"]))
    cells, names = _cells(pairs)
    here = f"{NAMES}[dataset]"
    base = alt.Chart(by_column(cells, "dataset")).transform_filter("datum.dataset == dataset")
    base = base.transform_flatten(["row", "column", "kappa", "low", "high", "most"])
    base = base.transform_calculate(
        one=f"{here}[datum.row]",
        other=f"{here}[datum.column]",
        interval="isValid(datum.low) ? format(datum.low, '.2f') + ' to ' + "
        "format(datum.high, '.2f') : 'not computed'",
    )
    human, own = (
        f"indexof({here}[datum.value], {literal(mark)}) == 0" for mark in (_DIAMOND, _STAR)
    )
    y = alt.Y("row:O", title=None).axis(
        labelExpr=f"{here}[datum.value]",
        labelColor={
            "condition": [{"test": human, "value": HUMAN}, {"test": own, "value": OWN}],
            "value": INK,
        },
        labelFontWeight={"condition": {"test": own, "value": "bold"}, "value": "normal"},
        labelOverlap=False,
        domain=False,
        ticks=False,
    )
    # Whole pixels leave no seams between the cells.
    x: Any = alt.X("column:O", title="Same observers, same order").scale(round=True)
    base = base.encode(x=x.axis(labels=False, domain=False, ticks=False), y=y)
    squares = base.transform_filter("datum.row != datum.column").mark_rect()
    color = sequential(
        "kappa:Q",
        "Error consistency",
        _MOST,
        format=".1f",
        values=[0, 0.2, 0.4, 0.6, _MOST],
        gradientLength=180,
    )
    tooltip = tooltips(
        ["one", "other", "kappa", "interval", "most"], formats={"kappa": ".2f", "most": ".2f"}
    )
    diagonal = base.transform_filter("datum.row == datum.column")
    choice = dropdown("dataset", "Dataset ", datasets, datasets[0])
    return finish(
        alt.layer(
            squares.encode(color=color, tooltip=tooltip),
            diagonal.mark_rect(color=BAND, opacity=0.45),
        ).add_params(choice, alt.param(name=NAMES, value=names)),
        height=alt.Step(20),
        description=(
            "Matrix of error consistency between every two observers on one dataset at a time, at "
            f"first {datasets[0]}: rows and columns are single humans (with a diamond), own "
            "observers (with a star) and networks, the darker the more consistent, the diagonal "
            "grey. The order is by agreement with humans."
        ),
    )


def _cells(pairs: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Both cells of every pair and the diagonal, and the names of rows by dataset.

    Observers are counted by their agreement with humans on each dataset.
    """
    names, tables = {}, []
    for dataset, there in pairs.groupby("dataset", sort=False):
        columns = ["name", "kind", "humans"]
        sides = (there[[s, f"{s}_kind", f"{s}_humans"]] for s in ("a", "b"))
        everyone = pd.concat([side.set_axis(columns, axis=1) for side in sides])
        everyone = everyone.drop_duplicates("name")
        everyone = everyone.sort_values("humans", ascending=False, kind="stable", ignore_index=True)
        marks = everyone["kind"].map({HUMANS_TITLE: _DIAMOND} | dict.fromkeys(OWN_KINDS, _STAR))
        names[str(dataset)] = (marks.fillna("") + everyone["name"]).tolist()
        place = {name: i for i, name in enumerate(everyone["name"])}
        values = there[["kappa", "low", "high", "most"]].round(2)
        one = values.assign(row=there["a"].map(place), column=there["b"].map(place))
        other = one.rename(columns={"row": "column", "column": "row"})
        itself = pd.DataFrame({"row": list(place.values()), "column": list(place.values())})
        tables.append(pd.concat([one, other, itself]).assign(dataset=dataset))
    return pd.concat(tables, ignore_index=True), names
