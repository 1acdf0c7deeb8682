"""The paper's Fig. 1 in short."""

from gcbook.chapters.introduction.charts import fig_overview
from gcbook.charts.chart import chart_spec
from gcbook.stats.shape_tables import bias_by_category, fig1_overview, published_bias
from gcbook.stats.summaries import Summaries


def test_shape_is_on_the_left_as_in_the_papers_figure() -> None:
    bias = bias_by_category(Summaries.read(), ["resnet50", "alexnet"])
    spec = chart_spec(fig_overview(fig1_overview(bias), published_bias()))
    scales = [layer["encoding"]["x"]["scale"] for layer in spec["layer"]]
    assert scales == [{"domain": [0, 1], "reverse": True}] * len(scales)
