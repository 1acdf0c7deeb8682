"""The landing page: its numbers, here and elsewhere."""

import pytest
from tiny.notebooks import run_chapter

from gcbook.book.project import find_project


@pytest.fixture(scope="module")
def found():
    return run_chapter("home")[0]


def test_values(found):
    lines = found["lines"].set_index("name")["shape_bias"].round(2)
    assert lines.to_dict() == {"People": 0.95, "ResNet-50": 0.18, "Imagen, as printed": 0.99}
    at_seven = found["at_seven"].round(3)
    assert at_seven[["photo-pixel", "photo-latent"]].tolist() == [0.401, 0.393]
    # Both diffusion models stay below the ResNets whatever weighting they have.
    assert found["small_resnet"]["shape_bias"] == pytest.approx(0.569, abs=1e-3)
    assert found["rows"].query("network in @found['DIFFUSION']")["shape_bias"].max() < 0.52


def test_more_accuracy_may_be_given_up(found):
    free, _ = run_chapter("home", margin=0.5)
    of_latent = "photo-latent", ""
    assert free["above"][of_latent] > found["above"][of_latent]


def test_the_readme_says_the_same(found):
    readme = (find_project().root / "README.md").read_text(encoding="utf-8")
    said = [found["at_seven"][each] for each in found["DIFFUSION"]]
    people = found["lines"].set_index("name")["shape_bias"]["People"]
    said += [found["small_resnet"]["shape_bias"]]
    said += [found["as_accurate"][each] for each in found["DIFFUSION"]] + [people]
    pixel, latent, resnet, *as_accurate, people = (f"{each:.2f}"[1:] for each in said)
    assert (
        f"{pixel} on pixels and {latent} on latents against {resnet}, or "
        f"{' and '.join(as_accurate)} for a ResNet that is only as accurate; people have {people}."
    ) in " ".join(readme.split())


def test_home_and_the_chapter_have_the_same_numbers(found):
    names = run_chapter("photographs")[0]
    at, as_accurate = names["at"], names["as_accurate"]
    measures = ["shape_bias", "accuracy"]
    for network in found["DIFFUSION"]:
        rows = found["rows"].query("network == @network").set_index("k")
        for k in (0, 7, 20):
            chapter = at.loc[(network, f"k = {k}"), measures].tolist()
            assert rows.loc[k, measures].tolist() == pytest.approx(chapter)
        assert found["as_accurate"][network] == pytest.approx(as_accurate[network][0], abs=2e-3)
    chapter = at.loc[("photo-cnn", "k = 7"), measures].tolist()
    # There, answers of both trainings are counted together; here, ratios are averaged.
    assert found["small_resnet"][measures].tolist() == pytest.approx(chapter, abs=5e-4)
