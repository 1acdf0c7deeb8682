"""Captions say what intervals there are, also where there are none."""

from types import SimpleNamespace

from gcbook.stats.words import with_intervals


def test_note_on_intervals_follows_draws_and_confidence() -> None:
    assert with_intervals(SimpleNamespace(confidence=0.9, draws=100)) == "with 90% intervals"
    assert "without" in with_intervals(SimpleNamespace(confidence=0.95, draws=0))
