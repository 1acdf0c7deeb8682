"""Commands that the book and the README print: each is one that the program takes."""

import itertools
import json
import re
import shlex

import pytest
import typer

from gcbook.book.chapters import find_chapters, read_parameters
from gcbook.book.page import rerun_section
from gcbook.book.project import find_project
from gcbook.chapters.parameters import check_parameters, defaults
from gcbook.cli import app
from gcbook.cli.book import _values
from gcbook.illusions import commons

PROJECT = find_project()
COMMANDS = typer.main.get_command(app).commands
_BLOCK = re.compile(
    r"^ *`{3,}(?:bash|\{code-block\} bash)?\n(.*?)^ *`{3,}", re.MULTILINE | re.DOTALL
)
_COMMAND = re.compile(r"^ *([A-Z_]+=\S+ )*(gcbook|papermill|accelerate) ")
_ASSIGNED = re.compile(r"^[A-Z_]+=")


def texts():
    """Everything that prints commands, with its place."""
    for path in (PROJECT.root / "README.md", *sorted(PROJECT.book.glob("*.md"))):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted(PROJECT.templates.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield path.name, "".join(cell["source"])
    for chapter in find_chapters(PROJECT):
        values = defaults(chapter.name)
        if values:
            yield chapter.name, rerun_section(chapter.name, values)


def printed(program):
    """The commands of a program, each with its place, as lists of words."""
    found = {}
    for place, text in texts():
        for block in _BLOCK.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                if not _COMMAND.match(line):
                    continue
                words = shlex.split(line, comments=True)
                while words and _ASSIGNED.match(words[0]):
                    words.pop(0)
                if words[:2] == ["accelerate", "launch"] and "gcbook" in words:
                    words = words[words.index("gcbook") :]
                if words[:1] == [program]:
                    found[f"{place}: {shlex.join(words)}"] = words[1:]
    return found


GCBOOK = printed("gcbook")
PAPERMILL = printed("papermill")


def test_commands_are_found():
    assert len(GCBOOK) > 50
    chosen = [each for each in find_chapters(PROJECT) if defaults(each.name)]
    assert len(PAPERMILL) >= len(chosen) > 12
    assert {words[0] for words in GCBOOK.values()} <= set(COMMANDS)


@pytest.mark.parametrize("words", GCBOOK.values(), ids=list(GCBOOK))
def test_gcbook_takes_it(words, monkeypatch, tmp_path):
    # The chapter on illusions prints what to do once its pictures were fetched.
    monkeypatch.setattr(commons, "find_illusions", lambda: {"rabbit-duck": tmp_path})
    command = COMMANDS[words[0]]
    with command.make_context(words[0], list(words[1:])) as context:
        given = context.params
    if words[0] == "run":
        check_parameters(given["chapter"], **_values(given["parameters"]))


def test_papermill_is_told_of_notebooks_and_parameters_that_there_are():
    for words in PAPERMILL.values():
        template = PROJECT.root / words[0]
        values = [name for option, name in itertools.pairwise(words) if option == "-p"]
        assert set(values) <= set(read_parameters(template))
        assert words[words.index("--engine") + 1] == "gcbook"
