"""The landing page: one finding, in the same words and numbers wherever it is told."""

import pytest
from tiny.notebooks import said_by

from gcbook.book.project import find_project
from gcbook.chapters.fair import GENERATORS, difference, fair_table, finding
from gcbook.chapters.resolution import shape_bias_at
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def table():
    return fair_table(Resampling())


def short(value):
    return f"{value:.2f}".replace("0.", ".").replace("-", "\u2212")


def words_of(name):
    return " ".join((find_project().root / name).read_text(encoding="utf-8").split())


def test_the_readme_says_the_finding_with_its_numbers(table):
    readme = words_of("README.md")
    assert finding(table) in readme
    levels = table.query("measure == 'shape_bias' and against == ''").set_index("network")["value"]
    latent, pixel = (difference(table, kind) for kind in GENERATORS)
    for said in (
        f"{short(levels['Latent diffusion'])} on latents and {short(levels['Pixel diffusion'])} on "
        f"pixels against {short(levels['ResNet, flips'])}",
        f"{short(latent['value'])} (95% interval {short(latent['low'])} to "
        f"{short(latent['high'])})",
        f"{short(pixel['value'])} ({short(pixel['low'])} to {short(pixel['high'])})",
        "from {} to {} when".format(
            *(short(shape_bias_at("efficientnet-lite0", side)) for side in (224, 64))
        ),
    ):
        assert said in readme, said


def test_every_page_says_the_same_sentence(table):
    assert said_by("home")["finding(fair)"] == said_by("photographs")["finding(fair)"]
    assert said_by("home")["finding(fair)"] == finding(table)
    introduction = words_of("notebooks/introduction.ipynb").replace('\\n", "', "")
    assert finding(table).removesuffix(".") in " ".join(introduction.split())
    assert len(finding(table).split()) <= 25
