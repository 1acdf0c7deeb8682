"""The two criteria in words, from tables written by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.views.illusions import (
    both_sentence,
    overlap_lines,
    overlap_sentence,
    picture_sentence,
    placement_lines,
    placement_sentence,
    resemblance_lines,
    resemblance_sentence,
    summed_models,
)

STRENGTHS = (0.3, 0.6, 0.9)
DRAWINGS = {
    "duck–rabbit": (("duck", "rabbit"), "duck"),
    "face in a rock": (("face",), "rock"),
    "vase and faces": (("bottle", "face"), "vase"),
}


def resemblance(holds):
    """(drawing, prompt, strength) that hold; all others fail against wrong prompts alone."""
    rows = []
    asked = [(name, prompt) for name, (seen, _) in DRAWINGS.items() for prompt in seen]
    asked += [("blend", "one of the two"), ("blend", "a third"), ("duck–rabbit", "bottle")]
    for drawing, prompt in asked:
        for strength in STRENGTHS:
            row = {"drawing": drawing, "prompt": prompt, "strength": strength, "n": 16}
            row["seen"] = prompt not in ("a third", "bottle")
            for name in ("prompted", "untouched", "empty", "wrong"):
                row |= {name: 0.5, f"{name}_low": 0.4, f"{name}_high": 0.6}
            row |= {"low": 0.4, "high": 0.6}
            for name in ("untouched", "empty", "wrong"):
                fails = name == "wrong" and (drawing, prompt, strength) not in holds
                low = -0.01 if fails else 0.01
                row |= {f"over_{name}": 0.1, f"over_{name}_low": low, f"over_{name}_high": 0.2}
            rows.append(row)
    return pd.DataFrame(rows).assign(model="m")


def placement(moved):
    """(drawing, strength) → the lower end of what the prompt moved."""
    rows = []
    for drawing, (_, control) in DRAWINGS.items():
        for shown in (drawing, control):
            for strength in STRENGTHS:
                low = moved.get((drawing, strength), -0.1)
                row = {"drawing": drawing, "shown": shown, "strength": strength, "n": 16}
                row |= {"moved": low + 0.1, "moved_low": low, "moved_high": low + 0.2}
                gone = np.nan if drawing == "vase and faces" else 0.0
                row |= {"elsewhere": gone, "elsewhere_low": gone, "elsewhere_high": gone}
                row |= {"null": 0.0, "null_low": -0.1, "null_high": 0.1}
                rows.append(row)
    return pd.DataFrame(rows).assign(model="m")


BLENDS = pd.DataFrame(
    {
        "model": "m",
        "strength": STRENGTHS,
        "n": 40,
        "named": (0.01, 0.1, 0.05),
        "named_low": (-0.01, 0.06, 0.01),
        "named_high": (0.03, 0.14, 0.09),
        "elsewhere": 0.0,
        "elsewhere_low": -0.01,
        "elsewhere_high": 0.01,
        "more_here": (0.01, 0.1, 0.05),
        "more_here_low": (-0.02, 0.05, -0.01),
        "more_here_high": (0.04, 0.15, 0.11),
    }
)


def test_the_first_criterion_is_said_by_prompt_and_strength():
    said = resemblance_sentence(
        resemblance({("duck–rabbit", "duck", 0.6), ("duck–rabbit", "duck", 0.9)})
    )
    lines = said.split("\n")
    assert lines[0] == "- m, duck–rabbit under “duck”: at 0.6 and 0.9"
    assert "- m, duck–rabbit under “rabbit”: at no strength" in lines
    assert lines[-1] == "- m, 40 blends, mean over both prompts: at no strength"
    assert "duck–rabbit under “bottle”" not in said
    every = {("face in a rock", "face", strength) for strength in STRENGTHS}
    assert "face in a rock under “face”: at all strengths" in resemblance_sentence(
        resemblance(every)
    )


def test_both_criteria_must_hold_at_one_strength_for_all_readings():
    both = {("duck–rabbit", "duck", 0.6), ("duck–rabbit", "rabbit", 0.6)}
    one = {("vase and faces", "bottle", 0.9)}
    moved = {("duck–rabbit", 0.6): 0.2, ("vase and faces", 0.9): 0.2}
    assert "for 1 of 3 drawings (duck–rabbit at 0.6)" in both_sentence(
        resemblance(both | one), placement(moved), BLENDS
    )
    blended = {("blend", "one of the two", strength) for strength in (0.3, 0.6)}
    assert both_sentence(resemblance(blended), placement({}), BLENDS).endswith("blends at 0.6.")
    # Elsewhere, or at another strength.
    assert "for 0 of 3 drawings, and for the blends at no strength." in both_sentence(
        resemblance(both | one), placement({("duck–rabbit", 0.9): 0.2}), BLENDS
    )


def test_the_second_criterion_is_said_with_its_largest_movement():
    said = placement_sentence(placement({("duck–rabbit", 0.6): 0.2}), BLENDS)
    assert said.split("\n") == [
        "- m, duck–rabbit: at most 0.30 (0.20 to 0.40), at strength 0.6; above 0 at 0.6, below 0 "
        "at no strength",
        "- m, face in a rock: at most 0.00 (−0.10 to 0.10), at strength 0.3; above 0 at no "
        "strength, below 0 at no strength",
        "- m, vase and faces: at most 0.00 (−0.10 to 0.10), at strength 0.3; above 0 at no "
        "strength, below 0 at no strength",
        "- m, 40 blends: at most 0.10 (0.06 to 0.14), at strength 0.6 of overlap; more than in "
        "mirrored silhouettes at 0.6",
    ]


def test_a_third_category_is_compared_with_the_two_in_the_blend():
    rows = [
        (f"blend-{i:02}", 0.6, seen, led + 0.01 * i, 0.01 * i)
        for i in range(8)
        for seen, led in ((True, 0.3), (True, 0.5), (False, 0.1))
    ]
    judged = pd.DataFrame(rows, columns=["picture", "strength", "seen", "prompted", "empty"])
    said = picture_sentence(judged.assign(model="m", drawing="blend"), draws=100)
    assert said.endswith("by 0.30 at 0.6 (0.30 to 0.30).")


def test_lines_of_the_figures():
    rows = resemblance(set())
    lines = resemblance_lines(rows)
    assert lines.groupby(["panel", "line", "strength"]).size().max() == 1
    panels = list(dict.fromkeys(lines["panel"]))
    assert panels[0] == "duck–rabbit: “duck”"
    assert panels[-2:] == ["40 blends: one of the two", "40 blends: a third"]
    assert "duck–rabbit: “bottle”" not in panels
    assert set(lines["line"]) == {
        "Under the prompt", "Untouched picture", "No prompt", "Wrong prompts"
    }  # fmt: skip

    placed = placement_lines(placement({("duck–rabbit", 0.6): 0.2}), BLENDS)
    panels = list(dict.fromkeys(placed["panel"]))
    assert panels[:3] == [
        "duck–rabbit: rabbit − duck",
        "duck: rabbit − duck",
        "face in a rock: face − wrong",
    ]
    of_vase = placed[placed["panel"].str.startswith("vase and faces")]
    assert set(of_vase["line"]) == {"Where the drawing has it", "Between wrong prompts"}
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
            "strength": STRENGTHS,
            "n": 16,
            **{f"{name}{end}": 1.5 for name in ("readings", "null") for end in ("", "_low")},
            "readings_high": 2.0,
            "null_high": 2.0,
            "more": 0.2,
            "more_low": (-0.1, 0.1, 0.1),
            "more_high": 0.4,
        }
    )
    assert "m, duck–rabbit: at 0.6 and 0.9." in overlap_sentence(rows)
    assert len(overlap_lines(rows)) == 6


def test_without_reconstructions_there_is_nothing_to_say():
    empty = summed_models([])
    assert resemblance_lines(empty["resemblance"]).empty
    assert placement_lines(empty["placement"], empty["blends"]).empty
    assert overlap_lines(empty["overlap"]).empty
    for said in (
        resemblance_sentence(empty["resemblance"]),
        placement_sentence(empty["placement"], empty["blends"]),
        picture_sentence(pd.DataFrame()),
    ):
        assert said == "No reconstructions come with this version."
    assert both_sentence(empty["resemblance"], empty["placement"], empty["blends"]) == ""
    assert overlap_sentence(empty["overlap"]) == ""


@pytest.mark.parametrize("table", ["resemblance", "placement", "overlap", "blends"])
def test_tables_of_no_model_are_empty(table):
    assert summed_models([])[table].empty
