"""Names that are markup, on a page that `gcbook run` makes: they are shown, and do nothing.

Whoever sends a trials file chooses the names in it. The chapter on accuracy shows them in prose,
notes, charts, tables and commands. A page keeps a browser from running what is not the book's; here
it is opened without that guard as well, so that the guard hides no name that got through.
"""

import base64
import re
import subprocess
import sys

import pandas as pd
import pytest
from tiny import browsing as charts

from gcbook.trials.table import write_trial_file

SECRET = b"\x89PNG\r\n\x1a\n what stands in a file of the reader's"
DATASET = "low-pass"

# What would run, load or embed something. None has a comma, which parts names in a parameter.
OBSERVERS = [
    '<img src=x onerror="window.hacked=1">',
    '<img src="{secret}">',
    "![a picture]({secret})",
    "</script><script>window.hacked=2</script>",
    "<details open ontoggle=window.hacked=3>x</details>",
    "<svg onload=window.hacked=4>",
    "<iframe srcdoc='<script>parent.hacked=5</script>'>",
    "<style>@import url(http://127.0.0.1:9/style)</style>",
    "<link rel=stylesheet href=http://127.0.0.1:9/link>",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/away>",
    "<form action=http://127.0.0.1:9/><input autofocus onfocus=window.hacked=6>",
    "<a href=javascript:window.hacked=7>link</a>",
    "[link](javascript:window.hacked=8)",
    "<!--",
    "&lt;b&gt; &#60;i&#62;",
    "{{include}}`{secret}`",
    "```{{include}} {secret}",
    "{{raw}}`html`",
    "{{eval}}`6 * 7`",
    "{{{{ 6 * 7 }}}}",
    "`tick",
    "```",
    "$\\href{{javascript:window.hacked=9}}{{x}}$",
    "*a* **b** __c__",
    "1. item",
    "# heading",
    "| a | b |",
    ":::{{note}}",
    "\" onmouseover='window.hacked=10'",
    "' + (window.hacked = 11) + '",
    '"]; window.hacked = 12; ["',
    # Keys that every object has, and a colour that has a dark twin.
    "__proto__",
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "#d0273c",
]
IMAGES = ["<img src=x onerror=window.hacked=13>.png", "`{include}` $x$ | ```.png", "[a](b).png"]
# Folders and files; a slash parts folders, so that an end tag has to be spread over two of them.
FOLDERS = [
    "<img src=x onerror=window.hacked=14>",
    "<b></script><script>window.hacked=15</script>",
    "`a` | ```{include} b",
    # The folder above the datasets names a source, which stands on one line as all names do.
    "two\n```\n<img src=x onerror=window.hacked=16>/mine",
]
FILE = DATASET + "_<img src=x onerror=window.hacked=17>` | _session-1.csv"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the reader works: with a file that is nobody's business."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "secret.png").write_bytes(SECRET)
    return folder


@pytest.fixture(scope="module")
def observers(place):
    return [name.format(secret=place / "secret.png") for name in OBSERVERS]


@pytest.fixture(scope="module")
def paths(published_trials, place, observers):
    """Trials of all of them, in as many folders as there are names for folders."""
    rows = published_trials[
        (published_trials["dataset"] == DATASET)
        & (published_trials["observer"] == "resnet50")
        & (published_trials["source"] == "model-vs-human")
    ]
    rows = rows.assign(response="na").groupby(["condition", "category"]).head(1)
    strange = rows.head(len(IMAGES)).assign(imagename=IMAGES)
    files = []
    for index, folder in enumerate(FOLDERS):
        parts = observers[index :: len(FOLDERS)] + observers[:1]
        everybody = [rows.assign(observer=name) for name in parts]
        everybody.append(strange.assign(observer=observers[index]))
        path = place / folder / DATASET / FILE
        write_trial_file(path, pd.concat(everybody).drop_duplicates(["observer", "imagename"]))
        files.append(str(place / folder))
    return files


@pytest.fixture(scope="module")
def hostile(paths, observers, tmp_path_factory):
    """The page as a user makes it: in a process of its own, for Playwright has a loop in this."""
    folder = tmp_path_factory.mktemp("run")
    command = [sys.executable, "-m", "gcbook", "run", "ood-accuracy", "--output", str(folder)]
    command += ["-p", "trials", ",".join(paths), "-p", "observers", ",".join(observers)]
    subprocess.run([*command, "-p", "datasets", DATASET, "-p", "draws", "0"], check=True)
    return folder / "ood-accuracy.html"


