"""Names of a reader's observers in all charts of the chapters that take trials: labels alone."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gcbook.chapters.blurred_images import charts as blurred
from gcbook.chapters.blurred_images import tables as blurred_tables
from gcbook.chapters.ood_accuracy import charts as ood
from gcbook.chapters.ood_accuracy import tables as ood_tables
from gcbook.chapters.shape_bias import charts as shape
from gcbook.chapters.tables import charts as metrics
from gcbook.chapters.tables import tables as metrics_tables
from gcbook.charts.accuracy_and_bias import fig_accuracy_and_bias
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats import shape_tables
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.correlation_tables import correlation_rows
from gcbook.stats.differences import against_humans
from gcbook.stats.summaries import Summaries

# Keys that every object of JavaScript has, one that sets what it inherits from, a path into a row,
# an expression, and what a string or a selector ends at.
NAMES = {
    "resnet50": "constructor",
    "bagnet33": "__proto__",
    "bagnet9": "toString",
    "simclr_resnet50x1": "hasOwnProperty",
    "swag_vit_l16_in1k": "datum['kind']",
    "vgg16": "a\"'] + warn('x') + ['\\",
}
OTHERS = ["resnet101", "densenet201", "squeezenet1_1", "alexnet"]
LABELS = {"names", "labels"}


def _renamed(summaries: Summaries) -> Summaries:
    """The published results of a few, as if some networks were a reader's own."""
    sides = {"observer": "source", "other": "other_source", "a": "a_source", "b": "b_source"}
    tables = {}
    for table in ("counts", "pairs", "estimates", "tests"):
        rows = getattr(summaries, table)
        for name, source in sides.items():
            if name in rows:
                human = rows[name].str.startswith(("subject", "humans")) | (rows[name] == "")
                rows = rows[human | rows[name].isin([*NAMES, *OTHERS])]
                rows = rows[(rows[source] != "error-consistency") | ~rows[name].isin([*NAMES])]
                own = rows[name].isin([*NAMES])
                rows = rows.assign(
                    **{name: rows[name].replace(NAMES), source: rows[source].mask(own, "own")}
                )
        tables[table] = rows
    return replace(summaries, **tables)


SUMMARIES = _renamed(Summaries.read())


def _correlated() -> Any:
    rows = blurred_tables.accuracy_and_bias(SUMMARIES)
    return rows, correlation_rows(rows)


def _bias() -> Any:
    return shape_tables.bias_by_category(SUMMARIES)


CHARTS = {
    "shape bias": lambda: shape.fig_shape_bias(_bias()),
    "spread": lambda: shape.fig_category_spread(
        shape_tables.category_spread(_bias()), shape_tables.category_outliers(_bias())
    ),
    "cues": lambda: shape.fig_cue_accuracies(
        shape_tables.cue_accuracies(SUMMARIES), shape_tables.published_bias()
    ),
    "accuracies": lambda: ood.fig_standings(
        standing_rows(benchmark_rows(SUMMARIES), "ood_accuracy")
    ),
    "ood tests": lambda: ood.fig_differences(against_humans(SUMMARIES, "ood_accuracy")),
    "conditions": lambda: ood.fig_conditions(ood_tables.accuracy_by_condition(SUMMARIES)),
    "telling": lambda: ood.fig_telling(
        ood_tables.telling_conditions(ood_tables.accuracy_by_condition(SUMMARIES))
    ),
    "single": lambda: ood.fig_single(ood_tables.single_condition_accuracy(SUMMARIES)),
    "benchmark": lambda: metrics.benchmark_panels(
        metrics_tables.metric_rows(benchmark_rows(SUMMARIES))
    ),
    "blur": lambda: fig_accuracy_and_bias(*_correlated()),
    "datasets": lambda: blurred.fig_datasets(blurred_tables.dataset_rows(*_correlated())),
}


@pytest.fixture(scope="module", params=CHARTS)
def spec(request):
    return chart_spec(CHARTS[request.param]())


def strings(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """All strings of a specification with where they stand; keys count as strings of their own."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for i, each in enumerate(node):
            yield from strings(each, (*path, i))
    elif isinstance(node, dict):
        for key, each in node.items():
            yield (*path, "key"), key
            yield from strings(each, (*path, key))


def looked_up(node: Any) -> set[str]:
    """The fields that scales, groups and selections go by: not those of tooltips and text."""
    found: set[str] = set()
    if isinstance(node, list):
        for each in node:
            found |= looked_up(each)
    elif isinstance(node, dict):
        for key, each in node.items():
            if key == "encoding":
                shown = ("tooltip", "text", "description")
                each = {k: v for k, v in each.items() if k not in shown}
            if key == "field":
                found.add(each)
            elif key in ("groupby", "fields"):
                found |= set(each)
            elif key not in ("datasets", "usermeta"):
                found |= looked_up(each)
    return found


def given_back(node: Any) -> set[str]:
    """The columns in which rows have their names back."""
    if isinstance(node, list):
        return set().union(*map(given_back, node))
    if not isinstance(node, dict):
        return set()
    own = {node["as"]} if str(node.get("calculate", "")).startswith("names[") else set()
    return own.union(*(given_back(each) for key, each in node.items() if key != "datasets"))


def test_nothing_goes_by_the_names_that_rows_have_back(spec):
    assert not given_back(spec) & looked_up(spec)


def test_names_are_no_keys_and_stand_where_labels_do(spec):
    fields = looked_up(spec)
    for path, text in strings(spec):
        if not any(name in text for name in NAMES.values()):
            continue
        label = bool(LABELS & set(path)) or spec_of_parameter(spec, path) == "names"
        cell = path[0] == "datasets" and path[-1] != "key" and column_of(path) not in fields
        axis = path[-1] == "description"
        assert label or cell or axis, (path, text)
        assert path[-1] != "key"


def spec_of_parameter(spec, path):
    return spec["params"][path[1]]["name"] if path[0] == "params" else ""


def column_of(path):
    """The column of a cell, which may hold a list."""
    return next(part for part in path[3:] if isinstance(part, str))


def test_every_field_that_names_were_in_is_one_of_ids(spec):
    columns = {key for rows in spec["datasets"].values() for row in rows for key in row}
    for column in columns:
        if column.endswith("_id"):
            cells = {
                key
                for rows in spec["datasets"].values()
                for row in rows
                for key in (
                    row[column] if isinstance(row.get(column), list) else [row.get(column, "o0")]
                )
            }
            assert all(re.fullmatch(r"o\d+", key) for key in cells)


def test_the_chart_is_drawn_and_says_the_names(spec):
    svg = static_svg(spec)
    assert "<svg" in svg
    assert not re.search(r">o\d+<", svg)
    rows = {
        layer["encoding"]["y"].get("field")
        for layer in spec.get("layer", [])
        if "y" in layer["encoding"]
    }
    if rows & {"observer_id", "model_id", "group_id", "higher_id"}:
        assert all(f">{name}<" in svg for name in ("constructor", "__proto__"))
