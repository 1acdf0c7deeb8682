"""What is said of a build where its output is piped."""

from gcbook.book.progress import chapter_progress


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
