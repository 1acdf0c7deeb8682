import pandas as pd

from gcbook.charts.theme import HUES
from gcbook.paper.observers import (
    choose_observers,
    kind_titles,
    published_kind,
    published_rows,
    unique_labels,
)
from gcbook.paper.published import published_models


def test_every_title_is_one_that_the_theme_has_a_colour_for():
    ours = kind_titles(
        pd.Series(["model-vs-human", "error-consistency", "mine", "mine"]),
        pd.Series(["human", "model", "model", "people"]),
    )
    paper = published_kind(published_models()["key"])
    assert ours.tolist() == ["Humans", "Discriminative model", "Own model", "Own people"]
    assert set(paper) == {"Discriminative model", "Imagen", "Stable Diffusion", "Parti"}
    assert set(ours) | set(paper) <= set(HUES)


def test_only_own_names_that_somebody_has_already_carry_their_source():
    source = pd.Series(["model-vs-human", "mine", "mine", "model-vs-human", "mine", "mine", "his"])
    observer = pd.Series(["resnet50", "resnet50", "net", "humans", "Imagen", "twin", "twin"])
    assert unique_labels(source, observer).tolist() == [
        "ResNet-50",
        "ResNet-50 (mine)",
        "net",
        "Humans",
        "Imagen (mine)",
        "twin (mine)",
        "twin (his)",
    ]
    # Of the published networks, those that both sources hold.
    both = pd.Series(["model-vs-human", "error-consistency"])
    assert unique_labels(both, pd.Series(["resnet50"] * 2)).tolist() == [
        "ResNet-50 (model-vs-human)",
        "ResNet-50 (error-consistency)",
    ]


def test_what_every_javascript_object_has_is_no_name_in_a_chart():
    source = pd.Series(["mine", "mine", "mine"])
    named = unique_labels(source, pd.Series(["constructor", "__proto__", "construct"]))
    assert named.tolist() == ["constructor (mine)", "__proto__ (mine)", "construct"]


def test_published_rows_are_those_of_no_reader():
    one = pd.DataFrame({"kind": ["Humans", "Own people", "Discriminative model", "Own model"]})
    assert published_rows(one)["kind"].tolist() == ["Humans", "Discriminative model"]
    pairs = pd.DataFrame({"a_kind": ["Humans"] * 2, "b_kind": ["Own model", "Humans"]})
    assert len(published_rows(pairs)) == 1
    assert len(published_rows(pd.DataFrame({"x": [1]}))) == 1


def test_named_own_models_replace_all_own_ones():
    table = pd.DataFrame(
        {
            "source": ["model-vs-human", "model-vs-human", "model-vs-human", "mine", "mine"],
            "observer": ["subject-01", "resnet50", "bagnet33", "one", "two"],
            "observer_kind": ["human", "model", "model", "model", "model"],
        }
    )
    chosen = choose_observers(table, ["bagnet33"])["observer"]
    assert chosen.tolist() == ["subject-01", "bagnet33", "one", "two"]
    chosen = choose_observers(table, ["bagnet33", "two"])["observer"]
    assert chosen.tolist() == ["subject-01", "bagnet33", "two"]
