"""What a run says while it goes and at its end, and which advice goes with which model."""

from dataclasses import replace

import pytest
from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Likelihood, toy

from gcbook.noise.weightings import parse_weighting
from gcbook.scoring import report as told
from gcbook.scoring.diagnostics import examine
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store


class Constant(Likelihood):
    """Draws of one t, as regeneration has them."""

    def draw(self, image_id, index, rule, prepared):
        return replace(super().draw(image_id, index, rule, prepared), t=0.5)


def scored(path, classifier, **settings):
    report = score(
        stimuli(4, labels=LABELS), classifier, ScoringSettings(**settings), path, progress="silent"
    )
    return report, Store.open(path)


def test_few_draws_and_one_time_are_not_warned_of(tmp_path):
    steep = {"weighting": parse_weighting("exp:100")}
    for name, classifier, settings, warned in (
        ("few", toy(), {"draws": 7} | steep, False),
        ("enough", toy(), {"draws": 8} | steep, True),
        ("constant", Constant(), {"draws": 16}, False),
    ):
        report, _ = scored(tmp_path / name, classifier, **settings)
        assert bool(report.warning) == warned, name


@pytest.fixture
def store(tmp_path):
    return scored(tmp_path / "s", toy(), draws=8)[1]


@pytest.mark.parametrize(
    ("described", "settings", "says", "never"),
    [
        ({}, {}, "Clip the clean image (--clip-x0 static", "--extend"),
        ({}, {"clip_x0": "static"}, "decide under a weighting", "--clip-x0"),
        ({"space": "latents"}, {}, "take more draws (--draws N --extend)", "--clip-x0"),
        (
            {"space": "latents"},
            {"racing": ExpectedGain(min_draws=8)},
            "Race under",
            "clip",
        ),
    ],
)
def test_advice_is_for_the_model_at_hand(store, monkeypatch, described, settings, says, never):
    rows, images = store.scores(), store.images()
    # A store of another model would not read these files.
    monkeypatch.setattr(Store, "scores", lambda _: rows)
    monkeypatch.setattr(Store, "images", lambda _: images)
    store = replace(
        store,
        classifier=store.classifier | described,
        settings=replace(store.settings, **settings),
    )
    remedy = examine(store)[1]
    assert says.lower() in remedy.lower()
    assert never not in remedy


def test_a_likelihood_is_told_to_draw_more(tmp_path):
    _, likely = scored(tmp_path / "s", Likelihood(), draws=8)
    remedy = examine(likely)[1]
    assert "--draws N --extend" in remedy
    assert "--weighting" not in remedy


def test_a_run_with_nothing_to_do_has_no_rate(tmp_path):
    first, _ = scored(tmp_path / "s", toy(), draws=2)
    again, _ = scored(tmp_path / "s", toy(), draws=2)
    assert "images/s" in first.lines()[1]
    assert not any("/s" in line for line in again.lines())
    assert again.lines()[0] == "4 of 4 images scored, 0 of them now"


def test_completed_images_are_counted(capsys, monkeypatch):
    monkeypatch.setattr(told, "LINE_EVERY_S", 0.0)
    shown = told.RunProgress("lines", 10, 2, 80)
    shown.update(3, 40)
    line = capsys.readouterr().err
    assert line.startswith("5/10 images, 40 NFE, ")
    assert line.rstrip().endswith("left")
