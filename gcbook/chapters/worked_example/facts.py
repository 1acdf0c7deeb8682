"""What the paper printed of Stable Diffusion, what a run costs, and how far chance moves it."""

from types import SimpleNamespace
from typing import Any

from gcbook.chapters.worked_example.tables import SECONDS_AN_HOUR
from gcbook.claims import Interval, Number
from gcbook.classifiers.zoo import n_evaluations
from gcbook.paper.categories import CATEGORIES, PROMPT_TEMPLATE
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import table1
from gcbook.scoring.settings import Racing
from gcbook.stats.summaries import Summaries


def worked_example_facts(summaries: Summaries, parameters: Any, race: Racing) -> SimpleNamespace:
    """Return every number of the chapter's text under a name.

    Args:
        summaries: for the pooled humans' shape bias and its interval.
        parameters: of the chapter.
        race: the settings of a race.
    """
    printed = table1().set_index("key").to_dict("index")["stable_diffusion"]
    rows = summaries.estimates
    humans = rows[
        (rows["metric"] == "shape_bias")
        & (rows["dataset"] == "cue-conflict")
        & (rows["observer"] == HUMANS)
        & (rows["category"] == "")
    ].iloc[0]
    draws, rate = parameters.noise_draws, parameters.evaluations_per_second
    evaluations = n_evaluations("diffusion", parameters.images, draws, len(CATEGORIES))
    return SimpleNamespace(
        shape_bias=Number(printed["shape_bias"], ".0%"),
        ood_accuracy=Number(printed["ood_accuracy"]),
        error_consistency=Number(printed["error_consistency"]),
        humans=Number(humans["value"], ".1%"),
        humans_interval=Interval(humans["low"], humans["high"], ".1%"),
        humans_spread=Number(humans["high"] - humans["low"]),
        images=Number(parameters.images, ",.0f"),
        draws=draws,
        evaluations=Number(evaluations, ",.0f"),
        hours=Number(evaluations / rate / SECONDS_AN_HOUR, ".1f"),
        rate=Number(rate, "g"),
        fast_rate=Number(10 * rate, "g"),
        labels=len(CATEGORIES),
        prompt=PROMPT_TEMPLATE.format("dog"),
        first=race.min_draws,
        p_drop=Number(race.p, "g"),
        most=Number(race.max_draws, ",.0f"),
    )
