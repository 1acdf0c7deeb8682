"""Charts as a reader sees them who has chosen something."""

from collections.abc import Iterable
from typing import Any

from gcbook.charts.chart import static_svg


def params(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The parameters of a chart by name."""
    return {each["name"]: each for each in spec["params"]}


def names(spec: dict[str, Any], ids: Iterable[str]) -> list[str]:
    """The names that ids stand for."""
    labels = params(spec)["names"]["value"]
    return [labels[each] for each in ids]


def rendered(spec: dict[str, Any], **values: Any) -> str:
    """The SVG of a chart with other values of some of its parameters."""
    params = [{**each, "value": values.get(each["name"], each["value"])} for each in spec["params"]]
    return static_svg({**spec, "params": params})
