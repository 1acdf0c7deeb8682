"""A page that needs no other file."""

import base64
import hashlib
import re

import pytest

from gcbook.book.standalone import SCRIPTS, STYLES, gather, standalone
from gcbook.files.errors import GcbookError

PAGE = """<html><body><p class="title logo__title">The book</p><nav>navigation</nav>
<article class="bd-article"><section id="bias">
<h1>1. Bias<a class="headerlink" href="#bias">#</a></h1>
<p>As <a href="#id7">Someone [2021]</a> says in
<a href="method.html#x">method</a>,
<a href="#bias">above</a> and <a href="https://example.org/a">there</a>.</p>
<img src="../../_images/dot.png" alt="dot"><script src="../../_static/x.js"></script></section>
</article></body></html>"""


@pytest.fixture
def built(tmp_path):
    chapters = tmp_path / "book" / "chapters"
    chapters.mkdir(parents=True)
    (chapters / "bias.html").write_text(PAGE)
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "dot.png").write_bytes(b"png")
    static = tmp_path / "_static"
    for name in (*STYLES, *SCRIPTS, "vendor/tex-svg.js"):
        path = static / name.replace("*", ".1")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {path.name} */")
    (static / "gcbook.css").write_text(
        '@import url("basic.css"); @font-face { src: url(f.woff2) } p { background: url(d.svg) }'
    )
    (static / "d.svg").write_text("<svg/>")
    (static / "gcbook-charts.js").write_text('x = "</script><!--";')
    return tmp_path


def make(built):
    return standalone(built / "book/chapters/bias.html", built)


def test_nothing_is_asked_of_another_file(built):
    text = make(built)
    addresses = re.findall(r"""(?:src|href)="([^"]*)"|url\(([^)]*)\)""", text)
    outside = [a or b for a, b in addresses if not (a or b).startswith(("data:", "#"))]
    assert outside == ["https://example.org/a"]
    assert "@import" not in text
    assert "@font-face" not in text
    assert "navigation" not in text


def test_links_to_other_files_become_text(built):
    text = make(built)
    assert '<a href="#id7">Someone [2021]</a>' in text
    assert "says in\nmethod," in text
    assert '<a href="#bias">above</a>' in text


def test_scripts_cannot_end_early(built):
    text = make(built)
    assert '"<\\/script><\\!--"' in text
    assert text.count("<script") == text.count("</script>")


def test_only_files_of_the_build_are_embedded(built, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    outside.write_bytes(b"secret")
    (built / "_images" / "link.png").symlink_to(outside)
    sources = [outside, "../../../outside0/secret.png", "../../_images/link.png", "%00", "x", "/"]
    images = "".join(f'<img src="{source}" alt="picture {source}">' for source in sources)
    page = built / "book/chapters/bias.html"
    page.write_text(PAGE.replace("</section>", f"{images}</section>"))
    text = make(built)
    assert base64.b64encode(b"secret").decode() not in text
    assert text.count("<img") == text.count('src="data:image/png;base64,cG5n"') == 1
    assert "picture x" in text


def test_the_page_lets_its_own_scripts_run_and_no_other(built):
    page = built / "book/chapters/bias.html"
    strange = '<script>x()</script><script type="module">x()</script><a href="javascript:x()">x</a>'
    chart = '<script type="application/json">{"mark": "bar"}</script>'
    page.write_text(PAGE.replace("</section>", f"{strange}{chart}</section>"))
    text = make(built)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in scripts}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    allowed = set(rules["script-src"].split())
    assert allowed == {"'unsafe-eval'", *(f"'sha256-{each}'" for each in hashes)}
    assert len(scripts) == len(SCRIPTS) + 1
    assert text.index("Content-Security-Policy") < text.index("<script")
    assert chart in text
    assert "x()" not in text


ALONE = """<head><meta charset="utf-8">
<link rel="stylesheet" href="../_static/gcbook.css"></head>
<body><script src="../_static/gcbook-charts.js"></script></body>"""


def alone(built, text=ALONE):
    page = built / "participant" / "experiment.html"
    page.parent.mkdir(exist_ok=True)
    return gather(text, page.parent, built)


def test_a_page_by_hand_takes_in_what_it_names_and_runs_no_other_script(built):
    text = alone(built)
    assert not re.search(r"(?:src|href)=", text) and "@import" not in text
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    assert 'x = "<\\/script><\\!--";' in script
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Policy" content="([^"]*)"', text)
    assert f"script-src 'sha256-{digest}';" in policy and "default-src 'none'" in policy
    # It stands before all that it is about.
    assert text.index("Content-Security-Policy") < text.index("<style>")


@pytest.mark.parametrize("name", ["../_static/none.js", "../../outside.js"])
def test_a_page_by_hand_names_files_of_the_book(built, name):
    (built.parent / "outside.js").write_text("secret")
    with pytest.raises(GcbookError, match="expected a file of the book"):
        alone(built, f'<script src="{name}"></script>')
