"""Where a reader's own observers stand on a page's measure: what a page opens with."""

import pandas as pd

from gcbook.charts.columns import column
from gcbook.charts.render import Shown, table

_SHOWN = ["observer", "value", "rank_of", "people_difference", "resnet50_difference"]


def own_table(rows: pd.DataFrame) -> Shown | None:
    """A row an own observer, or nothing where there is none.

    Args:
        rows: of one measure, from `gcbook.stats.own.own_measures`.
    """
    if rows.empty:
        return None
    (measure,) = set(rows["measure"])
    return table(
        own_rows(rows),
        # Of the whole book, in which a label stands once.
        name=f"tab-your-{measure.replace('_', '-')}",
        source="yours",
        columns=own_columns(rows),
        headings={"value": column(measure).title},
        formats={"value": ".3f"},
    )


def own_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows as a table shows them: with the ends of ``value``, and ranks in words."""
    known = rows["rank"].notna()
    ranks = rows[["rank", "ranked"]].fillna(0).astype("int64").astype("str")
    words = (ranks["rank"] + " of " + ranks["ranked"]).where(known, "not ranked")
    named = rows.rename(columns={"low": "value_low", "high": "value_high"})
    return named.assign(rank_of=words).drop(columns=["rank", "ranked"])


def own_columns(rows: pd.DataFrame) -> list[str]:
    """The columns to show of them: those in which there is something."""
    known = {str(name) for name in rows if rows[name].notna().any()}
    known |= {"rank_of"} if "rank" in known else set()
    printed = [str(name) for name in rows if str(name).endswith("_printed")]
    # Of whole observers there is nothing to say.
    seen = rows["whole"].str.split(" of ", expand=True)
    part = ["whole"] if (seen[0] != seen[1]).any() else []
    return [*_SHOWN[:2], *(name for name in [*_SHOWN[2:], *printed] if name in known), *part]
