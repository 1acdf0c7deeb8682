"""What sentences say of networks whose names are markup, in every chapter that takes trials."""

import pandas as pd
import pytest

from gcbook.chapters.introduction.facts import headline
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    """The shipped ones, as if every network were a reader's and had a tag for a name."""
    shipped = Summaries.read()
    models = shipped.counts.loc[shipped.counts["observer_kind"] == "model", "observer"].unique()
    named = {name: f"<b>`{name}`" for name in models}

    def rename(table: pd.DataFrame) -> pd.DataFrame:
        columns = {"observer", "other", "observer_a", "observer_b", "a", "b"} & set(table.columns)
        return table.assign(**{c: table[c].astype("str").replace(named) for c in columns})

    tables = (shipped.counts, shipped.pairs, shipped.estimates, shipped.tests)
    return Summaries(*map(rename, tables), shipped.provenance)


def sentences(summaries):
    yield "headline", headline(summaries)["best_network"]


def test_no_sentence_takes_a_name_for_markup(summaries):
    said = dict(sentences(summaries))
    assert [name for name, each in said.items() if "&#60;b&#62;&#96;" not in each] == []
    assert [name for name, each in said.items() if "<" in each or "`" in each] == []
