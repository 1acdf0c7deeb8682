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


def test_a_chapter_that_is_done_is_a_line(capsys):
    with chapter_progress() as chapters:
        for name in "ab":
            chapters.report(name, "started")
        for name in "ab":
            chapters.report(name, "done")
        with chapters.busy("Writing the pages"):
            pass
    lines = ["a: executed (1 of 2)", "b: executed (2 of 2)", "Writing the pages"]
    assert capsys.readouterr().err.splitlines() == lines
