"""An Altair chart as a specification that a page's script can draw, and as a static image."""

import html
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gcbook.files.errors import InputError

if TYPE_CHECKING:
    import altair as alt

_LINE = {"symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 350}


def chart_spec(chart: "alt.TopLevelMixin") -> dict[str, Any]:
    """The chart's Vega-Lite specification, with numbers rounded to six significant digits."""
    import altair as alt

    from gcbook.charts.theme import DARK, SIZES

    with alt.data_transformers.enable("default", max_rows=None):
        # Parts were checked when they were made; checking the whole takes as long as all else here.
        spec = chart.to_dict(validate=False)
    described = spec.get("description")
    if not isinstance(described, str) or not described.strip():
        raise InputError(
            "figure(): the chart has no description, so it would be silent to a screen reader. "
            'Add .properties(description="…") to the outermost chart: what is on the axes and '
            "what there is to see."
        )
    _line_legends(list(_encodings(spec)))
    _say_names(_encodings(spec))
    spec["datasets"] = {k: _compact(v) for k, v in spec.get("datasets", {}).items()}
    spec["config"] = _merged(SIZES, spec.get("config", {}))
    spec["usermeta"] = {**spec.get("usermeta", {}), "dark": DARK}
    return spec


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations in one; where both say something, ``over`` holds."""
    both = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], Mapping):
            both[key] = _merged(under[key], over[key])
    return both


def static_svg(spec: Mapping[str, Any]) -> str:
    """The chart as SVG on a transparent ground, without a label for every mark.

    The image as a whole has the description as its text alternative, so the labels that Vega puts
    on every mark would only make it larger.
    """
    import vl_convert

    fixed = dict(spec)
    if fixed.get("width") == "container":
        # The width of the text column on a wide screen.
        fixed["width"] = 680
        fixed["autosize"] = {"type": "fit-x", "contains": "padding"}
    config = fixed.get("config", {})
    # Marks that say something of their own ask the configuration of marks.
    marks = {**config.get("mark", {}), "aria": False}
    fixed["config"] = {**config, "aria": False, "mark": marks, "background": None}
    return _lighter(vl_convert.vegalite_to_svg(fixed, vl_version=vegalite_version()))


def _lighter(svg: str) -> str:
    """The same picture in fewer characters: tenths of a pixel, hexadecimal colours, no defaults."""

    def tag(found: re.Match[str]) -> str:
        text = re.sub(r"-?\d+\.\d{2,}", lambda n: f"{float(n[0]):.1f}".removesuffix(".0"), found[0])
        text = re.sub(
            r"rgb\((\d+), (\d+), (\d+)\)",
            lambda rgb: "#" + "".join(f"{int(part):02x}" for part in rgb.groups()),
            text,
        )
        # Within an image no mark is read out, hidden or not.
        return text.replace(' opacity="1"', "").replace(' aria-hidden="true"', "")

    # Only inside tags: numbers that are written on the axes stay as they are.
    return re.sub(r"<[^>]+>", tag, svg)


def vegalite_version() -> str:
    """The Vega-Lite version to draw with: Altair's own, or the newest that is on board."""
    import altair as alt
    import vl_convert

    wanted = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    known = vl_convert.get_vegalite_versions()
    return wanted if wanted in known else known[-1]


def chart_html(image: str, spec: Mapping[str, Any]) -> str:
    """The image and the specification in the container that the page's script looks for."""
    data = json.dumps(spec, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # "</script>" or "<!--" inside a string would end or hide the element.
    data = data.replace("<", "\\u003c")
    return f'<div class="gc-chart">{image}<script type="application/json">{data}</script></div>'


def chart_image(spec: Mapping[str, Any]) -> str:
    """The chart as an ``<img>`` that holds its SVG, with the description as alternative text."""
    svg = static_svg(spec)
    # Double quotes would have to be written as %22 in the attribute; single ones need not.
    compact = svg.replace('"', "'") if "'" not in svg else svg
    uri = "data:image/svg+xml," + quote(compact, safe=" ~()*!.'/:;=,@&$-_+?[]{}|^")
    size = re.findall(r'<svg[^>]*\bwidth="([\d.]+)"[^>]*\bheight="([\d.]+)"', svg)
    width, height = map(float, size[0])
    said = html.escape(spec["description"], quote=True)
    box = f'width="{width:.0f}" height="{height:.0f}"'
    return f'<img class="gc-static" alt="{said}" {box} src="{html.escape(uri)}">'


def _encodings(node: Any) -> Iterator[dict[str, Any]]:
    """The encodings anywhere in a chart."""
    if isinstance(node, dict):
        yield node.get("encoding", {})
        node = [part for key, part in node.items() if key not in ("datasets", "values")]
    if isinstance(node, list):
        for part in node:
            yield from _encodings(part)


def _line_legends(encodings: Sequence[dict[str, Any]]) -> None:
    """Show dashes in legends as lines: around a dot no dash can be told from another.

    Where marks have shapes as well, a legend of marks tells enough.
    """
    shaped = {encoding.get("shape", {}).get("field") for encoding in encodings} - {None}
    for encoding in encodings:
        if "strokeDash" in encoding and encoding["strokeDash"].get("field") not in shaped:
            for channel in ("strokeDash", "color"):
                legend = encoding.get(channel, {}).get("legend")
                if isinstance(legend, dict):
                    for key, value in _LINE.items():
                        legend.setdefault(key, value)


def _say_names(encodings: Iterator[dict[str, Any]]) -> None:
    """Say of marks what their tooltip shows, or their names, where Vega would say ids of names."""
    from gcbook.charts.names import name_of

    for encoding in encodings:
        fields = [each.get("field", "") for each in encoding.values() if isinstance(each, dict)]
        named = [field.removesuffix("_id") for field in fields if field.endswith("_id")]
        if not named or "description" in encoding:
            continue
        tips = encoding.get("tooltip", [])
        parts = [
            f"{json.dumps(tip.get('title', tip['field']) + ': ')} + {_value(tip)}"
            for tip in (tips if isinstance(tips, list) else [])
        ]
        said = " + '; ' + ".join(parts or list(map(name_of, named)))
        encoding["description"] = {"value": {"expr": said}}


def _value(tip: Mapping[str, Any]) -> str:
    value = f"datum[{json.dumps(tip['field'])}]"
    if "format" not in tip:
        return value
    return f"(isValid({value}) ? format({value}, {json.dumps(tip['format'])}) : 'none')"


def _compact(rows: Any) -> Any:
    if isinstance(rows, float):
        return float(f"{rows:.6g}") if math.isfinite(rows) else None
    if isinstance(rows, list):
        return [_compact(row) for row in rows]
    return {k: _compact(v) for k, v in rows.items()} if isinstance(rows, dict) else rows
