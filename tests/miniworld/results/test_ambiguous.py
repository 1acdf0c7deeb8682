"""The pictures that can be seen in two ways, and what is asked about them."""

from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import DRAWING_PROMPTS, ambiguous_pictures


def test_every_drawing_is_asked_about_all_that_is_seen_in_any():
    drawn = [each for each in ambiguous_pictures() if each.drawing]
    seen = {name for each in drawn for name in each.drawing.readings}
    assert seen == set(DRAWING_PROMPTS) - {EMPTY}
    assert all(each.prompts == DRAWING_PROMPTS for each in drawn)
