"""Progress counts what is done."""

from gcbook.scoring import progress
from gcbook.scoring.progress import RunProgress


def test_completed_images_are_counted(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    shown = RunProgress("lines", 10, 2, 80)
    shown.update(3, 40)
    line = capsys.readouterr().err
    assert line.startswith("5/10 images, 40 NFE, ")
    assert line.rstrip().endswith("left")
    assert "decisions" not in line
