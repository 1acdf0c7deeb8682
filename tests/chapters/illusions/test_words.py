"""The two criteria in words and lines, from tables written by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions.lines import (
    flip_lines,
    judged_all,
    overlap_lines,
    placement_lines,
    resemblance_lines,
    summed_models,
    without_single_ends,
)
from gcbook.chapters.illusions.placement import BOTH_ENDS
from gcbook.chapters.illusions.words import (
    LEAST,
    NOTHING,
    UNSAMPLED,
    both_sentence,
    flip_sentence,
    overlap_sentence,
    picture_sentence,
    placement_sentence,
    resemblance_sentence,
)
from gcbook.stats.resampling import Resampling

STRENGTHS = (0.3, 0.6, 0.9, 1.0)
DRAWINGS = {
    "duck–rabbit": (("duck", "rabbit"), "duck"),
    "face in a rock": (("face",), "rock"),
    "vase and faces": (("bottle", "face"), "vase"),
}


def interval(name, value, low, high):
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def resemblance(holds, over=0.1, fails_against="wrong"):
    """(drawing, prompt, strength) that hold; all others fail against one baseline alone."""
    rows = []
    asked = [(name, prompt) for name, (seen, _) in DRAWINGS.items() for prompt in seen]
    asked += [("blend", "one of the two"), ("blend", "a third"), ("duck–rabbit", "bottle")]
    for drawing, prompt in asked:
        for strength in STRENGTHS:
            row = {"drawing": drawing, "prompt": prompt, "strength": strength, "n": 16}
            row["seen"] = prompt not in ("a third", "bottle")
            row |= {"prompted": 0.5, "low": 0.4, "high": 0.6}
            for name in ("untouched", "empty", "wrong", "other"):
                fails = name == fails_against and (drawing, prompt, strength) not in holds
                row |= interval(name, 0.5, 0.4, 0.6)
                row |= interval(f"over_{name}", over, -0.01 if fails else 0.01, 0.2)
            if drawing == "face in a rock" or not row["seen"]:
                row |= interval("other", np.nan, np.nan, np.nan)
                row |= interval("over_other", np.nan, np.nan, np.nan)
            rows.append(row)
    return pd.DataFrame(rows).assign(model="m")


def placement(moved, null=0.0, more_here=0.1):
    """(drawing, strength) → the lower end of what the prompt moved, mean of both ends."""
    rows = []
    for drawing, (_, control) in DRAWINGS.items():
        for shown in (drawing, control, BOTH_ENDS):
            for strength in STRENGTHS:
                low = moved.get((drawing, strength), -0.1)
                row = {"drawing": drawing, "shown": shown, "strength": strength, "n": 16}
                row |= interval("moved", low + 0.1, low, low + 0.2)
                gone = drawing != "duck–rabbit"
                row |= interval("elsewhere", *[np.nan if gone else 0.0] * 3)
                row |= interval("more_here", *[np.nan if gone else more_here] * 3)
                rows.append(row | {"null": null, "beyond_low": low - null})
    return pd.DataFrame(rows).assign(model="m")


BLENDS = pd.DataFrame(
    {
        "model": "m",
        "strength": STRENGTHS[:-1],
        "n": 40,
        **interval("named", (0.01, 0.1, 0.05), (-0.01, 0.06, 0.01), (0.03, 0.14, 0.09)),
        **interval("elsewhere", 0.0, -0.01, 0.01),
        **interval("more_here", (0.01, 0.1, 0.05), (-0.02, 0.05, -0.01), (0.04, 0.15, 0.11)),
    }
)
PLAIN = {
    ("duck–rabbit", "duck"): 0.9,
    ("duck–rabbit", "rabbit"): 0.9,
    ("face in a rock", "face"): 0.9,
    ("vase and faces", "bottle"): 0.9,
    ("vase and faces", "face"): 0.9,
}
BOTH = {("duck–rabbit", "duck", 0.6), ("duck–rabbit", "rabbit", 0.6)}


def test_the_first_criterion_is_said_by_prompt_and_strength():
    said = resemblance_sentence(
        resemblance({("duck–rabbit", "duck", 0.6), ("duck–rabbit", "duck", 0.9)}), PLAIN
    )
    lines = said.split("\n")
    assert lines[0] == "- m, duck–rabbit under “duck”: at 0.6 and 0.9"
    assert "- m, duck–rabbit under “rabbit”: at no strength" in lines
    assert lines[-1] == "- m, 40 blends, mean over both prompts: at no strength"
    assert "duck–rabbit under “bottle”" not in said


def test_a_difference_must_be_large_enough_and_full_strength_does_not_count():
    every = {("face in a rock", "face", strength) for strength in STRENGTHS}
    assert "face in a rock under “face”: at all strengths" in resemblance_sentence(
        resemblance(every), PLAIN
    )
    assert "face in a rock under “face”: at no strength" in resemblance_sentence(
        resemblance(every, over=0.9 * LEAST), PLAIN
    )
    at_full = {("face in a rock", "face", 1.0)}
    assert "face in a rock under “face”: at no" in resemblance_sentence(resemblance(at_full), PLAIN)


def test_the_other_readings_prompt_is_a_baseline_where_there_is_one():
    said = resemblance_sentence(resemblance(set(), fails_against="other"), PLAIN)
    assert "duck–rabbit under “duck”: at no strength" in said
    assert "face in a rock under “face”: at all strengths" in said


def test_both_criteria_must_hold_at_one_strength_for_all_readings():
    one = {("vase and faces", "bottle", 0.9)}
    moved = {("duck–rabbit", 0.6): 0.2, ("vase and faces", 0.9): 0.2}
    said = both_sentence(resemblance(BOTH | one), placement(moved), BLENDS, PLAIN)
    assert "of 3 drawings the judge knows all readings of 3, and" in said
    assert "for 1 of these (duck–rabbit at 0.6)" in said
    blended = {("blend", "one of the two", strength) for strength in (0.3, 0.6)}
    assert both_sentence(resemblance(blended), placement({}), BLENDS, PLAIN).endswith(
        "blends both hold at 0.6."
    )


def test_a_blend_that_is_not_led_to_what_is_named_is_not_drawn_in_its_place():
    blended = {("blend", "one of the two", strength) for strength in (0.3, 0.6)}
    # Further than its mirror image, which moves away from it.
    still = BLENDS.assign(named=0.0, named_low=-0.01, named_high=0.01)
    said = both_sentence(resemblance(blended), placement({}), still, PLAIN)
    assert said.endswith("blends both hold at no strength.")


@pytest.mark.parametrize(
    "placed",
    [
        placement({("duck–rabbit", 0.9): 0.2}),
        placement({("duck–rabbit", 0.6): 0.2}, null=0.21),
        placement({("duck–rabbit", 0.6): 0.2}, more_here=-0.01),
    ],
    ids=["at another strength", "no more than wrong prompts do", "as much on the other side"],
)
def test_what_is_not_placed_is_not_understood(placed):
    said = both_sentence(resemblance(BOTH), placed, BLENDS, PLAIN)
    assert "for 0 of these." in said


def test_what_a_judge_does_not_know_it_cannot_deny():
    plain = PLAIN | {("duck–rabbit", "rabbit"): 0.4}
    lines = resemblance_sentence(resemblance(set()), plain).split("\n")
    assert (
        "- m, duck–rabbit under “rabbit”: at no strength; this judge cannot tell, see above"
        in lines
    )
    assert "- m, duck–rabbit under “duck”: at no strength" in lines
    said = both_sentence(resemblance(BOTH), placement({("duck–rabbit", 0.6): 0.2}), BLENDS, plain)
    assert "of 3 drawings the judge knows all readings of 2, and" in said
    assert "for 0 of these." in said
    none = both_sentence(resemblance(BOTH), placement({("duck–rabbit", 0.6): 0.2}), BLENDS, {})
    assert "of none of the 3 drawings does the judge know all readings" in none


def test_the_second_criterion_is_said_with_its_largest_movement():
    said = placement_sentence(placement({("duck–rabbit", 0.6): 0.2}), BLENDS)
    nothing = (
        "0.000 (−0.100 to +0.100), the largest, at strength 0.3; above 0 and beyond all that "
        "wrong prompts do at no strength, below 0 at no strength; its mirror image is too much "
        "like it to say whether elsewhere as well"
    )
    assert said.split("\n") == [
        "- m, duck–rabbit: +0.300 (+0.200 to +0.400), the largest, at strength 0.6; above 0 and "
        "beyond all that wrong prompts do at 0.6, below 0 at no strength; more than on the "
        "mirrored axis at all strengths",
        f"- m, face in a rock: {nothing}",
        f"- m, vase and faces: {nothing}",
        "- m, 40 blends: overlap +0.100 (+0.060 to +0.140), the largest, at strength 0.6; more "
        "than in mirrored silhouettes at 0.6",
    ]


def test_a_third_category_is_compared_with_the_two_in_the_blend():
    rows = [
        (f"blend-{i:02}", 0.6, seen, led + 0.01 * i, 0.01 * i)
        for i in range(8)
        for seen, led in ((True, 0.3), (True, 0.5), (False, 0.1))
    ]
    judged = pd.DataFrame(rows, columns=["picture", "strength", "seen", "prompted", "empty"])
    # Under the other prompts a third category is as probable as without one, the two are more so.
    judged["rest"] = judged["empty"] + 0.1 * judged["seen"]
    said = picture_sentence(judged.assign(model="m", drawing="blend"), resampling=Resampling(100))
    assert said.split("\n") == [
        "- m, over the blend's other prompts: +0.20 at 0.6 (+0.20 to +0.20)",
        "- m, over no prompt: +0.30 at 0.6 (+0.30 to +0.30)",
    ]


def test_flips_in_words_and_lines():
    rows = pd.DataFrame(
        [
            (drawing, strength, 16, share, share - 0.1, share + 0.1, 0.02, 0.0, 0.1)
            for drawing in ("blend", "duck–rabbit")
            for strength, share in ((0.6, 0.2), (0.9, 0.3), (1.0, 0.8))
        ],
        columns=["drawing", "strength", "n"]
        + [f"{name}{end}" for name in ("flipped", "opposite") for end in ("", "_low", "_high")],
    ).assign(model="m")
    said = flip_sentence(rows)
    assert "- 40 blends: 30% by m (0.20 to 0.40, at strength 0.9; the opposite: 2%; from " in said
    assert "from full strength: 80%)" in said
    below = flip_sentence(rows[rows["strength"] < 1])
    assert "at strength 0.9; the opposite: 2%)" in below
    assert "- reconstructions of duck–rabbit: 30% by m (" in said
    assert list(dict.fromkeys(flip_lines(rows)["panel"])) == ["duck–rabbit", "40 blends"]


def test_lines_of_the_figures():
    lines = resemblance_lines(resemblance(set()))
    assert lines.groupby(["panel", "line", "strength"]).size().max() == 1
    panels = list(dict.fromkeys(lines["panel"]))
    assert panels[0] == "duck–rabbit: “duck”"
    assert panels[-2:] == ["40 blends: one of the two", "40 blends: a third"]
    assert "duck–rabbit: “bottle”" not in panels
    of_face = lines[lines["panel"] == "face in a rock: “face”"]
    assert "Other reading" not in set(of_face["line"])

    placed = placement_lines(placement({("duck–rabbit", 0.6): 0.2}, null=0.05), BLENDS)
    panels = list(dict.fromkeys(placed["panel"]))
    assert panels[:4] == [
        "duck–rabbit, both ends: rabbit − duck",
        "duck–rabbit: rabbit − duck",
        "duck: rabbit − duck",
        "face in a rock, both ends: face − wrong",
    ]
    main = without_single_ends(placed)
    assert list(dict.fromkeys(main["panel"])) == [
        "duck–rabbit, both ends: rabbit − duck",
        "face in a rock, both ends: face − wrong",
        "vase and faces, both ends: face − bottle",
        "40 blends",
    ]
    of_vase = placed[placed["panel"].str.startswith("vase and faces")]
    assert set(of_vase["line"]) == {"Where the drawing has it", "Wrong prompts at most"}
    assert (of_vase.loc[of_vase["line"] == "Wrong prompts at most", "low"] == 0.05).all()
    blends = placed[(placed["panel"] == "40 blends") & (placed["strength"] == 0.6)]
    assert blends.set_index("line")["value"].to_dict() == {
        "Where the drawing has it": 0.1,
        "Mirrored": 0.0,
    }


def test_overlap_in_words_and_lines():
    rows = pd.DataFrame(
        {
            "model": "m",
            "drawing": "duck–rabbit",
            "strength": STRENGTHS[:3],
            "n": 16,
            **interval("readings", 1.5, 1.4, 2.0),
            **interval("elsewhere", 1.0, 0.9, 1.1),
            **interval("null", 1.5, 1.4, 2.0),
            **interval("more", 0.2, (-0.1, 0.1, 0.1), 0.4),
            **interval("more_here", 0.2, (0.1, -0.1, 0.1), 0.4),
        }
    )
    said = overlap_sentence(rows)
    assert "m, duck–rabbit: at 0.6 and 0.9 more than wrong prompts do" in said
    assert "at 0.3 and 0.9 more than in the mirrored parts." in said
    assert len(overlap_lines(rows)) == 9


def test_two_models_are_told_apart():
    both = pd.concat([resemblance(set()), resemblance(BOTH).assign(model="n")])
    lines = resemblance_sentence(both, PLAIN).split("\n")
    assert "- m, duck–rabbit under “duck”: at no strength" in lines
    assert "- n, duck–rabbit under “duck”: at 0.6" in lines


def test_without_resampling_nothing_is_said_of_chance():
    rows = resemblance(BOTH)
    rows.loc[:, rows.columns.str.endswith("_low")] = np.nan
    placed = placement({("duck–rabbit", 0.6): 0.2})
    placed.loc[:, placed.columns.str.endswith("_low")] = np.nan
    assert resemblance_sentence(rows, PLAIN) == UNSAMPLED
    assert placement_sentence(placed, BLENDS) == UNSAMPLED
    assert both_sentence(rows, placed, BLENDS, PLAIN) == ""


def test_without_reconstructions_there_is_nothing_to_say():
    empty = summed_models([])
    assert all(table.empty for table in empty.values())
    assert resemblance_lines(empty["resemblance"]).empty
    assert flip_lines(empty["flips"]).empty
    assert placement_lines(empty["placement"], empty["blends"]).empty
    assert overlap_lines(empty["overlap"]).empty
    for said in (
        resemblance_sentence(empty["resemblance"], PLAIN),
        flip_sentence(empty["flips"]),
        placement_sentence(empty["placement"], empty["blends"]),
        picture_sentence(judged_all([]), resampling=Resampling()),
    ):
        assert said == NOTHING
    assert both_sentence(empty["resemblance"], empty["placement"], empty["blends"], PLAIN) == ""
    assert overlap_sentence(empty["overlap"]) == ""
