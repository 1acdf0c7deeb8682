"""What the shape-bias charts draw, beside the tables behind them."""

from tiny.charts import names

from gcbook.chapters.shape_bias.charts import (
    fig_category_spread,
    fig_cue_accuracies,
    fig_shape_bias,
)
from gcbook.chapters.shape_bias.tables import few_boxes
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.shape_tables import (
    bias_by_category,
    category_outliers,
    category_spread,
    cue_accuracies,
    published_bias,
)
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()
BIAS = bias_by_category(SHIPPED, ["resnet50", "alexnet"])


def test_fig1_has_a_row_a_category_and_one_for_all_and_writes_the_averages() -> None:
    spec = chart_spec(fig_shape_bias(BIAS))
    svg = static_svg(spec)
    rows = [*CATEGORIES, "all, pooled"]
    places = [svg.index(f">{name}<") for name in rows]
    assert places == sorted(places)
    for label in ("Imagen 0.99", "Humans 0.96", "Stable Diffusion 0.93", "Parti 0.92"):
        assert f">{label}<" in svg and label in spec["description"]


def test_fig1_draws_every_observer_in_every_row() -> None:
    spec = chart_spec(fig_shape_bias(BIAS))
    drawn = next(rows for rows in spec["datasets"].values() if "observer_id" in rows[0])
    table = BIAS[BIAS["category"].isin([*CATEGORIES, "pooled"])]
    assert len(drawn) == len(table) == (11 + 2) * 17
    found = dict(
        zip(
            zip(names(spec, [row["observer_id"] for row in drawn]),
                [row["category"] for row in drawn], strict=True),
            [row["shape_bias"] for row in drawn],
            strict=True,
        )
    )  # fmt: skip
    expected = table.set_index(["observer", "category"])["shape_bias"].to_dict()
    assert found == expected


def test_boxes_are_the_tables_and_in_its_order() -> None:
    spread = few_boxes(category_spread(bias_by_category(SHIPPED)))
    spec = chart_spec(fig_category_spread(spread, category_outliers(bias_by_category(SHIPPED))))
    order = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert names(spec, order) == spread["observer"].to_list()
    # A chart that computed quartiles of its own would use other numbers.
    fields = {layer["encoding"]["x"]["field"] for layer in spec["layer"]}
    assert fields == {"whisker_low", "q1", "median", "shape_bias", "average"}


def test_ratios_are_lines_for_all_categories_together_alone() -> None:
    spec = chart_spec(fig_cue_accuracies(cue_accuracies(SHIPPED), published_bias()))
    svg = static_svg(spec)
    printed = ("Imagen 0.99", "Stable Diffusion 0.93", "Parti 0.92")
    assert all(f">{label}<" in svg for label in printed)
    assert all(f">{name}<" in svg for name in ("ResNet-50 (SIN)", "Inception v3", "SWAG ViT-L/16"))
    for param in spec["params"]:
        if param["name"] == "category":
            param["value"] = "cat"
    assert not any(f">{label}<" in static_svg(spec) for label in printed)
