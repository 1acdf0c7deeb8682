"""What a judge says of reconstructions, and what that is compared with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import criteria
from gcbook.chapters.illusions.criteria import (
    AXES,
    BASELINES,
    BLEND,
    LEAST,
    blend_overlap,
    flips,
    full_overlap,
    judged_model,
    place_between,
    placement,
    placement_rows,
    readings_of,
    resemblance,
    resemblance_rows,
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
        known = rows[rows[f"over_{name}"].notna()]
        assert (known[f"over_{name}_low"] <= known[f"over_{name}_high"]).all()
    # Of the other reading's prompt, the judge gives a duck nothing.
    assert (duck["over_other"] == 1).all()


def test_intervals_of_blends_resample_blends():
    rng = np.random.default_rng(0)
    judged = pd.DataFrame(
        {
            "silhouette": np.repeat([f"blend-{i:02}" for i in range(40)], 2),
            "category": "blend",
            "drawing": "blend",
            "strength": 0.6,
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
    assert row["prompted_high"] - row["prompted_low"] == pytest.approx(2 * 1.96 * spread, rel=0.08)


def flipped(monkeypatch, judged):
    """The shares of blends that flip, and of the opposite, of two models that are judged alike."""
    monkeypatch.setattr(criteria, "reconstructed_models", lambda: ("n", "m"))
    monkeypatch.setattr(criteria, "judged_model", lambda name: judged)
    rows = flips(resampling=Resampling(draws=100))
    assert rows["model"].tolist() == (["n"] * 6 + ["m"] * 6) * 2
    assert (rows["n"] == 40).all()
    assert ((rows["low"] <= rows["share"]) & (rows["share"] <= rows["high"])).all()
    shares = rows.groupby(["becomes", "model"])["share"]
    return [list(shares.get_group((words, "m"))) for words in ("what is named", "the opposite")]


def test_a_blend_flips_where_both_prompts_win_over_the_other_category(judged, monkeypatch):
    assert flipped(monkeypatch, judged) == [[1] * 6, [0] * 6]
    # Under one of its prompts the judge prefers what the other names: no flip of this blend.
    stubborn = judged.copy()
    chosen = (stubborn["picture"] == "blend-00") & stubborn["seen"]
    first, second = stubborn.loc[chosen, "prompt"].unique()
    stubborn.loc[chosen & (stubborn["prompt"] == first), "prompted"] = 0.2
    stubborn.loc[chosen & (stubborn["prompt"] == second), "other"] = 0.7
    assert flipped(monkeypatch, stubborn) == [pytest.approx([39 / 40] * 6), [0] * 6]


def test_what_becomes_the_other_category_under_both_prompts_is_counted(judged, monkeypatch):
    turned = judged.copy()
    turned[["prompted", "other"]] = judged[["other", "prompted"]].to_numpy()
    assert flipped(monkeypatch, turned) == [[0] * 6, [1] * 6]


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
FAMILY = {name: drawing for drawing, control in AXES.items() for name in (drawing, control)}


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
    assert len(rows) == 3 * 6
    assert np.allclose(rows["moved"], 1, atol=1e-5)
    assert np.allclose(rows["null"], 0, atol=1e-5)
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert (turned["elsewhere"].abs() < 0.5).all()
    assert np.allclose(turned["more_here"], turned["moved"] - turned["elsewhere"])
    # A vase and its mirror image are one, and a face nearly.
    others = rows[rows["drawing"] != "duck–rabbit"]
    assert others[["elsewhere", "more_here"]].isna().all(axis=None)
    # Two drawings, each with its mirror image, and eight draws.
    assert (rows["n"] == 32).all()


def test_what_is_drawn_on_the_other_side_moves_on_the_other_axis(monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made("mirrored"))
    rows = placement_rows("any", resampling=Resampling(draws=100))
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert np.allclose(turned["elsewhere"], 1, atol=1e-5)
    assert (turned["moved"].abs() < 0.5).all()


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
    pictures = {each.name: each for each in ambiguous_pictures()}
    drawing, control = (
        criteria._moved("any", ("duck–rabbit", "duck"), pictures[name])["moved"].mean()
        for name in ("duck-rabbit", "duck")
    )
    assert drawing < -0.05
    assert control > 0.05
    rows = placement_rows("any", resampling=Resampling(draws=100)).set_index("drawing")
    assert (rows.loc["duck–rabbit", "moved"].abs() < 0.5 * min(-drawing, control)).all()


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
        ["drawing", "strength"]
    )
    assert (rows["null"] >= 0).all()
    moved = rows.loc[("duck–rabbit", 0.6)]
    assert moved["null"] > 0.2
    # Moved all of the way, but for what the two wrong prompts can do in the worse of their orders.
    assert moved["beyond_low"] < moved["moved"] - moved["null"] + 0.02


@pytest.mark.parametrize(("place", "larger"), [("right", "moved"), ("mirrored", "elsewhere")])
def test_blends_that_turn_into_what_is_named(place, larger, monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made(place))
    rows = blend_overlap("any", resampling=Resampling(draws=100))
    assert (rows["n"] == ambiguous.BLENDS).all()
    assert (rows[larger] > 0.3).all()
    assert ((rows["more_here"] > 0) == (place == "right")).all()
    assert np.allclose(rows["more_here"], rows["moved"] - rows["elsewhere"])


def test_a_picture_that_no_prompt_changes_leans_nowhere(monkeypatch):
    def copies(model, picture):
        sheet = made("right")(model, picture)
        return replace(sheet, images=np.broadcast_to(sheet.original, sheet.images.shape))

    monkeypatch.setattr(criteria, "read_sheet", copies)
    assert np.allclose(blend_overlap("any", resampling=Resampling(draws=100))["moved"], 0)
    rows = placement_rows("any", resampling=Resampling(draws=100))
    assert np.allclose(rows[["moved", "null"]], 0)


def test_every_ambiguous_drawing_has_an_axis_and_every_control_belongs_to_one():
    assert AXES.keys() == {each.name for each in DRAWINGS.values() if not each.control_of}
    assert all(DRAWINGS[control].control_of == drawing for drawing, control in AXES.items())
    # What the control lacks makes one reading.
    assert all(
        len({*DRAWINGS[drawing].readings} - {*DRAWINGS[control].readings}) == 1
        for drawing, control in AXES.items()
    )
    names = [each.name for each in ambiguous_pictures()]
    assert len(names) == len(set(names)) == 2 * len(DRAWINGS) + ambiguous.BLENDS


def test_a_full_redrawing_is_what_a_model_that_understands_reaches(monkeypatch):
    monkeypatch.setattr(criteria, "read_sheet", made("right"))
    rows = blend_overlap("any", resampling=Resampling(draws=100))
    # But for the noise of the made-up model.
    assert rows["moved"].mean() == pytest.approx(full_overlap(), abs=0.05)


def interval(name, value, low, high):
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def of_one(monkeypatch, drawing, prompt, strength=0.6, **over):
    """The verdict of `resemblance` on one row, 0.1 ahead of all baselines but for those given."""
    values = dict.fromkeys(BASELINES, (0.1, 0.05)) | over
    row = {"drawing": drawing, "prompt": prompt, "seen": True, "strength": strength, "n": 16}
    row |= {"prompted": 0.5}
    for name, (value, low) in values.items():
        row |= interval(f"over_{name}", value, low, 0.2)
    monkeypatch.setattr(criteria, "reconstructed_models", lambda: ("m",))
    monkeypatch.setattr(criteria, "judged_model", lambda name: None)
    monkeypatch.setattr(
        criteria, "resemblance_rows", lambda judged, resampling: pd.DataFrame([row])
    )
    plain = {("duck–rabbit", "duck"): 0.6, ("duck–rabbit", "rabbit"): 0.4}
    monkeypatch.setattr(criteria, "plainly_seen", lambda: plain)
    return resemblance().iloc[0]


def test_alike_is_what_is_clearly_ahead_of_every_comparison_below_full_strength(monkeypatch):
    found = of_one(monkeypatch, "duck–rabbit", "duck")
    assert (found["picture"], found["met"], found["knows"]) == ("duck–rabbit as duck", True, True)
    for name, words in BASELINES.items():
        # Too small a lead, and one that is not certain.
        for value, low in ((LEAST - 0.01, 0.01), (LEAST + 0.01, -0.01)):
            found = of_one(monkeypatch, "duck–rabbit", "duck", **{name: (value, low)})
            assert not found["met"]
            assert found["margin"] == value
            assert found["against"] == words
    assert not of_one(monkeypatch, "duck–rabbit", "duck", strength=1.0)["met"]


def test_a_comparison_that_there_is_not_is_none(monkeypatch):
    found = of_one(monkeypatch, "duck–rabbit", "duck", other=(np.nan, np.nan))
    assert found["met"]
    assert found["margin"] == 0.1
    unsampled = dict.fromkeys(BASELINES, (0.1, np.nan))
    assert of_one(monkeypatch, "duck–rabbit", "duck", **unsampled)["met"] is None


def test_what_the_judge_does_not_know_is_marked_and_blends_are_its_own_categories(monkeypatch):
    assert not of_one(monkeypatch, "duck–rabbit", "rabbit")["knows"]
    found = of_one(monkeypatch, "blend", "one of the two")
    assert found["picture"] == BLEND
    assert found["knows"]


def placed_as(monkeypatch, strength=0.6, **changed):
    """The verdict of `placement` on a drawing's row: 0.3 moved, all intervals above 0."""
    row = {"drawing": "duck–rabbit", "strength": strength, "n": 32, "elsewhere": 0.05}
    row |= interval("moved", 0.3, 0.2, 0.4) | interval("more_here", 0.25, 0.1, 0.4)
    row |= {"null": 0.1, "beyond_low": 0.1} | changed
    blends = {"drawing": "blend", "strength": 0.6, "n": 40, "elsewhere": 0.02}
    blends |= interval("moved", 0.05, 0.01, 0.1) | interval("more_here", 0.03, -0.01, 0.1)
    monkeypatch.setattr(criteria, "reconstructed_models", lambda: ("m",))
    monkeypatch.setattr(criteria, "placement_rows", lambda name, resampling: pd.DataFrame([row]))
    monkeypatch.setattr(criteria, "blend_overlap", lambda name, resampling: pd.DataFrame([blends]))
    drawing, blend = (row for _, row in placement().iterrows())
    assert blend["picture"] == BLEND
    return drawing, blend


def test_placed_is_what_moves_beyond_wrong_prompts_and_the_mirror_image(monkeypatch):
    drawing, blend = placed_as(monkeypatch)
    assert drawing["met"]
    assert drawing["margin"] == pytest.approx(0.2)
    # Not certainly more than in the mirrored silhouettes.
    assert not blend["met"]
    assert blend["margin"] == pytest.approx(0.03)
    for name in ("moved_low", "beyond_low", "more_here_low"):
        assert not placed_as(monkeypatch, **{name: -0.01})[0]["met"]
    assert not placed_as(monkeypatch, strength=1.0)[0]["met"]


def test_where_the_mirror_image_is_alike_wrong_prompts_alone_count(monkeypatch):
    alike = {"elsewhere": np.nan, "more_here": np.nan, "more_here_low": np.nan}
    drawing, _ = placed_as(monkeypatch, **alike)
    assert drawing["met"]
    assert drawing["margin"] == pytest.approx(0.2)
    unsampled = {"moved_low": np.nan, "beyond_low": np.nan, "more_here_low": np.nan}
    assert placed_as(monkeypatch, **unsampled)[0]["met"] is None
