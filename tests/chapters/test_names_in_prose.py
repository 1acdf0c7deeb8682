"""What sentences say of networks whose names are markup, in every chapter that takes trials."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.error_consistency.tables import (
    against_sentence,
    agreement_with_humans,
    ceiling_sentence,
    consistency_facts,
    observed_and_expected,
    range_over_datasets,
    spread_sentence,
    telling_pairs_sentence,
)
from gcbook.chapters.introduction.facts import headline
from gcbook.stats import differences
from gcbook.stats.benchmark_tables import benchmark_rows
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
    rows = benchmark_rows(summaries)
    agreement = agreement_with_humans(summaries)
    yield "best", consistency_facts(rows)["best"]
    yield (
        "ceiling",
        ceiling_sentence(range_over_datasets(agreement).assign(best_value=np.inf, share=1.0)),
    )
    yield "pairs", telling_pairs_sentence(observed_and_expected(summaries))
    yield "spread", spread_sentence(agreement, ["High-pass", "Rotation"])
    yield "against", against_sentence(differences.against_humans(summaries, "error_consistency"))
    yield "headline", headline(summaries)["best_network"]


def test_no_sentence_takes_a_name_for_markup(summaries):
    said = dict(sentences(summaries))
    assert [name for name, each in said.items() if "&#60;b&#62;&#96;" not in each] == []
    assert [name for name, each in said.items() if "<" in each or "`" in each] == []
