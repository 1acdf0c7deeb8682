"""Fig. 9: three comparisons with people, each against accuracy."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import highlight, kind_marks, side_by_side
from gcbook.charts.theme import INK
from gcbook.stats.agreement import PAIR_METRICS


def benchmark_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each comparison with people against accuracy, a mark a model.

    Args:
        rows: from `gcbook.chapters.tables.tables.metric_rows`.
    """
    metrics = [name for name in PAIR_METRICS if rows[name].notna().any()]
    kind, names = kind_marks(rows["kind"], title=None), Names.of(rows["observer"])
    return side_by_side(
        [_metric_panel(rows.dropna(subset=metric), metric, kind, names) for metric in metrics],
        [highlight(rows, names, "follow", "Highlight a model "), names.parameter()],
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
    y = alt.Y(f"{metric}:Q", title=None, scale=scale)
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
    ).properties(width=165, height=190, title=column(metric).title)
