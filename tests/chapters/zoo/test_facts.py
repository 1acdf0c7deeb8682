"""The numbers of the chapter on models, and its claims."""

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.zoo.facts import zoo_facts
from gcbook.chapters.zoo.tables import cost_rows, system_rows


def test_systems_and_costs_are_counted():
    facts = zoo_facts(system_rows(), cost_rows(32))
    assert (facts.systems, facts.public, facts.without) == (6, 2, ["ViT-22B"])
    assert (facts.diffusion_per_image, facts.discriminative_per_image, facts.draws) == (512, 1, 32)
    assert (facts.classes, facts.categories) == ("1,000", 16)


def test_with_few_draws_costs_are_not_far_apart():
    outcomes = {
        draws: check_claims(
            check_parameters("zoo", noise_draws=draws),
            zoo_facts(system_rows(), cost_rows(draws)),
        )
        for draws in (4, 32)
    }
    assert (outcomes[32].cost_apart.state, outcomes[4].cost_apart.state) == ("holds", "fails")
