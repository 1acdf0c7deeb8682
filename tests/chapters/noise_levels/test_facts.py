"""The chapter's facts, by hand and by the shipped scores."""

import math

import numpy as np
import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.noise_levels.facts import noise_levels_facts
from gcbook.chapters.noise_levels.tables import (
    cue_centres,
    cue_differences,
    lead_rows,
    level_answers,
    level_shares,
    models_with_levels,
)
from gcbook.miniworld.results.course import course_answers, first_and_last
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.stats.resampling import Resampling

BINS = 8


@pytest.fixture(scope="module")
def tables():
    few = Resampling(draws=200)
    models = shipped_models()
    answers = level_answers(models_with_levels(models), BINS, ("cue-conflict",))
    return {
        "shares": level_shares(answers, BINS, resampling=few),
        "differences": cue_differences(answers, resampling=few),
        "centres": cue_centres(answers, BINS, resampling=few),
        "ends": first_and_last(course_answers(models), resampling=few),
    }


def test_the_shipped_models(tables):
    facts = noise_levels_facts(**tables)
    assert (str(facts.pixel_texture_peak), facts.pixel_texture_at) == ("56%", (0.0, 0.125))
    assert (str(facts.latent_shape_peak), facts.latent_shape_at) == ("58%", (0.625, 0.75))
    assert str(facts.pixel_apart) == "0.36"
    assert (str(facts.latent_kept_from), str(facts.masked_kept_from)) == ("50%", "25%")
    assert (str(facts.cosine_log_snr), str(facts.flow_log_snr)) == ("1.76", "2.20")
    assert (str(facts.weight_ratio), str(facts.draws_a_level)) == ("16", "4")
    assert_guarded("noise-levels", facts, "nobody_trades", traded=1)


def test_levels_and_leads_are_counted_where_intervals_exclude_zero(tables):
    rows = pd.DataFrame(
        {
            "model": "mini-pixel",
            "level": range(4),
            "low": [-0.6, -0.4, -0.3, 0.1],
            "high": [-0.4, -0.2, -0.1, 0.3],
        }
    )
    facts = noise_levels_facts(**tables | {"differences": rows})
    assert (facts.levels, facts.pixel_texture_levels, facts.pixel_shape_levels) == (4, 3, 1)
    ends = tables["ends"].assign(first_low=-0.3, first_high=-0.1, last_low=0.1, last_high=0.2)
    assert noise_levels_facts(**tables | {"ends": ends}).traded == 6
    assert noise_levels_facts(**tables | {"ends": ends}).shape_first == 0


def test_a_miniature_without_copies_has_no_course(tables):
    ends = tables["ends"][tables["ends"]["model"] != "mini-latent"]
    facts = noise_levels_facts(**tables | {"ends": ends})
    assert (facts.courses, str(facts.masked_kept_from)) == (5, "25%")
    assert math.isnan(facts.latent_kept_from) and math.isnan(facts.latent_blind_last)


def test_nothing_is_clear_without_intervals(tables):
    def bare(name):
        ends = [
            c for c in tables[name] if c.endswith(("low", "high")) and c not in ("t_low", "t_high")
        ]
        return tables[name].assign(**dict.fromkeys(ends, np.nan))

    facts = noise_levels_facts(**{name: bare(name) for name in tables})
    assert facts.pixel_shape_levels is None
    assert (facts.traded, facts.shape_first) == (None, None)
    assert all(map(math.isnan, facts.pixel_apart_interval))


def test_centres_and_leads_have_a_row_a_mark(tables):
    centres = tables["centres"]
    rows = centres[centres["cue"] != "difference"]
    assert rows["model"].drop_duplicates().tolist() == ["mini-pixel", "mini-latent", "mini-masked"]
    assert rows["cue"].tolist() == ["shape", "texture"] * 3
    assert ((rows["low"] < rows["t"]) & (rows["t"] < rows["high"])).all()
    leads = lead_rows(tables["ends"])
    assert leads["copy"].tolist() == ["first", "last"] * 6
    pixel = leads[leads["model"] == "mini-pixel"].set_index("copy")
    ends = tables["ends"].set_index(["model", "weighting"]).loc[("mini-pixel", "exp:7")]
    lead = ends["last_shape"] - ends["last_texture"]
    assert pixel.loc["last", "difference"] == pytest.approx(lead)
    assert pixel.loc["first", "images"] == ends["first"]
