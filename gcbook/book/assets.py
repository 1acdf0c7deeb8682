"""Smaller pages: what a page need not have at once goes into files of its own.

In a page as Sphinx writes it every figure is whole: its image or pictures, its specification and
its table as CSV stand inside. Here they become files in ``PAGE.files/``, which a browser takes when
it needs them; so does a *pack*, data that only a script of that page asks for. A page that was
opened from a disk may not read other files, but it may run them as scripts: so specifications and
packs are scripts, and everything to download has a twin that is one.

Icons are drawn by the book's own style sheet, and MathJax is left out where there is no formula.
"""

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from urllib.parse import unquote

_CHART = re.compile(
    r'<div class="gc-chart"><img class="gc-static"(?P<before>[^>]*?)'
    r' src="data:image/svg\+xml,(?P<image>[^"]*)"(?P<after>[^>]*)>'
    r'<script type="application/json">(?P<spec>.*?)</script></div>',
    re.DOTALL,
)
_CSV = re.compile(
    r'(<a class="gc-download" download="(?P<name>[^"]+)" href=")'
    r'data:text/csv;charset=utf-8,(?P<data>[^"]*)"'
)
_PACK = re.compile(
    r'(?P<tag><script type="application/json" class="gc-pack" data-name="(?P<name>[\w-]+)")'
    r">(?P<data>.*?)</script>",
    re.DOTALL,
)
_PICTURE = re.compile(r'(<img\b[^>]*? src=")data:image/(?P<kind>[a-z]+);base64,(?P<data>[^"]*)"')
_DOWNLOAD = re.compile(r'<a class="[^"]*\bdownload\b[^"]*" download="" href="(?P<href>[^":]+)"')
_FONT = re.compile(r'<script[^>]*\bsrc="[^"]*/fontawesome\.js[^"]*"[^>]*></script>\s*')
_MATHJAX = re.compile(
    r"<script>window\.MathJax = [^<]*</script>\s*|"
    r'<script[^>]*\bsrc="[^"]*/tex-svg\.js[^"]*"[^>]*></script>\s*'
)


def split_page(text: str, stem: str) -> tuple[str, dict[str, bytes]]:
    """Take out of a page what can come later.

    Args:
        text: the page's HTML.
        stem: its file's name without the suffix.

    Returns:
        The page, and the files that it now needs: name, relative to the page, → content.
    """
    files: dict[str, bytes] = {}
    folder = f"{stem}.files"

    def chart(found: re.Match[str]) -> str:
        name = f"{folder}/chart-{sum(each.endswith('.svg') for each in files) + 1}"
        files[f"{name}.svg"] = unquote(html.unescape(found["image"])).encode()
        files[f"{name}.js"] = _script(found["spec"])
        return (
            f'<div class="gc-chart" data-spec="{name}.js"><img class="gc-static"{found["before"]}'
            f' src="{name}.svg"{found["after"]}></div>'
        )

    def csv(found: re.Match[str]) -> str:
        name = f"{folder}/{found['name']}"
        content = unquote(found["data"])
        files[name] = content.encode()
        files[f"{name}.js"] = _script(json.dumps(content))
        return f'{found[1]}{name}"'

    def pack(found: re.Match[str]) -> str:
        name = f"{folder}/{found['name']}.js"
        files[name] = _script(found["data"])
        return f'{found["tag"]} data-file="{name}"></script>'

    def picture(found: re.Match[str]) -> str:
        content = base64.b64decode(found["data"])
        # One picture may stand on a page twice.
        name = f"{folder}/{hashlib.sha256(content).hexdigest()[:12]}.{found['kind']}"
        files[name] = content
        return f'{found[1]}{name}"'

    # What a pack holds is for its own script, pictures included.
    text = _CSV.sub(csv, _CHART.sub(chart, _PACK.sub(pack, text)))
    text = _PICTURE.sub(picture, text)
    text = _FONT.sub("", text)
    if not re.search(r'class="math\b', text):
        text = _MATHJAX.sub("", text)
    return text, files


def split_book(folder: Path) -> None:
    """Move out of all pages of a built book what can come later.

    Args:
        folder: that of the book; its pages are changed, and get ``PAGE.files/``.
    """
    for page in sorted(folder.rglob("*.html")):
        if page.relative_to(folder).parts[0].startswith("_"):
            continue
        before = page.read_text(encoding="utf-8")
        after, files = split_page(before, page.stem)
        for name, content in files.items():
            path = page.parent / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        for found in _DOWNLOAD.finditer(after):
            offered = page.parent / unquote(found["href"])
            twin = offered.with_name(f"{offered.name}.js")
            twin.write_bytes(_script(json.dumps(offered.read_text(encoding="utf-8"))))
        if after != before:
            page.write_text(after, encoding="utf-8")


def _script(value: str) -> bytes:
    """A script that hands a value, in JSON, to the page."""
    return f"gcbookTake({value});\n".encode()
