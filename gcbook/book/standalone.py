"""A built page as one HTML file that needs nothing else: no server, no network, no other file.

The article is taken out of the page; styles, scripts and images are written into it. Links to other
files, which are not there, become plain text.

What is written into the page lies below the folder of the build. The page runs the scripts that
come with the book and no other, and asks for nothing: a browser holds to the content security
policy that it is given, whatever else should have got into the article.
"""

import base64
import hashlib
import html
import mimetypes
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gcbook.files.errors import GcbookError

if TYPE_CHECKING:
    from bs4 import Tag

STYLES = (
    "styles/theme.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "pygments.css",
    "mystnb*.css",
    "sphinx-design.min.css",
    "gcbook.css",
)

SCRIPTS = ("vendor/vega.js", "gcbook-charts.js", "gcbook-tables.js")

_ARTICLE = "<!-- article -->"

_SHELL = """<!DOCTYPE html>
<html lang="en" data-content_root="">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<script>
document.documentElement.dataset.theme =
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
</script>
{styles}
<style>
.gc-page.gc-page {{
  display: block; box-sizing: border-box; width: 100%; min-width: 0; max-width: 50rem;
  margin: 0 auto; padding: 1rem;
}}
.gc-page > header {{ font-size: 0.9rem; }}
</style>
</head>
<body>
<div class="gc-page bd-content">
<header><p>{book}</p></header>
<main class="bd-article">
<!-- article -->
</main>
</div>
{scripts}
</body>
</html>
"""

_MATHS = """<script>
window.MathJax = {"options": {"enableMenu": false, "processHtmlClass": "math"}};
</script>
<script src="vendor/tex-svg.js"></script>"""

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {scripts}; "
    "base-uri 'none'; form-action 'none'"
)

_STYLE_TAG = re.compile(r'<link rel="stylesheet" href="(?P<name>[^"]+)">')
_SCRIPT_TAG = re.compile(r'<script src="(?P<name>[^"]+)"></script>')


def standalone(page: Path, build: Path) -> str:
    """A built page as one HTML document.

    Args:
        page: the page as Sphinx wrote it.
        build: the folder of the build: what lies outside is not read.
    """
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    article = soup.find("article")
    if article is None:
        raise GcbookError(f"{page}: expected an article element, found none.")
    # Packs are for scripts of their page, which do not come along.
    unwanted = 'script:not([type="application/json"]), script.gc-pack, a.headerlink'
    for each in article.select(unwanted):
        each.decompose()
    for region in article.select("pre, .pst-scrollable-table-container"):
        # What is wider than the page has to be scrolled with the keyboard too.
        region["tabindex"] = "0"
    _embed_images(article, page.parent, build)
    for link in article.find_all("a", href=True):
        if not str(link["href"]).startswith(("http:", "https:", "mailto:", "data:", "#")):
            link.unwrap()
    heading, site, static = article.find("h1"), soup.find(class_="logo__title"), build / "_static"
    styles = [file for name in STYLES for file in sorted(static.glob(name))]
    scripts = [_MATHS] if article.find(class_="math") else []
    shell = _SHELL.format(
        title=html.escape(heading.get_text() if heading else page.stem),
        book=html.escape(site.get_text().strip() if site else ""),
        styles="\n".join(
            f'<link rel="stylesheet" href="{file.relative_to(static)}">' for file in styles
        ),
        scripts="\n".join([*scripts, *(f'<script src="{name}"></script>' for name in SCRIPTS)]),
    )
    # Vega compiles the expressions of a chart to functions: hence unsafe-eval. The article comes
    # last, so that no script in it is one that may run; no script that was taken in has this mark.
    before, _, after = gather(shell, static, build, "'unsafe-eval' ").partition(_ARTICLE)
    return before + article.decode_contents() + after


def gather(text: str, folder: Path, build: Path, also: str = "") -> str:
    """A page written by hand with the scripts and styles that it names inside it.

    Args:
        text: HTML that names them as ``<script src="…"></script>`` and
            ``<link rel="stylesheet" href="…">``.
        folder: to which the names are relative.
        build: the folder of the build.
        also: what the policy for scripts allows beside them.

    Returns:
        HTML that needs no other file, runs its scripts and no other, and asks for nothing.
    """

    def named(found: re.Match[str]) -> Path:
        path = (folder / found["name"]).resolve()
        if not path.is_file() or not path.is_relative_to(build.resolve()):
            raise GcbookError(f"{folder}: expected a file of the book, found {found['name']!r}.")
        return path

    # A script may name a style sheet, so those go first.
    text = _STYLE_TAG.sub(lambda found: _inline_style(named(found), build), text)
    text = _SCRIPT_TAG.sub(lambda found: f"<script>{_script(named(found))}</script>", text)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    policy = _POLICY.format(scripts=also + " ".join(map(_hash, scripts)))
    mark = '<meta charset="utf-8">'
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return text.replace(mark, f"{mark}\n{tag}", 1)


def _embed_images(article: "Tag", folder: Path, build: Path) -> None:
    for image in article.find_all("img", src=True):
        source = str(image["src"])
        if source.startswith("data:"):
            continue
        embedded = _data_uri(folder / unquote(source), build)
        if embedded:
            image["src"] = embedded
        else:
            image.replace_with(str(image.get("alt", "")))


def _data_uri(path: Path, build: Path) -> str:
    """A file as a data URI; nothing for what is not a file below the folder of the build."""
    try:
        file = path.resolve()
        if not file.is_relative_to(build.resolve()):
            return ""
        content = file.read_bytes()
    except (OSError, ValueError):
        return ""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _inline_style(path: Path, build: Path) -> str:
    def embed(match: re.Match[str]) -> str:
        target = match[1].strip("'\"")
        if target.startswith(("data:", "#")):
            return match[0]
        file = path.parent / target.partition("?")[0].partition("#")[0]
        return f"url({_data_uri(file, build) or 'data:,'})"

    text = path.read_text(encoding="utf-8")
    # Icon fonts are most of the theme's weight and the page has no icons.
    text = re.sub(r"@import[^;]*;|@font-face\s*\{[^}]*\}", "", text)
    text = re.sub(r"url\(([^)]*)\)", embed, text)
    return f"<style>\n{text}\n</style>"


def _script(path: Path) -> str:
    code = path.read_text(encoding="utf-8")
    # Both would change where the HTML parser sees the script end.
    code = code.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return f"\n{code}\n"


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
