"""Names in a chart: labels that a reader sees, and nothing that the chart looks anything up by.

Vega keeps groups, domains and selections in JavaScript objects whose keys are the values of a
field, and every such object already has a ``constructor`` and a ``toString``. Observers may be
called so. In the rows of a chart they are therefore ``o0, o1, …``: a column ``observer`` becomes
``observer_id``. The names stand once, in the parameter ``names``, by these ids; labels and tooltips
take them from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import altair as alt
import pandas as pd

NAMES = "names"
"""The parameter that holds the names, id → name."""

NAME_OF_TICK = f"{NAMES}[datum.value]"
"""An axis's or legend's label, an expression; the page's script shortens it on a narrow screen."""


def name_of(column: str) -> str:
    """The name that a row has in a column, an expression.

    >>> name_of("observer")
    'names[datum.observer_id]'
    """
    return f"{NAMES}[datum.{column}_id]"


@dataclass(frozen=True)
class Names:
    """The names of one chart.

    Attributes:
        ids: name → id.
    """

    ids: Mapping[str, str]

    @classmethod
    def of(cls, *columns: Iterable[str]) -> Self:
        """The names in some columns, numbered as they come.

        >>> Names.of(["ResNet-50", "toString", "ResNet-50"]).ids
        {'ResNet-50': 'o0', 'toString': 'o1'}
        """
        found = dict.fromkeys(str(name) for column in columns for name in column)
        return cls({name: f"o{i}" for i, name in enumerate(found)})

    @property
    def labels(self) -> dict[str, str]:
        """Id → name."""
        return {key: name for name, key in self.ids.items()}

    def of_names(self, names: Iterable[str]) -> list[str]:
        """The ids of some names."""
        return [self.ids[name] for name in names]

    def options(self, names: Iterable[str]) -> dict[str, str]:
        """What a reader chooses among: ids, with the names that the reader sees."""
        return {self.ids[name]: name for name in names}

    def parameter(self, labels: Mapping[str, str] | None = None) -> alt.Parameter:
        """The parameter that every chart with ids needs; ``labels`` (by id) where they differ."""
        return alt.param(name=NAMES, value=dict(labels or self.labels))

    def coded(self, rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """Rows with ids in the place of the names in some columns."""
        ids = {f"{column}_id": rows[column].astype(str).map(self.ids) for column in columns}
        return rows.drop(columns=[*columns]).assign(**ids)

    def chart(self, rows: pd.DataFrame, *columns: str) -> alt.Chart:
        """A chart of `coded` rows, which have their names back for tooltips and text."""
        chart = alt.Chart(self.coded(rows, *columns))
        return chart.transform_calculate(**{column: name_of(column) for column in columns})

    def rows(self, column: str, names: Iterable[str], **axis: Any) -> alt.Y:
        """The channel of a row a name, in the order given; ``axis`` has options of its axis."""
        order = list(dict.fromkeys(names))
        return alt.Y(f"{column}_id:N", sort=self.of_names(order), title=None).axis(
            **{**self.axis(order), **axis}
        )

    def axis(self, names: Iterable[str]) -> dict[str, Any]:
        """Options of an axis or a legend of ids: the names are written, and said to who listens."""
        order = list(names)
        said = f"{len(order)} names, from {order[0]} to {order[-1]}" if order else "No names"
        return {"labelExpr": NAME_OF_TICK, "description": said}
