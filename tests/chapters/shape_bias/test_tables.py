"""Whose boxes are shown."""

from gcbook.chapters.shape_bias.tables import few_boxes
from gcbook.paper.observers import known_networks
from gcbook.stats.shape_tables import bias_by_category, category_spread
from gcbook.stats.summaries import Summaries


def test_people_generators_and_a_network_of_every_family():
    spread = category_spread(bias_by_category(Summaries.read()))
    rows = few_boxes(spread)
    people = rows[rows["kind"] == "Humans"]
    assert people["observer"].tolist() == ["Human 9", "Humans", "Human 4"]
    each = spread[spread["observer"].str.startswith("Human ")]
    assert set(people["average"]) >= {each["average"].min(), each["average"].max()}
    assert {"Imagen", "Stable Diffusion", "Parti"} < set(rows["observer"])
    assert len(rows) == 3 + 3 + known_networks()["family"].nunique() == 17
    bagnets = spread[spread["observer"].str.startswith("BagNet")].set_index("observer")["average"]
    assert bagnets.idxmax() in set(rows["observer"])