@pytest.fixture(
    scope="module",
    params=[pytest.param(False, marks=pytest.mark.nightly), True],
    ids=["guarded", "unguarded"],
)
def opened(browser, hostile, request):
    """The page with all charts drawn, everything unfolded, and what happened meanwhile."""
    context = browser.new_context(bypass_csp=request.param, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    events = []
    page.on("dialog", lambda dialog: (events.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: said.type == "error" and events.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: events.append(f"script error: {error}"))
    page.on(
        "request",
        lambda asked: asked.url.startswith("data:") or events.append(f"request: {asked.url}"),
    )
    page.goto(hostile.as_uri())
    assert charts.draw_all(page) > 3
    page.evaluate(
        """() => {
            document.querySelectorAll("details").forEach((each) => { each.open = true; });
            for (const each of document.querySelectorAll("article *, main *")) {
                for (const name of ["mouseover", "pointermove", "mousemove", "focus", "toggle"]) {
                    each.dispatchEvent(new MouseEvent(name, { bubbles: true, view: window }));
                }
            }
        }"""
    )
    charts.settle(page)
    yield page, events
    context.close()


def plain(text):
    """On one line, and without the quotation marks and dashes that Sphinx sets in prose."""
    typed = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."}
    return re.sub(r"\s+", " ", text.translate(str.maketrans(typed)))


def test_nothing_runs_and_nothing_is_asked_for(opened, hostile):
    page, events = opened
    assert events == [f"request: {hostile.as_uri()}"]
    assert page.evaluate("window.hacked") is None
    assert page.url == hostile.as_uri()


def test_no_name_becomes_an_element(opened):
    page, _ = opened
    made = page.evaluate(
        """() => {
            const all = Array.from(document.querySelectorAll("main *"));
            const strange = "iframe, object, embed, link, meta, base, style, " +
                "form:not(.vega-bindings)";
            return {
                handlers: all.filter((each) =>
                    Array.from(each.attributes).some((one) => one.name.startsWith("on"))).length,
                strange: document.querySelectorAll("main :is(" + strange + ")").length,
                scripts: document.querySelectorAll(
                    "main script:not([type='application/json'])").length,
                images: Array.from(document.querySelectorAll("main img"),
                    (each) => each.className + each.src.slice(0, 18)),
                links: Array.from(document.querySelectorAll("main a[href]"),
                    (each) => each.href.split(":")[0]),
                bare: document.querySelectorAll("main details:not([class])").length,
                headings: document.querySelectorAll("main h1").length,
            };
        }"""
    )
    assert (made["handlers"], made["strange"], made["scripts"], made["headings"]) == (0, 0, 0, 1)
    assert set(made["images"]) <= {"gc-staticdata:image/svg+xml"}
    assert set(made["links"]) <= {"http", "https", "file", "data"}
    assert made["bare"] == 0


def test_no_file_of_the_reader_is_in_the_page(hostile):
    text = hostile.read_text()
    assert SECRET[8:].decode() not in text
    assert base64.b64encode(SECRET).decode()[:40] not in text


def test_names_stand_where_they_belong_as_they_are(opened, observers, paths):
    page, _ = opened
    prose = plain(page.locator("main").inner_text())
    cells = {plain(each) for each in page.locator("main td").all_text_contents()}
    for name in map(plain, observers):
        assert f"own trials of {name.strip()}: 1 of 17 datasets" in prose
        assert any(each.strip().startswith(name.strip()) for each in cells), name
    assert any(f"(e.g. {plain(image)})" in prose for image in IMAGES)
    blocks = [plain(each) for each in page.locator("main pre").all_text_contents()]
    (command,) = (each for each in blocks if each.startswith("gcbook run"))
    changed = plain(page.locator(".admonition.important").inner_text())
    row = page.locator(
        "main tr", has=page.locator("td:first-child", has_text=re.compile("^trials$"))
    )
    value = plain(row.locator("td").nth(1).text_content())
    for path in map(plain, paths):
        assert all(path in place for place in (command, changed, value))


def test_menus_offer_the_names(opened, observers):
    page, _ = opened
    offered = page.locator("select").evaluate_all(
        "all => all.map((each) => Array.from(each.options, (one) => one.textContent))"
    )
    # Of one that several sources hold, each is named with its source.
    for name in observers:
        assert sum(any(each.startswith(name) for each in menu) for menu in offered) == 1, name
