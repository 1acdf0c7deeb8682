"""What a run says while it goes and at its end."""

from dataclasses import replace

from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Likelihood, toy

from gcbook.noise.weightings import parse_weighting
from gcbook.scoring import report as told
from gcbook.scoring.engine import score
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
