"""The facts of the chapter on the bound: those of its tables, and what its claims say of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.diffusion_bound.facts import agreement_facts, bound_facts, weight_facts
from gcbook.chapters.diffusion_bound.tables import PARTS, agreement_rows, bound_rows, weight_rows
from gcbook.chapters.parameters import check_parameters
from gcbook.claims import ClaimFailed
from gcbook.noise.mixture import make_pair


def test_the_gap_is_told_at_both_ends_of_both_spacings():
    rows = pd.DataFrame(
        [
            ("log-SNR", 16, 0.0, 1.0, 8.0, 9.0, 5.0, 4.0),
            ("log-SNR", 32, 0.001, 1.0, 6.0, 7.0, 5.0, 2.0),
            ("t", 16, 0.0, 1.0, 12.0, 13.0, 5.0, 8.0),
            ("t", 32, 0.0, 1.0, 6.0, 7.0, 5.0, -0.5),
        ],
        columns=["spacing", "steps", *PARTS, "bound", "exact", "gap"],
    )
    facts = bound_facts(rows)
    assert (facts["even_first"], facts["even_last"], facts["even_divides"]) == (4, 2, 2)
    assert (facts["times_divides"], facts["least_gap"]) == (-16, -0.5)
    assert (str(facts["first_steps"]), str(facts["last_steps"])) == ("16", "32")


def test_middles_are_where_half_is_added_up():
    rows = pd.DataFrame(
        {
            "weighting": ["elbo"] * 3 + ["uniform"] * 3,
            "t": [0.2, 0.4, 0.9] * 2,
            "below": [0.4, 0.6, 1.0, 0.0, 0.1, 1.0],
        }
    )
    facts = weight_facts(rows)
    assert facts["bound_middle"] == pytest.approx(0.3)
    assert facts["equal_middle"] == pytest.approx(np.interp(0.5, [0.1, 1], [0.4, 0.9]))


def test_scores_are_told_by_name_and_of_the_bound_the_fewest_steps():
    rows = pd.DataFrame(
        [
            ("exact", 0.9, 1.0, 0.6),
            ("bound, 16 steps", 0.8, 0.9, 0.7),
            ("bound, 1,024 steps", 0.9, 1.0, 0.6),
            ("exp:7", 0.7, 0.8, 0.75),
        ],
        columns=["score", "right", "as_bayes", "as_coarse"],
    )
    facts = agreement_facts(rows)
    assert (facts["few_right"], facts["few_as_bayes"]) == (0.8, 0.9)
    assert (facts["paper_right"], facts["exact_as_coarse"]) == (0.7, 0.6)


def test_all_claims_hold_by_the_books_own_parameters_and_notice_a_change():
    pair = make_pair()
    facts = SimpleNamespace(
        **bound_facts(bound_rows(pair["A"])),
        **weight_facts(weight_rows(pair)),
        **agreement_facts(agreement_rows(pair)),
    )
    outcomes = check_claims(check_parameters("diffusion-bound"), facts)
    assert {each.state for each in outcomes.values()} == {"holds"}
    assert (str(facts.even_first), str(facts.even_last)) == ("4.36", "0.04")
    assert (str(facts.paper_right), str(facts.paper_as_bayes)) == ("88%", "92%")
    facts.least_gap = -0.01
    with pytest.raises(ClaimFailed, match="bound_closes"):
        check_claims(check_parameters("diffusion-bound"), facts)
