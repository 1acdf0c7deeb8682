"""The pictures that can be seen in two ways, and what is asked about them."""

from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import BLENDS, DRAWING_PROMPTS, ambiguous_pictures


def test_every_drawing_is_asked_about_all_that_is_seen_in_any():
    drawn = [each for each in ambiguous_pictures() if each.drawing]
    seen = {name for each in drawn for name in each.drawing.readings}
    assert seen == set(DRAWING_PROMPTS) - {EMPTY}
    assert all(each.prompts == DRAWING_PROMPTS for each in drawn)


def test_drawings_and_their_mirror_images_have_names_of_their_own():
    names = [each.name for each in ambiguous_pictures()]
    assert names[:6] == [
        "duck-rabbit",
        "duck-rabbit-mirrored",
        "duck",
        "duck-mirrored",
        "face-in-a-rock",
        "vase-and-faces",
    ]
    assert len(set(names)) == len(names) == 6 + BLENDS
