"""The observers whose boxes the counterpart of Fig. 12 shows."""

import pandas as pd

from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.shortlist import best_of_families


def few_boxes(spread: pd.DataFrame) -> pd.DataFrame:
    """Choose people together, the least and the most shape-biased person, and a dozen models.

    Args:
        spread: from `gcbook.stats.shape_tables.category_spread`.

    Returns:
        The rows of these people, of the paper's generative classifiers, of the most shape-biased
        network of every family and of a reader's own models, in the order given.
    """
    each = spread["kind"].eq(HUMANS_TITLE) & spread["observer"].ne(HUMANS_TITLE)
    average = spread.loc[each, "average"]
    between = each & ~spread["average"].isin([average.min(), average.max()])
    return best_of_families(spread[~between], "average")
