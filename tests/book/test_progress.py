"""What is said of a run where its output is piped."""

from gcbook.book import progress
from gcbook.book.progress import chapter_progress, step_progress


def test_steps_are_lines_now_and_then(capsys, monkeypatch):
    clock = iter([100.0, 101.0, 105.0, 105.5])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with step_progress("Running x") as shown:
        for step in ("a", "b", "[c], 1 of 2", "d"):
            shown(step)
    assert capsys.readouterr().err == "Running x: a\nRunning x: [c], 1 of 2\n"


def test_chapters_have_an_estimate(capsys, monkeypatch):
    seconds = iter([0.0, 10.0, 20.0])
    with chapter_progress() as chapters:
        monkeypatch.setattr(chapters, "_start", 0.0)
        for name in "ab":
            chapters.report(name, "started")
        monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds) + 10)
        for name in "ab":
            chapters.report(name, "done")
    first, second = capsys.readouterr().err.splitlines()
    assert first == "a: executed (1 of 2, about 10 s left)"
    assert second == "b: executed (2 of 2)"
