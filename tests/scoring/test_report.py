"""What a run says while it goes and at its end."""

from tiny.gaussian import stimuli
from tiny.scorers import LABELS, toy

from gcbook.scoring import report
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings


def scored(path, **settings):
    images, settings = stimuli(4, labels=LABELS), ScoringSettings(**settings)
    return score(images, toy(), settings, path, progress="silent")


def test_a_run_with_nothing_to_do_has_no_rate(tmp_path):
    first = scored(tmp_path / "s", draws=2)
    again = scored(tmp_path / "s", draws=2)
    assert "images/s" in first.lines()[1]
    assert not any("/s" in line for line in again.lines())
    assert again.lines()[0] == "4 of 4 images scored, 0 of them now"


def test_completed_images_are_counted(capsys, monkeypatch):
    monkeypatch.setattr(report, "LINE_EVERY_S", 0.0)
    shown = report.RunProgress("lines", 10, 2, 80)
    shown.update(3, 40)
    line = capsys.readouterr().err
    assert line.startswith("5/10 images, 40 NFE, ")
    assert line.rstrip().endswith("left")
