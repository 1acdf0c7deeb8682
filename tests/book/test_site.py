"""The Sphinx extension: scripts on board, markup mended, and buttons that open notebooks."""

from types import SimpleNamespace
from urllib.parse import unquote

import pytest
import yaml

from gcbook.book import site
from gcbook.book.project import find_project
from gcbook.book.site import launch_links, mend_html, vega_script, write_vendor


def test_vega_is_a_classic_script_of_its_own():
    script = vega_script()
    assert script.startswith("(function(){")
    assert "window.vegaEmbed=" in script
    assert "\nexport " not in script
    assert "\nimport " not in script


def test_vendor_files_are_written_once(tmp_path):
    write_vendor(tmp_path)
    files = sorted((tmp_path / "vendor").iterdir())
    assert [f.name for f in files] == ["tex-svg.js", "vega.js"]
    times = [f.stat().st_mtime_ns for f in files]
    write_vendor(tmp_path)
    assert [f.stat().st_mtime_ns for f in files] == times


def test_roles_that_no_reader_knows_are_dropped():
    mended = mend_html('<div role="list" class="citation-list"><div role="doc-biblioentry" id="x">')
    assert mended == '<div class="citation-list"><div id="x">'


def test_the_repository_is_shown_where_there_is_one():
    text = '<p><span class="gc-repository"></span></p>'
    assert mend_html(text) == text
    shown = mend_html(text, "https://host/a?b&c")
    assert '<a class="reference external" href="https://host/a?b&amp;c">' in shown
    options = {"repository_url": ""}
    site._show_repository(None, SimpleNamespace(html_theme_options=options))
    assert options["use_repository_button"] is False
    options["repository_url"] = "https://host/a/b"
    site._show_repository(None, SimpleNamespace(html_theme_options=options))
    assert options["use_repository_button"] is True


@pytest.mark.parametrize("runs", [True, False])
def test_networks_are_written_for_a_page_that_runs_them(tmp_path, monkeypatch, runs):
    (tmp_path / "book").mkdir()
    attribute = ' data-networks="../_static/networks/"' if runs else ""
    (tmp_path / "book" / "page.html").write_text(f"<div{attribute}></div>")
    (tmp_path / "other.html").write_text("<p>text</p>")
    written = []
    monkeypatch.setattr(site, "write_networks", written.append)
    app = SimpleNamespace(
        outdir=str(tmp_path),
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(html_theme_options={}, titles_of_other_pages={}),
    )
    site._mend_pages(app, None)
    assert written == ([tmp_path / "_static" / "networks"] if runs else [])


def test_code_may_break_where_it_is_as_long_as_a_line():
    path = "&lt;dataset&gt;_&lt;model&gt;_session-1.csv"
    text = '<code><span class="pre">--noise-draws</span> <span class="pre">{}</span></code>'
    assert mend_html(text.format(path)) == text.format(path).replace(
        f'<span class="pre">{path}', f'<span class="pre gc-long">{path}'
    )
    # Entities are one character each.
    assert mend_html(text.format("&lt;" * 24)) == text.format("&lt;" * 24)


def test_arguments_of_the_reference_have_no_dashes_of_two_hyphens():
    assert mend_html("<strong>draws</strong> -- how many") == "<strong>draws</strong>: how many"
    assert mend_html("<code>a -- b</code>") == "<code>a -- b</code>"


@pytest.mark.parametrize(
    ("repository", "links"),
    [
        (
            "https://github.com/a/b.git/",
            {
                "Binder": "https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab/tree/n/x.ipynb",
                "Colab": "https://colab.research.google.com/github/a/b/blob/HEAD/n/x.ipynb",
            },
        ),
        (
            "https://git.host/a/b",
            {
                "Binder": "https://mybinder.org/v2/git/https%3A%2F%2Fgit.host%2Fa%2Fb/HEAD"
                "?urlpath=lab/tree/n/x.ipynb"
            },
        ),
    ],
)
def test_links_to_services_are_made_of_the_address_alone(repository, links):
    assert launch_links(repository, "n/x.ipynb") == links


def buttons(page, repository):
    options = {"repository_url": repository} if repository else {}
    app = SimpleNamespace(config=SimpleNamespace(html_theme_options=options))
    context = {"header_buttons": []}
    site._add_launch_buttons(app, page, "", context, None)
    return [link["url"] for group in context["header_buttons"] for link in group["buttons"]]


def test_every_chapter_opens_its_notebook_and_no_other_page_has_a_button():
    root = find_project().root
    contents = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    pages = [contents["root"]] + [
        each["file"] for part in contents["parts"] for each in part["chapters"]
    ]
    opened = {page: buttons(page, "https://github.com/a/b") for page in pages}
    for page, urls in opened.items():
        for url, before in zip(urls, ("lab/tree/", "blob/HEAD/"), strict=True) if urls else ():
            path = root / unquote(url.partition(before)[2])
            assert path.is_file(), url
            assert path.stem == page.rpartition("/")[2]
    with_buttons = {page.rpartition("/")[2] for page, urls in opened.items() if urls}
    assert with_buttons == {path.stem for path in find_project().templates.glob("*.ipynb")}


def test_without_an_address_nothing_is_launched():
    assert buttons("book/chapters/method", "") == []
    places = "".join(f'<span class="{name}"></span>' for name in site._PLACES)
    assert mend_html(places) == places


def test_the_lab_opens_where_binder_has_put_it():
    root = find_project().root
    made = (root / "postBuild").read_text("utf-8").splitlines()
    assert f"gcbook course {site.LAB}" in made
    assert (root / "environment.yml").is_file()
    shown = mend_html('<span class="gc-lab"></span>', "https://github.com/a/b")
    assert 'href="https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab/tree/class"' in shown
    first = mend_html('<span class="gc-colab"></span>', "https://github.com/a/b")
    assert "%pip install &quot;gcbook[all] @ git+https://github.com/a/b&quot;" in first
