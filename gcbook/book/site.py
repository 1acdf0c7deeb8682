"""A Sphinx extension: scripts made when the book is built, numbered tables, mended markup.

Vega (from vl-convert) and MathJax (from sphinx-mathjax-offline) come with Python packages. They
are written to the book's own static files, so that no page asks another server for anything.
So is what some pages run, networks and notebooks of the lab (`gcbook.book.runtimes`).
"""

from importlib.metadata import distribution, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.addnodes import download_reference
from sphinx.transforms import SphinxTransform
from sphinx.util import docname_join

from gcbook.book.project import find_project
from gcbook.book.runtimes import write_labs, write_networks
from gcbook.files.atomic import write_if_changed
from gcbook.files.results import keep, kept, key_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

LONG = 25
"""Characters from which a word of code may break: about as many as fit a phone's table."""

_MENDED = {
    '<summary><span class="toctree-toggle"': (
        '<summary aria-label="Pages of this chapter"><span class="toctree-toggle"'
    ),
    # A list needs list items, and the role of its entries is deprecated.
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    ' role="doc-biblioentry"': "",
    # The dash between an argument and what it is, of which smart quotes make nothing.
    "</strong> -- ": "</strong>: ",
}
"""Markup where Sphinx and its theme leave it wanting, and what takes its place."""


class table_figure(nodes.figure):
    """A figure that holds a table and is numbered as one."""


class NumberTables(SphinxTransform):
    """Turn figures of class ``gc-table-figure`` into numbered tables."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        """Replace the nodes in place; children and labels stay."""
        for node in list(self.document.findall(nodes.figure)):
            if "gc-table-figure" in node["classes"]:
                new = table_figure("", *node.children, **node.attributes)
                new.source, new.line = node.source, node.line
                node.replace_self(new)
                for name in node["names"]:
                    self.document.nameids[name] = new["ids"][0]
                for identifier in new["ids"]:
                    self.document.ids[identifier] = new


class OfferNoNotebooks(SphinxTransform):
    """Leave the words of a download of a notebook that has solutions, or is not there."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        """Take the links out before the files behind them are collected."""
        if getattr(self.config, "hide_solutions", False) or self.config.titles_of_other_pages:
            for node in list(self.document.findall(download_reference)):
                if node["reftarget"].endswith(".ipynb"):
                    node.replace_self(node.children)


class LetLongCodeBreak(SphinxTransform):
    """Mark inline code with a word that is wider than a phone's table."""

    default_priority = 200

    def apply(self, **kwargs: Any) -> None:
        """Add a class, which the style sheet knows."""
        for node in self.document.findall(nodes.literal):
            if max(map(len, node.astext().split()), default=0) >= LONG:
                node["classes"].append("gc-long")


def vega_script() -> str:
    """Vega, Vega-Lite and Vega-Embed as one classic script.

    A module cannot be loaded from a file:// page, and the names of a script must not meet those
    of others: hence the function around it.
    """
    # The snippet says what of the bundle other scripts can reach.
    snippet = "window.vegaEmbed = vegaEmbed;"
    versions = [f"{name} {version(name)}" for name in ("altair", "vl-convert-python")]
    key = key_of(snippet, *versions)
    bundle = kept("scripts", key)
    if bundle is None:
        import vl_convert

        from gcbook.charts.chart import vegalite_version

        made: str = vl_convert.javascript_bundle(snippet, vl_version=vegalite_version())
        bundle = made.encode()
        keep("scripts", key, bundle)
    return f"(function(){{\n{bundle.decode()}\n}})();\n"


def write_vendor(folder: Path) -> None:
    """Write ``vendor/vega.js`` and ``vendor/tex-svg.js``, each only if it changed."""
    # The full file: the others load extensions when a formula needs one.
    mathjax = distribution("sphinx-mathjax-offline").locate_file(
        "sphinx-mathjax-offline/static/mathjax/tex-svg-full.js"
    )
    write_if_changed(vega_script(), folder / "vendor" / "vega.js")
    script = Path(str(mathjax)).read_text(encoding="utf-8")
    write_if_changed(script, folder / "vendor" / "tex-svg.js")


def _finish_pages(app: "Sphinx", exception: Exception | None) -> None:
    """Mend all pages, and write the scripts that some of them run."""
    if exception is None and app.builder.format == "html":
        out, runs = Path(app.outdir), set()
        for page in out.rglob("*.html"):
            if not page.relative_to(out).parts[0].startswith("_"):
                text = mended = page.read_text(encoding="utf-8")
                runs |= {kind for kind in ("networks", "python") if f"data-{kind}=" in text}
                for before, after in _MENDED.items():
                    mended = mended.replace(before, after)
                if mended != text:
                    page.write_text(mended, encoding="utf-8")
        if app.config.titles_of_other_pages:
            return  # such a page runs none
        if "networks" in runs:
            write_networks(out / "_static" / "networks")
        if "python" in runs:
            write_labs(find_project(), out / "_static" / "python")


def _say_in_words(
    app: "Sphinx", env: Any, node: Any, words: nodes.TextElement
) -> nodes.TextElement | None:
    """Let what refers to a page that is not built stay as words."""
    titles, target = app.config.titles_of_other_pages, node["reftarget"]
    if not titles:
        return None
    if node["reftype"] == "numref":
        kind = "table" if target.startswith("tab-") else "figure"
        return nodes.inline("", f"a {kind} of the book")
    if node["reftype"] == "doc" and not node["refexplicit"]:
        return nodes.inline("", titles.get(docname_join(node["refdoc"], target), words.astext()))
    return words


def _add_vendor(app: "Sphinx", config: "Config") -> None:
    folder = Path(app.outdir).parent / "vendor-static"
    write_vendor(folder)
    config.html_static_path.append(str(folder))


def setup(app: "Sphinx") -> dict[str, Any]:
    """Register the extension."""
    app.connect("config-inited", _add_vendor)
    # Of a page that is built alone: those of the other pages, by name.
    app.add_config_value("titles_of_other_pages", {}, "env")
    app.connect("missing-reference", _say_in_words)
    app.connect("build-finished", _finish_pages)
    app.add_enumerable_node(
        table_figure,
        "table",
        html=(
            lambda self, node: self.visit_figure(node),
            lambda self, node: self.depart_figure(node),
        ),
    )
    for transform in (NumberTables, OfferNoNotebooks, LetLongCodeBreak):
        app.add_transform(transform)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
