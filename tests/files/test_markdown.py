"""Names that are markup are shown, in every place of a sentence, list, table and block of code."""

import re
import string

import pytest
from bs4 import BeautifulSoup
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from gcbook.files.markdown import code_block, code_cell, code_span, escape_markdown

# As in _config.yml.
EXTENSIONS = {
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
    "substitution",
    "tasklist",
}
PARSER = create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML)

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
    "<!--",
    "<https://example.org>",
    "&lt;b&gt; &#60;b&#62; &copy;",
    "{include}`/etc/passwd`",
    "```{include} /etc/passwd",
    "~~~",
    ":::{note}",
    "`",
    "``a`b``",
    "$x$ $$y$$ \\(z\\)",
    "\\begin{equation}x\\end{equation}",
    "{{ page }}",
    "{eval}`1 + 1`",
    "*a* **b** _c_ __d__ ~~e~~",
    "[a](javascript:alert(1))",
    "![a](/etc/passwd)",
    "[^1] [a][b] [a]: b",
    "# heading",
    "- item",
    "+ item",
    "+++",
    "---",
    "===",
    "1. item",
    "12) item",
    "> quote",
    "| a | b |",
    "% comment",
    "(label)=",
    ":field: value",
    ": definition",
    "[ ] task",
    "{#id .class}",
    "\\",
    "a\\",
    "\\*",
    "@cite [@cite]",
    string.punctuation,
]
PLACES = [
    "{}",
    "{} a",
    "a {}",
    "*{}*",
    "**{}**: a",
    "“{}”, a",
    "a ({}) b",
    "a\n{}",
    "a_{}_b",
    "a{}b",
]


def page(source):
    return BeautifulSoup(PARSER.render(source), "html.parser")


def tags(element):
    return [tag.name for tag in element.find_all(True)]


def said(element):
    return re.sub(r"\s+", " ", element.get_text()).strip()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_and_is_nothing_else(name):
    for place in PLACES:
        found, harmless = page(place.format(escape_markdown(name))), page(place.format("name"))
        assert said(found) == said(harmless).replace("name", name)
        assert tags(found) == tags(harmless)


@pytest.mark.parametrize("first", string.punctuation)
def test_no_two_characters_of_punctuation_mean_anything(first):
    for second in string.punctuation:
        for name in (f"{first}{second}x{second}{first}", f"{first} {second}", f"1{first}{second}"):
            found = page(escape_markdown(name))
            assert (said(found), tags(found)) == (name, ["p"])


@pytest.mark.parametrize("name", ["ViT-L/16 (IN-21k)", "mini-cnn, seed 1", "0.5", "a: b; 30%", "é"])
def test_ordinary_names_stay_as_they_are(name):
    assert escape_markdown(name) == name


def test_a_name_stays_on_one_line_and_turns_no_text_around():
    assert escape_markdown(" a\n\n    b\tc\u2028d ") == "a b c d"
    assert escape_markdown("a\x00\x1b[31m\u202eb\ud800") == "a\ufffd\ufffd&#91;31m\ufffdb\ufffd"
    assert code_span("a\nb") == "`a b`"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_code_span_holds_the_name_alone(name):
    span = page(f"a = {code_span(name)}, b").find("code")
    assert said(span) == name


@pytest.mark.parametrize("name", [*HOSTILE, "a|b", "|", "\\|", "a\\\\|b"])
def test_a_code_span_stays_in_its_cell(name):
    table = page(f"| a | b |\n|:--|:--|\n| {code_cell(name)} | end |")
    cells = table.find("tbody").find_all("td")
    assert [said(cell) for cell in cells] == [name, "end"]
    assert tags(cells[0]) == ["code"]


def test_nothing_makes_an_empty_span():
    assert code_span(" \n") == ""


@pytest.mark.parametrize("name", [*HOSTILE, "a\n```\n<b>", "````\n~~~~\n"])
def test_a_block_of_code_ends_where_it_should(name):
    made = page(code_block(f"gcbook run {name}", "bash") + "\n\nend")
    assert tags(made) == ["pre", "code", "p"]
    assert made.find("code").get_text().rstrip("\n") == f"gcbook run {name}".rstrip("\n")
