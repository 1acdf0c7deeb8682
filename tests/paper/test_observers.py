import pandas as pd

from gcbook.charts.theme import HUES
from gcbook.paper.observers import kind_titles, published_kind, unique_labels
from gcbook.paper.published import published_models


def test_every_title_is_one_that_the_theme_has_a_colour_for():
    ours = kind_titles(
        pd.Series(["model-vs-human", "error-consistency", "mine"]),
        pd.Series(["human", "model", "model"]),
    )
    paper = published_kind(published_models()["key"])
    assert ours.tolist() == ["Humans", "Discriminative model", "Own model"]
    assert set(paper) == {"Discriminative model", "Imagen", "Stable Diffusion", "Parti"}
    assert set(ours) | set(paper) <= set(HUES)


def test_only_names_held_by_several_sources_carry_their_source():
    source = pd.Series(["model-vs-human", "mine", "mine", "model-vs-human", "mine"])
    observer = pd.Series(["resnet50", "resnet50", "clip", "humans", "humans"])
    assert unique_labels(source, observer).tolist() == [
        "ResNet-50 (model-vs-human)",
        "ResNet-50 (mine)",
        "clip",
        "Humans",
        "Humans",
    ]
