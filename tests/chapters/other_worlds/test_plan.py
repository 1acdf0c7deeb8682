"""What the map is made of: what is missing, what the budgets were, how long it took."""

from dataclasses import replace
from pathlib import Path

from gcbook.chapters.other_worlds.tables import (
    budget_sentence,
    minutes_sentence,
    missing_jobs_sentence,
)
from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.results.worlds import Trained
from gcbook.miniworld.training.worlds import IMAGES, jobs


def every_job():
    return [
        Trained(
            Path(),
            job.point.diagnosticity,
            job.point.contrast,
            job.model,
            job.variant,
            seed=0,
            budget=IMAGES,
            batch_size=job.batch_size,
            minutes=4.5,
        )
        for job in jobs()
    ]


def test_what_is_still_to_be_trained_is_counted():
    done = every_job()
    assert missing_jobs_sentence(done) == ""
    left = [one for one in done if one.recipe != "mini-pixel" or one.contrast == 1]
    assert missing_jobs_sentence(left) == (
        "**The map is not complete.** Still to be trained: mini-pixel in 6 worlds and mini-pixel "
        "for twice as long in 2 worlds."
    )
    plain = [one for one in done if one.variant != "whole"]
    assert missing_jobs_sentence(plain) == (
        "**The map is whole, but not what is varied on it.** Still to be trained: mini-cnn on "
        "whole images in 3 worlds."
    )


def test_equal_budgets_are_said_and_unequal_ones_warned_of():
    done = every_job()
    said = budget_sentence(done)
    assert said == budget_sentence([])
    assert f"sees {IMAGES:,} images, in steps of 128 (mini-cnn and mini-cnn-noise) and 32 (" in said
    share = IMAGES / int(model_card("mini-pixel")["images_seen"])
    assert f"{share:.0%} (mini-pixel)." in said
    short = [replace(one, budget=640) if one.recipe == "mini-pixel" else one for one in done]
    said = budget_sentence(short)
    assert said.startswith(f"**The budgets differ**: images seen are mini-cnn {IMAGES:,}, ")
    assert "mini-pixel 640, in steps of 128 (" in said
    long = [replace(one, budget=640) if one.variant == "longer" else one for one in done]
    assert budget_sentence(long).startswith("**The budgets differ**")


def test_running_times_are_those_of_the_records():
    minutes = iter(range(100))
    done = [replace(one, minutes=float(next(minutes))) for one in every_job()]
    plain = [one.minutes for one in done if one.recipe == "mini-pixel" and not one.variant]
    said = minutes_sentence(done)
    middle = sorted(plain)[4]
    assert f"{middle:.0f} minutes mini-pixel ({min(plain):.0f} to {max(plain):.0f})" in said
    assert minutes_sentence([one for one in done if one.variant]) == ""
