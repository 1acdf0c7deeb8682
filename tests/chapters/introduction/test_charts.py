"""The paper's Fig. 1 in short."""

from gcbook.chapters.introduction.charts import fig_overview
from gcbook.charts.chart import chart_spec
from gcbook.stats.shape_tables import bias_by_category, fig1_overview, published_bias
from gcbook.stats.summaries import Summaries

OVERVIEW = fig1_overview(bias_by_category(Summaries.read(), ["resnet50", "alexnet"]))
SPEC = chart_spec(fig_overview(OVERVIEW, published_bias()))


def test_shape_is_on_the_left_as_in_the_papers_figure() -> None:
    scales = [layer["encoding"]["x"]["scale"] for layer in SPEC["layer"]]
    assert scales == [{"domain": [0, 1], "reverse": True}] * len(scales)


def test_the_description_is_of_the_table_that_is_shown() -> None:
    assert f"{OVERVIEW['humans'].min():.2f}" in SPEC["description"]
    assert "Imagen 0.99, Stable Diffusion 0.93, Parti 0.92" in SPEC["description"]
