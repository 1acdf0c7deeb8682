"""The chapter's facts by the shipped scores, that its claims can fail, and what figures draw."""

import pytest
from tiny.charts import names
from tiny.claims import assert_guarded

from gcbook.chapters.calibrated_world.charts import fig_answers, fig_images, fig_kinds
from gcbook.chapters.calibrated_world.facts import calibrated_world_facts
from gcbook.chapters.calibrated_world.tables import (
    image_rows,
    kind_rows,
    larger_accuracies,
    network_rows,
    nine_rows,
    prediction_rows,
)
from gcbook.charts.chart import chart_spec
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    CALIBRATED_WORLD,
    consistency_outcome,
    larger_leads,
    larger_rows,
    longer_rows,
    matched_rows,
    measured_by_default,
    outcome_rows,
    trainings,
)
from gcbook.miniworld.results.noised import change_rows, discriminative_models, noise_answers
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.results.worlds import trained_in_worlds
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT
from gcbook.stats.summaries import load_summaries

FEW = Resampling(draws=500)


@pytest.fixture(scope="module")
def kinds():
    return kind_rows(resampling=FEW)


@pytest.fixture(scope="module")
def facts_of(kinds):
    """The facts, by the models of the nine worlds; the other tables are made once."""
    larger = larger_rows(resampling=FEW)
    noised = noise_answers(discriminative_models(CALIBRATED_WORLD))
    conflicts = miniature_answers([CONFLICT], shipped_models(CALIBRATED_WORLD))
    tables = (
        kinds,
        network_rows(resampling=FEW),
        change_rows(noised, resampling=FEW),
        trainings(),
        matched_rows(trainings(), measured_by_default()),
        prediction_rows(outcome_rows(noised, resampling=FEW), longer_rows(resampling=FEW), larger),
        consistency_outcome(conflicts, resampling=FEW),
        larger,
        larger_accuracies(resampling=FEW),
        larger_leads(resampling=FEW),
    )
    return lambda models: calibrated_world_facts(
        *tables, nine_rows(models, resampling=FEW), load_summaries()
    )


def test_the_claims_hold_and_can_fail(facts_of):
    facts = facts_of(trained_in_worlds())
    assert_guarded("calibrated-world", facts, "all_predicted_but_one", outside=())
    assert (str(facts.pixel_bias), str(facts.pixel_even_bias)) == ("0.11", "0.52")
    assert (facts.predictions, facts.inside) == (12, 11)
    low, high = facts.pixel_lead_interval
    assert facts.least_seen == pytest.approx((high - low) / 2)
    assert len(facts.pixel_leads) == 2 and len(facts.cnn_noise_aparts) == 10
    # Two networks of a recipe leave more open than the silhouettes of each.
    assert high - low > max(most - least for least, most in facts.pixel_leads)
    assert facts.cnn_noise_lead_interval == facts.training_interval


def test_a_map_without_a_model_leaves_its_facts_out(facts_of):
    resnets = [each for each in trained_in_worlds() if each.job.model == "mini-cnn"]
    facts = facts_of(resnets)
    assert facts.nine_worlds == 9
    assert facts.nine_cnn_least > 0.5
    assert facts.nine_pixel_least is None or facts.nine_pixel_least != facts.nine_pixel_least
    assert facts.nine_pixel_behind == facts.nine_even_raised == 0


def test_answers_are_drawn_one_after_the_other(kinds):
    spec = chart_spec(fig_answers(kinds))
    drawn = next(iter(spec["datasets"].values()))
    labels = names(spec, (row["label_id"] for row in drawn))
    bars = {(name, row["answer"]): row for name, row in zip(labels, drawn, strict=True)}
    even = kinds[(kinds["world"] == CALIBRATED) & (kinds["model"] == "Pixel diffusion: k = 0")]
    (row,) = even.to_dict("records")
    name = f"Pixel diffusion: k = 0, {row['accuracy']:.0%} right"
    shape, texture, neither = (bars[name, each] for each in ("Shape", "Texture", "Neither"))
    assert shape["end"] == texture["start"] == pytest.approx(row["shape_accuracy"])
    assert neither["start"] == texture["end"]
    assert neither["end"] == pytest.approx(1, abs=2e-4)


def test_what_the_paper_prints_has_marks_of_its_own(kinds):
    spec = chart_spec(fig_kinds(kinds))
    drawn = next(data for data in spec["datasets"].values() if "model_id" in data[0])
    printed = [row for row in drawn if row["world"] == "The paper's model"]
    named = dict(
        zip(
            names(spec, (row["model_id"] for row in printed)),
            (row["shape_bias"] for row in printed),
            strict=True,
        )
    )
    assert named["Pixel diffusion: k = 7"] == 0.99
    assert "Pixel diffusion: k = 0" not in named


def test_pictures_say_which_cue_is_of_another_category():
    rows = image_rows()
    body = fig_images(rows).body
    assert body.count("<img") == len(rows) == 24
    others = (rows["texture"] != rows["category"]).sum()
    assert body.count("texture: ") == 2 * others
