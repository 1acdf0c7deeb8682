"""What a judge says of reconstructions, and what that is compared with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import criteria
from gcbook.chapters.illusions.criteria import (
    AXES,
    BASELINES,
    BOTH_ENDS,
    LEAST,
    UNSAMPLED,
    blend_overlap,
    both_sentence,
    flip_lines,
    flip_rows,
    flip_sentence,
    judged_model,
    overlap_lines,
    overlap_rows,
    overlap_sentence,
    picture_sentence,
    place_between,
    placement_lines,
    placement_rows,
    placement_sentence,
    readings_of,
    resemblance_lines,
    resemblance_rows,
    resemblance_sentence,
    without_single_ends,
)
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.miniworld.results import ambiguous
from gcbook.miniworld.results.ambiguous import SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.resampling import Resampling

DUCK, RABBIT = ALL_CATEGORIES.index("duck"), ALL_CATEGORIES.index("rabbit")


@pytest.fixture
def judged(monkeypatch):
    """A judge who reads the category off the grey: 0.05 a category, the untouched one is a duck."""

    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.zeros(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            images[:, :, column] = 0.05 * ALL_CATEGORIES.index(prompt or "rabbit")
        untouched = np.full((SIDE, SIDE), 0.05 * DUCK, np.float32)
        return Sheet(untouched, untouched, images)

    def says(images):
        chosen = np.rint(images.mean((-2, -1)) / 0.05).astype(int)
        return np.eye(len(ALL_CATEGORIES))[chosen]

    monkeypatch.setattr(criteria, "read_sheet", read)
    monkeypatch.setattr(criteria, "judge_pictures", says)
    judged_model.cache_clear()
    yield judged_model("any")
    judged_model.cache_clear()


def test_each_baseline_is_of_the_same_category(judged):
    of = judged[judged["picture"] == "duck-rabbit"].groupby("prompt").first()
    assert of["prompted"].tolist() == [1, 1, 1, 1]
    assert of.loc["duck", ["untouched", "empty", "wrong"]].tolist() == [1, 0, 0]
    assert of.loc["rabbit", ["untouched", "empty", "wrong"]].tolist() == [0, 1, 0]
    # Of the other reading's prompt, and of none where the prompt itself is wrong.
    assert of.loc[["duck", "rabbit"], "other"].tolist() == [0, 0]
    assert of.loc[["face", "bottle"], "other"].isna().all()
    assert of["seen"].to_dict() == {"duck": True, "rabbit": True, "face": False, "bottle": False}


def test_a_wrong_prompt_is_no_baseline_of_itself(judged):
    face = judged[(judged["picture"] == "duck-rabbit") & (judged["prompt"] == "face")]
    # The other wrong prompt alone, bottle, of which the judge says nothing but bottle.
    assert (face["wrong"] == 0).all()
    one_wrong = judged[(judged["drawing"] == "blend") & ~judged["seen"]]
    assert one_wrong["wrong"].isna().all()
    # But its blend has two other prompts.
    assert (one_wrong["rest"] == 0).all()


def test_sums_over_mirror_images_and_draws(judged):
    rows = resemblance_rows(judged, resampling=Resampling(draws=100))
    duck = rows[(rows["drawing"] == "duck–rabbit") & (rows["prompt"] == "duck")]
    assert (duck["n"] == 16).all()
    assert (duck["prompted"] == 1).all()
    assert (duck["over_untouched"] == 0).all()
    assert (duck["over_empty"] == 1).all()
    blends = rows[rows["drawing"] == "blend"]
    assert set(blends["prompt"]) == {"one of the two", "a third"}
    assert (blends.loc[blends["seen"], "n"] == 80).all()
    for name in BASELINES:
        known = rows[rows[name].notna()]
        assert np.allclose(known["prompted"] - known[name], known[f"over_{name}"])
        assert (known[f"over_{name}_low"] <= known[f"over_{name}_high"]).all()


def test_intervals_of_blends_resample_blends():
    rng = np.random.default_rng(0)
    judged = pd.DataFrame(
        {
            "picture": np.repeat([f"blend-{i:02}" for i in range(40)], 2),
            "drawing": "blend",
            "strength": 0.6,
            "draw": 0,
            "prompt": "any",
            "seen": True,
            "prompted": np.repeat(rng.random(40), 2),
            "untouched": 0.0,
            "empty": 0.0,
            "wrong": 0.0,
            "other": 0.0,
        }
    )
    row = resemblance_rows(judged, resampling=Resampling(draws=4000)).iloc[0]
    spread = judged["prompted"][::2].std() / np.sqrt(40)
    # Both prompts of a blend are the same here: 80 rows know no more than 40.
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * spread, rel=0.08)


def test_a_picture_flips_where_both_prompts_win_over_the_other_reading(judged):
    rows = flip_rows(judged, resampling=Resampling(draws=100))
    assert set(rows["drawing"]) == {"duck–rabbit", "vase and faces", "blend"}
    assert (rows["flipped"] == 1).all()
    assert (rows["opposite"] == 0).all()
    assert (rows["more"] == 1).all()
    assert (rows.loc[rows["drawing"] == "blend", "n"] == 40).all()
    # The judge names the rabbit under either prompt: no flip.
    stubborn = judged.copy()
    chosen = (stubborn["drawing"] == "duck–rabbit") & (stubborn["prompt"] == "duck")
    stubborn.loc[chosen, "prompted"] = 0.2
    rabbit = (stubborn["drawing"] == "duck–rabbit") & (stubborn["prompt"] == "rabbit")
    stubborn.loc[rabbit, "other"] = 0.7
    again = (
        flip_rows(stubborn, resampling=Resampling(draws=100)).groupby("drawing")["flipped"].mean()
    )
    assert again["duck–rabbit"] == 0
    assert again["vase and faces"] == 1


def test_what_becomes_the_other_reading_under_both_prompts_is_counted(judged):
    turned = judged.copy()
    turned[["prompted", "other"]] = judged[["other", "prompted"]].to_numpy()
    turned.loc[judged["other"].isna(), ["prompted", "other"]] = [1.0, np.nan]
    rows = flip_rows(turned, resampling=Resampling(draws=100))
    assert (rows["opposite"] == 1).all()
    assert (rows["flipped"] == 0).all()
    assert (rows["more"] == -1).all()


def test_readings():
    pictures = {each.name: each for each in ambiguous_pictures()}
    assert readings_of(pictures["duck-rabbit-mirrored"]) == ("duck", "rabbit")
    assert readings_of(pictures["rock"]) == ()
    blend = pictures["blend-00"]
    assert readings_of(blend) == blend.blend.categories
    assert blend.prompts[:2] == blend.blend.categories
    assert blend.prompts[2] not in blend.blend.categories


PROMPTED = {
    ("duck–rabbit", "rabbit"): "duck–rabbit",
    ("duck–rabbit", "duck"): "duck",
    ("face in a rock", "face"): "face in a rock",
    ("vase and faces", "face"): "vase and faces",
    ("vase and faces", "bottle"): "vase",
}
FAMILY = {name: axis.drawing for axis in AXES for name in (axis.drawing, axis.control)}


def made(place):
    """What a model that understands everything would make, at the right place or mirrored."""

    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        rng = np.random.default_rng(len(picture.name))
        images = np.empty(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            if picture.blend is not None:
                masks = dict(zip(picture.blend.categories, picture.blend.masks, strict=True))
                mask = masks.get(prompt)
                cell = picture.image[..., 0] if mask is None else GROUND + (FIGURE - GROUND) * mask
                cell = cell[:, ::-1] if place == "mirrored" else cell
            else:
                flipped = picture.name.endswith("mirrored")
                family = FAMILY.get(picture.drawing.name.removesuffix(", mirrored"))
                default = {"face in a rock": "rock"}.get(family, picture.drawing.name)
                name = PROMPTED.get((family, prompt), default.removesuffix(", mirrored"))
                turn = flipped != (place == "mirrored")
                chosen = mirrored(DRAWINGS[name]) if turn else DRAWINGS[name]
                cell = draw(chosen, SIDE)[..., 0]
            images[:, :, column] = cell
        noise = rng.normal(0, 0.02, (*shape[:2], 1, SIDE, SIDE))
        return Sheet(picture.image[..., 0], picture.image[..., 0], images + noise)

    return read


def test_place_on_an_axis_is_0_at_the_control_and_1_at_the_drawing():
    control, drawing = np.zeros((4, 4), np.float32), np.eye(4, dtype=np.float32)
    halves = np.stack([control, drawing, (control + drawing) / 2, 1 - drawing])
    assert place_between(halves, control, drawing).tolist() == [0, 1, 0.5, 0]


def test_what_is_drawn_in_its_place_moves_all_of_the_way(monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made("right"))
    rows = placement_rows("any", resampling=Resampling(draws=100))
    assert len(rows) == 3 * 3 * 6
    assert np.allclose(rows["moved"], 1, atol=1e-5)
    assert np.allclose(rows["null"], 0, atol=1e-5)
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert (turned["elsewhere"].abs() < 0.5).all()
    assert np.allclose(turned["more_here"], turned["moved"] - turned["elsewhere"])
    # A vase and its mirror image are one, and a face nearly.
    others = rows[rows["drawing"] != "duck–rabbit"]
    assert others[["elsewhere", "more_here"]].isna().all(axis=None)
    both = rows["shown"] == BOTH_ENDS
    assert (rows.loc[both, "n"] == 32).all()
    assert (rows.loc[~both, "n"] == 16).all()


def test_what_is_drawn_on_the_other_side_moves_on_the_other_axis(monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made("mirrored"))
    rows = placement_rows("any", resampling=Resampling(draws=100))
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert np.allclose(turned["elsewhere"], 1, atol=1e-5)
    assert (turned["moved"].abs() < 0.5).all()


def test_differences_that_lie_in_the_parts_are_dense_there(monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made("right"))
    rows = overlap_rows("any", resampling=Resampling(draws=100)).set_index(["drawing", "strength"])
    # The parts of the third are nearly the whole picture.
    assert set(rows.index.get_level_values(0)) == {"duck–rabbit", "face in a rock"}
    # A face's are their own mirror image.
    assert rows.loc["face in a rock", ["elsewhere", "more_here"]].isna().all(axis=None)
    rows = rows.loc[["duck–rabbit"]]
    parts = DRAWINGS["duck–rabbit"].parts.values()
    mask = np.max([criteria.mask_of(points, SIDE) for points in parts], axis=0)
    # All of the difference: as dense as can be.
    assert rows["readings"].between(0.9 / mask.mean(), 1 / mask.mean() + 1e-6).all()
    assert (rows["elsewhere"] < 0.5 * rows["readings"]).all()
    assert np.allclose(rows["more_here"], rows["readings"] - rows["elsewhere"])
    # Wrong prompts make no difference there, which then is nowhere.
    assert rows["null"].isna().all()


def test_a_prompt_that_merely_changes_more_moves_both_ends_apart_and_their_mean_not(monkeypatch):
    def fades(model, picture):
        sheet = made("right")(model, picture)
        images = np.broadcast_to(sheet.original, sheet.images.shape).copy()
        grey = np.float32(sheet.original.mean())
        for name in ("rabbit", "face"):
            if name in picture.prompts:
                place = picture.prompts.index(name)
                images[:, :, place] = 0.8 * images[:, :, place] + 0.2 * grey
        return replace(sheet, images=images)

    monkeypatch.setattr(criteria, "read_sheet", fades)
    rows = placement_rows("any", resampling=Resampling(draws=100)).set_index(
        ["drawing", "shown", "strength"]
    )["moved"]
    drawing, control, both = (
        rows["duck–rabbit", shown, 0.6] for shown in ("duck–rabbit", "duck", BOTH_ENDS)
    )
    assert drawing < -0.05
    assert control > 0.05
    assert abs(both) < 0.5 * min(-drawing, control)


def test_what_wrong_prompts_can_do_is_a_size_without_a_sign(monkeypatch):
    def swings(model, picture):
        sheet = made("right")(model, picture)
        images = np.broadcast_to(sheet.original, sheet.images.shape).copy()
        if picture.drawing is not None and "bottle" in picture.prompts:
            bill = draw(DRAWINGS["duck"], SIDE)[..., 0]
            # "Bottle" comes before "face" in the alphabet and moves towards the control.
            images[:, :, picture.prompts.index("bottle")] = bill
        return replace(sheet, images=images)

    monkeypatch.setattr(criteria, "read_sheet", swings)
    rows = placement_rows("any", resampling=Resampling(draws=100)).set_index(
        ["drawing", "shown", "strength"]
    )
    null = rows["null"]
    assert (null >= 0).all()
    assert null["duck–rabbit", "duck–rabbit", 0.6] > 0.3
    # Moved all of the way, but for what the two wrong prompts can do in the worse of their orders.
    beyond = rows.loc[("duck–rabbit", "duck–rabbit", 0.6)]
    assert beyond["beyond_low"] == pytest.approx(beyond["moved"] - beyond["null"], abs=0.02)


@pytest.mark.parametrize(("place", "larger"), [("right", "named"), ("mirrored", "elsewhere")])
def test_blends_that_turn_into_what_is_named(place, larger, monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made(place))
    rows = blend_overlap("any", resampling=Resampling(draws=100))
    assert (rows["n"] == ambiguous.BLENDS).all()
    assert (rows[larger] > 0.3).all()
    assert ((rows["more_here"] > 0) == (place == "right")).all()
    assert np.allclose(rows["more_here"], rows["named"] - rows["elsewhere"])


def test_a_picture_that_no_prompt_changes_leans_nowhere(monkeypatch):
    def copies(model, picture):
        sheet = made("right")(model, picture)
        return replace(sheet, images=np.broadcast_to(sheet.original, sheet.images.shape))

    monkeypatch.setattr(criteria, "read_sheet", copies)
    assert np.allclose(blend_overlap("any", resampling=Resampling(draws=100))["named"], 0)
    rows = placement_rows("any", resampling=Resampling(draws=100))
    assert np.allclose(rows[["moved", "null"]], 0)


def test_every_ambiguous_drawing_has_an_axis_and_every_control_belongs_to_one():
    assert {axis.drawing for axis in AXES} == {
        each.name for each in DRAWINGS.values() if not each.control_of
    }
    assert all(DRAWINGS[axis.control].control_of == axis.drawing for axis in AXES)
    names = [each.name for each in ambiguous_pictures()]
    assert len(names) == len(set(names)) == 2 * len(DRAWINGS) + ambiguous.BLENDS


STRENGTHS = (0.3, 0.6, 0.9, 1.0)
READINGS = {
    "duck–rabbit": (("duck", "rabbit"), "duck"),
    "face in a rock": (("face",), "rock"),
    "vase and faces": (("bottle", "face"), "vase"),
}


def interval(name, value, low, high):
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def resemblance(holds, over=0.1, fails_against="wrong"):
    """(drawing, prompt, strength) that hold; all others fail against one baseline alone."""
    rows = []
    asked = [(name, prompt) for name, (seen, _) in READINGS.items() for prompt in seen]
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
    for drawing, (_, control) in READINGS.items():
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
