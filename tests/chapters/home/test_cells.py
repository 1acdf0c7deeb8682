"""The landing page: its numbers, its dial, and who else can stand on it."""

import pytest
from tiny.notebooks import run_chapter
from tiny.weighing import write_world

from gcbook.book.project import find_project
from gcbook.chapters.parameters import check_parameters
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.claims.paper import paper_claims
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA

SCORES = DATA.folder / "scores"


@pytest.fixture(scope="module")
def found():
    return run_chapter("home")[0]


def test_one_model_moves_and_the_others_stand(found):
    moving = found["dial"].dropna(subset="k")
    assert set(moving["model"]) == {"pixel diffusion"}
    assert moving.groupby("lane")["k"].agg(list).tolist() == [[*range(21)]] * 3
    still = found["dial"][found["dial"]["k"].isna()].set_index(["lane", "model"])["value"]
    assert still[found["PHOTOGRAPHS"]].round(2).tolist() == [0.95, 0.18, 0.99, 0.57]
    assert round(still[found["MINIATURES"], "its ResNet"], 2) == 0.19
    assert round(still[found["ACCURACY"], "its ResNet"], 2) == 0.70


def test_the_measure_gives_the_dials_numbers(found):
    moving = found["dial"].dropna(subset="k")
    on_dial = moving[moving["lane"] == found["MINIATURES"]].set_index("k")["value"]
    for k in (0, 7):
        assert found["shape_bias"](k) == pytest.approx(on_dial[k])
    assert on_dial[[0, 7]].tolist() == pytest.approx([0.517, 0.108], abs=1e-3)


def test_differences_are_those_of_each_network(found):
    # Both networks of the model, each compared with the ResNet on the same images.
    low, high = found["over_resnet"][7]
    assert len(low) == 2 and low[0] < 0.113 - 0.188 < high[0]
    low, high = found["cost"]
    assert low[0] < 0.681 - 0.859 < high[0]


def test_the_readme_says_the_same(found):
    readme = (find_project().root / "README.md").read_text(encoding="utf-8")
    lane = found["PHOTOGRAPHS"]
    said = [found[each].loc[7, lane] for each in ("on", "on_latents")]
    said += [found["small_resnet"][lane], found["public"]["people"]]
    pixel, latent, resnet, people = (f"{each:.2f}"[1:] for each in said)
    assert f"{pixel} on pixels and {latent} on latents against {resnet}; people have {people}." in (
        " ".join(readme.split())
    )


def test_home_and_the_chapter_have_the_same_numbers(found):
    at = run_chapter("photographs")[0]["at"]
    lanes = [found["PHOTOGRAPHS"], found["ACCURACY"]]
    of = {"photo-pixel": found["on"], "photo-latent": found["on_latents"]}
    for network, rows in of.items():
        for k in (0, 7):
            chapter = at.loc[(network, f"k = {k}"), ["shape_bias", "accuracy"]].tolist()
            assert rows.loc[k, lanes].tolist() == pytest.approx(chapter)
    chapter = at.loc[("photo-cnn", "k = 7"), ["shape_bias", "accuracy"]].tolist()
    assert [found["small_resnet"][each] for each in lanes] == pytest.approx(chapter)


def test_the_example_is_named_by_its_shape(found):
    example = found["example"]
    assert (example.shape, example.texture, example.resnet50) == ("elephant", "bottle", "bottle")
    assert (example.people, example.by_shape) == (10, 10)


def test_claims_are_counted_by_grade(found):
    counts = [sum(found[name].values()) for name in ("recomputed", "as_printed", "asked")]
    answered = len(paper_claims()) - found["unchecked"]
    assert max(counts) <= answered <= sum(counts)


def test_the_dial_starts_at_the_papers_weighting(found):
    svg = static_svg(chart_spec(found["fig_dial"](found["dial"], found["own"])))
    for words in (*found["LANES"], "people 0.95", "pixel diffusion 0.43", "always the shape →"):
        assert words in svg
    assert "pixel diffusion 0.39" not in svg


def test_own_models_move_with_the_slider_in_their_lanes():
    ours = [SCORES / "mini-pixel-calibrated" / each for each in ("cue-conflict", "in-distribution")]
    found, _ = run_chapter("home", stores=",".join(map(str, ours)))
    own = found["own"]
    assert own.groupby("lane").size().to_dict() == {found["MINIATURES"]: 21, found["ACCURACY"]: 21}
    at = own[own["lane"] == found["MINIATURES"]].set_index("k")["value"]
    svg = static_svg(chart_spec(found["fig_dial"](found["dial"], own)))
    assert f"mini-pixel-calibrated {at[7]:.2f}" in svg
    assert f"mini-pixel-calibrated {at[0]:.2f}" not in svg


def test_the_dial_has_no_lane_for_other_images(tmp_path):
    made = write_world(tmp_path, n_draws=2)
    place = str(made["cue-conflict"].path)
    with pytest.raises(InputError, match="found own images"):
        check_parameters("home", stores=place).check_files()
