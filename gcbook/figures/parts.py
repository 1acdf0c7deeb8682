"""Small pieces that charts share."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

__all__ = ["dropdown", "literal", "nothing", "per_mille", "start_with"]


def dropdown(name: str, label: str, options: Sequence[str], start: str) -> alt.Parameter:
    """A parameter that a reader sets in a list; ``label`` stands before it."""
    return alt.param(
        name=name, value=start, bind=alt.binding_select(options=list(options), name=label)
    )


def start_with(wished: str, options: Sequence[str]) -> str:
    """What a list shows at first: the wished option if it is there, else the first.

    >>> start_with("Edge", ["Sketch", "Edge"]), start_with("Edge", ["Sketch"])
    ('Edge', 'Sketch')
    """
    return wished if wished in options else options[0]


def literal(value: Any) -> str:
    """A value as it is written in a Vega expression.

    >>> literal(["Edge", 1])
    '["Edge", 1]'
    """
    return json.dumps(value, ensure_ascii=False)


def per_mille(values: pd.Series) -> pd.Series:
    """Fractions as whole thousandths, which take a page less room; missing ones stay missing.

    >>> per_mille(pd.Series([0.2345, None])).tolist()
    [234, <NA>]
    """
    return (1000 * values).round().astype("Int64")


def nothing(message: str) -> alt.Chart:
    """What stands in a chart's place where the reader's choices leave nothing to draw."""
    return (
        alt.Chart(pd.DataFrame({"message": [message]}))
        .mark_text()
        .encode(text="message:N")
        .properties(width="container", height=60, description=message)
    )
