"""What may differ between a store and the run that continues it, and what may not."""

import json
from dataclasses import asdict, replace

import pytest

from gcbook.files.errors import InputError
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import (
    ScoringSettings,
    Traits,
    check_same,
    effective_settings,
    read_settings,
)

ERRORS = Traits(("a", "b"), ("error_l2", "error_l1"), False, False, 1, "static")
NLL = replace(ERRORS, measures=("nll",), default_clip="none")
UNIFORM = parse_weighting("uniform")
BASE = ScoringSettings(dtype="float32", draws=8)
RACED = ScoringSettings(racing=ExpectedGain(q=(1, 2)))
DESCRIBED = {"kind": "diffusion", "model": "sd", "weights": "abc", "prompts": ["x", "y"]}


@pytest.mark.parametrize(
    ("before", "changed"),
    [
        (BASE, {"batch_size": 1}),
        (BASE, {"device": "cuda"}),
        (BASE, {"weighting": UNIFORM}),
        (BASE, {"norm": "l1"}),
        (RACED, {"draws": 7}),
    ],
)
def test_what_reaches_no_score_may_differ(before, changed):
    check_same("s", before, replace(before, **changed))


@pytest.mark.parametrize(
    ("before", "changed", "says"),
    [
        (BASE, {"seed": 1}, "seed: expected 0, found 1"),
        (BASE, {"draws": 16}, "draws: expected 8, found 16.*--extend"),
        (BASE, {"draws": 4}, "draws: expected 8, found 4.*decide --draws"),
        (BASE, {"timesteps": "uniform"}, "timesteps: expected stratified, found uniform"),
        (BASE, {"clip_x0": "static"}, "clip_x0: expected auto, found static"),
        (BASE, {"dtype": "float16"}, "dtype: expected float32, found float16"),
        (
            BASE,
            {"racing": ExpectedGain()},
            "racing.rule: expected no, found expected-gain",
        ),
        (RACED, {"racing": ExpectedGain(max_draws=30, q=(1, 2))}, "racing.max_draws: .* found 30"),
        (RACED, {"racing": None}, r"else\. racing\.rule: expected expected-gain, found no\. Use"),
        (
            RACED,
            {"racing": ExpectedGain(q=(1, 3))},
            r"racing\.q, number 2 of 2: expected 2.0, found",
        ),
        (RACED, {"weighting": UNIFORM}, "weighting: expected exp:7, found uniform"),
        (RACED, {"norm": "l1"}, "norm: expected l2, found l1"),
    ],
)
def test_what_changes_scores_is_refused_by_name(before, changed, says):
    with pytest.raises(InputError, match=says):
        check_same("s", before, replace(before, **changed))


def test_only_more_draws_of_a_fixed_number_can_extend():
    check_same("s", BASE, replace(BASE, draws=16), extend=True)
    check_same("s", BASE, BASE, extend=True)
    with pytest.raises(InputError, match="found 4"):
        check_same("s", BASE, replace(BASE, draws=4), extend=True)
    with pytest.raises(InputError, match="seed"):
        check_same("s", BASE, replace(BASE, draws=16, seed=1), extend=True)
    with pytest.raises(InputError, match="no number of draws"):
        check_same("s", RACED, RACED, extend=True)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"weights": "abd"}, "weights: expected abc, found abd"),
        ({"prompts": ["x", "z"]}, "prompts, number 2 of 2: expected y, found z"),
        ({"resolution": 512}, "resolution: expected nothing, found 512"),
        ({"schedule": {"name": "flow"}}, r"schedule\.name: expected nothing, found flow"),
        ({"method": "bound"}, "method"),
    ],
)
def test_another_classifier_is_refused(changed, says):
    with pytest.raises(InputError, match=says):
        check_same("s", BASE, BASE, DESCRIBED, DESCRIBED | changed)


def test_weights_may_lie_elsewhere_if_they_are_known_to_be_the_same():
    check_same("s", BASE, BASE, DESCRIBED, DESCRIBED | {"model": "/elsewhere"})
    unknown = DESCRIBED | {"weights": ""}
    with pytest.raises(InputError, match="model: expected sd, found other"):
        check_same("s", BASE, BASE, unknown, unknown | {"model": "other"})


def test_settings_as_they_reach_a_classifier():
    assert effective_settings(BASE, ERRORS).clip_x0 == "static"
    assert effective_settings(replace(BASE, clip_x0="none"), ERRORS).clip_x0 == "none"
    sure = effective_settings(RACED, replace(ERRORS, deterministic=True))
    assert (sure.draws, sure.racing) == (1, None)
    likely = effective_settings(RACED, NLL)
    # What weighs nothing cannot make up for times that are drawn unevenly.
    assert (likely.weighting.name, likely.racing) == ("uniform", ExpectedGain())
    assert len(effective_settings(RACED, ERRORS).rule.density) == 2
    with pytest.raises(InputError, match="a likelihood takes no weights"):
        effective_settings(replace(BASE, weighting=parse_weighting("snr")), NLL)


@pytest.mark.parametrize("settings", [BASE, RACED])
def test_settings_can_be_read_back(settings):
    assert read_settings(json.loads(json.dumps(settings.as_dict()))) == settings
    assert Traits.parse(json.loads(json.dumps(asdict(ERRORS)))) == ERRORS
