"""The facts of single images: by hand, and where images of one kind are missing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.step_by_step.facts import step_by_step_facts
from gcbook.chapters.step_by_step.muse import (
    drawn_rows,
    load_masked,
    muse_facts,
    rule_rows,
    sticking_correlations,
)
from gcbook.chapters.step_by_step.tables import DrawErrors, answers_table, draw_errors
from gcbook.miniworld.results.steps import (
    Example,
    Steps,
    choose_examples,
    load_diffusion,
    take_steps,
)
from gcbook.miniworld.results.steps_pictures import error_table, spread_table

STIMULUS = choose_examples(conflicts=1, ordinary=0)[0].stimulus
ODD, EVEN = Example("odd", "a", "b", STIMULUS), Example("even", "b", "b", STIMULUS)
CLEAR = Example("clear", "a", "a", STIMULUS)
SPREAD = pd.DataFrame(
    {
        "t": [0.2, 0.8],
        "error": [0.01, 0.2],
        "spread": [3.14, 12.6],
        "texture_ahead": [1, 0],
        "conflicts": [1, 1],
    }
)
ERRORS = pd.DataFrame(
    [("odd", 0.2, "a", "shape", 1), ("odd", 0.8, "b", "texture", 1), ("odd", 0.8, "a", "shape", 2)],
    columns=["image", "t", "label", "role", "place"],
)
# Weighted, a has 1.9 and b 2.3; alike, 10 and 5. The second image is b's either way, the third a's.
SCORED = DrawErrors(
    (ODD, EVEN, CLEAR),
    ("a", "b"),
    np.full((3, 2), 0.5),
    np.array([[[1, 2], [9, 3.0]], [[1, 2], [4, 1.0]], [[1, 2], [1, 2.0]]]),
    np.array([[1, 0.1], [1, 1], [1, 1]]),
)


def steps():
    clean, noised = np.zeros((1, 2, 2), np.float32), np.zeros((1, 2, 2, 2, 3), np.float32)
    restored, errors = np.zeros((1, 2, 2, 2, 2), np.float32), np.zeros((1, 2, 2))
    return Steps((ODD,), ("a", "b"), (0.2, 0.8), clean, noised, restored, errors, copies=3)


def facts_of(scored=SCORED, spread=SPREAD) -> SimpleNamespace:
    return step_by_step_facts(steps(), ERRORS, spread, scored, answers_table(scored), {})


def test_errors_by_hand():
    facts = facts_of()
    told = (str(facts.t_first), str(facts.spread_first), str(facts.spread_last))
    assert told == ("0.2", "3%", "13%")
    assert (facts.ahead_first, facts.ahead_last, facts.compared) == (1, 0, 1)
    assert (facts.first_image, facts.best_last, facts.role_last) == ("odd", "b", "texture")
    assert (facts.copies, str(facts.gain)) == (3, "1.1")


def test_answers_by_hand():
    facts = facts_of()
    assert (facts.at_odds, facts.by_shape, facts.by_texture) == (1, 1, 0)
    assert (facts.equal_by_shape, facts.equal_by_texture) == (0, 1)
    assert (facts.agreeing, facts.agreeing_right) == (2, 2)
    assert (facts.images, facts.changed, facts.draws) == (3, 1, 2)


def test_images_of_one_kind_leave_facts_out():
    first = (values[:1] for values in (SCORED.times, SCORED.raw, SCORED.weights))
    facts = facts_of(DrawErrors((ODD,), SCORED.labels, *first), SPREAD.assign(conflicts=0))
    assert (facts.agreeing, facts.agreeing_right, facts.compared) == (None, None, None)


def test_claims_hold_for_the_images_of_the_page():
    p = check_parameters("step-by-step")
    classifier = load_diffusion(p.model)
    examples = choose_examples(p.names, p.conflicts, p.ordinary, p.seed)
    taken = take_steps(classifier, examples, p.times, p.seed)
    errors = error_table(taken)
    scored = draw_errors(classifier, p.model, examples, p.noise_draws, p.weighting, p.seed)
    pictures = drawn_rows(load_masked(), seed=p.seed)
    muse = muse_facts(rule_rows(resampling=p.resampling), sticking_correlations(pictures))
    answers = answers_table(scored)
    facts = step_by_step_facts(taken, errors, spread_table(errors), scored, answers, muse)
    outcomes = check_claims(p, facts)
    assert {each.state for each in outcomes.values()} == {"holds"}
    assert (facts.by_shape, facts.by_texture, facts.changed) == (0, 3, 3)
